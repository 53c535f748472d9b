"""What makes Word or Excel fetch from elsewhere, or start a programme, without any relation that says so.

In Word these are field codes, whose letters may stand in several runs; in Excel links to programmes, connections to
data and formulas. The XML is streamed: of a part nothing is kept but the field or formula at hand.
"""

import re
from xml.parsers import expat

from refusal import Refused

WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
SHEET = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main ",
    "http://purl.oclc.org/ooxml/spreadsheetml/main ",
    "http://schemas.microsoft.com/office/excel/2006/main ",
)
VML = "urn:schemas-microsoft-com:vml "
FIELDS = ("DDE", "DDEAUTO", "INCLUDEPICTURE", "INCLUDETEXT", "IMPORT", "INCLUDE", "LINK", "DATABASE", "RD")
FIELD_NAME = re.compile(r"[\W_]*([A-Za-z]+)")
LONGEST_NAME = 200  # letters of a field code, in which its name stands
LONGEST_FORMULA = 32_768  # Excel takes 8192
MOST_FIELDS = 500  # one within the other
SOURCES = {space + name for space in SHEET for name in ("ddeLink", "oleLink", "connection", "queryTable")}
FORMULAS = {
    space + name
    for space in SHEET
    for name in (
        *("f", "formula", "formula1", "formula2", "definedName"),
        *("calculatedColumnFormula", "totalsRowFormula"),
    )
}
FUNCTION = re.compile(
    r"(?<![^\W_])(?:WEBSERVICE|IMAGE|RTD|CALL|REGISTER|REGISTER\.ID|SQL\.REQUEST|STOCKHISTORY|IMPORTTEXT|IMPORTCSV|DDE)"
    r"\s*\(",
    re.IGNORECASE,
)
QUOTED = re.compile(r"""'(?:[^']|'')*+'|"(?:[^"]|"")*+\"""")
# cmd|'/c calc'!A0, 'C:\a.xlsx'!x, [a.xlsx]x!A1 or 'https://example.org/[a.xlsx]x'!A1; not [1]x!A1: a relation
# names its file.
ELSEWHERE = re.compile(
    r"""\w\|(?:'[^']*+'|[\w.]+)!|'[^'\\/]*+[\\/][^']*+'!|\[(?!\d+\])[^\[\]]++\](?:[\w.]+|[^'\[\]]*')!"""
)


class Enough(Exception):
    """The rest of a part is of no interest: a drawing."""


def look_through(part, name: str, kind: str) -> None:
    """Read a part of a ``kind`` file to its end, so that wrong sizes and checksums show, and look at it if it is XML.

    :raises Refused: when it fetches from elsewhere, or is no XML and called so.
    """
    parser, first = None, True
    while piece := part.read(2**16):
        if first and piece.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
            parser = reader(kind)
        first = False
        if parser is not None:
            parser = fed(parser, piece, name)
    if parser is not None:
        fed(parser, b"", name)


def fed(parser, piece: bytes, name: str):
    """The parser after one more piece, or None when the rest need not be looked at."""
    try:
        parser.Parse(piece, not piece)
    except Enough:
        return None
    except expat.ExpatError as error:
        if name.lower().endswith((".xml", ".rels")):
            raise Refused("damaged") from error
        return None  # the drawings of old comments are no good XML, and no part of text or table is called so
    return parser


