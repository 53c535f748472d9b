"""How a Chinese name is read, so that it can be found by pinyin and by initials."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.db import models
from django.db.models.functions import Replace

from records import cells

# Characters that are read differently when they are a family name; compound names come first.
SURNAMES = {
    "尉迟": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "长孙": ("zhang", "sun"),
    "令狐": ("ling", "hu"),
    "澹台": ("tan", "tai"),
    "单于": ("chan", "yu"),
    "单": ("shan",),
    "曾": ("zeng",),
    "仇": ("qiu",),
    "解": ("xie",),
    "查": ("zha",),
    "区": ("ou",),
    "盖": ("ge",),
    "朴": ("piao",),
    "秘": ("bi",),
    "覃": ("qin",),
    "乐": ("yue",),
    "员": ("yun",),
    "缪": ("miao",),
    "翟": ("zhai",),
    "黑": ("he",),
    "折": ("she",),
    "种": ("chong",),
    "召": ("shao",),
    "繁": ("po",),
    "祭": ("zhai",),
    "牟": ("mu",),
    "重": ("chong",),
    "卜": ("bu",),
    "郗": ("chi",),
    "佴": ("nai",),
}
# Name characters that the pinyin tables lack.
RARE = {"㐂": "xi"}
_RUNS = re.compile(rf"([A-Za-z0-9]+)|([{''.join(RARE)}]|[^A-Za-z0-9\s{''.join(RARE)}]+)")


@lru_cache(maxsize=4096)
def pinyin_of(name: str) -> tuple[str, str]:
    """The reading of a name and its initials, in lower case and without blanks or marks.

    ``单雄信`` gives ``("shanxiongxin", "sxx")``, ``阿依古丽·买买提`` ``("ayigulimaimaiti", "ayglmmt")``;
    words in Latin letters stand for themselves: ``Li Wei`` gives ``("liwei", "lw")``. A character nobody
    knows the reading of is left out.
    """
    name = unicodedata.normalize("NFC", name).strip()
    syllables: list[str] = []
    for length in (2, 1):
        if reading := SURNAMES.get(name[:length]):
            syllables.extend(reading)
            name = name[length:]
            break
    for latin, other in _RUNS.findall(name):
        syllables.extend([latin.lower()] if latin else _reading(other))
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


def write_pinyin(named: models.Model) -> None:
    """Sets ``pinyin`` and ``initials`` of whoever has a ``name``, as much of them as the columns hold."""
    for field, reading in zip(("pinyin", "initials"), pinyin_of(named.name), strict=True):
        setattr(named, field, reading[: named._meta.get_field(field).max_length])


class NameField(models.CharField):
    """A name as it is read: signs that nobody sees or that turn the writing round fall away, line breaks are blanks.

    In the database it is a ``CharField``.
    """

    def to_python(self, value):
        return value if value is None else cells.plain(super().to_python(value))

    def pre_save(self, model_instance, add):
        setattr(model_instance, self.attname, self.to_python(getattr(model_instance, self.attname)))
        return super().pre_save(model_instance, add)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def _reading(characters: str) -> list[str]:
    if characters in RARE:
        return [RARE[characters]]
    # Its tables take a fifth of a second and 57 MB: only a process that reads names has them.
    from pypinyin import Style, lazy_pinyin

    found = lazy_pinyin(characters, style=Style.NORMAL, errors="ignore")
    return [syllable.replace("ü", "v") for syllable in found if syllable.isalpha()]


DOTS = "•‧・．."


def bare(name: str) -> str:
    """A name as it is compared: without blanks and what nobody sees, with one kind of middle dot and of letters."""
    plain = unicodedata.normalize("NFKC", name)
    seen = (sign for sign in plain if not sign.isspace() and unicodedata.category(sign) != "Cf")
    return "".join("·" if sign in DOTS else sign for sign in seen)


def bare_in_database(field: str):
    """The column of a :class:`NameField` as :func:`bare` compares it, for queries that look through many.

    Blanks and dots are all in which the two differ, but for signs that no name holds, such as ㊀ for 一.
    """
    plain = models.F(field)
    for sign, seen in [(" ", ""), *((dot, "·") for dot in DOTS)]:
        plain = Replace(plain, models.Value(sign), models.Value(seen))
    return plain
