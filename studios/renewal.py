"""Which studios are due for renewal: their cycle ends before long, or is over and nothing was decided (Art. 12)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.db.models import Count, Max, OuterRef, Subquery

from studios.models import HOLDS_TITLE, Cycle, Policy, Studio

SOON, OVER = "renewal", "over"  # as the list of studios is asked for them
DAYS = 180  # where no policy says otherwise


def with_runs_until(studios):
    """Each with ``runs_until``, the last day of its last cycle; None before its naming."""
    cycles = Cycle.objects.filter(studio=OuterRef("pk")).order_by("-number")
    return studios.annotate(runs_until=Subquery(cycles.values("ends_on")[:1]))


def horizon(on: date) -> date:
    """The day up to which a cycle counts as ending soon: the earliest reminder of the policy in force on ``on``."""
    return _after(on, _in_force(on).values_list("cycle_reminders", flat=True).first())


def _in_force(on: date):
    return Policy.objects.filter(effective_on__lte=on).order_by("-effective_on")


def _after(on: date, reminders: str | None) -> date:
    days = [int(day) for day in (reminders or "").split(",") if day.strip().isdecimal()]
    return on + timedelta(days=max(days, default=DAYS))


def stand_of(studios, on: date) -> Counter:
    """How many are in each state, and how many with a title have a cycle that ends soon (``SOON``) or that is over
    (``OVER``). One query: there are few days on which cycles end.
    """
    reminders = Subquery(_in_force(on).values("cycle_reminders")[:1])
    rows = with_runs_until(studios).order_by().annotate(reminders=reminders)
    stand: Counter = Counter()
    for row in rows.values("state", "runs_until", "reminders").annotate(count=Count("pk")):
        stand[row["state"]] += row["count"]
        if row["state"] in HOLDS_TITLE and row["runs_until"]:
            stand[OVER] += row["count"] * (row["runs_until"] < on)
            stand[SOON] += row["count"] * (on <= row["runs_until"] <= _after(on, row["reminders"]))
    return stand


def ending(studios, on: date):
    """Those of ``studios`` that hold a title and whose last cycle ends between ``on`` and the horizon."""
    return with_runs_until(studios.with_title()).filter(runs_until__range=(on, horizon(on)))


def over(studios, on: date):
    """Those that hold a title though their last cycle is over: whether it is renewed was not decided."""
    return with_runs_until(studios.with_title()).filter(runs_until__lt=on)


def over_since(studio: Studio, on: date) -> date | None:
    """The last day of the cycle of a studio that :func:`over` finds, else None; asks of those with a title only."""
    if studio.state not in HOLDS_TITLE:
        return None
    known = vars(studio)
    if "runs_until" not in known:
        known |= studio.cycles.aggregate(runs_until=Max("ends_on"))
    last = known["runs_until"]
    return last if last and last < on else None
