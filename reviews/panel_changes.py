"""What staff change of an assignment: another expert in somebody's place, a sheet given back, a day put off.

All of it only while the application is under expert review, and by nobody for their own case.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check
from records.moves import DomainError, IllegalMove
from records.templatetags.present import cn_date, day_of_record
from reviews.models import UNDER_WAY, Assignment, AssignmentLog, Round
from reviews.models.states import required
from reviews.panel_notices import tell_of_new_day
from reviews.panels import assign, locked

PERMISSION = "reviews.assign_experts"
PUT_OFF = "put_off"  # in the log of assignments; no move, the state stays


def replace(assignment: Assignment, *, by: User, reason: str, substitute: int | None = None) -> None:
    """Take an application from an expert and, if one is named, give it to another, both or neither.

    :param substitute: the key of the expert who takes over.
    :raises DomainError: when it is too late, or the other one cannot be assigned.
    :raises PermissionDenied: for one's own case.
    """
    check(by, PERMISSION, assignment.application)
    with transaction.atomic():
        locked(assignment.application.round)
        with assignment.under_review():
            assignment.replace(by=by, reason=reason)
            if substitute is not None:
                assign([(assignment.application_id, substitute)], assignment.application.round, by=by)


def reopen(assignment: Assignment, *, by: User, reason: str) -> None:
    """Give a sheet back to its expert, who reads the reason.

    :raises DomainError: when it is not handed in, or the application is not under review any more.
    :raises PermissionDenied: for one's own case.
    """
    check(by, PERMISSION, assignment.application)
    assignment.reopen(by=by, reason=reason)


def put_off(assignment: Assignment, *, by: User, until: date, reason: str) -> None:
    """Give one expert more time for one application.

    :raises DomainError: for a day that is not later, or later than the decision of the round.
    :raises PermissionDenied: for one's own case.
    """
    check(by, PERMISSION, assignment.application)
    reason = required(reason, _("Give the reason."))
    with assignment.under_review():
        row = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
        if row.state not in UNDER_WAY:
            raise IllegalMove(row.why_not("replace"))
        last = assignment.application.round.decide_by
        if not row.due_on < until <= last:
            raise DomainError(
                _("Give a day after %(due)s and not after %(last)s, when the union decides.")
                % {"due": cn_date(row.due_on), "last": cn_date(last)}
            )
        _move_day([row], until, by=by, reason=reason)


def follow_the_round(round_: Round, *, before: date, by: User) -> int:
    """The day of the round was put off: sheets that were due with it are due with it still.

    :param before: the day on which the round's reviews were due.
    :returns: how many assignments got the new day.
    """
    rows = Assignment.objects.select_for_update(of=("self",)).filter(
        application__round=round_, state__in=UNDER_WAY, due_on=before
    )
    rows = list(rows.select_related("application__studio", "application__round", "expert").order_by("pk"))
    if rows:
        _move_day(rows, round_.review_by, by=by, reason="")
    return len(rows)


def _move_day(rows: list[Assignment], until: date, *, by: User, reason: str) -> None:
    """Write the day with its row of the log, and tell the experts; the record is kept in Chinese."""
    said = f"延至{day_of_record(until)}。{reason}".rstrip("。") + "。"
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(due_on=until)
    for row in rows:
        row.due_on = until
    logs = AssignmentLog.objects.bulk_create(
        AssignmentLog(
            assignment=row, actor=by, verb=PUT_OFF, from_state=row.state, to_state=row.state, note=said
        )
        for row in rows
    )
    tell_of_new_day(rows, logs)
