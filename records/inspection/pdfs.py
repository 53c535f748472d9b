"""PDF: opens without a password, has not too many pages, and does nothing by itself."""

import io
import re
import zipfile

from refusal import Refused

MOST_NODES = 5000
MOST_OBJECTS = 200_000
ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"}
HARMLESS_AT_OPENING = {"/GoTo", "/Named"}
FILE_PLACES = ("/F", "/UF", "/DOS", "/Mac", "/Unix")


def spelled(name: str) -> bytes:
    """A pattern for a PDF name of letters, each of which may be written as its code: ``/Java#53cript``."""
    return b"".join(b"(?:%c|#(?i:%02x))" % (letter, letter) for letter in name.encode())


# For what some viewers find and others do not: objects that no table names, the second of two entries of one name.
LOOSE = re.compile(rb"/(?:" + spelled("JavaScript") + rb"|" + spelled("Launch") + rb")(?![A-Za-z0-9_#])")


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
