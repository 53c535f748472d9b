"""The document fonts: woff2 as they are kept, TrueType as they are used.

fontTools unpacks a woff2 file with five copies of it in memory, 90 MB for one of ours. Ours keep ``glyf``
untransformed (tools/build_fonts.py), so unpacking is one Brotli stream cut into tables, with two copies.
"""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

CHUNK = 64 * 1024


def unpack(path: Path) -> bytes:
    """The TrueType font inside the woff2 file at ``path``; table checksums are left out, as nobody reads them.

    :raises ValueError: when the file has a transformed table.
    """
    import brotli
    from fontTools.ttLib import woff2

    with path.open("rb") as packed:
        flavour, tables = struct.unpack(">4x4s4xH", packed.read(14))
        packed.seek(woff2.woff2DirectorySize)
        entries = [_entry(packed, woff2.WOFF2DirectoryEntry()) for _ in range(tables)]
        offset, places = 12 + 16 * tables, {}
        for tag, length in entries:
            places[tag] = (offset, length)
            offset += -(-length // 4) * 4
        font = BytesIO(bytes(offset))
        font.write(flavour + _search_fields(tables))
        for tag in sorted(places):
            font.write(struct.pack(">4s3L", tag.encode("ascii"), 0, *places[tag]))
        stream, waiting = brotli.Decompressor(), bytearray()
        for start, length in places.values():
            font.seek(start)
            left = length
            while left:
                if not waiting:
                    waiting += stream.process(packed.read(CHUNK))
                    if stream.is_finished() and not waiting:
                        raise ValueError(f"{path.name} ends early")
                piece = waiting[:left]
                font.write(piece)
                del waiting[: len(piece)]
                left -= len(piece)
    return font.getvalue()


def _entry(packed, entry) -> tuple[str, int]:
    entry.fromFile(packed)
    if entry.transformed:
        raise ValueError(f"the table {entry.tag} is transformed; build the fonts with tools/build_fonts.py")
    return str(entry.tag), entry.origLength


def _search_fields(tables: int) -> bytes:
    power = 1 << (tables.bit_length() - 1)
    return struct.pack(">4H", tables, power * 16, power.bit_length() - 1, (tables - power) * 16)
