"""Pictures: decoded to their end, and cleaned of what does not belong to the picture."""

import io
import re
import struct

from refusal import Refused

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
