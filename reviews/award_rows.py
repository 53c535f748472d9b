"""What an award file holds, one function a paper of it: plain rows of words, numbers, days and times.

Which paper is which is told in :mod:`reviews.award`; which of them make the ranking, in :mod:`reviews.replay`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from reviews import minutes as kept
from reviews.models import (
    Application,
    Assignment,
    AssignmentState,
    Mark,
    Moderation,
    Objection,
    PublicNotice,
    Relation,
    Round,
    Visit,
)
from reviews.objector import hidden_answer
from reviews.replay import FORMAT, reckoned, written
from reviews.results import REVIEWED, rule_of


def contents(round_: Round, applications: list[Application], *, at: datetime) -> dict[str, dict | list]:
    """Name → content of each paper but the versions of the applications.

    :param at: when the file is made; nothing else in it depends on that.
    """
    held = {
        "round": _round(round_, at=at),
        "rubric": _rubric(round_),
        "applications": [_application(one) for one in applications],
        "assignments": [_assignment(one) for one in _assignments(round_)],
        "marks": _marks(round_),
        "results": [{"application": one.number} for one in applications if one.state in REVIEWED],
    }
    held["results"] = [written(one) for one in reckoned(held)]
    held["relations"] = _relations(applications)
    held["moderations"] = _moderations(round_)
    held["moves"] = [
        {"application": one.number, **move} for one in applications for move in moves_of(one.log.all())
    ]
    held["notices"] = [_notice(one) for one in PublicNotice.objects.filter(round=round_).order_by("serial")]
    held["objections"] = [_objection(one) for one in _objections(round_)]
    return held


def plain(value) -> str:
    """Decimals, days and times as text; times are those of the university."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def applications_of(round_: Round) -> list[Application]:
    """Whatever was handed in in the round, in the order of the numbers."""
    return list(
        Application.objects.filter(round=round_, submitted_at__isnull=False)
        .select_related("studio__lead", "studio__unit", "round", "document", "decided_by", "notice")
        .prefetch_related("snapshots", "log__actor", "studio__editors", "studio__members")
        .order_by("pk")
    )


def _assignments(round_: Round):
    return (
        Assignment.objects.filter(application__round=round_)
        .select_related("application__round", "expert__unit", "snapshot", "assigned_by")
        .prefetch_related("log__actor")
        .order_by("pk")
    )


def _objections(round_: Round):
    return (
        Objection.objects.filter(notice__round=round_)
        .select_related(
            "application__round", "application__studio__lead", "application__studio__unit", "notice"
        )
        .prefetch_related("log__actor")
        .order_by("pk")
    )


def _round(round_: Round, *, at: datetime) -> dict:
    days = ("opens_on", "closes_on", "endorse_by", "review_by", "decide_by", "naming_on")
    rule = rule_of(round_)
    return {
        "format": FORMAT,
        "university": settings.UNIVERSITY,
        "made_at": at,
        "year": round_.year,
        "title": round_.title,
        "days": {day: getattr(round_, day) for day in days},
        "blind": round_.blind,
        "shows": round_.shows,
        "policy": round_.policy.title,
        "experts_each": round_.policy.experts_each,
        "notice_days": round_.policy.notice_days,
        "rule": {
            "aggregation": rule.aggregation,
            "quorum": rule.quorum,
            "pass_mark": plain(rule.pass_mark),
            "apart": plain(rule.apart),
        },
    }


def _rubric(round_: Round) -> dict:
    fields = ("key", "title", "top", "guidance", "low_anchor", "high_anchor", "source")
    return {
        "title": round_.rubric.title,
        "note": round_.rubric.note,
        "criteria": [
            {**{field: getattr(one, field) for field in fields}, "weight": plain(one.weight)}
            for one in round_.rubric.criteria.all()
        ],
    }


def paper_name(application: Application, snapshot) -> str:
    return f"papers/{application.number}-v{snapshot.version}.json"


def _application(one: Application) -> dict:
    return {
        "number": one.number,
        **one.named_as()._asdict(),
        "state": one.state,
        "decision": one.decision,
        "decision_text": one.decision_text,
        "decided_at": one.decided_at,
        "decided_by": one.decided_by and one.decided_by.name,
        "released_at": one.released_at,
        "notice": one.notice and one.notice.serial,
        "document": one.document and one.document.number,
        "versions": [
            {
                "version": snapshot.version,
                "handed_in_at": snapshot.frozen_at,
                "file": paper_name(one, snapshot),
                "sha256": snapshot.sha256,
            }
            for snapshot in one.snapshots.all()
        ],
    }


