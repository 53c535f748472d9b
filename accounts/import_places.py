"""Where the units of a list are to stand in the tree, and which of them may not stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts import tree
from accounts.models import Unit, User
from accounts.permissions import why_not_moved
from records import cells
from records.sheets import Row

if TYPE_CHECKING:
    from accounts.imports import UnitNames

Listed = dict[str, tuple[Unit, Row]]  # by code


def place(listed: Listed, names: UnitNames, *, by: User | None) -> None:
    """Sets the parents; refuses unknown ones, moves that ``by`` may not make, rings, what would hang below a refused
    row, and paths that are too long.

    A unit whose move is refused stays where it is. What was to come above or below it is then looked at once more.
    """
    stood = {code: unit.parent for code, unit in names.units.items()}
    for unit, row in listed.values():
        if words := row.values.get("parent"):
            try:
                unit.parent = names.find(words)
            except cells.Refused as refused:
                row.refuse("parent", str(refused))
    while stay := _not_theirs_to_move(listed, names.units, stood, by) or _not_placed(listed, names.units):
        for unit in stay:
            unit.parent = stood[unit.code]


def _not_theirs_to_move(
    listed: Listed, units: dict[str, Unit], stood: dict[str, Unit | None], by: User | None
) -> list[Unit]:
    """Refuses the rows by which ``by`` would move a unit that they may not; the units of these rows."""
    stay = []
    for code, (unit, row) in listed.items():
        if unit.pk is None or row.problems or unit.parent == stood[code]:
            continue
        if reason := why_not_moved(by, tree.codes(unit.path), {code, *_above(unit, units)}):
            row.refuse("parent", reason)
            stay.append(unit)
    return stay


def _above(unit: Unit, units: dict[str, Unit]) -> list[str]:
    """The codes of the units that will stand above it, from below; in a ring, or too deep, as many as a path holds."""
    codes: list[str] = []
    while unit.parent and 2 * len(codes) < Unit.MOST_PATH:
        codes.append(unit.parent.code)
        unit = units[unit.parent.code]
    return codes


def _not_placed(listed: Listed, units: dict[str, Unit]) -> list[Unit]:
    """Refuses the rows whose units cannot stand where they are put; those of these units that stand elsewhere now.

    The tree is walked once, from its tops down; what cannot be reached from there goes round in a ring.
    """
    below: dict[str, list[Unit]] = {}
    for unit in units.values():
        below.setdefault(unit.parent.code if unit.parent else "", []).append(unit)
    hanging = _hanging(units, listed)
    waiting = [(unit, 1) for unit in below.get("", [])]
    reached, refused = set(), []
    while waiting:
        unit, above = waiting.pop()
        reached.add(unit.code)
        _unit, row = listed.get(unit.code, (unit, None))
        length = above + len(unit.code) + 1
        if row and not row.problems:
            if unit.parent and not unit.parent.pk and listed[unit.parent.code][1].problems:
                row.refuse("parent", _("The parent unit is itself not imported."))
                refused.append(unit)
            elif length + hanging.get(unit.code, 0) > Unit.MOST_PATH:
                row.refuse("parent", str(tree.TOO_DEEP))
                refused.append(unit)
        waiting.extend((child, length) for child in below.get(unit.code, []))
    for code, (unit, row) in listed.items():
        if code not in reached and not row.problems:
            row.refuse("parent", str(tree.IN_A_RING))
            refused.append(unit)
    return [unit for unit in refused if unit.pk]


def _hanging(units: dict[str, Unit], listed: Listed) -> dict[str, int]:
    """How much longer than a listed unit's own path the longest path is of the units below it that are not listed."""
    longest: dict[str, int] = {}
    for unit in units.values():
        if unit.code in listed:
            continue
        above, passed = unit.path.strip("/").split("/"), 0
        while above and above[-1] not in listed:
            passed += len(above.pop()) + 1
        if above:
            longest[above[-1]] = max(longest.get(above[-1], 0), passed)
    return longest
