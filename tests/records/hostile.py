"""Files that nobody means well with, made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile

from openpyxl import Workbook

from tests.records.papers import with_entries

HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD = workbook(["工号", "姓名"], ["01001", "甲"])


def with_sheet(xml: bytes | list[bytes], *, extra: dict[str, bytes] | None = None) -> bytes:
    """A well-formed workbook whose only sheet is ``xml``."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for entry in old.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                new.writestr(entry.filename, old.read(entry))
        with new.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for piece in [xml] if isinstance(xml, bytes) else xml:
                sheet.write(piece)
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def zip_bomb() -> bytes:
    return with_sheet([HEAD, *[b" " * 2**20] * 200, TAIL])


def lying_bomb() -> bytes:
    """Says in its directory that the sheet is small."""
    content = bytearray(with_sheet(HEAD + b"<row r='1'><c r='A1'><v>1</v></c></row>" * 1_000_000 + TAIL))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            size = struct.unpack_from("<I", content, at + offset)[0]
            if size > 10_000_000:
                struct.pack_into("<I", content, at + offset, 1000)
    return bytes(content)


def far_cell() -> bytes:
    return with_sheet(
        HEAD
        + b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
        + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        + TAIL
    )


def far_cell_of_openpyxl() -> bytes:
    book = Workbook()
    book.active["A1"] = "工号"
    book.active.cell(1048576, 16384, "x")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def many_empty_cells() -> bytes:
    return with_sheet(HEAD + b"<row>" + b"<c/>" * 11_000_000 + b"</row>" + TAIL)


def many_cells() -> bytes:
    row = b"<row>" + b"<c><v>1</v></c>" * 200 + b"</row>"
    return with_sheet(HEAD + row * 14_000 + TAIL)


def wide_merges() -> bytes:
    merges = b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 500_000 + b"</mergeCells>"
    return with_sheet(HEAD + TAIL.replace(b"</worksheet>", merges + b"</worksheet>"))


def nested_merges(count: int = 25_000) -> bytes:
    """Each range of the first column ends where all the others end."""
    rows = b"".join(f"<row r='{at}'><c r='A{at}'><v>{at}</v></c></row>".encode() for at in range(2, count))
    names = "".join(
        f"<c r='{cell}' t='inlineStr'><is><t>{words}</t></is></c>"
        for cell, words in (("A1", "工号"), ("B1", "姓名"))
    )
    merges = b"".join(f'<mergeCell ref="A{at}:A{count + 1}"/>'.encode() for at in range(2, count))
    return with_sheet(
        HEAD
        + f"<row r='1'>{names}</row>".encode()
        + rows
        + b"</sheetData><mergeCells>"
        + merges
        + b"</mergeCells></worksheet>"
    )


def open_brackets(kind: str = "(", count: int = 500_000) -> bytes:
    """A heading that opens brackets only."""
    out = f"<row r='1'><c r='A1' t='inlineStr'><is><t>{kind * count}</t></is></c></row>".encode()
    return with_sheet(HEAD + out + TAIL)


def open_formats(count: int = 60_000) -> bytes:
    """A number format that opens brackets only."""
    uses = '<xf numFmtId="164"/>'
    styles = (
        '<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<numFmts><numFmt numFmtId="164" formatCode="{"[" * count}"/></numFmts>'
        f"<cellXfs>{uses * 100}</cellXfs></styleSheet>"
    )
    return with_entries(GOOD, {"xl/styles.xml": styles.encode()})


def long_text() -> bytes:
    words = b"<row><c t='inlineStr'><is><t>" + b"a" * 45_000_000 + "😀".encode() + b"</t></is></c></row>"
    return with_sheet(HEAD + words + TAIL)


def entity_bomb() -> bytes:
    dtd = b'<!DOCTYPE w [<!ENTITY a "' + b"x" * 1000 + b'">'
    for one, other in zip("bcdefgh", "abcdefg", strict=True):
        dtd += f'<!ENTITY {one} "{f"&{other};" * 10}">'.encode()
    return with_sheet(dtd + b"]>" + HEAD + b"<row><c t='inlineStr'><is><t>&h;</t></is></c></row>" + TAIL)


def outside_entity() -> bytes:
    dtd = b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return with_sheet(dtd + HEAD + b"<row><c t='inlineStr'><is><t>&a;</t></is></c></row>" + TAIL)


def many_entries() -> bytes:
    return with_sheet(HEAD + TAIL, extra={f"xl/media/{number}.png": b"" for number in range(5000)})


def truncated() -> bytes:
    return GOOD[: len(GOOD) * 2 // 3]


def truncated_inside() -> bytes:
    return with_sheet(HEAD + b'<row r="1"><c r="A1"><v>1')


def locked() -> bytes:
    """A new workbook with a password comes in the old wrapping, with a stream of this name."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 1024
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 512
    )


def old_rubbish() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 64


def picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"\0" * 2000


def pdf() -> bytes:
    return b"%PDF-1.7\n" + b"x" * 2000


def page() -> bytes:
    return "<html><body><table><tr><td>工号</td></tr></table></body></html>".encode()


def other_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def too_large() -> bytes:
    return b"PK" + b"\0" * (11 * 2**20)


def nothing() -> bytes:
    return b""


def rubbish() -> bytes:
    return bytes(range(255, 0, -1)) * 50


FILES = {
    maker.__name__: maker
    for maker in (
        zip_bomb, lying_bomb, far_cell, far_cell_of_openpyxl, many_empty_cells, many_cells, long_text, entity_bomb,
        outside_entity, many_entries, truncated, truncated_inside, locked, old_rubbish, picture, pdf, page, other_zip,
        too_large, nothing, rubbish, wide_merges, nested_merges, open_brackets, open_formats,
    )
}  # fmt: skip