def expert_key(pk: int) -> str:
    """An expert as the file calls them; two may bear one name."""
    return f"E{pk:04d}"


def _assignment(one: Assignment) -> dict:
    return {
        "application": one.application.number,
        "expert": expert_key(one.expert_id),
        "name": one.expert.name,
        "unit": one.expert.unit and one.expert.unit.name,
        "version": one.snapshot.version,
        "state": one.state,
        "assigned_at": one.assigned_at,
        "assigned_by": one.assigned_by.name,
        "due_on": one.due_on,
        "handed_in_at": one.handed_in_at,
        "overall": one.overall if one.state == AssignmentState.HANDED_IN else "",
        "moves": moves_of(one.log.all()),
    }


def moves_of(log) -> list[dict]:
    """What happened, in order: when, by whom, from where to where, and why."""
    return [
        {
            "at": row.at,
            "by": row.actor and row.actor.name,
            "verb": row.verb,
            "from": row.from_state,
            "to": row.to_state,
            "note": row.note,
        }
        for row in sorted(log, key=lambda row: (row.at, row.pk))
    ]


def _marks(round_: Round) -> list[dict]:
    """The marks of the sheets that were handed in; what an expert is still about is nobody else's."""
    rows = Mark.objects.filter(
        assignment__application__round=round_,
        assignment__state=AssignmentState.HANDED_IN,
        points__isnull=False,
    )
    rows = rows.select_related("assignment__application__round", "criterion")
    return [
        {
            "application": one.assignment.application.number,
            "expert": expert_key(one.assignment.expert_id),
            "criterion": one.criterion.key,
            "points": plain(one.points),
            "comment": one.comment,
        }
        for one in rows.order_by("assignment__application", "assignment__expert", "criterion__position")
    ]


def _relations(applications: list[Application]) -> list[dict]:
    rows = Relation.objects.filter(studio__in=[one.studio_id for one in applications])
    numbers = {one.studio_id: one.number for one in applications}
    return [
        {
            "application": numbers[one.studio_id],
            "expert": one.person_id and expert_key(one.person_id),
            "name": one.name,
            "reason": one.reason,
            "declared_by": one.declared_by.name,
            "declared_at": one.declared_at,
        }
        for one in rows.select_related("declared_by").order_by("pk")
    ]


def _moderations(round_: Round) -> dict[str, list]:
    talks = Moderation.objects.filter(application__round=round_)
    visits = Visit.objects.filter(application__round=round_)
    related = ("application__round", "recorded_by")
    talks = list(talks.select_related(*related, "assignment").order_by("pk"))
    visits = list(visits.select_related(*related).order_by("pk"))
    mended = kept.corrections([*talks, *visits])
    return {
        "moderations": [
            {
                "application": one.application.number,
                "further_expert": one.assignment and expert_key(one.assignment.expert_id),
                **_minutes(one, mended[Moderation, one.pk]),
            }
            for one in talks
        ],
        "visits": [
            {
                "application": one.application.number,
                "kind": one.kind,
                "place": one.place,
                **_minutes(one, mended[Visit, one.pk]),
            }
            for one in visits
        ],
    }


def _minutes(one: Moderation | Visit, mended: list[kept.Correction]) -> dict:
    """What was recorded, as it stands now, and each correction with what stood there before it."""
    return {
        "held_on": one.held_on,
        "people": one.people,
        "minutes": one.minutes,
        "recorded_by": one.recorded_by.name,
        "recorded_at": one.recorded_at,
        "corrections": [
            {"at": row.at, "by": row.by.name, "reason": row.reason, "before": row.stored} for row in mended
        ],
    }


def _notice(one: PublicNotice) -> dict:
    fields = ("serial", "title", "days", "published_on", "starts_on", "ends_on", "plan_is_known", "entries")
    return {field: getattr(one, field) for field in fields}


def _objection(one: Objection) -> dict:
    return {
        "number": one.number,
        "notice": one.notice.serial,
        "application": one.application.number,
        "text": one.text_for_others,
        "state": one.state,
        "received_at": one.received_at,
        "minutes": one.minutes_for_others,
        "answer": one.answer_for_others,
        "answered_at": one.answered_at,
        "moves": [row | {"note": hidden_answer(one, row["note"])} for row in moves_of(one.log.all())],
    }
