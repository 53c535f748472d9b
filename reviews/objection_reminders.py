"""Objections that are not answered are reminded of as their notice comes to its end, and after it.

As :mod:`reviews.reminders` says, a milestone is sent once; the days are those of the policy for decisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils import timezone, translation

from accounts.delivery import deliver
from accounts.models import Notice, RoleCode, User
from records.templatetags.present import cn_date
from reviews.milestones import newest
from reviews.models import Objection
from reviews.objection_notices import place, those_who_investigate
from reviews.officers import Officers
from reviews.reminders import CHUNK, not_sent_yet, reminder, when

ENDS = ("公示期还有{days}天结束", "公示期今天结束", "公示期已结束{days}天")


def remind(on: date) -> int:
    """Remind those who investigate, and staff of what nobody has taken on; safe to run twice, and by two at once.

    :returns: how many notices were new.
    """
    with translation.override("zh-hans"):
        return deliver(not_sent_yet(list(waiting(on, Officers()))))


def waiting(on: date, officers: Officers) -> Iterator[Notice]:
    for objection in unanswered().iterator(chunk_size=CHUNK):
        policy, day = objection.notice.round.policy, objection.notice.ends_on
        offset = newest(
            day,
            on,
            before=(*policy.days_before("decision_reminders"), 0),
            every=policy.overdue_reminder_days,
            since=timezone.localdate(objection.received_at),
        )
        if offset is None:
            continue
        studio = objection.application.studio.name
        for person in those_who_answer(objection, officers):
            yield reminder(
                person,
                f"objection-open:{objection.pk}:{day}",
                offset,
                subject=f"{studio}的异议还没有答复，{when(ENDS, day, on)}",
                body=f"异议编号{objection.number}，公示期到{cn_date(day)}。异议答复之前，该工作室不能命名。",
                url=place(objection),
            )


def unanswered():
    """Open objections with all that is asked of them."""
    return (
        Objection.objects.open()
        .select_related("notice__round__policy", "application__studio__unit", "application__studio__lead")
        .prefetch_related(
            "investigators",
            "application__endorsements",
            "application__studio__editors",
            "application__studio__members",
        )
        .order_by("pk")
    )


def those_who_answer(objection: Objection, officers: Officers) -> list[User]:
    """Those who investigate it still; where nobody does, the staff who may take it on."""
    office = officers.of(RoleCode.UNION_STAFF, RoleCode.UNION_LEADER).values()
    if own := those_who_investigate(objection, office):
        return own
    staff = officers.of(RoleCode.UNION_STAFF).values()
    return [one for one in staff if one.has_perm("reviews.investigate", objection)]
