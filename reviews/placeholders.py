"""Names in a text and what stands in their place: pure, and the same however a name is spelled.

Names are compared as :func:`accounts.names.bare` compares them, and besides in any letters: blanks, line breaks, full
width, traditional characters, signs that nobody sees and one hyphen, dot or the like between two of its signs do not
hide one. Where two names begin at one place the longer counts. A name is replaced wherever it stands, within an
expression as well: of 高原地区 nothing is left but 地区 when somebody is called 高原. Only figures, Latin letters and
short names of units, which are words of their own (材料, 化工), have to stand by themselves; and what is a name beside
some signs only (小张, but not in 减小张力) says which.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import pairwise

import opencc

from records import cells

LEAD, STUDIO, UNIT = "〔领衔人〕", "〔本工作室〕", "〔本单位〕"
SIGNATORY, NUMBER, CONTACT = "〔签署人〕", "〔编号〕", "〔联系方式〕"
ADDRESS, POST = "〔地址〕", "〔职务〕"
_COUNTED = {"member": "成员", "other": "有关人员", "owner": "权利人"}
PLACEHOLDER = re.compile(
    r"〔(?:领衔人|本工作室|本单位|签署人|编号|联系方式|地址|职务|(?:成员|有关人员|权利人)\d+)〕"
)
# In what is looked through every dot is a middle dot, and there are no blanks.
_MAIL = r"[a-z0-9·_%+\-]{1,64}@[a-z0-9\-]{1,63}(?:·[a-z0-9\-]{1,63})+"
_CODE = r"(?:(?:\+|00)86[-·]?)?"
_MOBILE = (
    rf"{_CODE}1[3-9]\d(?:[-·]?\d{{4}}[-·]?\d{{4}}|[-·]\d{{3}}[-·]\d{{5}}"
    r"|\d[-·]\d{3}[-·]?\d{4}|\d[-·]\d{4}[-·]\d{3})"
)
_AREA = r"(?:10|2\d|[3-9]\d{2})"
_LINE = r"[2-9]\d{2,3}[-·]?\d{4}"
_LANDLINE = rf"(?:0{_AREA}[-·]?|\(0{_AREA}\)[-·]?|{_CODE}\(?0?{_AREA}\)?[-·]|(?:\+|00)86{_AREA}){_LINE}"
_NEARBY = rf"(?:(?<=电话)|(?<=电话:)|(?<=传真)|(?<=传真:)|(?<=tel:)|(?<=fax:)){_LINE}"
_IDENTITY = r"\d{17}[\dx]"
_CONTACT = re.compile(rf"{_MAIL}|{_IDENTITY}|(?:86-?)?{_MOBILE}|(?<!\d·){_LANDLINE}|{_NEARBY}")
_SHORTEST = 2  # signs of a name that is looked for within texts


def counted(kind: str, number: int) -> str:
    """The placeholder of the one of that number among members, others or owners, such as 〔成员2〕."""
    return f"〔{_COUNTED[kind]}{number}〕"


def _is_han(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("CJK ")


def _is_latin(sign: str) -> bool:
    return sign.isalnum() and (sign.isascii() or "\uff10" <= sign <= "\uff5a")


class Alone(Enum):
    """What may not stand beside a name: nothing is asked, a digit, a letter, a letter or digit, or any of these or a
    Han sign.
    """

    NO = "no"
    DIGITS = "digits"
    SPELLED = "spelled"
    LETTERS = "letters"
    WORDS = "words"

    def is_broken_by(self, sign: str) -> bool:
        if not sign:
            return False
        if self is Alone.DIGITS:
            return sign.isdigit()
        if self is Alone.SPELLED:
            return _is_latin(sign) and not sign.isdigit()
        return _is_latin(sign) or (self is Alone.WORDS and (_is_han(sign) or sign.isdigit()))


@dataclass(frozen=True)
class Key:
    """A name to look for, squeezed; what stands in its place, and what it has to stand apart from.

    :ivar before: signs before which it is no name, ``behind`` those behind which, as 减 and 力 in 减小张力.
    :ivar loose: whether its signs may be parted by a hyphen or a dot.
    """

    name: str
    placeholder: str
    alone: Alone = Alone.NO
    before: str = ""
    behind: str = ""
    loose: bool = False


def key(
    name: str, placeholder: str, alone: Alone | None = None, *, before: str = "", behind: str = ""
) -> Key | None:
    """How a name is looked for; None for one that is too short to be.

    :param before: signs that make something else of it when they stand before it, ``behind`` behind it.
    """
    squeezed = Squeezed(name).signs
    if len(squeezed) < _SHORTEST:
        return None
    if alone is None:
        plain = squeezed.isascii()
        digits = all(not sign.isalpha() for sign in squeezed)
        alone = Alone.NO
        if plain and digits:
            alone = Alone.DIGITS
        elif plain and len(squeezed) <= 3:
            alone = Alone.LETTERS
    return Key(squeezed, placeholder, alone, before, behind, _may_be_parted(squeezed))


def initials(letters: str, placeholder: str) -> Key | None:
    """G. Y. M. of the letters gym: with the dots only, without them it may be any abbreviation."""
    return Key("·".join(letters), placeholder, Alone.SPELLED) if len(letters) >= _SHORTEST else None


def _may_be_parted(name: str) -> bool:
    """A telephone number may, 0.4000 is not the code 04000."""
    tight = _tight(name)
    return len(tight) >= _SHORTEST and (len(tight) >= 7 or any(sign.isalpha() for sign in tight))


def _tight(name: str) -> str:
    return "".join(sign for sign in name if sign not in PARTING)


class Squeezed:
    """A text as names are looked for in it, and where each of its signs stands in the text.

    :ivar signs: NFKC, in small letters and simplified characters, without blanks and what nobody sees, with one kind
        of middle dot.
    :ivar at: for each of these its place in the text; ``ends`` the place behind it.
    :ivar tight: the signs without those that may part a name; ``kept`` the number of each of them among all signs,
        ``rank`` the number of each sign among those kept, or of the next one.
    """

    def __init__(self, text: str):
        self.text = text
        signs, self.at, self.ends = [], [], []
        for start, end in _clusters(text):
            for sign in _seen(text[start:end]):
                signs.append(sign)
                self.at.append(start)
                self.ends.append(end)
        self.signs = "".join(signs)
        self.kept, self.rank = [], []
        for number, sign in enumerate(self.signs):
            self.rank.append(len(self.kept))
            if sign not in PARTING:
                self.kept.append(number)
        self.tight = "".join(self.signs[number] for number in self.kept)

    def parted(self, at: int, name: str) -> int:
        """How many signs from here on are the name with at most one sign between two of its own; 0 for no name."""
        first = self.rank[at]
        if self.signs[at] in PARTING or not self.tight.startswith(name, first):
            return 0
        places = self.kept[first : first + len(name)]
        if any(after - before > 2 for before, after in pairwise(places)):
            return 0
        return places[-1] + 1 - at

    def is_name(self, first: int, last: int, one: Key) -> bool:
        """Whether the signs from first to last are that name and no part of something else."""
        if not self.stands_alone(first, last, one.alone, near=bool(one.before or one.behind)):
            return False
        before = self.signs[first - 1] if first else "\n"
        behind = self.signs[last + 1] if last + 1 < len(self.signs) else "\n"
        return before not in one.before and behind not in one.behind

    def stands_alone(self, first: int, last: int, alone: Alone, *, near: bool = False) -> bool:
        """Whether nothing that would make one word of it stands beside the signs from first to last.

        A placeholder may stand for a part of the word, and counts as one.

        :param near: whether that counts also where nothing else is asked.
        """
        if alone is Alone.NO and not near:
            return True
        start, end = self.at[first], self.ends[last]
        opens = self.text.rfind("〔", 0, start)
        if PLACEHOLDER.match(self.text, end) or (
            opens >= 0 and PLACEHOLDER.fullmatch(self.text, opens, start)
        ):
            return False
        before = self.text[start - 1] if start else ""
        return not (alone.is_broken_by(before) or alone.is_broken_by(self.text[end : end + 1]))


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    """The stretches of a text that are normalised by themselves: mostly one sign, or one with its accents."""
    start = 0
    for at in range(1, len(text)):
        if not _joins(text[start:at], text[at]):
            yield start, at
            start = at
    if text:
        yield start, len(text)


def _joins(cluster: str, sign: str) -> bool:
    if sign < "\u0300" or "\u3000" <= sign <= "\u3029" or "\u3400" <= sign <= "\u9fff":
        return False
    nfkc = unicodedata.normalize
    return nfkc("NFKC", cluster + sign) != nfkc("NFKC", cluster) + nfkc("NFKC", sign)


DOTS = "•‧・．.·"
# What may part the signs of one name; 、 and / part two.
PARTING = frozenset("·-‐‑‒–—―−~_*'’‘`^+")


@lru_cache(maxsize=8192)
def _seen(cluster: str) -> str:
    """What is compared of a stretch of text."""
    if unicodedata.category(cluster[0]) == "Co":  # a character of an old font
        cluster = cells.plain(cluster)
    plain = unicodedata.normalize("NFKC", cluster).casefold()
    return "".join("·" if sign in DOTS else _simple(sign) for sign in plain if not _is_unseen(sign))


# Of these the converter makes no simplified character, because a name may insist on them; here they are the same.
_ALIKE = str.maketrans("锺甯昇", "钟宁升")


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simple(sign: str) -> str:
    """A traditional character as the simplified one: 龔 as 龚."""
    if not _is_han(sign):
        return sign
    simple = _converter().convert(sign)
    return (simple if len(simple) == 1 else sign).translate(_ALIKE)


def _is_unseen(sign: str) -> bool:
    selects = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    return selects or sign.isspace() or unicodedata.category(sign) in ("Cf", "Cc")


class Mask:
    """Takes names out of texts: ``Mask(keys)(text)``. What it put there it leaves alone the next time."""

    def __init__(self, keys: Iterable[Key | None]):
        self._known: dict[str, list[Key]] = {}
        self._parted: dict[str, list[Key]] = {}
        # By the sign a name begins with, how long such names are: the longest is looked for first.
        lengths: dict[str, set[int]] = {}
        for one in keys:
            if one is None:
                continue
            tight = _tight(one.name) if one.loose else ""
            for known, name in ((self._known, one.name), (self._parted, tight)):
                if name:
                    known.setdefault(name, []).append(one)
                    lengths.setdefault(name[0], set()).add(len(name))
        self._lengths = {sign: sorted(found, reverse=True) for sign, found in lengths.items()}

    def __call__(self, text: str) -> str:
        squeezed = Squeezed(text)
        signs, out, copied, at = squeezed.signs, [], 0, 0
        while at < len(signs):
            length, placeholder = self._found(squeezed, at)
            if placeholder:
                out += [text[copied : squeezed.at[at]], placeholder]
                copied = squeezed.ends[at + length - 1]
                at += length
                while at < len(signs) and squeezed.at[at] < copied:  # the rest of a sign such as ㈱
                    at += 1
            else:
                at += length
        return "".join([*out, text[copied:]])

    def _found(self, squeezed: Squeezed, at: int) -> tuple[int, str]:
        """How many signs from here on are one thing, and what replaces them; nothing when they stay."""
        signs = squeezed.signs
        if signs[at] == "〔" and (placed := PLACEHOLDER.match(signs, at)):
            return placed.end() - at, ""
        contact = _CONTACT.match(signs, at) if signs[at].isascii() else None
        if contact and squeezed.stands_alone(at, contact.end() - 1, Alone.DIGITS):
            return contact.end() - at, CONTACT
        for length in self._lengths.get(signs[at], ()):
            for one, end in self._spelled(squeezed, at, length):
                if squeezed.is_name(at, end - 1, one):
                    return end - at, one.placeholder
        return 1, ""

    def _spelled(self, squeezed: Squeezed, at: int, length: int) -> Iterator[tuple[Key, int]]:
        """The names of that length that begin here, and where each ends."""
        for one in self._known.get(squeezed.signs[at : at + length], ()):
            yield one, at + len(one.name)
        tight = squeezed.tight[squeezed.rank[at] : squeezed.rank[at] + length]
        if tight in self._parted and (signs := squeezed.parted(at, tight)):
            for one in self._parted[tight]:
                yield one, at + signs
