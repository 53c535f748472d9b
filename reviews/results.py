"""What the experts' sheets of a round come to; the reckoning itself is :mod:`reviews.aggregation`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import aggregation
from reviews.aggregation import Result, Rule, Sheet
from reviews.models import UNDER_WAY, Application, Assignment, AssignmentState, Mark, Moderation, Round, State

# States of which a round's results speak: whatever experts have reviewed.
REVIEWED = frozenset(
    {State.ACCEPTED, State.REVIEWED, State.PROPOSED, State.APPROVED, State.HELD, State.REJECTED, State.NAMED}
)


def rule_of(round_: Round) -> Rule:
    """How the policy version of a round puts marks together."""
    policy = round_.policy
    return Rule(
        aggregation=policy.aggregation,
        quorum=policy.experts_quorum,
        pass_mark=policy.pass_mark,
        apart=policy.marks_apart,
    )


def sheets_of(applications: Iterable[Application]) -> list[Sheet]:
    """The sheets that were handed in for some applications, in one query; keys are those of the rows."""
    marks = Mark.objects.filter(
        assignment__application__in=list(applications),
        assignment__state=AssignmentState.HANDED_IN,
        points__isnull=False,
    )
    found: dict[tuple[int, int], dict] = defaultdict(dict)
    columns = ("assignment__application", "assignment__expert", "criterion__key", "points")
    for application, expert, criterion, points in marks.order_by("pk").values_list(*columns):
        found[application, expert][criterion] = points
    return [Sheet(application, expert, given) for (application, expert), given in found.items()]


def of_round(round_: Round) -> list[Result]:
    """The results of a round, the best first; ``application`` and ``expert`` are keys of rows."""
    if round_.rubric is None:
        return []
    keys = round_.applications.filter(state__in=REVIEWED).values_list("pk", flat=True)
    return aggregation.results(round_.rubric.weighed(), sheets_of(keys), rule_of(round_), keys)


def missing(application: Application) -> list[str]:
    """Why the expert review of one application is not complete, one sentence each."""
    round_, problems = application.round, []
    if round_.rubric is None:
        return [_("The round has no rubric.")]
    at_work = application.assignments.filter(state__in=UNDER_WAY).count()
    if at_work:
        sentence = ngettext(
            "%(count)s expert has not handed in yet. Wait, or replace them.",
            "%(count)s experts have not handed in yet. Wait, or replace them.",
            at_work,
        )
        problems.append(sentence % {"count": at_work})
    [result] = aggregation.results(
        round_.rubric.weighed(), sheets_of([application]), rule_of(round_), [application.pk]
    )
    if not result.quorum:
        problems.append(
            _("%(count)s sheets are handed in; the quorum is %(quorum)s.")
            % {"count": len(result.totals), "quorum": round_.policy.experts_quorum}
        )
    if result.discrepant and not is_moderated(application):
        problems.append(
            _("The marks lie more than %(apart)s points apart. Let one more expert score, or talk them over.")
            % {"apart": f"{round_.policy.marks_apart.normalize():f}"}
        )
    return problems


def is_moderated(application: Application) -> bool:
    """Whether marks that lie apart have been dealt with: talked over since the last sheet came, or marked once more."""
    moderations = list(Moderation.objects.filter(application=application).select_related("assignment"))
    last = (
        Assignment.objects.filter(application=application, state=AssignmentState.HANDED_IN)
        .order_by("-handed_in_at")
        .values_list("handed_in_at", flat=True)
        .first()
    )
    return any(
        one.assignment.state == AssignmentState.HANDED_IN
        if one.assignment
        else last is None or one.recorded_at >= last
        for one in moderations
    )
