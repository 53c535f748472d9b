"""Who reviews what: the whole panel is shared out at once, as a flow of least cost (Art. 7).

Each application sends as many units as it still needs experts, by way of the experts' units, to experts who are free of
conflict with it. In this order: as many places as possible are filled; the loads lie as close together as they can; the
experts of one application come from as many units as possible. ``ortools`` finds the best such flow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Expert:
    """One of the panel.

    :param unit: where the expert comes from.
    :param load: how many applications they hold already.
    :param most: how many they take; None for as many as there are.
    """

    key: int
    unit: str
    load: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Case:
    """An application.

    :param needs: how many experts it still lacks.
    :param units: the units of the experts it has, one entry each.
    """

    key: int
    needs: int
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """Pairs of application and expert.

    :param loads: expert → how many applications they would hold.
    :param short: application → how many experts it would still lack, for those that lack any.
    """

    pairs: tuple[tuple[int, int], ...]
    loads: dict[int, int]
    short: dict[int, int]


def propose(
    cases: Sequence[Case], experts: Sequence[Expert], barred: Collection[tuple[int, int]]
) -> Proposal:
    """Share out the panel; the same question gets the same answer.

    :param barred: pairs (application, expert) that must not be: in conflict, declined or assigned already.
    """
    cases, experts = sorted(cases, key=lambda one: one.key), sorted(experts, key=lambda one: one.key)
    network = _Network(cases, experts, frozenset(barred))
    pairs = tuple(sorted(network.solve()))
    filled, held = Counter(case for case, _expert in pairs), Counter(expert for _case, expert in pairs)
    return Proposal(
        pairs=pairs,
        loads={one.key: one.load + held[one.key] for one in experts},
        short={one.key: one.needs - filled[one.key] for one in cases if filled[one.key] < one.needs},
    )


class _Network:
    """Source → application → (application, unit) → expert → sink; an arc beyond the first of a kind costs more.

    What a second expert of one unit costs is 1, a third 2, and so on; what one more application costs an expert is
    the number they hold, times more than all units together can cost. The growing costs make the cheapest flow the
    most even one.
    """

    def __init__(self, cases: list[Case], experts: list[Expert], barred: frozenset[tuple[int, int]]):
        from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # 20 MB that few processes need

        self.flow = SimpleMinCostFlow()
        self.nodes: dict[tuple, int] = {}
        self.choices: list[tuple[int, tuple[int, int]]] = []  # arc, and the pair it stands for
        wanted = sum(case.needs for case in cases)
        dearer = sum((case.needs + len(case.units)) ** 2 for case in cases) + 1
        for case in cases:
            self._open(case, experts, barred)
        for expert in experts:
            most = expert.load + len(cases)
            for held in range(expert.load, most if expert.most is None else min(most, expert.most)):
                self._arc(("expert", expert.key), ("sink",), cost=held * dearer)
        self.flow.set_node_supply(self._node("source"), wanted)
        self.flow.set_node_supply(self._node("sink"), -wanted)

    def _open(self, case: Case, experts: list[Expert], barred: frozenset[tuple[int, int]]) -> None:
        self._arc(("source",), ("case", case.key), room=case.needs)
        free = [one for one in experts if (case.key, one.key) not in barred]
        for unit, count in sorted(Counter(one.unit for one in free).items()):
            there = case.units.count(unit)
            for place in range(there, there + min(count, case.needs)):
                self._arc(("case", case.key), ("unit", case.key, unit), cost=place)
        for one in free:
            arc = self._arc(("unit", case.key, one.unit), ("expert", one.key))
            self.choices.append((arc, (case.key, one.key)))

    def _node(self, *name) -> int:
        return self.nodes.setdefault(name, len(self.nodes))

    def _arc(self, start: tuple, end: tuple, *, room: int = 1, cost: int = 0) -> int:
        return self.flow.add_arc_with_capacity_and_unit_cost(self._node(*start), self._node(*end), room, cost)

    def solve(self) -> list[tuple[int, int]]:
        """The pairs of the fullest flow that costs least.

        :raises RuntimeError: when the solver gives up, which a network of this shape never makes it do.
        """
        status = self.flow.solve_max_flow_with_min_cost()
        if status != self.flow.OPTIMAL:
            raise RuntimeError(f"the panel could not be shared out: {status}")
        return [pair for arc, pair in self.choices if self.flow.flow(arc)]
