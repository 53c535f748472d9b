"""Marks that lie far apart are dealt with before a review is complete: talked over with minutes, or marked once more
by a further expert. What settles them is said in :attr:`reviews.results.Review.moderated`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import check
from records.attachments import CheckedFile
from records.moves import DomainError, IllegalMove
from records.templatetags.present import cn_date
from reviews import minutes as kept
from reviews import panels
from reviews.models import UNDER_WAY, Application, Moderation, Round, State
from reviews.results import Review, review_of

MINUTES = "minutes"  # the slot of the files
PERMISSION = "reviews.moderate"
TIME_TO_SCORE = timedelta(days=7)


def sheets_seen(review: Review) -> str:
    """The sheets that lie there, as a digest: it tells whether they are still those that were talked about."""
    sheets = ";".join(f"{one.pk}@{one.handed_in_at.isoformat()}" for one in review.sheets)
    return hashlib.sha256(sheets.encode()).hexdigest()[:16]


@contextmanager
def discrepant(application: Application, *, by) -> Iterator[Review]:
    """Hold an application whose marks lie apart; no sheet comes or goes meanwhile.

    :raises PermissionDenied: to whom it is not to moderate.
    :raises IllegalMove: when it is not under expert review.
    :raises DomainError: when its marks do not lie apart, or no longer.
    """
    with transaction.atomic():
        held = Application.objects.select_for_update(of=("self",)).filter(pk=application.pk)
        if held.values_list("state", flat=True).get() != State.ACCEPTED:
            raise IllegalMove(application.why_not("complete_review"))
        review = review_of(application)
        check(by, PERMISSION, review.application)
        if not review.result.discrepant:
            raise DomainError(_("The marks of this application do not lie apart now. Nothing was changed."))
        yield review


def talk(
    application: Application,
    *,
    by,
    held_on: date,
    people: str,
    minutes: str,
    files: Iterable[CheckedFile] = (),
    seen: str = "",
) -> Moderation:
    """Keep the minutes of a talk about marks that lie apart; it settles the sheets that lay there. The same minutes
    sent twice are kept once, unless a sheet came between.

    :param seen: the :func:`sheets_seen` of the page on which they were read; empty for none.
    :raises IllegalMove: when a sheet has come or gone since.
    :raises DomainError: for a day before the last sheet came.
    """
    with discrepant(application, by=by) as review:
        if seen and seen != sheets_seen(review):
            raise IllegalMove(
                _(
                    "A sheet has come or was given back meanwhile. Look at the marks once more. Nothing was kept."
                )
            )
        check_day(review, held_on)
        row = Moderation(
            application=application, held_on=held_on, people=people, minutes=minutes, recorded_by=by
        )
        return kept.kept_once(row, MINUTES, files, by=by, since=review.last_sheet)


def check_day(review: Review, held_on: date, *, recorded: Moderation | None = None) -> None:
    """A talk is about sheets that lay there.

    :param recorded: the talk whose day is corrected; only sheets that came before it was recorded count.
    :raises DomainError: for a day before the last sheet came.
    """
    last = review.last_sheet
    if last is None or (recorded and recorded.recorded_at < last):
        return
    if held_on < timezone.localdate(last):
        raise DomainError(
            _("The last sheet was handed in on %(day)s; a talk before that day did not have it.")
            % {"day": cn_date(last)}
        )


def further_days(round_: Round, *, on: date) -> tuple[date, date]:
    """The day until which one more expert is asked to score unless another is given, and the last that may be."""
    last = max(round_.decide_by, on)
    return min(max(round_.review_by or on, on + TIME_TO_SCORE), last), last


def ask_further(application: Application, expert: int, *, by, due_on: date | None = None) -> Moderation:
    """Let one more expert of the panel score it, who is free of conflicts; both rows are written, or neither.

    :param expert: the key of the expert.
    :param due_on: the day until which they score; the one of the round when left out.
    :raises DomainError: for an expert who cannot be assigned, each reason named, and while one more is at work.
    """
    with transaction.atomic():
        round_ = panels.locked(application.round)
        with discrepant(application, by=by) as review:
            check_none_is_at_work(review)
            [assignment] = panels.assign([(application.pk, expert)], round_, by=by, due_on=due_on)
            return Moderation.objects.create(application=application, assignment=assignment, recorded_by=by)


def check_none_is_at_work(review: Review) -> None:
    """:raises DomainError: when an expert who was asked for one more sheet has not handed in yet."""
    for one in review.moderations:
        if one.assignment and one.assignment.state in UNDER_WAY:
            raise DomainError(
                _("%(name)s has been asked for one more sheet already and has not handed in yet.")
                % {"name": one.assignment.expert.name}
            )


def correct(row: Moderation, changes: dict, *, by, reason: str, files=(), remove=()) -> bool:
    """Mend the minutes of a talk; what stood there before is kept, and when it was recorded stays.

    :returns: whether anything was otherwise.
    :raises IllegalMove: once the decision is released.
    :raises DomainError: without a reason, and for a day before the last sheet came.
    """
    with kept.correctable(row.application):
        review = review_of(row.application)
        check(by, PERMISSION, review.application)
        check_day(review, changes.get("held_on", row.held_on), recorded=row)
        kept.keep_files(row, MINUTES, files, by=by)
        return kept.correct(row, changes, by=by, reason=reason, remove=remove) or bool(files)
