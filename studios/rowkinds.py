"""The kinds of repeating rows of a studio's papers: their form, what a table of them shows, how they are pasted.

Five belong to this package; ``ledgers`` registers the achievements. Views, templates and pasting know kinds only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from records.attachments import Attachment
from records.sheets import Column
from records.templatetags.present import cn_date, money
from studios import columns, row_forms
from studios.keeping import FileLine
from studios.models import BudgetLine, Honour, Member, Project, RuleDocument, Studio

PERSONAL = frozenset({"birth_year"})  # shown to those with studios.view_personal only


@dataclass(frozen=True)
class RowKind:
    """One kind of row.

    :param relation: its rows by their name on ``Studio``.
    :param shown: the fields of the table, in the order of the form.
    :param detail: further fields, which stand small below the name.
    :param slot: what its files are for; empty when it has none.
    :param named_by: the field that names a row; the first of the table when left out.
    :param joins: what is read along with its rows.
    :param pasting: what whoever pastes rows should know.
    :param most: how many rows of it a studio can have; no studio needs as many, and its papers stay readable.
    """

    key: str
    part: str
    relation: str
    model: type[Model]
    form: type[row_forms.RowForm]
    heading: Any
    shown: tuple[str, ...]
    columns: Callable[[], Sequence[Column]]
    empty: Any = ""
    slot: str = ""
    detail: tuple[str, ...] = ()
    named_by: str = ""
    joins: tuple[str, ...] = ()
    pasting: Any = ""
    most: int = 200

    def rows(self, studio: Studio):
        rows = getattr(studio, self.relation).all()
        return rows.select_related(*self.joins) if self.joins else rows

    def new(self, studio: Studio, **fields) -> Model:
        """A row of the studio that is not saved yet."""
        return self.model(studio=studio, **fields)

    def room(self, studio: Studio) -> int:
        """How many more rows fit."""
        return max(0, self.most - getattr(studio, self.relation).count())

    @property
    def full(self) -> str:
        """What is said once no more fit."""
        return _now("There can be at most %(most)s rows here. Remove those that are not needed first.") % {
            "most": self.most
        }

    def label(self, name: str) -> str:
        """What a field is called in form, table and heading row: as the model calls it."""
        if name == "staff_no":
            return str(_("Staff number"))
        return capfirst(self.model._meta.get_field(name).verbose_name)

    def names_row(self, name: str) -> bool:
        return name == (self.named_by or self.shown[0])


@dataclass(frozen=True)
class Cell:
    label: str
    text: str
    number: bool = False
    short: bool = False
    names_row: bool = False


@dataclass(frozen=True)
class Line:
    """One row as a table shows it."""

    row: Model
    cells: list[Cell]
    files: list[FileLine]
    detail: list[Cell]


def lines(kind: RowKind, studio: Studio, *, personal: bool) -> list[Line]:
    """The rows of one kind, ready to be shown; two queries whatever their number."""
    rows = list(kind.rows(studio))
    shown = [name for name in kind.shown if personal or name not in PERSONAL]
    files = Attachment.objects.current().by_target(rows) if kind.slot else {}
    return [
        Line(
            row,
            [cell(kind, row, name) for name in shown],
            [FileLine.of(file) for file in files.get(row.pk, [])],
            [cell(kind, row, name) for name in kind.detail if getattr(row, name)],
        )
        for row in rows
    ]


def without_files(kind: RowKind, lines: list[Line]) -> list[str]:
    """The names of the rows that could have a file as evidence and have none: a hint, nothing that bars the way."""
    return [str(line.row) for line in lines if not line.files] if kind.slot else []


def totals(lines: list[Line]) -> list[tuple[int, str]]:
    """The sum of the budget of each year, the latest first; nothing for rows without a year and an amount."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        if isinstance(line.row, BudgetLine):
            sums[line.row.year] += line.row.amount
    return [(year, money(amount)) for year, amount in sorted(sums.items(), reverse=True)]


def cell(kind: RowKind, row: Model, name: str) -> Cell:
    """One field of a row as it is shown: the words of a choice, a date, an amount."""
    label = kind.label(name)
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if isinstance(value, date):
        return Cell(label, cn_date(value), short=True)
    if name in ("amount", "benefit_amount"):
        return Cell(label, money(value), number=True)
    text = "—" if value in (None, "") else str(value)
    return Cell(label, text, short=bool(display) and len(text) <= 6, names_row=kind.names_row(name))


_KINDS: dict[str, RowKind] = {}


def register(kind: RowKind) -> None:
    _KINDS[kind.key] = kind


def get(key: str) -> RowKind:
    """:raises KeyError: for a key that no package has registered."""
    return _KINDS[key]


def of_model(model: type[Model]) -> RowKind | None:
    return next((kind for kind in _KINDS.values() if kind.model is model), None)


def all_kinds() -> list[RowKind]:
    return list(_KINDS.values())


def of_part(part: str) -> list[RowKind]:
    return [kind for kind in _KINDS.values() if kind.part == part]


register(
    RowKind(
        "honours",
        "lead",
        "honours",
        Honour,
        row_forms.HonourForm,
        _("Honours of the lead"),
        ("title", "level", "year", "certificate_no", "body"),
        columns.honours,
        empty=_("Enter each honour with its level, year and certificate, and add the scan."),
        slot="scan",
    )
)
register(
    RowKind(
        "members",
        "team",
        "members",
        Member,
        row_forms.MemberForm,
        _("Members of the team"),
        ("name", "title", "degree", "birth_year", "role", "duty"),
        columns.members,
        detail=("staff_no", "joined_on", "left_on"),
        most=300,
        joins=("user",),
        pasting=_(
            "For people of the university the staff number is enough: what is left empty is filled in from "
            "personnel data, the year of birth for people of the unit only."
        ),
        empty=_("Members of the university are filled in from their staff number."),
    )
)
register(
    RowKind(
        "projects",
        "projects",
        "projects",
        Project,
        row_forms.ProjectForm,
        _("Innovation projects"),
        ("name", "level", "starts_on", "ends_on", "amount"),
        columns.projects,
        detail=("number", "funder", "duty"),
        empty=_("Enter the projects the studio leads or takes part in, with the approval as a file."),
        slot="approval",
    )
)
register(
    RowKind(
        "budget",
        "place",
        "budget_lines",
        BudgetLine,
        row_forms.BudgetLineForm,
        _("Dedicated budget"),
        ("year", "purpose", "source", "amount"),
        columns.budget,
        named_by="purpose",
        empty=_("Enter what is set aside for the studio this year, and from where it comes."),
    )
)
register(
    RowKind(
        "rules",
        "rules",
        "rule_documents",
        RuleDocument,
        row_forms.RuleDocumentForm,
        _("Rules of the studio"),
        ("title", "kind", "version", "dated_on"),
        columns.rules,
        empty=_(
            "One document each for study and exchange, problem solving, transfer of results and training of people."
        ),
        slot="text",
    )
)
