"""A certificate and its plaque as PDF.

A certificate is anything with ``number``, ``code``, ``studio_name``, ``lead_name``, ``starts_on``, ``ends_on`` and
``issued_on``; nothing is read from or written to the database here.
"""

from __future__ import annotations

import datetime
import unicodedata
from itertools import groupby

import segno
from django.conf import settings

from records import documents

NUMERALS = "〇一二三四五六七八九"
SUFFIX = "劳模创新工作室"


def certificate_pdf(certificate, *, preview: bool = False) -> bytes:
    """The A4 landscape certificate as PDF/A-2u, signed where a key is configured.

    :param preview: a watermark, no number and no signature, for looking at before issue.
    :raises records.documents.MissingGlyph: when a name holds a character that the font lacks.
    """
    context = _context(certificate, preview=preview)
    context["name_lines"] = certificate_lines(certificate.studio_name)
    context["name_size"] = min(fitting(line, room=236, most=13) for line in context["name_lines"])
    pdf = documents.render_pdf("certificate", context, archival=True)
    return pdf if preview else documents.sign(pdf)


def plaque_pdf(certificate, *, preview: bool = False) -> bytes:
    """The plaque of 600 × 400 mm as PDF/A-2u, signed where a key is configured.

    :raises records.documents.MissingGlyph: when a name holds a character that the font lacks.
    """
    context = _context(certificate, preview=preview)
    context["name_lines"] = plaque_lines(certificate.studio_name)
    pdf = documents.render_pdf("plaque", context, archival=True)
    return pdf if preview else documents.sign(pdf)


def require_drawable(studio_name: str, lead_name: str) -> None:
    """Refuse, before anything is issued, names that a certificate could not show.

    :raises records.documents.MissingGlyph: naming the character, its code point and the name it stands in.
    """
    documents.require_glyphs(lead_name, whose=lead_name)
    documents.require_glyphs(studio_name, whose=studio_name)


def check_url(code: str) -> str:
    """The address behind the QR code: the public check page of a certificate."""
    return f"{settings.SITE_URL}/check/{code}/" if code else f"{settings.SITE_URL}/check/"


def _context(certificate, *, preview: bool) -> dict:
    require_drawable(certificate.studio_name, certificate.lead_name)
    return {
        "university": settings.UNIVERSITY,
        "union": settings.UNION,
        "studio_name": certificate.studio_name,
        "lead_name": certificate.lead_name,
        "number": "待编" if preview else certificate.number,
        "starts_on": date_in_words(certificate.starts_on),
        "ends_on": date_in_words(certificate.ends_on),
        "issued_on": certificate.issued_on,
        "issued_in_words": date_in_words(certificate.issued_on),
        "issued_month": month_in_words(certificate.issued_on),
        "qr": qr_code(check_url("" if preview else certificate.code)),
        "preview": preview,
    }


def month_in_words(day: datetime.date) -> str:
    """二〇二六年五月."""
    year = "".join(NUMERALS[int(digit)] for digit in str(day.year))
    return f"{year}年{_up_to_99(day.month)}月"


def date_in_words(day: datetime.date) -> str:
    """二〇二六年五月一日."""
    return f"{month_in_words(day)}{_up_to_99(day.day)}日"


def _up_to_99(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else NUMERALS[tens]) + ("十" if tens else "") + (NUMERALS[ones] if ones else "")


def qr_code(text: str) -> dict:
    """``{"size": modules with the quiet zone, "path": SVG path of the dark modules}``."""
    quiet = 3
    code = segno.make(text, error="m", micro=False)
    runs = []
    for y, row in enumerate(code.matrix):
        x = 0
        for dark, cells in groupby(row):
            width = len(list(cells))
            if dark:
                # A hair taller than a module, so that no seam shows between rows.
                runs.append(f"M{x + quiet} {y + quiet}h{width}v1.02h-{width}z")
            x += width
    return {"size": len(code.matrix) + 2 * quiet, "path": "".join(runs)}


def breadth(text: str, spacing: float = 0) -> float:
    """The room ``text`` takes, in ems: a Chinese character takes one, a Latin one up to 0.7."""
    wide = sum(1 if unicodedata.east_asian_width(character) in "WF" else 0.7 for character in text)
    return wide + spacing * (len(text) + 1)


def fitting(text: str, *, room: float, most: float, spacing: float = 0) -> float:
    """The largest type size up to ``most`` at which ``text`` stays within ``room`` (both in mm)."""
    return round(min(most, room / max(breadth(text, spacing), 1)), 2)


def certificate_lines(name: str) -> list[str]:
    """The studio's name on one line, or on two when one line would be small."""
    return [name] if breadth(name) <= 25 else _halves(name)


def plaque_lines(name: str) -> list[dict]:
    """The studio's name as lines of text with size (mm) and letter spacing (em): who, then what."""
    head, suffix = (name.removesuffix(SUFFIX), SUFFIX) if name.endswith(SUFFIX) else (name, "")
    texts = [text for text in (*(_halves(head) if breadth(head) > 11 else [head]), suffix) if text]
    most = 62 if len(texts) < 3 else 46
    lines = []
    for text in texts:
        spacing = 0.14 if breadth(text) <= 8 else 0.04
        largest = most if text == suffix else most * 0.87
        lines.append({"text": text, "spacing": spacing, "size": fitting(text, room=488, most=largest, spacing=spacing)})
    return lines


def _halves(name: str) -> list[str]:
    """``name`` in two lines: before 劳模创新工作室 when that is a fair break, else near the middle, never at a dot."""
    head = name.removesuffix(SUFFIX)
    if head != name and len(head) <= 3 * len(SUFFIX):
        return [head, SUFFIX]
    middle = (len(name) + 1) // 2
    cuts = [cut for cut in range(1, len(name)) if name[cut] not in "·・•，、）》”" and name[cut - 1] not in "（《“"]
    cut = min(cuts, key=lambda position: abs(position - middle), default=middle)
    return [name[:cut], name[cut:]]
