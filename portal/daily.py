"""What is done every day, as a list. Each function takes the day and says how many rows it touched.

All of it is safe to run twice on one day, and makes up for days that were missed.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, time

from django.contrib.sessions.models import Session
from django.utils import timezone

from records import jobs, outbox

logger = logging.getLogger(__name__)


def end_sessions(on: date) -> int:
    """Delete sessions that have run out."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def sweep_outbox(on: date) -> int:
    return outbox.sweep(morning(on))


def sweep_results(on: date) -> int:
    return jobs.sweep_results(morning(on))


def drain_outbox(on: date) -> int:
    return outbox.drain()


DAY: list[tuple[str, Callable[[date], int]]] = [
    ("sessions_ended", end_sessions),
    ("outbox_swept", sweep_outbox),
    ("results_swept", sweep_results),
    ("outbox_drained", drain_outbox),  # last, so that it sends what the others wrote
]


def run(on: date) -> dict:
    """Do the day's list as of ``on``; one that fails is logged, counted as ``null``, and does not stop the
    others."""
    counts: dict[str, int | None] = {}
    for name, function in DAY:
        try:
            counts[name] = function(on)
        except Exception:
            logger.exception("daily: %s failed", name)
            counts[name] = None
    return {"on": on.isoformat(), **counts}


def morning(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))
