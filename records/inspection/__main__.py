"""Run as a script, with the limits as JSON in the first argument and the file on standard input.

Answers with one line of JSON, ``{"kind": "pdf"}`` or ``{"refused": "pages", …}``; behind the line comes the cleaned
file when the file is a picture.
"""

import json
import resource
import sys

import filetype
from office import office
from pdfs import pdf
from pictures import picture
from refusal import Refused

MEMORY = 320 * 2**20
CPU_SECONDS = 4


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
