"""Word and Excel: the right parts, no macros, no bomb, and nothing that fetches from elsewhere."""

import io
import re
import zipfile
from xml.parsers import expat

from fetching import look_through
from refusal import Refused

XML_MOST = 2 * 2**20
OFFICE = {
    "docx": ("word/document.xml", b"wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
}
# Relations that take something into the file, or run something beside it, wherever they point.
TAKES_IN = {"attachedtemplate", "afchunk", "webextensiontaskpanes", "webextension", "rdrichvaluewebimage"}


def office(data: bytes, limits: dict) -> tuple[dict, bytes]:
    """A Word or Excel file: the right parts, no macros, no bomb; everything in it unpacks to its end."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            check_size(entries, len(data), limits)
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names:
                raise Refused("unknown")
            types = small(archive, "[Content_Types].xml")
            if b"macroEnabled" in types or any(
                re.search(r"vbaProject|/activeX/|macrosheets", n) for n in names
            ):
                raise Refused("macros")
            kinds = [kind for kind, (part, mark) in OFFICE.items() if part in names and mark in types]
            if len(kinds) != 1:
                raise Refused("unknown")
            for entry in entries:
                with archive.open(entry) as part:
                    look_through(part, entry.filename, kinds[0])
            for name in names:
                if name.lower().endswith(".rels"):
                    check_relations(small(archive, name))
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        KeyError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise Refused("damaged") from error
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise Refused("damaged") from error
        raise
    return {"kind": kinds[0]}, b""


def check_size(entries: list, size: int, limits: dict) -> None:
    if len(entries) > limits["entries"]:
        raise Refused("bomb")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("password")
    total = sum(entry.file_size for entry in entries)
    if total > limits["unpacked"] or total > max(limits["ratio"] * size, 10 * 2**20):
        raise Refused("bomb")
    if any(
        entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.filename)
        for entry in entries
    ):
        raise Refused("damaged")


def small(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part that is small in every honest file, and has no entities to blow up."""
    if archive.getinfo(name).file_size > XML_MOST:
        raise Refused("bomb")
    text = archive.read(name)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Refused("damaged")
    return text


def check_relations(text: bytes) -> None:
    """Only links that somebody has to follow may lead outside: no template, object, picture or data from there."""

    def start(tag: str, attributes: dict[str, str]) -> None:
        given = {name.rpartition(":")[2].lower(): value.strip() for name, value in attributes.items()}
        kind = given.get("type", "").rpartition("/")[2].lower()
        outside = given.get("targetmode", "").lower() == "external" and kind != "hyperlink"
        if outside or kind in TAKES_IN:
            raise Refused("linked")

    def refuse(*_arguments) -> None:
        raise Refused("damaged")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise Refused("damaged") from error
