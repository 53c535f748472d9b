"""A certificate and its plaque as PDF.

A certificate is anything with ``number``, ``code``, ``studio_name``, ``lead_name``, ``starts_on``,
``ends_on`` and ``issued_on``; nothing is read from or written to the database here.
"""

from __future__ import annotations

import datetime
import unicodedata
from itertools import groupby

import segno
from django.conf import settings

from records import documents
from studios.models.title import check_url

NUMERALS = "〇一二三四五六七八九"
SUFFIX = "劳模创新工作室"


def certificate_pdf(certificate, *, preview: bool = False) -> bytes:
    """The A4 landscape certificate as PDF/A-2u, signed where a key is configured.

    :param preview: a watermark and no signature, for looking at before issue; before the naming there is no
        number yet.
    :raises records.documents.MissingGlyph: when a name holds a character that the font lacks.
    """
    context = _context(certificate, preview=preview)
    context["name_lines"] = certificate_lines(certificate.studio_name)
    one_line = len(context["name_lines"]) == 1
    context["name_size"] = min(
        fitting(line, room=240, most=13.5 if one_line else 9.6) for line in context["name_lines"]
    )
    context["name_leading"] = 22 if one_line else 11.5
    context["basis"] = [
        f"依照《{settings.UNIVERSITY}劳模创新工作室管理办法》，经组织推荐、评选，",
        f"命名下列工作室为{settings.UNIVERSITY}劳模创新工作室：",
    ]
    context["basis_size"] = min(fitting(line, room=240, most=6) for line in context["basis"])
    pdf = documents.render_pdf("certificate", context, archival=True)
    return pdf if preview else documents.sign(pdf)


def plaque_pdf(certificate, *, preview: bool = False) -> bytes:
    """The plaque of 600 × 400 mm as PDF/A-2u, signed where a key is configured.

    :raises records.documents.MissingGlyph: when a name holds a character that the font lacks.
    """
    context = _context(certificate, preview=preview)
    context["name_lines"] = plaque_lines(certificate.studio_name)
    spacing = 0.35 if breadth(settings.UNIVERSITY) <= 8 else 0.1
    size = fitting(settings.UNIVERSITY, room=470, most=25, spacing=spacing)
    context["university_line"] = {"size": size, "spacing": spacing}
    pdf = documents.render_pdf("plaque", context, archival=True)
    return pdf if preview else documents.sign(pdf)


def require_drawable(studio_name: str, lead_name: str) -> None:
    """Refuse, before anything is issued, names that a certificate could not show.

    :raises records.documents.MissingGlyph: naming the character, its code point and the name it stands in.
    """
    documents.require_glyphs(lead_name, whose=lead_name)
    documents.require_glyphs(studio_name, whose=studio_name)


def _context(certificate, *, preview: bool) -> dict:
    require_drawable(certificate.studio_name, certificate.lead_name)
    return {
        "university": settings.UNIVERSITY,
        "union": settings.UNION,
        "studio_name": certificate.studio_name,
        "lead_name": certificate.lead_name,
        "number": certificate.number or "待编",
        "starts_on": date_in_words(certificate.starts_on),
        "ends_on": date_in_words(certificate.ends_on),
        "issued_on": certificate.issued_on,
        "issued_in_words": date_in_words(certificate.issued_on),
        "issued_month": month_in_words(certificate.issued_on),
        "qr": qr_code(check_url(certificate.code)),
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
    return _named_break(name) if breadth(name) > 25 else [name]


def plaque_lines(name: str) -> list[dict]:
    """The studio's name as lines of text with size (mm) and letter spacing (em): who, then what."""
    head = name.removesuffix(SUFFIX)
    if head and head != name:
        texts = [*_balanced(head, 1 if breadth(head) <= 12 else 2), SUFFIX]
    else:
        texts = _balanced(name, 1 if breadth(name) <= 7 else 2 if breadth(name) <= 22 else 3)
    most = 60 if len(texts) < 3 else 44
    lines = []
    for text in texts:
        spacing = 0.14 if breadth(text) <= 8 else 0.04
        largest = most if text == SUFFIX else most * 0.87
        lines.append(
            {"text": text, "spacing": spacing, "size": fitting(text, room=488, most=largest, spacing=spacing)}
        )
    return lines


def _named_break(name: str) -> list[str]:
    """``name`` on two lines, before 劳模创新工作室 unless that leaves the first line much the longer."""
    head = name.removesuffix(SUFFIX)
    return [head, SUFFIX] if head != name and breadth(head) <= 21 else _balanced(name, 2)


def _balanced(name: str, lines: int) -> list[str]:
    """``name`` in lines of about equal length, broken where a reader would: after a unit, not at a dot."""
    broken = []
    for left in range(lines, 1, -1):
        ideal = len(name) / left
        cuts = [
            at
            for at in range(1, len(name))
            if name[at] not in "·・•，、）》”" and name[at - 1] not in "·（《“"
        ]
        if not cuts:
            break
        cut = min(cuts, key=lambda at: abs(at - ideal) - (len(name) / 5 if _natural(name, at) else 0))
        broken.append(name[:cut])
        name = name[cut:]
    return [*broken, name]


def _natural(name: str, at: int) -> bool:
    return name[at] in "与和及暨" or name[:at].endswith(
        ("学院", "医院", "中心", "研究院", "技术", "装备", "、", "）", SUFFIX)
    )