def reader(kind: str):
    """A parser that refuses what the parts of such a file must not say."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    watch = {"docx": Fields, "xlsx": Formulas}[kind](parser)
    parser.StartElementHandler = watch.start
    parser.StartDoctypeDeclHandler = no_types
    return parser


def no_types(name: str, *_rest) -> None:
    if name.rpartition(":")[2] == "svg":
        raise Enough
    raise Refused("damaged")


def pictures_elsewhere(tag: str, attributes: dict[str, str]) -> None:
    """Old drawings name a picture by its address as well."""
    if not tag.startswith(VML) or tag[len(VML) :] not in ("imagedata", "fill", "stroke"):
        return
    for name, value in attributes.items():
        if name.rpartition(" ")[2] in ("src", "href") and re.search(r"//|\\\\|:", value):
            raise Refused("linked")


class Formulas:
    """The parts of an Excel file."""

    def __init__(self, parser):
        self.parser, self.letters = parser, []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in FORMULAS:
            self.letters = []
            self.parser.StartElementHandler = refuse_inside
            self.parser.CharacterDataHandler = self.letters.append
            self.parser.EndElementHandler = self.end
        elif tag in SOURCES:
            raise Refused("data")
        elif tag.endswith(" svg"):
            raise Enough
        else:
            pictures_elsewhere(tag, attributes)

    def end(self, _tag: str) -> None:
        self.parser.StartElementHandler = self.start
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None
        formula = "".join(self.letters)
        if len(formula) > LONGEST_FORMULA:
            raise Refused("damaged")
        if FUNCTION.search(formula) or ELSEWHERE.search(QUOTED.sub(without_text, formula)):
            raise Refused("data")


def without_text(quoted: re.Match) -> str:
    """Names of sheets stay, texts go: what they say is not fetched."""
    return quoted[0] if quoted[0][0] == "'" else '""'


def refuse_inside(*_arguments) -> None:
    """A formula and the letters of a field hold nothing but letters."""
    raise Refused("damaged")


class Field:
    """A field that has begun; ``within`` is how many elements of other makers stand around it."""

    def __init__(self, within: int):
        self.within, self.code, self.shown = within, "", False


class Fields:
    """The parts of a Word file."""

    def __init__(self, parser):
        self.parser, self.fields, self.letters, self.within = parser, [], None, 0
        parser.EndElementHandler = self.end

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.letters is not None:
            refuse_inside()
        if not tag.startswith(WORD):
            self.within += 1
            if tag.endswith(" svg"):
                raise Enough
            pictures_elsewhere(tag, attributes)
            return
        name = tag.rpartition(" ")[2]
        given = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if name == "fldChar":
            self.mark(given.get("fldCharType", ""))
        elif name == "instrText":
            self.letters = []
            self.parser.CharacterDataHandler = self.letters.append
        elif name == "fldSimple":
            check_field(given.get("instr", ""))
        elif name == "mailMerge":
            raise Refused("field", field="MAILMERGE")

    def end(self, tag: str) -> None:
        if not tag.startswith(WORD):
            self.within -= 1
        elif self.letters is not None:
            words, self.letters, self.parser.CharacterDataHandler = "".join(self.letters), None, None
            self.add(words)

    def add(self, words: str) -> None:
        """Letters of the field that began last; what Word may leave out does not stand between them."""
        if not self.fields:
            return check_field(words)
        field = self.fields[-1]
        if field.within != self.within:
            raise Refused("field", field=field.code[:20].strip() or "{ }")
        field.code = (field.code + words).lstrip()[:LONGEST_NAME]
        return None

    def mark(self, kind: str) -> None:
        last = self.fields[-1] if self.fields else None
        if kind == "begin":
            if last and not last.shown:
                check_unfinished(last.code)
            if len(self.fields) >= MOST_FIELDS:
                raise Refused("damaged")
            self.fields.append(Field(self.within))
        elif last:
            check_field(last.code)
            last.shown = True
            if kind == "end":
                self.fields.pop()


def check_field(code: str) -> None:
    found = FIELD_NAME.match(code)
    if found and found[1].upper() in FIELDS:
        raise Refused("field", field=found[1].upper())


def check_unfinished(code: str) -> None:
    """The name of a field may not be what another field within it says."""
    check_field(code)
    begun = code.strip(' \t\r\n\u00a0"').upper()
    if any(name.startswith(begun) for name in FIELDS):
        raise Refused("field", field=begun or "{ }")
