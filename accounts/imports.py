"""Units and people from the lists that personnel and school secretaries keep.

``plan(kind, content)`` reads a list against the database and says what will become of each row. Planning writes
nothing; ``accounts.import_writing`` does. An empty cell says nothing: it leaves what is there.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.import_columns import ADDRESS_KEPT, UNIT_CODE_DIGITS, people_columns, unit_columns
from accounts.import_places import place
from accounts.models import Unit, User
from accounts.names import write_pinyin
from records import cells, sheets
from records.sheets import Reading, Row


class Fate(models.TextChoices):
    NEW = "new", gettext_lazy("New")
    CHANGED = "changed", pgettext_lazy("import", "Changed")
    SAME = "same", gettext_lazy("Unchanged")
    BAD = "bad", gettext_lazy("Not imported")


@dataclass(frozen=True)
class Change:
    field: str
    label: str
    before: str
    after: str


@dataclass(eq=False)
class Line:
    """What becomes of one row: ``thing`` is the unit or person as it will be, not saved yet."""

    row: Row
    fate: Fate
    title: str
    key: str
    thing: Any = None
    changes: list[Change] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """What the row says, in one line, without what names it."""
        described = _described(self.thing) if self.thing else {}
        return " · ".join(words for name, words in described.items() if words and name != "name")


@dataclass
class Plan:
    kind: str
    reading: Reading
    lines: list[Line]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(line.fate for line in self.lines)
        return {fate.value: counted[fate] for fate in Fate}

    @property
    def to_write(self) -> list[Line]:
        return [line for line in self.lines if line.fate in {Fate.NEW, Fate.CHANGED}]

    @property
    def fingerprint(self) -> str:
        """Changes whenever the file or the database would make anything else of any row."""
        said = [
            (
                line.row.sheet,
                line.row.number,
                line.fate.value,
                line.key,
                line.row.values,
                line.changes,
                line.row.problems,
            )
            for line in self.lines
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


class UnitNames:
    """Finds a unit by its name, then by its short name, then by its code."""

    def __init__(self, units: Iterable[Unit]):
        self.tables: list[dict[str, set[str]]] = [{}, {}, {}]
        self.units: dict[str, Unit] = {}
        for unit in units:
            self.add(unit)

    def add(self, unit: Unit) -> None:
        self.units[unit.code] = unit
        for table, words in zip(self.tables, (unit.name, unit.short_name, unit.code), strict=True):
            if words:
                table.setdefault(cells.tight(words), set()).add(unit.code)

    def find(self, words: str) -> Unit:
        """:raises cells.Refused: when no unit is called so, or several are."""
        wanted = cells.tight(words)
        for table in self.tables:
            codes = table.get(wanted, set())
            if len(codes) == 1:
                return self.units[next(iter(codes))]
            if codes:
                raise cells.Refused(_("Several units are called so. Write the full name."))
        if wanted.isascii() and wanted.isdigit() and (unit := self.units.get(wanted.zfill(UNIT_CODE_DIGITS))):
            return unit
        raise cells.Refused(_("There is no unit of this name."))


def read(kind: str, content: bytes, *, name: str = "", on: date | None = None) -> Reading:
    """What a list of ``kind`` (``unit`` or ``user``) says; the database is not asked.

    :raises sheets.UnreadableFile: when there is no such list in the file.
    """
    columns = unit_columns() if kind == "unit" else people_columns(on=on or timezone.localdate())
    return sheets.read(content, columns, name=name)


def plan_of(kind: str, reading: Reading, *, by: User | None) -> Plan:
    """What will become of each row that was read. Writes nothing; refuses rows of ``reading``, so plan it once.

    :param by: who imports; who holds a role is changed, and a unit moved, by the system administrator only.
    """
    lines = (plan_units if kind == "unit" else plan_people)(reading, by=by)
    planned = {id(line.row): line for line in lines if not line.row.problems}
    return Plan(kind, reading, [planned.get(id(row)) or _bad(row) for row in reading.all])


def plan(
    kind: str, content: bytes, *, name: str = "", by: User | None = None, on: date | None = None
) -> Plan:
    """``read`` and ``plan_of`` in one, for a preview."""
    return plan_of(kind, read(kind, content, name=name, on=on), by=by)


def _bad(row: Row) -> Line:
    title = row.values.get("name") or cells.plain(row.raw.get("name"))
    key = cells.plain(row.raw.get("code", row.raw.get("staff_no")))
    return Line(row, Fate.BAD, title, key)


def plan_units(reading: Reading, *, by: User | None) -> list[Line]:
    """Units, each after its parent. A code never changes its unit here: renaming is done by hand."""
    there = {unit.code: unit for unit in Unit.objects.select_related("parent")}
    owners = {unit.name: unit for unit in there.values()}
    for row in reading.rows:
        code, name = row.values["code"], row.values["name"]
        if code in there and there[code].name != name:
            row.refuse("code", _("This code belongs to %(unit)s.") % {"unit": there[code].name})
        elif name in owners and owners[name].code != code:
            row.refuse("name", _("This unit has the code %(code)s already.") % {"code": owners[name].code})
    lines = {}
    names = UnitNames(there.values())
    for row in reading.rows:
        unit = there.get(row.values["code"]) or Unit(code=row.values["code"])
        before = _described(unit) if unit.pk else {}
        values = {
            key: value
            for key, value in row.values.items()
            if value is not None and key not in {"code", "parent"}
        }
        for key, value in values.items():
            setattr(unit, key, value)
        names.add(unit)
        lines[unit.code] = Line(row, Fate.NEW, unit.name, unit.code, unit), before
    place({code: (line.thing, line.row) for code, (line, _before) in lines.items()}, names, by=by)
    done = []
    for line, before in lines.values():
        if not line.row.problems:
            _compare(line, before, _described(line.thing))
            done.append(line)
    return done


def plan_people(reading: Reading, *, by: User | None) -> list[Line]:
    """People; new ones get their staff number as user name and no password."""
    names = UnitNames(Unit.objects.all())
    numbers = [row.values["staff_no"] for row in reading.rows]
    there = {
        person.staff_no: person for person in User.objects.filter(staff_no__in=numbers).select_related("unit")
    }
    taken = _sign_in_names(numbers)
    here = User.objects.filter(staff_no__in=numbers)
    changeable = set(here.changeable_by(by).values_list("pk", flat=True))
    kept = set(here.account_kept_by(by).values_list("pk", flat=True))
    lines = []
    for row in reading.rows:
        try:
            unit = names.find(row.values["unit"])
        except cells.Refused as refused:
            row.refuse("unit", str(refused))
            continue
        number = row.values["staff_no"]
        if number not in there and taken.get(number.lower(), number) != number:
            row.refuse("staff_no", _("Somebody else signs in by this number."))
            continue
        person = there.get(number) or User(username=number, staff_no=number)
        before = _described(person) if person.pk else {}
        _fill(person, row.values, unit)
        line = Line(row, Fate.NEW, person.name, number, person)
        _compare(line, before, _described(person))
        if line.fate == Fate.CHANGED and person.pk not in changeable:
            row.refuse("staff_no", _("Who holds a role is changed by the system administrator."))
        elif line.fate == Fate.CHANGED and person.pk not in kept and before["email"] != person.email:
            row.refuse("email", str(ADDRESS_KEPT))
        else:
            lines.append(line)
    return lines


def _sign_in_names(numbers: list[str]) -> dict[str, str | None]:
    """By which of the numbers, in small letters, somebody signs in already, and the staff number of that person."""
    small = User.objects.annotate(small=Lower("username"))
    wanted = {number.lower() for number in numbers}
    return dict(small.filter(small__in=wanted).values_list("small", "staff_no"))


def _fill(person: User, values: dict[str, Any], unit: Unit) -> None:
    person.unit = unit
    for key, value in values.items():
        if value is None or key in {"unit", "staff_no"}:
            continue
        if key == "born":
            person.birth_year, person.birth_month = value
        else:
            setattr(person, key, value)
    write_pinyin(person)


PEOPLE_FIELDS = [
    "name",
    "sex",
    "birth_year",
    "birth_month",
    "unit",
    "degree",
    "academic_degree",
    "title",
    "post",
    "politics",
    "phone",
    "email",
    "honour_text",
]
UNIT_FIELDS = ["name", "short_name", "parent", "kind", "union_name", "union_chair", "union_phone"]


def _described(thing: Unit | User) -> dict[str, str]:
    """The fields an import writes, as people read them."""
    fields = UNIT_FIELDS if isinstance(thing, Unit) else PEOPLE_FIELDS
    described = {}
    for name in fields:
        words = getattr(thing, f"get_{name}_display", lambda: getattr(thing, name))()  # noqa: B023 - used at once
        described[name] = "" if words is None else str(words)
    return described


def _compare(line: Line, before: dict[str, str], after: dict[str, str]) -> None:
    if not before:
        line.fate = Fate.NEW
        return
    meta = type(line.thing)._meta
    line.changes = [
        Change(name, str(meta.get_field(name).verbose_name), before[name], words)
        for name, words in after.items()
        if words != before[name]
    ]
    line.fate = Fate.CHANGED if line.changes else Fate.SAME
