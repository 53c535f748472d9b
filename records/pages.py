"""Counting no further than a person would turn pages; reading the numbers that addresses carry."""

from django.core.paginator import Paginator
from django.utils.functional import cached_property

MOST_DIGITS = 18  # the longest that every key of the database can hold


def number(text: str | None) -> int:
    """The row number that came with an address or a form; 0, which no row has, for anything else."""
    text = text or ""
    return int(text) if len(text) <= MOST_DIGITS and text.isascii() and text.isdigit() else 0


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
