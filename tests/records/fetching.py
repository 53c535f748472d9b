"""Word and Excel files with fields, formulas and links, made on the spot."""

from __future__ import annotations

import io
import zipfile
from html import escape

from tests.records import papers

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def run(letters: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve">{letters}</w:instrText></w:r>'


def field(*runs: str, shows: str = "<w:r><w:t>见下</w:t></w:r>") -> str:
    """A field whose code stands in these runs, or in what is XML already."""
    code = "".join(one if one.startswith("<") else run(one) for one in runs)
    return mark("begin") + code + mark("separate") + shows + mark("end")


def simple(code: str) -> str:
    return f'<w:fldSimple w:instr="{escape(code)}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def word(inside: str, *, part: str = "document", encoding: str = "utf-8") -> bytes:
    """A Word file with a paragraph of this; ``part`` is where it stands."""
    root = {"document": "document", "footnotes": "footnotes"}.get(part, "hdr")
    body = f"<w:body><w:p>{inside}</w:p></w:body>" if root == "document" else f"<w:p>{inside}</w:p>"
    spaces = f'xmlns:w="{W}" xmlns:mc="{MC}" xmlns:v="urn:schemas-microsoft-com:vml"'
    text = f'<?xml version="1.0" encoding="{encoding}"?><w:{root} {spaces}>{body}</w:{root}>'
    return papers.with_entries(papers.word(), {f"word/{part}.xml": text.encode(encoding)})


def excel(formula: str = "", **parts: str) -> bytes:
    """An Excel file with a formula, and with other parts: ``connections="<…/>"``."""
    sheet = f'<row r="1"><c r="A1"><f>{formula}</f><v>1</v></c></row>' if formula else ""
    said = {"worksheets/sheet1": f'<worksheet xmlns="{S}"><sheetData>{sheet}</sheetData></worksheet>'}
    said |= {name.replace("__", "/"): text for name, text in parts.items()}
    return papers.with_entries(
        papers.excel(), {f"xl/{name}.xml": text.encode() for name, text in said.items()}
    )


def excel_naming(formula: str) -> bytes:
    """An Excel file in which a name stands for the formula."""
    with zipfile.ZipFile(io.BytesIO(papers.excel())) as archive:
        book = archive.read("xl/workbook.xml").decode()
    names = f'<definedNames><definedName name="x">{formula}</definedName></definedNames>'
    book = book.replace("<definedNames/>", names).replace("<definedNames />", names)
    assert names in book
    return papers.with_entries(papers.excel(), {"xl/workbook.xml": book.encode()})
