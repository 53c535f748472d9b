"""What is done every day, as a list. Each function takes the day and says how many rows it touched.

All of it is safe to run twice on one day, and makes up for days that were missed.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from ledgers import evidence
from records import jobs, leftovers, outbox
from records.models import PendingImport
from reviews import expert_reminders, objection_reminders, reminders
from studios.models import Draft

logger = logging.getLogger(__name__)

KEEP_DRAFTS = timedelta(days=180)


def end_sessions(on: date) -> int:
    """Delete sessions that have run out."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def forget_imports(on: date) -> int:
    """Forget uploaded lists that nobody confirmed in time."""
    return PendingImport.objects.forget(morning(on))


def sweep_drafts(on: date) -> int:
    """Delete what was typed half a year ago and never saved."""
    return Draft.objects.filter(updated_at__lt=morning(on) - KEEP_DRAFTS).delete()[0]


def sweep_outbox(on: date) -> int:
    return outbox.sweep(morning(on))


def sweep_results(on: date) -> int:
    return jobs.sweep_results(morning(on))


def sweep_leftovers(on: date) -> int:
    """Delete stored files that no row names, such as uploads whose transaction was rolled back."""
    return leftovers.sweep(morning(on))


def drain_outbox(on: date) -> int:
    return outbox.drain()


DAY: list[tuple[str, Callable[[date], int]]] = [
    ("verdicts_refreshed", evidence.refresh_all),
    ("reminders_sent", reminders.remind),
    ("experts_reminded", expert_reminders.remind),
    ("objections_reminded", objection_reminders.remind),
    ("sessions_ended", end_sessions),
    ("imports_forgotten", forget_imports),
    ("drafts_swept", sweep_drafts),
    ("outbox_swept", sweep_outbox),
    ("results_swept", sweep_results),
    ("leftovers_swept", sweep_leftovers),
    ("outbox_drained", drain_outbox),  # last, so that it sends what the others wrote
]


def run(on: date) -> dict:
    """Do the day's list as of ``on``. What fails is logged, counted as None, and does not stop the others."""
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
