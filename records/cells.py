"""What a careful clerk takes one cell for: text, name, code, month, day, telephone, amount.

Each reader takes the raw value of a cell and returns a clean value, or raises ``Refused`` with a reason in the
user's language. A blank cell is ``None`` to every reader (``blank`` decides), so readers never see blanks.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _


class Refused(ValueError):
    """A value that cannot be taken for what its column holds; ``str()`` is the reason, translated."""


class Formula(str):
    """The text of a formula that stands in a cell. Formulas are never worked out, nor is their last result trusted."""


class Fault(str):
    """An error value such as ``#N/A``."""


# Full-width letters and digits; other full-width marks are good Chinese and stay.
_HALF = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
# In codes, dates, numbers and addresses the full-width marks are slips of the keyboard as well.
_HALF_MARKS = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {ord(mark): "-" for mark in "—–‐‑‒―−－"}
    | {ord("。"): ".", ord("、"): ".", ord("•"): ".", ord("·"): "."}
)
# Control characters, what turns the direction of writing, joiners and fillers that no font draws.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BLANKS = re.compile(r"[\s\u3000\u00a0]+")
# Characters of old fonts and of text copied out of PDF, with the character that is meant.
_OLD_FORMS = {0xE863: "䶮", 0xE844: "䜣", 0xE84B: "䥽", 0xE857: "䲟"} | {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFAFF))
    if unicodedata.normalize("NFKC", chr(code)) != chr(code)
}
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}·])\s+(?=[{_HAN}·])")
_DOTS = re.compile(rf"\s*[·•‧・･∙⋅．᛫●]\s*|(?<=[{_HAN}])\s*\.\s*(?=[{_HAN}])")
_NAME = re.compile(rf"[{_HAN}A-Za-z\u00c0-\u024f·.'’\- ]+")
_STARTS_FORMULA = set("=+-@＝＋－＠")
_NOTHING = {"", "-", "--", "—", "——", "－", "/", "\\", "无", "暂无", "N/A", "n/a", "null", "NULL", "None"}


def plain(value: object) -> str:
    """The visible text of a cell: no invisible characters, single blanks, half-width letters and digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        value = f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"
    elif isinstance(value, datetime):
        value = f"{value:%Y-%m-%d}" if value.time() == datetime.min.time() else f"{value:%Y-%m-%d %H:%M}"
    return _plain(str(value))


@lru_cache(maxsize=2048)
def _plain(words: str) -> str:
    """Each cell is looked at several times, and lists repeat themselves."""
    text = unicodedata.normalize("NFC", words.translate(_OLD_FORMS))
    text = _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip()
    if (
        text[:1] == "'" and text[1:2] in _STARTS_FORMULA
    ):  # the apostrophe that makes it harmless (records.tables)
        text = text[1:]
    return text.translate(_HALF)


def tight(value: object) -> str:
    """Text without any blank and with half-width marks, for codes, dates and numbers."""
    return plain(value).translate(_HALF_MARKS).replace(" ", "").lstrip("'’‘`")


def blank(value: object) -> bool:
    """Whether a cell says nothing: empty, or one of the marks people put where there is nothing."""
    return value is None or (isinstance(value, str) and plain(value) in _NOTHING)


def refuse_machinery(value: object) -> None:
    """Formulas, text that would become one, and error values are nobody's data."""
    if isinstance(value, Fault):
        raise Refused(_("The cell shows an error of Excel. Type the value in."))
    if isinstance(value, Formula) or (isinstance(value, str) and plain(value)[:1] in {"=", "＝"}):
        raise Refused(_("The cell holds a formula. Put the value itself there."))


def text(most: int = 200) -> Callable[[object], str]:
    """Free text of at most ``most`` characters, with blanks between Chinese characters kept single."""

    def read(value: object) -> str:
        found = plain(value)
        if len(found) > most:
            raise Refused(
                _("The text has %(length)s characters; at most %(most)s fit.")
                % {"length": len(found), "most": most}
            )
        return found

    return read


def title(most: int = 100) -> Callable[[object], str]:
    """The name of a thing in Chinese (a unit, a post): like ``text``, but blanks between Chinese characters go."""

    def read(value: object) -> str:
        return _BETWEEN_HAN.sub("", text(most)(value))

    return read


