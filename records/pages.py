"""Counting no further than a person would turn pages."""

from django.core.paginator import Paginator
from django.utils.functional import cached_property


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
