"""Rows pasted out of Excel: cells parted by tabs, with or without a heading row, read as the imports read files.

What the readers of ``records.cells`` have cleaned then goes through the very form that a single row goes through, so
that both obey one set of rules.
"""

from __future__ import annotations

import csv
import io
import uuid
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.forms import ModelForm
from django.utils.translation import gettext as _

from records import sheets
from records.workbooks import Sheet
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
    :ivar refused: a sentence when nothing of it could be read at all.
    """

    good: list[tuple[int, ModelForm]] = field(default_factory=list)
    problems: list[sheets.Problem] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    refused: str = ""


def read(text: str, kind: RowKind, studio: Studio) -> Pasted:
    """Read what was pasted; nothing is written."""
    if len(text) > MOST_LETTERS:
        return Pasted(
            refused=_("This is too much at once. Paste at most %(most)s rows.") % {"most": MOST_ROWS}
        )
    table = _table(text)
    if not table:
        return Pasted(refused=_("Nothing was pasted. Copy the rows in Excel and paste them here."))
    if len(table) > MOST_ROWS + 1 or max(map(len, table)) > MOST_COLUMNS:
        return Pasted(
            refused=_("This is too much at once. Paste at most %(most)s rows.") % {"most": MOST_ROWS}
        )
    columns = kind.columns()
    headed = sheets.find_table(_sheet(table), columns) is not None
    try:
        reading = sheets.read_sheets(
            [_sheet(table if headed else [_headings(columns, table), *table])], columns
        )
    except sheets.UnreadableFile as error:
        return Pasted(refused=str(error))
    return _through_forms(reading, kind, studio, shift=0 if headed else 1)


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


def _headings(columns, table: list[list[str]]) -> list[str]:
    """Without a heading row the cells stand in the order in which the page names the columns."""
    return [column.headings[0] for column in columns][: max(2, max(map(len, table)))]


def _through_forms(reading: sheets.Reading, kind: RowKind, studio: Studio, *, shift: int) -> Pasted:
    pasted = Pasted()
    known = {_identity(kind, row): 0 for row in kind.rows(studio)}
    for row in reading.all:
        if not row.problems:
            _check(row, kind, studio, known, pasted, shift)
        if row.problems:
            pasted.bad.append(row.number - shift)
    pasted.problems = [
        sheets.Problem(p.sheet, p.row - shift, p.column, p.heading, p.value, p.reason)
        for p in reading.problems
    ]
    return pasted


def _check(row: sheets.Row, kind: RowKind, studio: Studio, known: dict, pasted: Pasted, shift: int) -> None:
    data = {name: _typed(value) for name, value in row.values.items() if value is not None}
    empty = kind.form(instance=kind.new(studio))
    for name, form_field in empty.fields.items():
        if data.get(name) is None and form_field.initial is not None:
            data[name] = _typed(form_field.initial)
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
