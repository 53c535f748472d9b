"""Reads the cells of an .xlsx file as a stream, and nothing else of it.

openpyxl fills the space up to one far cell and holds a worker for ever, and gives no formulas beside values; this
reader keeps only cells that say something, counts as it goes, and stops at the first limit that is passed
(docs/adr/0003).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from datetime import datetime, timedelta
from functools import lru_cache
from xml.parsers import expat

from django.utils.translation import gettext as _

from records.cells import Fault, Formula
from records.workbooks import Limits, Patience, Sheet, UnreadableFile, column_letters

_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_A_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\[\]]*\]', re.I)
LONGEST_FORMAT = 255  # Excel's own limit
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")


def read(content: bytes, limits: Limits) -> list[Sheet]:
    """The visible sheets of a workbook.

    :raises UnreadableFile: when it is damaged, is something else, or passes a limit.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_package(package, limits)
            return _Workbook(package, limits).sheets()
    except UnreadableFile:
        raise
    except (
        Exception
    ) as error:  # a broken package breaks in many ways; whatever it is, the file is not ours to mend
        raise UnreadableFile.damaged() from error


def _check_package(package: zipfile.ZipFile, limits: Limits) -> None:
    entries = package.infolist()
    if len(entries) > limits.entries or sum(entry.file_size for entry in entries) > limits.unpacked:
        raise UnreadableFile(
            _(
                "Unpacked, this file is far larger than any list. Copy the table into a new workbook and save that."
            )
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile.locked()
    names = {entry.filename for entry in entries}
    if not any(name.endswith("workbook.xml") for name in names):
        raise UnreadableFile.wrong_type()


class _Workbook:
    def __init__(self, package: zipfile.ZipFile, limits: Limits):
        self.package, self.limits = package, limits
        self.patience = Patience(limits.seconds)
        self.since = datetime(1899, 12, 30)
        self.formats: list[str | int] = []
        self.strings: list[str] = []
        self.cells = self.letters = 0

    def take(self, pieces: list[str], words: str) -> None:
        """Adds text that was read to ``pieces`` and to what the whole file may hold."""
        self.letters += len(words)
        if self.letters > self.limits.letters:
            raise UnreadableFile.too_much()
        pieces.append(words)

    def sheets(self) -> list[Sheet]:
        home, listed = self._listing()
        targets = self._targets(home)
        for kind, reader in (("sharedStrings", self._read_strings), ("styles", self._read_styles)):
            if part := next((part for key, part in targets.values() if key == kind), None):
                reader(part)
        return [
            self._read_sheet(name, targets[key][1])
            for name, key in listed
            if key in targets and targets[key][0] == "worksheet"
        ]

    def _listing(self) -> tuple[str, list[tuple[str, str]]]:
        part = next(name for name in self.package.namelist() if name.endswith("workbook.xml"))
        listed = []

        def start(tag, attributes):
            if tag == "sheet" and attributes.get("state", "visible") == "visible":
                listed.append((attributes.get("name", ""), _relation(attributes)))
            elif tag == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
                self.since = datetime(1904, 1, 1)

        self._parse(part, start)
        return part, listed

    def _targets(self, home: str) -> dict[str, tuple[str, str]]:
        folder, file = posixpath.split(home)
        targets = {}

        def start(tag, attributes):
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                path = posixpath.normpath(posixpath.join("/" + folder, attributes["Target"])).lstrip("/")
                targets[attributes["Id"]] = (attributes["Type"].rsplit("/", 1)[-1], path)

        self._parse(f"{folder}/_rels/{file}.rels".lstrip("/"), start)
        return targets

    def _read_strings(self, part: str) -> None:
        pieces: list[str] = []
        state = {"take": False, "skip": False}

        def start(tag, attributes):
            if tag == "si":
                pieces.clear()
            state["take"] = tag == "t" and not state["skip"]
            state["skip"] = state["skip"] or tag == "rPh"

        def end(tag):
            if tag == "si":
                self.strings.append("".join(pieces))
                if len(self.strings) > self.limits.cells:
                    raise UnreadableFile.too_much()
            state["take"] = False
            if tag == "rPh":
                state["skip"] = False

        self._parse(part, start, end, lambda words: self.take(pieces, words) if state["take"] else None)

    def _read_styles(self, part: str) -> None:
        custom: dict[str, str] = {}
        state = {"inside": False}

        def start(tag, attributes):
            if tag == "numFmt":
                custom[attributes["numFmtId"]] = attributes["formatCode"]
            elif tag == "cellXfs":
                state["inside"] = True
            elif tag == "xf" and state["inside"]:
                number = attributes.get("numFmtId", "0")
                self.formats.append(_meaning(int(number), custom.get(number)))

        def end(tag):
            if tag == "cellXfs":
                state["inside"] = False

        self._parse(part, start, end)

    def _read_sheet(self, name: str, part: str) -> Sheet:
        sheet = Sheet(name)
        stream = _SheetStream(self, sheet)
        self._parse(part, stream.start, stream.end, stream.characters)
        return sheet

    def _parse(self, part: str, start, end=None, characters=None) -> None:
        """Streams one part through expat; prefixes of names are dropped, document types are refused."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        local: dict[str, str] = {}

        def bare(tag: str) -> str:
            return local.get(tag) or local.setdefault(tag, tag.rpartition(":")[2])

        parser.StartElementHandler = lambda tag, attributes: start(bare(tag), attributes)
        if end:
            parser.EndElementHandler = lambda tag: end(bare(tag))
        if characters:
            parser.CharacterDataHandler = characters

        def refuse(*_arguments):
            raise UnreadableFile.damaged()

        parser.StartDoctypeDeclHandler = refuse
        with self.package.open(part) as stream:
            while piece := stream.read(65536):
                self.patience.check()
                parser.Parse(piece)
            parser.Parse(b"", True)


class _SheetStream:
    """Takes the events of one worksheet and fills the sheet."""

    def __init__(self, workbook: _Workbook, sheet: Sheet):
        self.workbook, self.sheet, self.limits = workbook, sheet, workbook.limits
        self.row = self.column = 0
        self.kind = self.style = ""
        self.formula: list[str] | None = None
        self.value: list[str] = []
        self.target: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._start_cell(attributes)
        elif tag in {"v", "t"}:
            self.target = self.value
        elif tag == "f":
            self.formula = []
            self.target = self.formula
        elif tag == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
        elif tag == "mergeCell":
            self._merge(attributes["ref"])

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.column += 1
        if match := _REFERENCE.match(attributes.get("r", "")):
            self.column, self.row = column_number(match[1]), int(match[2])
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
        self.formula, self.value = None, []

    def characters(self, words: str) -> None:
        if self.target is not None:
            self.workbook.take(self.target, words)

    def end(self, tag: str) -> None:
        if tag in {"v", "t", "f"}:
            self.target = None
        elif tag == "c":
            value = self._value()
            if value is not None and value != "":
                self._keep(value)

    def _keep(self, value: object) -> None:
        if self.row > self.limits.rows or self.column > self.limits.columns:
            raise UnreadableFile(
                _(
                    "Cell %(cell)s of sheet “%(sheet)s” holds something far outside the table. Delete it, or copy the "
                    "table into a new workbook."
                )
                % {"cell": f"{column_letters(self.column)}{self.row}", "sheet": self.sheet.name}
            )
        self.workbook.cells += 1
        if self.workbook.cells > self.limits.cells:
            raise UnreadableFile.too_much()
        self.sheet.put(self.row, self.column, value)

    def _value(self) -> object:
        if self.formula is not None:
            return Formula("=" + "".join(self.formula))
        raw = "".join(self.value)
        if not raw:
            return None
        if self.kind == "s":
            return self.workbook.strings[int(raw)]
        if self.kind in {"str", "inlineStr"}:
            return raw
        if self.kind == "e":
            return Fault(raw)
        if self.kind == "b":
            return raw == "1"
        if self.kind == "d":
            return datetime.fromisoformat(raw.rstrip("Z"))
        return self._number(float(raw))

    def _number(self, number: float) -> object:
        formats = self.workbook.formats
        style = int(self.style)
        meaning = formats[style] if style < len(formats) else ""
        if meaning == "date" and 0 < number < 2_958_466:
            moment = self.workbook.since + timedelta(days=number)
            return moment.replace(microsecond=0)
        if isinstance(meaning, int):  # shown with so many places: 1977.1 stands there as 1977.10
            shown = f"{number:.{meaning}f}"
            return (
                shown
                if float(shown) == number and meaning
                else int(number)
                if number.is_integer()
                else number
            )
        return int(number) if number.is_integer() and abs(number) < 1e15 else number

    def _merge(self, reference: str) -> None:
        first, _colon, last = reference.partition(":")
        top, bottom = _REFERENCE.match(first), _REFERENCE.match(last or first)
        if top and bottom and len(self.sheet.merges) < self.limits.rows:
            self.sheet.merges.append(
                (int(top[2]), column_number(top[1]), int(bottom[2]), column_number(bottom[1]))
            )


def _relation(attributes: dict[str, str]) -> str:
    """The ``r:id`` of an element, whatever its prefix is called."""
    return next(value for key, value in attributes.items() if key.endswith(":id"))


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """``A`` is 1, ``XFD`` is 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=1024)
def _meaning(number: int, code: str | None) -> str | int:
    """Of a number format: ``"date"``, the count of places that a plain ``0.00`` shows, or nothing particular."""
    if code is None:
        return "date" if number in _DATE_FORMATS else 2 if number == 2 else ""
    if len(code) > LONGEST_FORMAT:
        return ""
    if match := re.fullmatch(r"0\.(0+)(_ )?", code):
        return len(match[1])
    bare = _NOT_A_DATE.sub("", code.split(";")[0])
    return "date" if re.search(r"[ymdhs年月日]", bare, re.I) and not re.search(r"General", bare) else ""
