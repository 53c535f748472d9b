"""An expert's way to the file: which assignments are theirs, and what bars them from one (Art. 7)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.permissions import check
from reviews import conflicts, masking
from reviews.models import Assignment, AssignmentLog, AssignmentState, Criterion

# Only who has declared to have no relation reads the papers.
READS = frozenset({AssignmentState.ACCEPTED, AssignmentState.HANDED_IN})
# How what waits for an expert is listed, and gone through from page to page.
LIST_ORDER = ("due_on", "pk")


def assignment_for(request, application: int) -> Assignment:
    """The person's own assignment to an application, with all that its pages ask of it, such as the ones before and
    after it in the list and when the declaration was given.

    The office looks at assignments in the office: here there is nothing but one's own.

    :param application: its key; assignments have no addresses of their own.
    :raises Http404: for what they were not asked to review.
    :raises PermissionDenied: for who is no expert any more.
    """
    rows = Assignment.objects.visible_to(request.user).filter(expert=request.user)
    rows = rows.select_related(
        "application__studio__unit",
        "application__studio__lead",
        "application__round__rubric",
        "expert__unit",
        "snapshot",
    )
    declared = AssignmentLog.objects.filter(assignment=OuterRef("pk"), verb="accept").order_by("-at")
    given_back = AssignmentLog.objects.filter(assignment=OuterRef("pk"), verb="reopen").order_by("-at")
    rows = rows.annotate(
        previous=_beside("lt"),
        following=_beside("gt"),
        declared_at=Subquery(declared.values("at")[:1]),
        given_back_because=Subquery(given_back.values("note")[:1]),
    )
    assignment = get_object_or_404(rows, application=application)
    assignment.expert.held = request.user.held  # the same person, whose roles are read already
    check(request.user, "reviews.answer_assignment", assignment)
    if assignment.given_back_because:
        assignment.given_back_because = masking.text(assignment, assignment.given_back_because)
    return assignment


def _beside(side: str) -> Subquery:
    """The application of the nearest one in the list of what the expert has still to review, before it or after it.

    One that is handed in stands where it stood: from there too the way leads on to what is open.
    """
    waiting = Assignment.objects.filter(expert=OuterRef("expert")).under_way()
    same_day = Q(due_on=OuterRef("due_on"), **{f"pk__{side}": OuterRef("pk")})
    beside = waiting.filter(same_day | Q(**{f"due_on__{side}": OuterRef("due_on")}))
    order = [name if side == "gt" else f"-{name}" for name in LIST_ORDER]
    return Subquery(beside.order_by(*order).values("application")[:1])


def bars(assignment: Assignment) -> list[str]:
    """Why the expert may not open the file now, one phrase each; empty when nothing is known.

    In a blind round the phrases would tell whose papers these are, and stay with the office.
    """
    found = conflicts.known(assignment.application, assignment.expert)
    return [""] if found and masking.is_blind(assignment) else found


def opened(request, application: int) -> Assignment:
    """The assignment, when its file is open to its expert: they have declared to have no relation, and none is known.

    :raises Http404: before that, and for what has been declined, recused or replaced.
    :raises PermissionDenied: once a conflict is known.
    """
    assignment = assignment_for(request, application)
    if assignment.state not in READS:
        raise Http404
    if bars(assignment):
        raise PermissionDenied(_("A relation to this studio is known. The file is closed to you."))
    return assignment


def with_progress(rows):
    """Assignments with how many marks are given, of how many."""
    criteria = (
        Criterion.objects.filter(rubric=OuterRef("application__round__rubric"))
        .order_by()
        .values("rubric")
        .annotate(count=Count("pk"))
    )
    return rows.annotate(
        given=Count("marks", filter=Q(marks__points__isnull=False)),
        criteria=Subquery(criteria.values("count"), output_field=IntegerField()),
        year=F("application__round__year"),
    )