def name(value: object) -> str:
    """The name of a person: blanks inside Chinese names go, a middle dot is U+00B7; Latin names keep their blanks."""
    found = _BETWEEN_HAN.sub("", _DOTS.sub("·", plain(value))).strip("·")
    strange = [character for character in found if not _NAME.fullmatch(character)]
    if any(unicodedata.category(character) == "Co" for character in strange):
        raise Refused(
            _("The name has a character of a private font that no other computer can show. Type it anew.")
        )
    if strange:
        raise Refused(_("“%(mark)s” does not belong in a name.") % {"mark": strange[0]})
    if not re.search(rf"[{_HAN}A-Za-z\u00c0-\u024f]", found):
        raise Refused(_("This is not a name."))
    if len(found) > 60:
        raise Refused(_("The name is longer than 60 characters."))
    return found


def code(width: int) -> Callable[[object], str]:
    """A number of ``width`` digits that names somebody or something; zeros that Excel has eaten are put back."""

    def read(value: object) -> str:
        if isinstance(value, float) and not value.is_integer():
            raise Refused(_("A number of %(width)s digits is expected.") % {"width": width})
        found = re.sub(r"\.0+$", "", tight(value))
        if not (found.isascii() and found.isdigit()) or len(found) > width or int(found) == 0:
            raise Refused(_("A number of %(width)s digits is expected.") % {"width": width})
        return found.zfill(width)

    return read


def choice(meanings: Mapping[str, Iterable[str]]) -> Callable[[object], str]:
    """One of a few values, each with the words people use for it: ``{"male": ("男", "男性", "M")}``."""
    known = {tight(word).lower(): value for value, words in meanings.items() for word in words}

    def read(value: object) -> str:
        if (found := known.get(tight(value).lower())) is None:
            offered = "、".join(next(iter(words)) for words in meanings.values())
            raise Refused(_("Not one of %(words)s.") % {"words": offered})
        return found

    return read


def email(value: object) -> str:
    """A mail address."""
    found = re.sub(r"^mailto:", "", tight(value), flags=re.I)
    try:
        validate_email(found)
    except ValidationError:
        raise Refused(_("This is not a mail address.")) from None
    return found


def mobile(value: object) -> str:
    """A mobile phone of the mainland: eleven digits that begin with 1."""
    found = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", re.sub(r"[-.()]", "", tight(value)))
    if not (found.isascii() and re.fullmatch(r"1[3-9]\d{9}", found)):
        raise Refused(_("A mobile phone number has 11 digits and begins with 1."))
    return found


def telephone(value: object) -> str:
    """A telephone, with or without area code and extension: ``021-54741542``."""
    found = re.sub(r"转|ext\.?|x", "-", re.sub(r"[()]", "", tight(value).replace(")", "-")), flags=re.I)
    found = re.sub(r"-{2,}", "-", found).strip("-")
    if not re.fullmatch(r"\+?[0-9]+(-[0-9]+)*", found) or not 7 <= len(re.sub(r"\D", "", found)) <= 18:
        raise Refused(_("This is not a telephone number."))
    return found


# Dates

_DIGITS = {**{mark: str(i) for i, mark in enumerate("零一二三四五六七八九")}, "〇": "0", "○": "0", "两": "2"}
_CHINESE_NUMBER = re.compile(r"[零〇○一二三四五六七八九十]+")
_DATE = re.compile(
    r"(?P<year>\d{4})(?:[-./年](?P<month>\d{1,2})(?:[-./月](?P<day>\d{1,2})?)?|(?P<month2>\d\d)(?P<day2>\d\d)?)?[日号]?"
)
_WITHOUT_YEAR = re.compile(r"(?P<month>\d{1,2})[-./月](?P<day>\d{1,2})[日号]?")
_CLOCK = re.compile(r"[T ]?\d{1,2}:\d\d(:\d\d(\.\d+)?)?Z?$")
_SERIAL_START = datetime(1899, 12, 30)


def _arabic(found: re.Match) -> str:
    """``一九七七`` → 1977, ``十一`` → 11, ``二十`` → 20."""
    words = found[0]
    if "十" not in words:
        return "".join(_DIGITS[word] for word in words)
    tens, ones = words.split("十", 1)
    return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))


