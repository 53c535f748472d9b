"""A run of the reminders of a day, and whom it writes to."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Notice
from reviews.reminders import remind
from studios.models import Cycle, Policy, Studio
from studios.models import State as StudioState

TODAY = timezone.localdate()


def day(after: int):
    return TODAY + timedelta(after)


def told(on) -> dict[str, Notice]:
    """User name → the new notice of a day's run; each person gets at most one."""
    before = set(Notice.objects.values_list("pk", flat=True))
    count = remind(on)
    new = Notice.objects.exclude(pk__in=before).select_related("recipient")
    found = {notice.recipient.username: notice for notice in new}
    assert len(found) == len(new) == count
    return found


def reminders():
    return Notice.objects.exclude(milestone="")


def every_day(first: int, last: int) -> dict[int, set[str]]:
    """Run each day from the ``first`` to the ``last`` from today: on which of them whom was written to."""
    runs = {after: set(told(day(after))) for after in range(first, last + 1)}
    return {after: people for after, people in runs.items() if people}


def named(studio, ends_in: int, number: int = 1) -> Cycle:
    Studio.objects.filter(pk=studio.pk).update(state=StudioState.NAMED)
    policy = Policy.objects.in_force(TODAY)
    ends_on = day(ends_in)
    return Cycle.objects.create(
        studio=studio, number=number, starts_on=ends_on - timedelta(1095), ends_on=ends_on, policy=policy
    )
