"""Of several studios, which are a person's own case: as they are now, and by papers that were handed in."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q

from accounts.names import bare
from studios.models import Member, Studio
from studios.models.studio import StudioQuerySet

_PAPERS: list[Callable[[StudioQuerySet, object], set[int]]] = []


def register_papers(function: Callable[[StudioQuerySet, object], set[int]]) -> Callable:
    """Register ``function(studios, user)``: the keys of those that papers which were handed in make their own case."""
    _PAPERS.append(function)
    return function


def own_cases(studios: StudioQuerySet, user) -> set[int]:
    """The keys of those of the studios that are the person's own case, in as many queries for many as for one."""
    return own_now(studios, user).union(*(function(studios, user) for function in _PAPERS))


def own_now(studios: StudioQuerySet, user) -> set[int]:
    """The same, of the studios as they are now: what :meth:`Studio.concerns` says of one."""
    own = Studio.objects.concerning(user).filter(pk=OuterRef("pk"))
    named = Member.objects.bearing(user.name).filter(studio=OuterRef("pk"))
    rows = Studio.objects.filter(pk__in=studios.values("pk")).select_related("unit").only("unit")
    found = rows.annotate(own=Exists(own), named=Exists(named)).filter(Q(own=True) | Q(named=True))
    return {one.pk for one in found if one.own or user.is_meant_by({bare(user.name)}, one.unit)}
