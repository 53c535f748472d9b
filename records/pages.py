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


def keyset_page(request: HttpRequest, rows: QuerySet, *, size: int, by: str = "pk") -> tuple[list, str, str]:
    """One page of rows, the highest ``by`` first and of equals the one entered last; no page costs more than the first.

    The address says from which row on: ``?before=17`` is what comes after row 17, ``?after=17`` the page above it.

    :returns: the rows, and the addresses of the newer and the older page, each empty where there is none.
    """
    before, after = number(request.GET.get("before")), number(request.GET.get("after"))
    if after:
        found = list(_beyond(rows, after, by, "gt").order_by(by, "pk")[: size + 1])
        page, more_newer, more_older = found[:size][::-1], len(found) > size, True
    else:
        rest = _beyond(rows, before, by, "lt") if before else rows
        found = list(rest.order_by(f"-{by}", "-pk")[: size + 1])
        page, more_newer, more_older = found[:size], bool(before), len(found) > size
    above = {"after": page[0].pk} if page else {}  # from where nothing is left it leads to the first page
    newer = _address(request, **above) if more_newer else ""
    older = _address(request, before=page[-1].pk) if page and more_older else ""
    return page, newer, older


def _beyond(rows: QuerySet, pk: int, by: str, side: str) -> QuerySet:
    """The rows on one side, ``lt`` or ``gt``, of the one with that number."""
    beside = Q(**{f"pk__{side}": pk})
    if by == "pk":
        return rows.filter(beside)
    mark = Subquery(rows.model._base_manager.filter(pk=pk).values(by))
    return rows.filter(Q(**{f"{by}__{side}": mark}) | Q(**{by: mark}) & beside)


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
