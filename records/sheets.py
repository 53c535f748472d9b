"""The one reader of lists that come as Excel or CSV: finds the table, reads its columns, names every problem.

Columns are declared one by one::

    COLUMNS = [
        Column("code", _("Unit code"), ["单位编码", "单位代码"], cells.code(5), required=True, unique=True),
        Column("name", _("Unit name"), ["单位名称", "名称"], cells.title(), required=True),
    ]
    reading = read(content, COLUMNS, name="units.xlsx")
    for row in reading.rows: ...            # good rows, row.values["code"] == "01000"
    for problem in reading.problems: ...    # sheet, row, column, heading, value, reason

What is written back (exports, the marked-up copy of bad rows) is in ``records.tables``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from records import cells
from records.workbooks import Limits, Patience, Sheet, UnreadableFile, column_letters, open_workbook

__all__ = ["Column", "Problem", "Reading", "Row", "Table", "UnreadableFile", "read", "read_sheets", "year_in"]

HEADING_WITHIN = 30  # rows; what stands above a table is a title or two, not a page
LONGEST_HEADING = 80  # letters; more is an instruction, or text
_FOOTER = re.compile(
    r"(合计|总计|小计|共计|总数|制表|填表|填报|审核|复核|审批|经办|负责人|联系人|单位盖章|盖章|签字|签章|注|备注|说明|附注|打印|日期)"
    r"(人|日期|单位|时间|签字|签章)?([:：].*|[（(].*|[\d０-９].*)?"
)
_BRACKETS = re.compile(
    r"[（(\[【][^（(\[【)）\]】]*[)）\]】]"
)  # the innermost: an open one is left in one step
_ORNAMENT = re.compile(r"[\s\u3000\u00a0*＊:：/／、,，.．_\-]+")


@dataclass(frozen=True)
class Column:
    """One column that a list may have.

    ``headings`` are the names people give it, the preferred first; blanks, stars and brackets in a heading do not
    matter. ``parse`` gets a cell that is not blank and raises ``cells.Refused``; ``by_heading`` makes a parse from the
    heading's words where these matter (万元). ``down``: where a file cannot keep merged cells (CSV), a blank takes the
    value above. ``unique``: a value may stand in the file once.
    """

    field: str
    label: Any
    headings: Sequence[str]
    parse: Callable[[object], Any] = field(default_factory=cells.text)
    required: bool = False
    unique: bool = False
    down: bool = False
    by_heading: Callable[[str], Callable[[object], Any]] | None = None


@dataclass(frozen=True)
class Problem:
    """Why a row cannot go in: where it stands, what stands there, and the reason in the user's language."""

    sheet: str
    row: int
    column: str
    heading: str
    value: str
    reason: str

    @property
    def cell(self) -> str:
        return f"{self.column}{self.row}"


@dataclass(eq=False)
class Table:
    """A sheet whose heading row has been found; ``columns`` tells where each field stands."""

    sheet: Sheet
    top: int
    bottom: int
    headings: dict[int, str]
    columns: dict[str, tuple[int, Column]]

    @property
    def unused(self) -> list[str]:
        """Headings that no column answers to."""
        used = {number for number, _column in self.columns.values()}
        return [words for number, words in self.headings.items() if number not in used]


@dataclass(eq=False)
class Row:
    """One row of data. ``values`` has a clean value for each column of the file, ``None`` where the cell is blank.

    ``twins`` are the rows before it that say something else under the same key.
    """

    table: Table
    number: int
    raw: dict[str, object]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    twins: list[Row] = field(default_factory=list)

    @property
    def sheet(self) -> str:
        return self.table.sheet.name

    def refuse(self, column: str, reason: str) -> None:
        """Names what is wrong in one cell; the row is bad from then on."""
        number, described = self.table.columns.get(column, (0, None))
        heading = self.table.headings.get(number) or (str(described.label) if described else "")
        value = cells.plain(self.raw.get(column))[:80]
        self.problems.append(
            Problem(self.sheet, self.number, column_letters(number), heading, value, str(reason))
        )


