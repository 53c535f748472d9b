"""Experts are reminded of what they have still to review: as :mod:`reviews.reminders` says, for all that is due on one
day of a round in one notice. How many days before and after, the policy of the round says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils import timezone, translation

from accounts.delivery import deliver
from accounts.models import Notice, RoleCode
from records.templatetags.present import cn_date
from reviews.milestones import newest
from reviews.models import Assignment
from reviews.reminders import CHUNK, DUE, NAMED, not_sent_yet, reminder, when


def remind(on: date) -> int:
    """Remind every expert of what waits for them on a day; safe to run twice, and by two at once.

    :returns: how many notices were new.
    """
    with translation.override("zh-hans"):
        return deliver(not_sent_yet(list(waiting(on))))


def waiting(on: date) -> Iterator[Notice]:
    """One notice for each expert, round and day on which something is due; who is no expert any more gets none."""
    together: dict[tuple[int, int, date], list[Assignment]] = defaultdict(list)
    for one in unfinished().iterator(chunk_size=CHUNK):
        together[one.expert_id, one.application.round_id, one.due_on].append(one)
    for (_expert, round_pk, day), own in together.items():
        offset = max((found for one in own if (found := _offset(one, on)) is not None), default=None)
        if offset is not None:
            yield _reminder(own, f"review-due:{round_pk}:{day}", offset, day, on)


def unfinished():
    """What experts have not handed in, with all that is asked of it."""
    return (
        Assignment.objects.under_way()
        .filter(expert__roles__code=RoleCode.EXPERT)
        .distinct()
        .select_related("expert", "application__studio", "application__round__policy")
        .order_by("pk")
    )


def _offset(assignment: Assignment, on: date) -> int | None:
    policy = assignment.application.round.policy
    return newest(
        assignment.due_on,
        on,
        before=policy.days_before("review_reminders"),
        every=policy.overdue_reminder_days,
        since=timezone.localdate(assignment.assigned_at),
    )


def _reminder(own: list[Assignment], event: str, offset: int, day: date, on: date) -> Notice:
    titles = [one.title for one in own]
    listed = "\n".join([*titles[:NAMED], *([f"等{len(titles)}份"] if len(titles) > NAMED else [])])
    return reminder(
        own[0].expert,
        event,
        offset,
        subject=f"您有{len(own)}份申报待评审，{when(DUE, day, on)}",
        body=f"{own[0].application.round.title}的专家评审到{cn_date(day)}截止，以下申报还没有提交评分：\n{listed}",
        url=own[0].get_absolute_url() if len(own) == 1 else reverse("reviews:reviews"),
    )
