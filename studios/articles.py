"""How an article of the regulation is cited: ``3(1)`` is 第三条第一项."""

from __future__ import annotations

import re

from django.utils.translation import get_language
from django.utils.translation import gettext as _

DIGITS = "〇一二三四五六七八九"


def cite(reference: str) -> str:
    """An article as people cite it, in the reader's language.

    :param reference: the number of the article, with its item in brackets where it has items: ``"3(1)"``, ``"12"``.
    """
    article, item = re.fullmatch(r"(\d+)(?:\((\d+)\))?", reference).groups()
    if item:
        return _("Article %(article)s, item %(item)s") % {"article": _number(article), "item": _number(item)}
    return _("Article %(article)s") % {"article": _number(article)}


def _number(digits: str) -> str:
    """``"12"`` as 十二 where Chinese is read, as it stands elsewhere; up to 99."""
    if not (get_language() or "").startswith("zh"):
        return digits
    tens, ones = divmod(int(digits), 10)
    head = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return head + (DIGITS[ones] if ones else "")