def _parts(value: object, year: int | None) -> tuple[int, int, int | None]:
    """Year, month and day (``None`` where there is none) of whatever spelling; ``year`` where the cell has none."""
    if isinstance(value, date):
        return value.year, value.month, value.day
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 7_000 <= value < 60_000:  # Excel's own count of days, its date format lost
            return _parts(_SERIAL_START + timedelta(days=int(value)), year)
        if isinstance(value, float) and not value.is_integer() and re.fullmatch(r"\d{4}\.1", f"{value:.6g}"):
            raise Refused(_("January or October? Write %(january)s or %(october)s.") % _both(value))
    found = _CLOCK.sub("", plain(value))
    found = _CHINESE_NUMBER.sub(_arabic, re.sub(r"(出?生|左右|起)$", "", tight(found)))
    found = found.strip(".-/")
    if match := _DATE.fullmatch(found):
        month = match["month"] or match["month2"]
        if month is None:
            raise Refused(_("The month is missing."))
        day = match["day"] or match["day2"]
        return int(match["year"]), int(month), int(day) if day else None
    if year and (match := _WITHOUT_YEAR.fullmatch(found)):
        return year, int(match["month"]), int(match["day"])
    if re.match(r"\d\d[-./年]\d", found):
        raise Refused(_("The year has two digits only. Write it with four."))
    raise Refused(
        _("This is not a date that can be read. Write it like %(example)s.") % {"example": "1978.05"}
    )


def _both(value: float) -> dict[str, str]:
    year = int(value)
    return {"january": f"{year}.01", "october": f"{year}.10"}


def _checked(year: int, month: int, day: int | None, *, earliest: int, on: date | None) -> None:
    if not 1 <= month <= 12:
        raise Refused(_("There is no month %(month)s.") % {"month": month})
    try:
        moment = date(year, month, day or 1)
    except ValueError:
        raise Refused(_("There is no day %(day)s in that month.") % {"day": day}) from None
    if year < earliest:
        raise Refused(_("The year %(year)s cannot be meant.") % {"year": year})
    if on is not None and moment > on:
        raise Refused(_("The date lies in the future."))


def month(*, on: date, earliest: int = 1900) -> Callable[[object], tuple[int, int]]:
    """Year and month, not after ``on``; a day is checked and dropped. ``196903`` and ``1963/8/9`` are both read."""

    def read(value: object) -> tuple[int, int]:
        found = _parts(value, None)
        _checked(*found, earliest=earliest, on=on)
        return found[0], found[1]

    return read


def day(*, year: int | None = None, on: date | None = None, earliest: int = 1900) -> Callable[[object], date]:
    """A day, not after ``on`` if given; a date without a year takes ``year``."""

    def read(value: object) -> date:
        found = _parts(value, year)
        if found[2] is None:
            raise Refused(_("The day is missing."))
        _checked(*found, earliest=earliest, on=on)
        return date(*found)

    return read


# Numbers


def _number(words: str) -> Decimal:
    try:
        found = Decimal(words.replace(",", ""))
        sensible = found.is_finite() and abs(found) <= Decimal("1e12")
    except ArithmeticError:  # also Overflow: 1e999999999 is a number to Decimal until one computes with it
        sensible = False
    if not sensible:
        raise Refused(_("This is not a number."))
    return found


def count(*units: str) -> Callable[[object], int]:
    """A whole number, with or without its unit: ``count("人", "人次")`` reads 58, ``"58人"`` and ``"50人次"``."""

    def read(value: object) -> int:
        found = quantity(*units)(value)
        if found != found.to_integral_value() or found < 0:
            raise Refused(_("A whole number is expected."))
        return int(found)

    return read


def quantity(*units: str) -> Callable[[object], Decimal]:
    """A number with or without its unit: ``quantity("小时", "学时")`` reads 1.5 and ``"1.5小时"``."""
    endings = sorted(units, key=len, reverse=True)

    def read(value: object) -> Decimal:
        if isinstance(value, float) and not math.isfinite(value):
            raise Refused(_("This is not a number."))
        found = re.sub(r"^[约近共]|左右$", "", tight(value))
        for ending in endings:
            if found.endswith(ending):
                found = found.removesuffix(ending)
                break
        return _number(found)

    return read


def amount(*, unit: int = 1) -> Callable[[object], Decimal]:
    """Yuan, to the cent. A bare number counts in ``unit`` yuan (10000 where the heading says 万元);
    ``12万元``, ``￥120,000.00`` and ``约3.5万`` say their unit themselves."""

    def read(value: object) -> Decimal:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return (_number(f"{value:.15g}") * unit).quantize(Decimal("0.01"))
        words = re.sub(r"^(人民币|RMB|CNY)?[约近共]?", "", tight(value), flags=re.I)
        match = re.fullmatch(
            r"[¥￥]?(-?[\d,]+(?:\.\d+)?)(亿|千万|百万|万|千)?(元|圆|块)?整?(左右|余|多)?", words
        )
        if not match:
            raise Refused(_("This is not an amount of money."))
        by = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 1000, None: 1}[match[2]]
        says_unit = match[2] or match[3] or words[:1] in "¥￥"
        return (_number(match[1]) * (by if says_unit else unit)).quantize(Decimal("0.01"))

    return read
