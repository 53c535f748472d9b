"""Rows pasted out of Excel: cells parted by tabs, with or without a heading row, read as the imports read files.

What the readers of ``records.cells`` have cleaned then goes through the very form that a single row goes through, so
that both obey one set of rules.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.forms import ModelForm
from django.utils.translation import gettext as _

from records import sheets
from records.sheets import Column
from records.workbooks import Sheet, column_letters
from studios.models import Studio
from studios.rowkinds import RowKind

MOST_LETTERS = 200_000
MOST_ROWS = 500
MOST_COLUMNS = 60


@dataclass
class Pasted:
    """What a pasted text says.

    :ivar good: number of the line and its form, ready to be saved, as ``(3, form)``.
    :ivar problems: line, column, value, reason of everything that cannot go in.
    :ivar unused: headings that are none of ours; what stands below them is left out.
    :ivar refused: a sentence when nothing of it could be read at all.
    """

    good: list[tuple[int, ModelForm]] = field(default_factory=list)
    problems: list[sheets.Problem] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    refused: str = ""


def read(text: str, kind: RowKind, studio: Studio) -> Pasted:
    """Read what was pasted; nothing is written."""
    table = _table(text) if len(text) <= MOST_LETTERS else None
    if table is None or len(table) > MOST_ROWS + 1 or max(map(len, table), default=0) > MOST_COLUMNS:
        return Pasted(
            refused=_("This is too much at once. Paste at most %(most)s rows.") % {"most": MOST_ROWS}
        )
    if not table:
        return Pasted(refused=_("Nothing was pasted. Copy the rows in Excel and paste them here."))
    columns = kind.columns()
    headings = _headings(table, columns)
    if refused := _unreadable(table, headings, columns):
        return Pasted(refused=refused)
    above = [] if headings else [[column.headings[0] for column in columns]]
    reading = sheets.read_sheets([_sheet([*above, *table])], columns, least=1)
    if not reading.all:
        return Pasted(
            refused=_("Only the heading row was pasted. Copy the rows below it as well.")
            if headings
            else _("No rows were found in what was pasted.")
        )
    return _through_forms(reading, kind, studio, shift=len(above))


def _table(text: str) -> list[list[str]]:
    """The pasted cells; Excel puts quotes around cells with line breaks."""
    csv.field_size_limit(MOST_LETTERS + 1)
    try:
        rows = list(csv.reader(io.StringIO(text.strip("\r\n"), newline=""), delimiter="\t"))
    except csv.Error:
        return []
    return rows if any(cell.strip() for row in rows for cell in row) else []


def _sheet(table: list[list[str]]) -> Sheet:
    sheet = Sheet("", knows_merges=False)
    for number, row in enumerate(table, start=1):
        for column, value in enumerate(row, start=1):
            if value.strip():
                sheet.put(number, column, value)
    return sheet


def _headings(table: list[list[str]], columns: Sequence[Column]) -> sheets.Table | None:
    """The heading row; None when there is none, and the cells stand in the order in which the page names the columns.

    Two names of columns in one row tell it; one does where it is what the first cell says, as nobody is called 工号.
    """
    if found := sheets.find_table(_sheet(table), columns):
        return found
    first = next(([cell] for row in table for cell in row if cell.strip()), [])
    named = first and sheets.find_table(_sheet([first]), columns, least=1)
    return sheets.find_table(_sheet(table), columns, least=1) if named else None


def _unreadable(table: list[list[str]], headings: sheets.Table | None, columns: Sequence[Column]) -> str:
    """Why none of it can be read: a column is missing, or there are cells of which nobody knows what they are."""
    if headings is None:
        most = max(number for row in table for number, cell in enumerate(row, start=1) if cell.strip())
        words = _(
            "A row has %(number)s cells, and there are %(most)s columns. Paste the heading row as well."
        )
        return words % {"number": most, "most": len(columns)} if most > len(columns) else ""
    missing = [
        column.headings[0] for column in columns if column.required and column.field not in headings.columns
    ]
    words = _("The heading row lacks these columns: %(words)s.")
    return words % {"words": _(", ").join(missing)} if missing else ""


def _unused(table: sheets.Table) -> list[str]:
    """What has no place here: columns under headings that are none of ours, and those without a heading."""
    below = {at for number, row in table.sheet for at in row if number > table.bottom}
    bare = sorted(below - set(table.headings))
    return [
        *table.unused,
        *(_("column %(letter)s, without a heading") % {"letter": column_letters(at)} for at in bare),
    ]


def _through_forms(reading: sheets.Reading, kind: RowKind, studio: Studio, *, shift: int) -> Pasted:
    pasted = Pasted(unused=[words for table in reading.tables for words in _unused(table)])
    known = {_identity(kind, row): 0 for row in kind.rows(studio)}
    assumed, room = _assumed(kind, studio), kind.room(studio)
    for row in reading.all:
        if not row.problems:
            _check(row, kind, studio, known, pasted, shift, assumed)
            if len(pasted.good) > room:
                pasted.good.pop()
                row.refuse(next(iter(row.raw)), kind.full)
        if row.problems:
            pasted.bad.append(row.number - shift)
    pasted.problems = [
        sheets.Problem(p.sheet, p.row - shift, p.column, p.heading, p.value, p.reason)
        for p in reading.problems
    ]
    return pasted


def _assumed(kind: RowKind, studio: Studio) -> dict[str, str]:
    """What the form of a new row opens with."""
    fields = kind.form(instance=kind.new(studio)).fields
    return {name: _typed(one.initial) for name, one in fields.items() if one.initial is not None}


def _check(
    row: sheets.Row,
    kind: RowKind,
    studio: Studio,
    known: dict,
    pasted: Pasted,
    shift: int,
    assumed: dict[str, str],
) -> None:
    data = assumed | {name: _typed(value) for name, value in row.values.items() if value is not None}
    form = kind.form(data, instance=kind.new(studio))
    for name, errors in form.errors.items():
        for error in errors:
            row.refuse(name if name in row.raw else next(iter(row.raw)), error)
    if row.problems:
        return
    same = known.setdefault(_identity(kind, form.instance), row.number)
    if same != row.number:
        words = (
            _("Row %(row)s already says the same.") % {"row": same - shift}
            if same
            else _("This row is entered already.")
        )
        row.refuse(next(iter(row.raw)), words)
        return
    pasted.good.append((row.number - shift, form))


def _identity(kind: RowKind, row) -> tuple:
    """What makes two rows the same: all that the form asks for, or the account behind a member."""
    if getattr(row, "user_id", None):
        return ("user", row.user_id)
    return tuple(_typed(getattr(row, name)) for name in kind.form._meta.fields)


def _typed(value) -> str:
    """A clean value as somebody would have typed it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def add(pasted: Pasted, *, once: uuid.UUID, kind: RowKind) -> int:
    """Save the good rows, each once however often the page is sent. Returns how many were new."""
    added = 0
    for number, form in pasted.good:
        form.instance.once = uuid.uuid5(once, str(number))
        if kind.model.objects.filter(once=form.instance.once).exists():
            continue
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError:
            continue
        added += 1
    return added


def rest(text: str, pasted: Pasted) -> str:
    """What is left to mend: the headings and the lines that were refused."""
    table = _table(text)
    bad = set(pasted.bad)
    first = min([*bad, *(number for number, _form in pasted.good)], default=1)
    kept = [row for number, row in enumerate(table, start=1) if number < first or number in bad]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(kept)
    return out.getvalue()
