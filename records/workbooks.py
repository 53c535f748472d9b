"""Opens a table that somebody has handed over (.xlsx, .xls, .csv) within fixed limits, and keeps its cells as they are.

The kind of file is told by its content; its name only helps to word the message.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import filetype
import xlrd
from django.conf import settings
from django.utils.translation import gettext as _

from records.cells import Fault


@dataclass(frozen=True)
class Limits:
    """What a list of a university may come to; beyond it a file is refused before it costs anything."""

    bytes: int = 10 * 2**20
    old_bytes: int = 4 * 2**20
    entries: int = 2_000
    unpacked: int = 48 * 2**20
    letters: int = 12_000_000
    rows: int = 30_000
    columns: int = 256
    cells: int = 600_000
    seconds: float = 3.5  # to open it
    reading_seconds: float = 10  # to make out its rows

    @classmethod
    def of_settings(cls) -> Limits:
        return cls(bytes=settings.SHEET_MOST_BYTES)


class UnreadableFile(ValueError):
    """A file that cannot be read at all; ``str()`` says why and what to do, in the user's language."""

    @classmethod
    def damaged(cls) -> UnreadableFile:
        return cls(
            _("The file is damaged or incomplete. Open it in Excel or WPS, save it again, and upload that.")
        )

    @classmethod
    def wrong_type(cls) -> UnreadableFile:
        return cls(_("This is not an Excel file, whatever its name says. Upload .xlsx, .xls or .csv."))

    @classmethod
    def locked(cls) -> UnreadableFile:
        return cls(_("The file is protected by a password. Take the password off and upload it again."))

    @classmethod
    def too_much(cls) -> UnreadableFile:
        return cls(
            _(
                "The file holds more than can be read at once. Split it, or copy the table into a new workbook."
            )
        )


class Patience:
    """How much work a list may cost. The thread's own time counts: a busy machine makes no list too large."""

    def __init__(self, seconds: float):
        self.until = time.thread_time() + seconds

    def check(self) -> None:
        """:raises UnreadableFile: once the time is used up."""
        if time.thread_time() > self.until:
            raise UnreadableFile.too_much()


@dataclass
class Sheet:
    """The cells of one sheet that say something: ``rows[row][column]``, both counted from 1, and the merged ranges."""

    name: str
    rows: dict[int, dict[int, object]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    knows_merges: bool = True

    def put(self, row: int, column: int, value: object) -> None:
        self.rows.setdefault(row, {})[column] = value

    def __iter__(self) -> Iterator[tuple[int, dict[int, object]]]:
        return iter(sorted(self.rows.items()))


def column_letters(number: int) -> str:
    """1 is ``A``, 16384 is ``XFD``."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def open_workbook(content: bytes, name: str = "", limits: Limits | None = None) -> list[Sheet]:
    """The visible sheets of the file, hidden ones left out.

    :raises UnreadableFile: with a message for people, in at most ``limits.seconds`` or so and little memory.
    """
    from records import ooxml

    limits = limits or Limits.of_settings()
    if not content:
        raise UnreadableFile(_("The file is empty."))
    if len(content) > limits.bytes:
        raise UnreadableFile(
            _("The file is larger than %(most)s MB. Take out pictures and other sheets.")
            % {"most": limits.bytes >> 20}
        )
    if content.startswith(b"PK"):
        return ooxml.read(content, limits)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _read_old(content, limits)
    if name.lower().endswith((".xlsx", ".xls", ".xlsm", ".et")) or filetype.guess(content):
        if content.lstrip()[:1] == b"<":
            raise UnreadableFile(
                _(
                    "This is a web page that was named like an Excel file. Open it in Excel and save it as .xlsx."
                )
            )
        raise UnreadableFile.wrong_type()
    return [_read_text(content, name, limits)]


def _read_old(content: bytes, limits: Limits) -> list[Sheet]:
    """An .xls file; a new workbook with a password comes in the same wrapping."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableFile.locked()
    if "WordDocument".encode("utf-16-le") in content or "PowerPoint".encode("utf-16-le") in content:
        raise UnreadableFile.wrong_type()
    if len(content) > limits.old_bytes:
        raise UnreadableFile(_("An .xls file of this size cannot be read. Save it as .xlsx."))
    try:
        with (
            open(os.devnull, "w") as silence,
            xlrd.open_workbook(
                file_contents=content, formatting_info=True, ragged_rows=True, on_demand=True, logfile=silence
            ) as book,
        ):
            return [
                _old_sheet(book, number, limits)
                for number in range(book.nsheets)
                if book._sheet_visibility[number] == 0
            ]
    except UnreadableFile:
        raise
    except xlrd.XLRDError as error:
        raise (
            UnreadableFile.locked() if "encrypt" in str(error).lower() else UnreadableFile.damaged()
        ) from error
    except Exception as error:  # xlrd trusts the file and fails in many ways on a damaged one
        raise UnreadableFile.damaged() from error


def _old_sheet(book, number: int, limits: Limits) -> Sheet:
    old = book.sheet_by_index(number)
    sheet = Sheet(
        old.name, merges=[(top + 1, left + 1, bottom, right) for top, bottom, left, right in old.merged_cells]
    )
    cells = 0
    for row in range(old.nrows):
        for column, (kind, value) in enumerate(zip(old.row_types(row), old.row_values(row), strict=True)):
            if kind in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK} or value == "":
                continue
            cells += 1
            if row >= limits.rows or column >= limits.columns or cells > limits.cells:
                raise UnreadableFile.too_much()
            sheet.put(row + 1, column + 1, _old_value(kind, value, book.datemode))
    return sheet


def _old_value(kind: int, value: object, datemode: int) -> object:
    if kind == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(value, datemode)
        except (OverflowError, ValueError):
            return value
    if kind == xlrd.XL_CELL_NUMBER:
        return int(value) if value.is_integer() else value
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_ERROR:
        return Fault(xlrd.error_text_from_code.get(value, "#N/A"))
    return value


def _read_text(content: bytes, name: str, limits: Limits) -> Sheet:
    """Text with commas, semicolons or tabs, in UTF-8, UTF-16 or GB 18030."""
    words = _decode(content)
    first = words[:4000]
    comma = max(",;\t，", key=first.count)
    csv.field_size_limit(100_000)
    sheet = Sheet(name.rsplit(".", 1)[0][:60], knows_merges=False)
    cells = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(words, newline=""), delimiter=comma), start=1):
            for column, value in enumerate(row, start=1):
                if not value.strip():
                    continue
                cells += 1
                if number > limits.rows or column > limits.columns or cells > limits.cells:
                    raise UnreadableFile.too_much()
                sheet.put(number, column, value)
    except csv.Error as error:
        raise UnreadableFile.damaged() from error
    return sheet


def _decode(content: bytes) -> str:
    encodings = ["utf-8-sig", "gb18030"]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            words = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in words:
            return words
    raise UnreadableFile.wrong_type()
