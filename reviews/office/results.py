"""The results of a round: the ranking, how severe each expert is, and one application with every mark and comment."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import check
from records import agenda, tables
from records.views import send_or_404
from reviews import minutes as kept
from reviews import results_exports
from reviews.models import Application, AssignmentLog, Decision, Moderation, Round, State, Visit
from reviews.models.deciding import given_in_conflict
from reviews.office import moderation, results_visits
from reviews.office.bulk import MOST_AT_ONCE
from reviews.office.frame import READ, page, round_for
from reviews.office.meetings import meeting
from reviews.office.results_forms import LISTS, NarrowForm
from reviews.results import Standings, standings, standings_around, standings_of
from reviews.results_shown import Line, aggregation_name, criterion_lines, is_among, severity_lines
from reviews.visits import JUDGED

A_PAGE = 50
BANDS = range(0, 100, 10)  # of the chart of scores


def round_of(request, pk: int) -> Round:
    """The round with the criteria of its rubric, for those who read all of the office.

    :raises PermissionDenied: to anybody else.
    """
    round_ = round_for(request, pk)
    prefetch_related_objects([round_], "rubric__criteria")
    return round_


# -- the ranking ---------------------------------------------------------------------------------------------------


class Board:
    """The results page of a round for one person."""

    def __init__(self, found: Standings):
        self.standings, self.round = found, found.round
        self.lines = [Line(one) for one in found.reviews]

    @cached_property
    def severities(self) -> list:
        return severity_lines(self.standings.severities)

    def figures(self) -> list[agenda.Figure]:
        """How many stand where; each figure leads to its list."""
        labels = {
            "passing": _("reach the pass mark"),
            "failing": _("below the pass mark"),
            "below_quorum": _("below the quorum"),
            "apart": _("with marks apart, to be dealt with"),
            "ready": _("reviews that can be completed"),
        }
        return [
            agenda.Figure(self.count(show), label, f"?show={show}#ranking", late=show == "apart")
            for show, label in labels.items()
        ]

    def count(self, show: str) -> int:
        return sum(is_among(line, show) for line in self.lines)

    def bands(self) -> list[tuple[str, int]]:
        """How many applications with a quorum lie in each ten points, empty ones between them too; 100 belongs to the
        last.
        """
        scores = [line.result.score for line in self.lines if line.result.quorum]
        counts = Counter(min(int(score // 10) * 10, BANDS[-1]) for score in scores)
        return [
            (_("%(low)s to %(high)s") % {"low": low, "high": low + 10}, counts[low])
            for low in BANDS
            if counts and min(counts) <= low <= max(counts)
        ]

    def ready(self) -> str:
        """Where the reviews that can be completed are, all at once; empty when there is none."""
        keys = [line.application.pk for line in self.lines if is_among(line, "ready")][:MOST_AT_ONCE]
        url = reverse("admin:reviews_application_bulk", args=["review"])
        return f"{url}?{urlencode({'pk': keys}, doseq=True)}" if keys else ""


@require_safe
def view(request, pk):
    """All applications of a round that experts have reviewed or review, ranked.

    :raises PermissionDenied: to whom the office's reviews are not shown.
    """
    check(request.user, READ)
    found = standings_of(pk, request.user) or standings(round_of(request, pk), request.user)
    board, round_, form = Board(found), found.round, NarrowForm(request.GET)
    asked = form.asked()
    lines = results_exports.narrowed(board.lines, **asked)
    sent = {name: value for name, value in request.GET.items() if name in form.fields and value}
    return page(
        request,
        "admin/reviews/results.html",
        round_,
        title=_("Results of the expert review"),
        board=board,
        form=form,
        tabs=tabs(asked),
        found=Paginator(lines, A_PAGE).get_page(request.GET.get("page")),
        aggregation=aggregation_name(round_.policy),
        query=urlencode(sent),
        export=f"{reverse('admin:reviews_round_results_export', args=[pk])}?{urlencode(sent)}",
        may_complete=request.user.has_perm("reviews.complete_review"),
        is_narrowed=bool(sent),
    )


def tabs(asked: dict) -> list[dict]:
    q = {"q": asked["text"]} if asked["text"] else {}
    return [
        {
            "url": f"?{urlencode({**q, **({'show': key} if key else {})})}",
            "label": label,
            "is_now": key == asked["show"],
        }
        for key, label in LISTS.items()
    ]


@require_safe
def export(request, pk):
    """The same as Excel, with every mark and comment; much of it is written by a worker.

    :raises PermissionDenied: to whom the office's reviews are not shown.
    """
    round_ = round_of(request, pk)
    workbook = results_exports.Workbook(round_, request.user, **NarrowForm(request.GET).asked())
    if workbook.size() > results_exports.AT_ONCE:
        messages.info(
            request, _("The workbook is large. It is being written; download it here when it is done.")
        )
        return redirect(results_exports.start(workbook))
    response = HttpResponse(results_exports.write(workbook), content_type=tables.CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, workbook.name())
    return response


# -- one application -----------------------------------------------------------------------------------------------


class Dossier:
    """One application with everything experts gave for it, and what was done about it."""

    def __init__(self, found: Standings, line: Line, user):
        self.round, self.line, self.user, self.marks = found.round, line, user, found.marks
        self.application, self.review = line.application, line.review
        prefetch_related_objects([self.application], "endorsements")  # asked with every permission
        self.severities = {one.expert.pk: one for one in severity_lines(found.severities)}

    @cached_property
    def criteria(self) -> list:
        return criterion_lines(self.line, list(self.round.rubric.criteria.all()), self.marks)

    @cached_property
    def sheets(self) -> list[dict]:
        """Each sheet with its total, how severe its expert is, what they gave and wrote, and how often they wrote."""
        return [self._sheet(one, total) for one, total in self.line.totals]

    def _sheet(self, assignment, total) -> dict:
        comments = [
            (line.criterion.title, given.mark, given.comment)
            for line in self.criteria
            for given in line.given
            if given.assignment.pk == assignment.pk
        ]
        return {
            "assignment": assignment,
            "total": total,
            "severity": self.severities[assignment.expert_id],
            "comments": comments,
            "written": sum(bool(comment) for _title, _mark, comment in comments),
        }

    @property
    def aggregation(self) -> str:
        return aggregation_name(self.round.policy)

    @property
    def bars(self) -> list[tuple[str, object]]:
        return [(one.expert.name, total) for one, total in self.line.totals]

    @cached_property
    def experts(self) -> list:
        """Everybody who was asked, each with ``told``, the moves and what was said."""
        rows = list(self.application.assignments.all())
        logs = {one.pk: [] for one in rows}
        for log in AssignmentLog.objects.filter(assignment__in=logs).select_related("actor"):
            logs[log.assignment_id].append(log)
        for one in rows:
            one.told = results_exports.history_of(logs[one.pk])
        return rows

    @cached_property
    def visits(self) -> list[Visit]:
        return list(self.application.visits.select_related("recorded_by"))

    @cached_property
    def meetings(self) -> list[dict]:
        """Talks, further experts, visits and defences in the order in which they were recorded."""
        rows = [*self.review.moderations, *self.visits]
        files, mended = kept.files_with(rows), kept.corrections(rows)
        found = []
        for one in sorted(rows, key=lambda row: row.recorded_at):
            at = (type(one), one.pk)
            may_mend = self.may_record_visits if isinstance(one, Visit) else self.may_mend_talks
            found.append(meeting(self.application, one, files[at], mended[at], may_mend=may_mend))
        return found

    @property
    def missing(self) -> list[str]:
        return self.review.missing() if self.application.state == State.ACCEPTED else []

    @property
    def in_conflict(self) -> str:
        """Why it cannot be approved on these marks, once the review is over; before, it is among what is missing."""
        over = self.application.state != State.ACCEPTED
        return given_in_conflict(Decision.APPROVE, self.review.in_conflict) if over else ""

    @property
    def may_moderate(self) -> bool:
        open_ = self.application.state == State.ACCEPTED and self.line.result.discrepant
        return open_ and self.may_mend_talks

    @cached_property
    def may_mend_talks(self) -> bool:
        return self.user.has_perm("reviews.moderate", self.application)

    @cached_property
    def may_record_visits(self) -> bool:
        judged = self.application.state in JUDGED
        return judged and self.user.has_perm("reviews.record_visit", self.application)

    @cached_property
    def may_complete(self) -> bool:
        ready = self.application.state == State.ACCEPTED and not self.missing
        return ready and self.user.has_perm("reviews.complete_review", self.application)


def dossier_for(request, pk: int, application: int) -> Dossier:
    """One application among the results of its round.

    :raises PermissionDenied: for the own case, and for what the person still has to score.
    :raises Http404: for an application that experts have not reviewed.
    """
    check(request.user, READ)
    found = standings_around(application, request.user)
    if found is None or found.round.pk != pk:
        raise Http404
    if any(one.pk == application for one in found.aside):
        raise PermissionDenied(
            _(
                "This is your own case, or you review it yourself and have not handed in. Marks are not shown to you."
            )
        )
    return Dossier(found, Line(found.review_of(application)), request.user)


def beside(user, found: Standings, application: Application) -> Dossier | None:
    """What experts gave, for the page on which an application is decided; nothing to whom marks are not shown."""
    own = found.review_of(application.pk)
    return Dossier(found, Line(own), user) if own else None


@require_safe
def detail(request, pk, application):
    """One application: its figures, every mark and comment, who was asked, what was talked over and seen.

    :raises PermissionDenied: to whom its marks are not shown.
    """
    dossier = dossier_for(request, pk, application)
    return page(
        request,
        "admin/reviews/result.html",
        dossier.round,
        title=dossier.application.studio.name,
        dossier=dossier,
        application=dossier.application,
        line=dossier.line,
    )


@require_safe
def file(request, pk, application, file):
    """A file of a talk or of a visit, for those who read what it belongs to.

    :raises PermissionDenied: to everybody else.
    :raises Http404: for a file of anything else.
    """
    row = moderation.application_for(request, pk, application)
    rows = [*Moderation.objects.filter(application=row), *row.visits.all()]
    for (model, _key), files in kept.files_with(rows).items():
        for one in files:
            if one.pk == file:
                moderation.check_reads(request.user, model, row)
                return send_or_404(one.file, one.name, one.kind, inline=True)
    raise Http404


def results_urls(wrap) -> list:
    """The results of a round and of its applications, below the pages of rounds."""
    here, one = "<int:pk>/results/", "<int:pk>/results/<int:application>/"
    return [
        path(here, wrap(view), name="reviews_round_results"),
        path(f"{here}export.xlsx", wrap(export), name="reviews_round_results_export"),
        path(one, wrap(detail), name="reviews_round_result"),
        path(f"{one}talk/", wrap(moderation.talk_view), name="reviews_round_talk"),
        path(f"{one}talk/<int:row>/", wrap(moderation.mend_view), name="reviews_round_talk_change"),
        path(f"{one}further/", wrap(moderation.further_view), name="reviews_round_further"),
        path(f"{one}visit/", wrap(results_visits.record_view), name="reviews_round_visit"),
        path(f"{one}visit/<int:row>/", wrap(results_visits.mend_view), name="reviews_round_visit_change"),
        path(f"{one}files/<uuid:file>/", wrap(file), name="reviews_round_file"),
    ]
