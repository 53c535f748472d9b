"""Long lists: pages that go on from a row, and a count that ends where nobody turns pages any more."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import cached_property

MOST_DIGITS = 18  # the longest that every key of the database can hold


def number(text: str | None) -> int:
    """The row number that came with an address or a form; 0, which no row has, for anything else."""
    text = text or ""
    return int(text) if len(text) <= MOST_DIGITS and text.isascii() and text.isdigit() else 0


def keyset_page(
    request: HttpRequest, rows: QuerySet, *, size: int, by: str = "", key: str = "pk"
) -> tuple[list, str, str]:
    """One page of rows, the highest ``by`` first and of equals the one entered last; no page costs more than the first.

    The address says from which row on: ``?before=17`` is what comes after row 17, ``?after=17`` the page above it.

    :param by: the column they are ordered by; their number when left out.
    :param key: the column that numbers the rows, where ``pk`` is not for everybody to read.
    :returns: the rows, and the addresses of the newer and the older page, each empty where there is none.
    """
    before, after = number(request.GET.get("before")), number(request.GET.get("after"))
    order = [by, key] if by else [key]
    if after:
        found = list(_beyond(rows, after, order, "gt").order_by(*order)[: size + 1])
        page, more_newer, more_older = found[:size][::-1], len(found) > size, True
    else:
        rest = _beyond(rows, before, order, "lt") if before else rows
        found = list(rest.order_by(*(f"-{column}" for column in order))[: size + 1])
        page, more_newer, more_older = found[:size], bool(before), len(found) > size
    above = (
        {"after": getattr(page[0], key)} if page else {}
    )  # from where nothing is left it leads to the first page
    newer = _address(request, **above) if more_newer else ""
    older = _address(request, before=getattr(page[-1], key)) if page and more_older else ""
    return page, newer, older


def _beyond(rows: QuerySet, place: int, order: list[str], side: str) -> QuerySet:
    """The rows on one side, ``lt`` or ``gt``, of the one with that number, which is the last column of the order."""
    *by, key = order
    beside = Q(**{f"{key}__{side}": place})
    if not by:
        return rows.filter(beside)
    mark = Subquery(rows.model._base_manager.filter(**{key: place}).values(*by))
    return rows.filter(Q(**{f"{by[0]}__{side}": mark}) | Q(**{by[0]: mark}) & beside)


def _address(request: HttpRequest, **place: int) -> str:
    """The address of this list from another place on, with the same search."""
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    query.update(place)
    return f"?{query.urlencode()}"


class BoundedPaginator(Paginator):
    """Counts no further than ``MOST`` rows: a list over a million rows costs no more than one over ten
    thousand.

    What lies beyond is reached by searching and filtering. ``bounded`` tells that there is more.
    """

    MOST = 10_000

    @cached_property
    def _counted(self) -> int:
        if not hasattr(self.object_list, "query"):
            return len(self.object_list)
        return self.object_list.order_by()[: self.MOST + 1].count()

    @property
    def count(self) -> int:
        return min(self._counted, self.MOST)

    @property
    def bounded(self) -> bool:
        return self._counted > self.MOST
