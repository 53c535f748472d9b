"""How an article of the regulation is cited: ``3(1)`` is 第三条第一项; and where it can be read: a page of its own."""

from __future__ import annotations

import re
from functools import cache

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

DIGITS = "〇一二三四五六七八九"
LAST = 19
ITEMS = {3: 5}  # how many items an article has


def cite(reference: str) -> str:
    """An article as people cite it, in the reader's language.

    :param reference: the number of the article, with its item in brackets where it has items: ``"3(1)"``, ``"12"``.
    """
    article, item = split(reference)
    if item:
        return _("Article %(article)s, item %(item)s") % {"article": _number(article), "item": _number(item)}
    return _("Article %(article)s") % {"article": _number(article)}


def anchor(reference: str) -> str:
    """Where an article or item stands on the page of the articles: ``article-3-1``."""
    return "-".join(part for part in ("article", *split(reference)) if part)


def link(reference: str) -> SafeString:
    """The citation, leading to the article."""
    where = f"{reverse('portal:articles')}#{anchor(reference)}"
    return format_html('<a href="{}">{}</a>', where, cite(reference))


def link_in(text: str) -> SafeString:
    """A sentence in the reader's language, in which each article that it cites leads there."""
    cited, pattern = _citations(get_language() or "")
    words = re.split(pattern, str(conditional_escape(text)))
    return mark_safe("".join(link(cited[word]) if word in cited else word for word in words))  # noqa: S308


linked = lazy(link_in, SafeString)


def split(reference: str) -> tuple[str, str | None]:
    """``"3(1)"`` as article and item.

    :raises ValueError: for anything else.
    """
    match = re.fullmatch(r"(\d+)(?:\((\d+)\))?", reference)
    if match is None:
        raise ValueError(reference)
    return match.group(1), match.group(2)


@cache
def _citations(language: str) -> tuple[dict[str, str], re.Pattern]:
    """Every citation in a language with its reference, and what finds them; the longer ones first."""
    items = [f"{article}({item})" for article, number in ITEMS.items() for item in range(1, number + 1)]
    cited = {cite(reference): reference for reference in [*items, *map(str, range(1, LAST + 1))]}
    longest_first = sorted(cited, key=len, reverse=True)
    return cited, re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")


def _number(digits: str) -> str:
    """``"12"`` as 十二 where Chinese is read, as it stands elsewhere; up to 99."""
    if not (get_language() or "").startswith("zh"):
        return digits
    tens, ones = divmod(int(digits), 10)
    head = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return head + (DIGITS[ones] if ones else "")
