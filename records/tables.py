"""Lists that leave the product as Excel: exports, and the marked-up copy of the rows that could not go in."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from records.sheets import Reading, Row, Table

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_HEAD = PatternFill("solid", fgColor="F3E4E2")
_BAD = PatternFill("solid", fgColor="FBD9D5")
_LONG = Alignment(wrap_text=True, vertical="top")
WIDEST = 50  # of a column, in signs


def harmless(value: object) -> object:
    """Text that Excel might take for a formula gets an apostrophe in front (OWASP, CSV injection); the rest stays.

    Also after a detour through CSV the text then remains text. Our own reader takes the apostrophe off again.
    """
    if not isinstance(value, str):
        return value
    value = ILLEGAL_CHARACTERS_RE.sub("", value)
    if _DANGEROUS.match(value) and value.strip("-－ "):
        return "'" + value
    return value


def export(headings: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str = "") -> bytes:
    """An .xlsx of one sheet. Text stays text (leading zeros remain), numbers and dates stay what they are.

    Each row has as many values as there are headings.
    """
    book = Workbook()
    page = book.active
    page.title = _sheet_name(sheet or _("List"))
    _write_row(page, 1, headings)
    for number, row in enumerate(rows, start=2):
        _write_row(page, number, row)
    _dress(page, 1, len(headings))
    return _saved(book)


class Figure(float):
    """A number that is shown with two decimals."""


@dataclass(frozen=True)
class Page:
    """One sheet of a workbook; each row has as many values as there are headings.

    :ivar fixed: how many columns at the left stay in sight when one scrolls.
    """

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[object]]
    fixed: int = 0


def export_pages(pages: Iterable[Page], *, after_row: Callable[[int], None] = lambda done: None) -> bytes:
    """An .xlsx of several sheets, each cell as :func:`export` writes it.

    :param after_row: called with the number of rows written so far.
    """
    book, done = Workbook(), 0
    book.remove(book.active)
    for one in pages:
        page = book.create_sheet(_sheet_name(one.title))
        _write_row(page, 1, one.headings)
        for number, row in enumerate(one.rows, start=2):
            _write_row(page, number, row)
            done += 1
            after_row(done)
        _dress(page, 1, len(one.headings), fixed=one.fixed)
    return _saved(book)


def marked_copy(reading: Reading) -> bytes:
    """The bad rows under the same headings, each bad cell coloured and with the reason as a comment, and all reasons of
    a row in a last column. Mended, the file can be imported as it is.

    Above a row that says something else under the same key stands the one it contradicts: imported untouched, the
    file brings the bad rows no further, and whoever wants the second has to take the first out.
    """
    book = Workbook()
    book.remove(book.active)
    for table in reading.tables:
        rows = [row for row in reading.to_mend if row.table is table]
        if rows:
            _mark(book.create_sheet(_sheet_name(table.sheet.name)), table, rows)
    if not book.sheetnames:
        book.create_sheet(_sheet_name(_("No bad rows")))
    return _saved(book)


def _mark(page: Worksheet, table: Table, rows: list[Row]) -> None:
    places = sorted(table.headings)
    _write_row(page, 1, [*(table.headings[at] for at in places), _("What is wrong (row in your file)")])
    column_of = {name: places.index(at) + 1 for name, (at, _column) in table.columns.items()}
    for number, row in enumerate(rows, start=2):
        original = table.sheet.rows.get(row.number, {})
        filled = {table.columns[name][0]: value for name, value in row.raw.items()}
        values = [filled.get(at, original.get(at)) for at in places]
        reasons = [f"{problem.heading}：{problem.reason}" for problem in row.problems] or [
            _("This one is right by itself and goes in. To have the other one instead, delete this row.")
        ]
        where = _("Row %(row)s") % {"row": row.number}
        _write_row(page, number, [*values, f"{where} {' '.join(reasons)}"])
        for problem in row.problems:
            for name, (at, _column) in table.columns.items():
                if table.headings.get(at) == problem.heading:
                    _paint(page.cell(number, column_of[name]), problem.reason)
    _dress(page, 1, len(places) + 1)
    page.column_dimensions[get_column_letter(len(places) + 1)].width = 60


def _paint(cell: Cell, reason: str) -> None:
    cell.fill = _BAD
    words = f"{cell.comment.text}\n{reason}" if cell.comment else reason
    cell.comment = Comment(words, "-", width=260, height=90)


def _write_row(page: Worksheet, number: int, values: Sequence[object]) -> None:
    for column, value in enumerate(values, start=1):
        cell = page.cell(number, column)
        if isinstance(value, str):
            cell.value = harmless(str(value))
            cell.data_type = "s"
            cell.number_format = "@"
        elif isinstance(value, datetime):
            cell.value = value.replace(tzinfo=None)
            cell.number_format = "yyyy-mm-dd" if value.time() == datetime.min.time() else "yyyy-mm-dd hh:mm"
        elif isinstance(value, date):
            cell.value = value
            cell.number_format = "yyyy-mm-dd"
        elif isinstance(value, Figure):
            cell.value = float(value)
            cell.number_format = "0.00"
        else:
            cell.value = value if value is None or isinstance(value, int | float) else str(value)


def _dress(page: Worksheet, heading: int, columns: int, *, fixed: int = 0) -> None:
    """Headings that stay and filter, columns as wide as their text, long text over several lines, printed across."""
    page.freeze_panes = page.cell(heading + 1, fixed + 1)
    page.auto_filter.ref = f"A{heading}:{get_column_letter(columns)}{max(page.max_row, heading)}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = f"{heading}:{heading}"
    for column in range(1, columns + 1):
        cell = page.cell(heading, column)
        cell.font = Font(bold=True)
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        longest = max(
            (_breadth(page.cell(row, column).value) for row in range(1, min(page.max_row, 60) + 1)), default=8
        )
        page.column_dimensions[get_column_letter(column)].width = min(max(longest + 2, 8), WIDEST)
        if longest + 2 > WIDEST:
            for row in range(heading + 1, page.max_row + 1):
                page.cell(row, column).alignment = _LONG


def _breadth(value: object) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in str(value if value is not None else ""))


def _sheet_name(words: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", str(words)).strip()[:31] or "1"


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