@dataclass
class Reading:
    """What a file says. A row is good as long as nobody has refused one of its cells."""

    tables: list[Table] = field(default_factory=list)
    all: list[Row] = field(default_factory=list)
    about_sheets: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> list[Row]:
        """The good rows, in the order of the file."""
        return [row for row in self.all if not row.problems]

    @property
    def bad(self) -> list[Row]:
        return [row for row in self.all if row.problems]

    @property
    def to_mend(self) -> list[Row]:
        """The bad rows, and before each the good one that it contradicts: alone, the bad one would be good."""
        shown = {id(row) for bad in self.bad for row in [bad, *bad.twins]}
        return [row for row in self.all if id(row) in shown]

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the order of the file."""
        return [*self.about_sheets, *(problem for row in self.all for problem in row.problems)]


Columns = Sequence[Column] | Callable[[int | None], Sequence[Column]]


def read(content: bytes, columns: Columns, *, name: str = "", limits: Limits | None = None) -> Reading:
    """Reads every visible sheet that has the columns; sheets without a heading row (填表说明) are left aside.

    ``columns`` may be a function of the year that a sheet's name or title tells, for dates without a year.

    :raises UnreadableFile: when there is no such table at all, or the file cannot be read.
    """
    limits = limits or Limits.of_settings()
    sheets = open_workbook(content, name, limits)
    return read_sheets(sheets, columns, patience=Patience(limits.reading_seconds))


def read_sheets(
    sheets: Sequence[Sheet], columns: Columns, *, least: int = 2, patience: Patience | None = None
) -> Reading:
    """As :func:`read`, of sheets that are open already, or were never a file; ``least`` as in :func:`find_table`."""
    patience = patience or Patience(Limits().reading_seconds)
    given = [(sheet, columns(year_in(sheet)) if callable(columns) else columns) for sheet in sheets]
    found = [
        table
        for sheet, wanted in given
        if (table := find_table(sheet, wanted, least=least, patience=patience))
    ]
    if not found:
        wanted = columns(None) if callable(columns) else columns
        words = "、".join(column.headings[0] for column in wanted if column.required)
        raise UnreadableFile(
            _("No heading row was found. The table needs at least the columns %(words)s.") % {"words": words}
        )
    wanted_of = {id(sheet): wanted for sheet, wanted in given}
    reading = Reading()
    for table in found:
        missing = [c for c in wanted_of[id(table.sheet)] if c.required and c.field not in table.columns]
        if not missing:
            reading.tables.append(table)
            continue
        reason = _("Sheet “%(sheet)s” has no column %(words)s.") % {
            "sheet": table.sheet.name,
            "words": "、".join(column.headings[0] for column in missing),
        }
        if len(found) == 1:
            raise UnreadableFile(reason)
        reading.about_sheets.append(Problem(table.sheet.name, table.bottom, "", "", "", reason))
    for table in reading.tables:
        for row in _rows(table):
            patience.check()
            _clean(row)
            reading.all.append(row)
    _refuse_doubles(reading)
    return reading


def year_in(sheet: Sheet) -> int | None:
    """The year that the name of a sheet or a title above its table tells: ``2024年``."""
    titles = [
        value
        for number, row in list(sheet)[:3]
        for value in row.values()
        if isinstance(value, str) and number <= 3
    ]
    for words in [sheet.name, *titles[:3]]:
        years = set(re.findall(r"(?<!\d)((?:19|20)\d\d)(?=年|$)", cells.plain(words)))
        if len(years) == 1:
            return int(years.pop())
    return None


def find_table(
    sheet: Sheet, columns: Sequence[Column], *, least: int = 2, patience: Patience | None = None
) -> Table | None:
    """The heading row: the row, or two rows one above the other, in which most of the columns are found.

    :param least: how many columns it takes to tell headings from data.
    """
    best: Table | None = None
    rows = dict(list(sheet)[:HEADING_WITHIN])
    for number, row in rows.items():
        if patience:
            patience.check()
        for below in ({}, rows.get(number + 1, {})):
            merged = row | below
            headings = {
                at: cells.plain(value)
                for at, value in sorted(merged.items())
                if isinstance(value, str) and len(value) <= LONGEST_HEADING
            }
            matched = _match(headings, columns)
            if len(matched) > (len(best.columns) if best else 0):
                best = Table(sheet, number, number + bool(below), headings, matched)
    return best if best and len(best.columns) >= min(least, len(columns)) else None


def _match(headings: dict[int, str], columns: Sequence[Column]) -> dict[str, tuple[int, Column]]:
    """Which column stands where. Each heading serves one column, the one that lists it earliest."""
    called: dict[str, list[tuple[int, int]]] = {}
    for order, column in enumerate(columns):
        for rank, alias in enumerate(column.headings):
            called.setdefault(_bare(alias), []).append((rank, order))
    offers = sorted(
        (rank, at, order)
        for at, words in headings.items()
        if (without := _bare(_BRACKETS.sub("", words)))
        for name in {_bare(words), without}
        for rank, order in called.get(name, ())
    )
    matched: dict[str, tuple[int, Column]] = {}
    taken: set[int] = set()
    for _rank, at, order in offers:
        column = columns[order]
        if column.field not in matched and at not in taken:
            matched[column.field] = (at, column)
            taken.add(at)
    return matched


@lru_cache(maxsize=4096)
def _bare(words: str) -> str:
    """A heading without blanks and ornaments, as it is compared."""
    return _ORNAMENT.sub("", words).lower()


def _rows(table: Table) -> Iterable[Row]:
    """The rows of data below the headings: no footers, no section titles, no repeated headings, no empty rows."""
    above = _merged_down(table)
    wide = {
        top for top, left, bottom, right in table.sheet.merges if right - left >= 2 and top > table.bottom
    }
    last: dict[str, object] = {}
    footer = False
    for number, row in table.sheet:
        if number <= table.bottom or _repeats_heading(table, row):
            continue
        said = {at: value for at, value in row.items() if not _is_blank_text(value)}
        first = said[min(said)] if said else ""
        if isinstance(first, str) and _FOOTER.fullmatch(cells.plain(first).replace(" ", "")):
            footer = True
            continue
        if (footer or number in wide) and len(said) == 1:
            continue
        own = {name: row.get(at) for name, (at, _column) in table.columns.items()}
        if all(value is None or _is_blank_text(value) for value in own.values()):
            continue
        raw = dict(own)
        for name, (at, column) in table.columns.items():
            if raw[name] is None and (number, at) in above:
                raw[name] = above[number, at]
            elif raw[name] is None and column.down and not table.sheet.knows_merges:
                raw[name] = last.get(name)
        last = raw
        yield Row(table, number, raw)


def _is_blank_text(value: object) -> bool:
    return isinstance(value, str) and not cells.plain(value)


def _repeats_heading(table: Table, row: dict[int, object]) -> bool:
    """Printed lists repeat the headings on each page."""
    same = sum(
        1
        for at, words in table.headings.items()
        if isinstance(row.get(at), str) and cells.plain(row[at]) == words
    )
    return same >= 2 and same * 2 >= len(table.headings)


def _merged_down(table: Table) -> dict[tuple[int, int], object]:
    """For each cell under the top of a merged range of its column: the value of the range.

    Excel lets no range lie over another; where a file does, a range ends above the next, so that there are never more
    of these cells than the table has.
    """
    values, rows = {}, table.sheet.rows
    wanted = {at for at, _column in table.columns.values()}
    starts: dict[int, dict[int, int]] = {}
    for top, left, bottom, _right in table.sheet.merges:
        if left in wanted and bottom > top:
            starts.setdefault(left, {})[top] = bottom
    for left, ranges in starts.items():
        below = max(rows)
        for top in sorted(ranges, reverse=True):
            last, below = min(ranges[top], below), top - 1
            if (value := rows.get(top, {}).get(left)) is not None:
                values.update({(row, left): value for row in range(top + 1, last + 1)})
    return values


def _clean(row: Row) -> None:
    for name, (at, column) in row.table.columns.items():
        value = row.raw[name]
        try:
            cells.refuse_machinery(value)
            if cells.blank(value):
                row.values[name] = None
                if column.required:
                    row.refuse(name, _("Nothing is filled in here."))
                continue
            parse = column.by_heading(row.table.headings[at]) if column.by_heading else column.parse
            row.values[name] = parse(value)
        except cells.Refused as refused:
            row.refuse(name, str(refused))


def _refuse_doubles(reading: Reading) -> None:
    """The second row with a value that may stand once is refused, once, with the number of the first and with the
    columns in which the two differ.
    """
    # In the order of the columns: problems stand in the order of the file, in every process.
    unique = dict.fromkeys(
        name for table in reading.tables for name, (_at, column) in table.columns.items() if column.unique
    )
    first: dict[tuple[str, Any], Row] = {}
    for row in reading.all:
        told: list[Row] = []
        for name in unique:
            if (value := row.values.get(name)) is None:
                continue
            earlier = first.setdefault((name, value), row)
            if earlier is not row and earlier not in told:
                told.append(earlier)
                row.refuse(name, _double(row, earlier))


def _double(row: Row, earlier: Row) -> str:
    """Why a row that comes after another of the same key stays out; the two are then known as twins."""
    differing = [
        row.table.headings[at]
        for name, (at, _column) in row.table.columns.items()
        if row.values.get(name) != earlier.values.get(name)
    ]
    if not differing:
        return _("Row %(row)s already says the same.") % {"row": earlier.number}
    row.twins.append(earlier)
    return _("Row %(row)s has this already, with other data in: %(columns)s.") % {
        "row": earlier.number,
        "columns": "、".join(differing),
    }
