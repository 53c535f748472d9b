"""Looks into an uploaded file in a process of its own, with a lid on memory and time.

Run as a script, with the limits as JSON in the first argument and the file on standard input. Answers with
one line of JSON, ``{"kind": "pdf"}`` or ``{"refused": "pages", …}``; behind the line comes the cleaned
file when the file is a picture. Imports nothing of the project, so that it starts in a few hundredths of a
second and has nothing to steal.
"""

import io
import json
import re
import resource
import struct
import sys
import zipfile
from xml.parsers import expat

import filetype

MEMORY = 320 * 2**20
CPU_SECONDS = 4
MOST_NODES = 5000
XML_MOST = 2 * 2**20

OFFICE = {
    "docx": ("word/document.xml", b"wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
}
JPEG_KEPT = {0xE0, 0xEE, 0xDB, 0xC4, 0xDD, *range(0xC0, 0xD0)} - {0xC8, 0xCC}
PNG_KEPT = {
    b"IHDR",
    b"PLTE",
    b"IDAT",
    b"IEND",
    b"tRNS",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"iCCP",
    b"sBIT",
    b"pHYs",
    b"bKGD",
}
MOST_OBJECTS = 200_000
ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"}
HARMLESS_AT_OPENING = {"/GoTo", "/Named"}
FILE_PLACES = ("/F", "/UF", "/DOS", "/Mac", "/Unix")


def spelled(name: str) -> bytes:
    """A pattern for a PDF name of letters, each of which may be written as its code: ``/Java#53cript``."""
    return b"".join(b"(?:%c|#(?i:%02x))" % (letter, letter) for letter in name.encode())


# For what some viewers find and others do not: objects that no table names, the second of two entries of one name.
LOOSE = re.compile(rb"/(?:" + spelled("JavaScript") + rb"|" + spelled("Launch") + rb")(?![A-Za-z0-9_#])")


class Refused(Exception):
    def __init__(self, reason: str, **details):
        super().__init__(reason)
        self.answer = {"refused": reason, **details}


def inspect(data: bytes, limits: dict) -> tuple[dict, bytes]:
    """What the file is, and its cleaned bytes if they differ from what came in.

    :raises Refused: with the reason and its figures.
    """
    found = filetype.guess(data[:8192])
    kind = found.extension if found else ""
    if kind == "pdf" or data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        return pdf(data, limits)
    if kind in ("jpg", "png"):
        return picture(data, kind, limits)
    if data[:4] == b"PK\x03\x04":
        return office(data, limits)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Refused("old_office")
    raise Refused("unknown")


def picture(data: bytes, kind: str, limits: dict) -> tuple[dict, bytes]:
    """A picture that decodes to its end, without its metadata (place, camera, comments) or anything behind
    it.
    """
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # the cap is ours and is asked before decoding
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG" if kind == "jpg" else "PNG"]) as image:
            if image.width * image.height > limits["pixels"]:
                raise Refused("pixels", width=image.width, height=image.height)
            turned = image.getexif().get(0x0112, 1) if kind == "jpg" else 1
        clean = clean_jpeg(data, turned) if kind == "jpg" else clean_png(data)
        with Image.open(io.BytesIO(clean)) as image:
            if kind == "jpg":
                image.draft(image.mode, (image.width // 8, image.height // 8))
            image.load()
    except (OSError, SyntaxError, ValueError, IndexError, struct.error, UnidentifiedImageError) as error:
        raise Refused("damaged") from error
    return {"kind": kind}, clean


def clean_jpeg(data: bytes, turned: int) -> bytes:
    """The segments that make the picture, and of its EXIF only how it is turned."""
    out, at = [b"\xff\xd8"], 2
    if turned in range(2, 9):
        exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0) + bytes(4)
        out.append(b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker where one belongs")
        while data[at] == 0xFF:
            at += 1
        marker, at = data[at], at + 1
        if marker == 0xD9:
            return b"".join([*out, b"\xff\xd9"])
        length = struct.unpack_from(">H", data, at)[0]
        segment, at = data[at : at + length], at + length
        colours = marker == 0xE2 and segment[2:13] == b"ICC_PROFILE"
        if marker in JPEG_KEPT or colours or marker == 0xDA:
            out.append(bytes((0xFF, marker)) + segment)
        if marker == 0xDA:
            scan = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]").search(data, at)
            if scan is None:
                raise ValueError("no end of image")
            out.append(data[at : scan.start()])
            at = scan.start()


def clean_png(data: bytes) -> bytes:
    """The chunks that make the picture."""
    out, at = [data[:8]], 8
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        chunk, at = data[at : at + 12 + length], at + 12 + length
        if len(chunk) != 12 + length:
            raise ValueError("cut off")
        if name in PNG_KEPT:
            out.append(chunk)
        if name == b"IEND":
            return b"".join(out)


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
            unpack(archive, entries)
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
        outside = given.get("targetmode", "").lower() == "external" or kind == "attachedtemplate"
        if outside and kind != "hyperlink":
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


def unpack(archive: zipfile.ZipFile, entries: list) -> None:
    """Read every entry without keeping it: sizes that lie and wrong checksums show up."""
    for entry in entries:
        with archive.open(entry) as part:
            while part.read(2**16):
                pass


def pdf(data: bytes, limits: dict) -> tuple[dict, bytes]:
    """A PDF that opens without a password, has not too many pages and does nothing by itself."""
    import logging

    from pypdf import PdfReader

    logging.disable(logging.CRITICAL)
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise Refused("damaged")
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused("unknown")
    if LOOSE.search(data):
        raise Refused("active")
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("password")
        root = reader.trailer["/Root"].get_object()
        pages = walk(root["/Pages"], "/Kids", limits["pages"])
        check_objects(reader)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # whatever a parser trips over in a file made to trip it
        raise Refused("damaged") from error
    if not pages:
        raise Refused("damaged")
    return {"kind": "pdf", "pages": len(pages)}, b""


def walk(top, children: str, most: int) -> list:
    """The leaves below ``top``; no node twice, and no more of them than ``most``."""
    waiting, seen, leaves, nodes = [top], set(), [], 0
    while waiting:
        pointer = waiting.pop()
        mark = getattr(pointer, "idnum", None) or id(pointer)
        nodes += 1
        if mark in seen or nodes > MOST_NODES:
            raise Refused("damaged")
        seen.add(mark)
        node = pointer.get_object()
        if children in node:
            below = node[children].get_object()
            if len(below) > MOST_NODES:
                raise Refused("pages", most=most)
            waiting.extend(list(below)[::-1])
            continue
        leaves.append(node)
        if len(leaves) > most:
            raise Refused("pages", most=most)
    return leaves


def check_objects(reader) -> None:
    """Every object that the file's tables name, whoever points to it: none acts, brings a file along or is a form of
    its own.
    """
    from pypdf.generic import IndirectObject

    places = [(number, generation) for generation, table in reader.xref.items() for number in table]
    places += [(number, 0) for number in reader.xref_objStm]
    if len(places) > MOST_OBJECTS:
        raise Refused("slow")
    for pack in {pack for pack, _at in reader.xref_objStm.values()}:
        packed = reader.get_object(IndirectObject(pack, 0, reader))
        if LOOSE.search(packed.get_data()):
            raise Refused("active")
    check_inside(reader.trailer)
    for number, generation in places:
        check_inside(reader.get_object(IndirectObject(number, generation, reader)))


def check_inside(top) -> None:
    """An object and all that stands in it; what it points to has its own turn."""
    waiting = [top]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            check_dictionary(value)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def check_dictionary(held: dict) -> None:
    """Names may be those of fonts and pictures as well, so a key counts only with what it stands for."""
    kind = found(held, "/S")
    if kind in ACTIVE or (kind is not None and "/JS" in held) or "/XFA" in held:
        raise Refused("active")
    if "/EF" in held and any(found(held, "/EF", place) for place in FILE_PLACES):
        raise Refused("active")
    events = found(held, "/AA")
    if isinstance(events, dict) and any(found(events, event, "/S") is not None for event in events):
        raise Refused("active")
    if "/OpenAction" in held:
        check_opening(found(held, "/OpenAction"))


def check_opening(action) -> None:
    """At its opening a file may turn to one of its own pages, and do nothing else."""
    waiting = [action]
    for _step in range(200):
        if not waiting:
            return
        action = waiting.pop()
        if isinstance(action, dict):
            if found(action, "/S") not in HARMLESS_AT_OPENING:
                raise Refused("active")
            following = found(action, "/Next")
            waiting.extend(
                map(resolved, following) if isinstance(following, list) else [following] if following else []
            )
    raise Refused("active")


def found(held, *keys: str):
    """What stands under ``keys``, one inside the other; None if something else does."""
    for key in keys:
        held = resolved(held.get(key)) if isinstance(held, dict) else None
    return held


def resolved(value):
    """The object itself, where there is a pointer to it, or a pointer to a pointer."""
    for _step in range(10):
        if value is None or value.__class__.__name__ != "IndirectObject":
            break
        value = value.get_object()
    return None if value.__class__.__name__ == "NullObject" else value


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    clean = b""
    try:
        answer, clean = inspect(sys.stdin.buffer.read(), json.loads(sys.argv[1]))
    except Refused as refused:
        answer = refused.answer
    except (MemoryError, RecursionError):
        answer = {"refused": "bomb"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.write(clean)


if __name__ == "__main__":
    main()
