"""The panel is shared out: nobody in conflict, evenly, from many units; or it is told what is lacking."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reviews.assigning import Case, Expert, propose


@st.composite
def panels(draw):
    """Up to 7 applications and 6 experts of 3 units, some with work already, and any conflicts between them."""
    cases = [Case(key, draw(st.integers(0, 4))) for key in range(draw(st.integers(0, 7)))]
    experts = [
        Expert(100 + n, draw(st.sampled_from(["机械", "电子", "校外"])), draw(st.integers(0, 3)))
        for n in range(draw(st.integers(0, 6)))
    ]
    pairs = [(case.key, expert.key) for case in cases for expert in experts]
    return cases, experts, draw(st.sets(st.sampled_from(pairs)) if pairs else st.just(set()))


@given(panels())
def test_no_pair_is_barred_or_given_twice_and_nobody_gets_more_than_they_need(panel):
    cases, experts, barred = panel
    found = propose(cases, experts, barred)
    assert not set(found.pairs) & barred
    assert len(set(found.pairs)) == len(found.pairs)
    given_to = Counter(case for case, _expert in found.pairs)
    assert {case.key: case.needs for case in cases if case.needs} == {
        case.key: given_to[case.key] + found.short.get(case.key, 0) for case in cases if case.needs
    }
    held = Counter(expert for _case, expert in found.pairs)
    assert found.loads == {one.key: one.load + held[one.key] for one in experts}


@given(panels())
def test_an_application_lacks_experts_only_where_the_panel_has_no_more_for_it(panel):
    """Whoever is free of conflict with it and not assigned to it does not exist: nothing else makes it short."""
    cases, experts, barred = panel
    found = propose(cases, experts, barred)
    for key, lacking in found.short.items():
        free = {one.key for one in experts if (key, one.key) not in barred}
        assert {expert for case, expert in found.pairs if case == key} == free
        assert lacking > 0


@given(panels())
def test_no_single_change_makes_the_loads_more_even(panel):
    """Two loads differ by more than one only when no chain of swaps could carry work from one to the other."""
    cases, experts, barred = panel
    found = propose(cases, experts, barred)
    assigned = set(found.pairs)
    # giver → taker, when the giver holds something new that the taker could take over
    passes = {
        (giver.key, taker.key)
        for giver in experts
        for taker in experts
        for case in cases
        if (case.key, giver.key) in assigned
        and (case.key, taker.key) not in assigned
        and (case.key, taker.key) not in barred
    }
    reached = {one.key: {one.key} for one in experts}
    for _ in experts:
        for giver, taker in passes:
            for ways in reached.values():
                if giver in ways:
                    ways.add(taker)
    for one in experts:
        for other in reached[one.key]:
            assert found.loads[one.key] - found.loads[other] <= 1


@given(st.integers(1, 9), st.integers(1, 6), st.integers(0, 6))
def test_without_conflicts_loads_differ_by_at_most_one(count, panel, needs):
    experts = [Expert(n, f"unit {n % 2}") for n in range(panel)]
    loads = propose([Case(n, needs) for n in range(count)], experts, set()).loads.values()
    assert max(loads) - min(loads) <= 1


def test_experts_of_one_application_come_from_as_many_units_as_possible():
    experts = [
        Expert(1, "机械"),
        Expert(2, "机械"),
        Expert(3, "电子"),
        Expert(4, "电子"),
        Expert(5, "校外"),
        Expert(6, "校外"),
    ]
    found = propose([Case(10, 3), Case(20, 3)], experts, set())
    units = {one.key: one.unit for one in experts}
    for case in (10, 20):
        assert {units[expert] for key, expert in found.pairs if key == case} == {"机械", "电子", "校外"}


def test_the_units_of_those_already_assigned_count():
    experts = [Expert(1, "机械"), Expert(2, "电子")]
    assert propose([Case(10, 1, units=("机械",))], experts, set()).pairs == ((10, 2),)


def test_a_whole_panel_goes_before_even_loads_and_even_loads_before_units():
    busy, idle = Expert(1, "机械", load=9), Expert(2, "机械")
    assert propose([Case(10, 2)], [busy, idle], set()).pairs == ((10, 1), (10, 2))
    other = Expert(3, "电子", load=9)
    assert propose([Case(10, 1, units=("机械",))], [idle, other], set()).pairs == ((10, 2),)


def test_the_same_question_in_another_order_gets_the_same_answer():
    cases = [Case(n, 2) for n in range(5)]
    experts = [Expert(n, "机械") for n in range(4)]
    barred = {(0, 1), (3, 2)}
    answers = {
        propose(some, panel, barred).pairs
        for some in (cases, cases[::-1])
        for panel in (experts, experts[::-1])
    }
    assert len(answers) == 1
    assert all(pair not in barred for pairs in answers for pair in pairs)
