"""What the experts' sheets of a round come to; the reckoning itself is :mod:`reviews.aggregation`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, F, Prefetch, TextField, Value, When, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from reviews import aggregation, conflicts
from reviews.aggregation import Result, Rule, Sheet
from reviews.models import UNDER_WAY, Application, Assignment, AssignmentState, Mark, Moderation, Round
from reviews.models.states import ENDED, REVIEWED
from reviews.permissions import may_see_marks


def rule_of(round_: Round) -> Rule:
    """How the policy version of a round puts marks together."""
    policy = round_.policy
    return Rule(
        aggregation=policy.aggregation,
        quorum=policy.experts_quorum,
        pass_mark=policy.pass_mark,
        apart=policy.marks_apart,
    )


def sheets_of(applications: Iterable) -> list[Sheet]:
    """The sheets that were handed in for some applications, rows or their keys, in one query; keys are those of the
    rows.
    """
    return _read(applications)[0]


def _read(applications: Iterable, spelled: int | None = None) -> tuple[list[Sheet], list[Mark]]:
    """As :func:`sheets_of`, and the marks of the application ``spelled`` with their comments, in the same query."""
    rows = Mark.objects.filter(
        assignment__application__in=list(applications),
        assignment__state=AssignmentState.HANDED_IN,
        points__isnull=False,
    )
    own_words = When(assignment__application=spelled, then=F("comment"))
    words = Case(own_words, default=Value(""), output_field=TextField())
    columns = ("assignment__application", "assignment__expert", "criterion__key", "points")
    own = ("assignment", "criterion", words if spelled else Value(""))
    found: dict[tuple[int, int], dict] = defaultdict(dict)
    marks = []
    for application, expert, key, points, assignment, criterion, comment in rows.order_by("pk").values_list(
        *columns, *own
    ):
        found[application, expert][key] = points
        if application == spelled:
            marks.append(
                Mark(assignment_id=assignment, criterion_id=criterion, points=points, comment=comment)
            )
    return [Sheet(application, expert, given) for (application, expert), given in found.items()], marks


def of_round(round_: Round) -> list[Result]:
    """The results of a round, the best first; ``application`` and ``expert`` are keys of rows."""
    if round_.rubric is None:
        return []
    keys = list(round_.applications.filter(state__in=REVIEWED).values_list("pk", flat=True))
    return aggregation.results(round_.rubric.weighed(), sheets_of(keys), rule_of(round_), keys)


# -- how each review stands --------------------------------------------------------------------------------------


def _settled_at(one: Moderation) -> datetime | None:
    """Up to when sheets count as dealt with: the talk, or the further sheet once it is handed in."""
    if one.assignment is None:
        return one.recorded_at
    return one.assignment.handed_in_at if one.assignment.state == AssignmentState.HANDED_IN else None


@dataclass(frozen=True)
class Review:
    """How the expert review of one application stands.

    :ivar moderations: the talks about its marks and the further experts, the first one first.
    :ivar in_conflict: assignments that count, each with what is known by now between its expert and the studio; asked
        as long as a decision can still be taken on them.
    """

    application: Application
    result: Result
    moderations: tuple[Moderation, ...] = ()
    in_conflict: tuple[tuple[Assignment, list[str]], ...] = ()

    @property
    def moderated(self) -> bool:
        """Whether marks that lie apart have been dealt with.

        A talk settles the sheets that lay there then: one that came later may lie apart anew. One more expert settles
        those that lay there when the further sheet was handed in; who declined or was replaced settles nothing.
        """
        last = self.last_sheet
        return any(settled >= last for one in self.moderations if last and (settled := _settled_at(one)))

    @property
    def last_sheet(self) -> datetime | None:
        """When the last of the sheets there are was handed in."""
        return max((one.handed_in_at for one in self.sheets), default=None)

    @property
    def is_discrepant(self) -> bool:
        """Marks lie apart, and nobody has dealt with it."""
        return self.result.discrepant and not self.moderated

    @property
    def at_work(self) -> list[Assignment]:
        return [one for one in self.application.assignments.all() if one.state in UNDER_WAY]

    @property
    def sheets(self) -> list[Assignment]:
        """What was handed in, in the order in which it came."""
        done = [one for one in self.application.assignments.all() if one.state == AssignmentState.HANDED_IN]
        return sorted(done, key=lambda one: (one.handed_in_at, one.pk))

    def missing(self) -> list[str]:
        """Why it is not complete, one sentence each."""
        policy, problems = self.application.round.policy, []
        if self.application.round.rubric is None:
            return [_("The round has no rubric.")]
        if at_work := len(self.at_work):
            sentence = ngettext(
                "%(count)s expert has not handed in yet. Wait, or replace them.",
                "%(count)s experts have not handed in yet. Wait, or replace them.",
                at_work,
            )
            problems.append(sentence % {"count": at_work})
        if not self.result.quorum:
            problems.append(
                _("%(count)s sheets are handed in; the quorum is %(quorum)s.")
                % {"count": len(self.result.totals), "quorum": policy.experts_quorum}
            )
        if self.is_discrepant:
            problems.append(
                _(
                    "The marks lie more than %(apart)s points apart. Let one more expert score, or talk them over."
                )
                % {"apart": f"{policy.marks_apart.normalize():f}"}
            )
        for one, why in self.in_conflict:
            facts = {"name": one.expert.name, "reasons": _("; ").join(why)}
            problems.append(
                _("%(name)s is in conflict with the studio: %(reasons)s. Replace this expert.") % facts
            )
        return problems


def with_experts(applications):
    """Rows of applications with all that :func:`reviews_of` and the rules of who may look ask of them."""
    experts = Assignment.objects.select_related("expert__unit").order_by("pk")
    return (
        conflicts.with_facts(applications)
        .select_related("studio__unit", "studio__lead", "round__policy", "round__rubric", "decided_by")
        .prefetch_related(Prefetch("assignments", experts), "studio__editors", "studio__members")
    )


def reviews_of(applications: list[Application], round_: Round) -> list[Review]:
    """How the reviews of some applications of one round stand, the best first.

    Ranks and severities are among these applications. The queries are as many for many as for one.

    :param applications: rows that were read by :func:`with_experts`.
    """
    return _reviews(applications, round_)[0]


def _reviews(
    applications: list[Application], round_: Round, spelled: int | None = None
) -> tuple[list[Review], list[Mark]]:
    """As :func:`reviews_of`, and every mark of the application ``spelled``."""
    rows = {row.pk: row for row in applications}
    rubric = round_.rubric.weighed() if round_.rubric else []
    sheets, marks = _read(rows, spelled) if rubric else ([], [])
    found, talks = aggregation.results(rubric, sheets, rule_of(round_), rows), moderations_of(rows)
    tied = conflicts.in_force(row for row in applications if row.state not in ENDED)
    return [
        Review(rows[key], one, talks[key], tuple(tied.get(key, ())))
        for key, one in ((one.application, one) for one in found)
    ], marks


def moderations_of(applications: Iterable) -> dict[int, tuple[Moderation, ...]]:
    """Key → how marks of that application were dealt with, the first one first."""
    keys, found = list(applications), defaultdict(tuple)
    people = ("assignment__expert", "recorded_by")
    for one in Moderation.objects.filter(application__in=keys).select_related(*people):
        found[one.application_id] += (one,)
    return found


def lacking(applications: Iterable[Application]) -> dict[int, list[str]]:
    """Key → why the expert review is not complete, of several applications as they stand now."""
    keys = [row.pk for row in applications]
    by_round: dict[Round, list[Application]] = defaultdict(list)
    for row in with_experts(Application.objects.filter(pk__in=keys)):
        by_round[row.round].append(row)
    return {
        one.application.pk: one.missing()
        for round_, rows in by_round.items()
        for one in reviews_of(rows, round_)
    }


def conflicts_of(application: Application) -> list[tuple[Assignment, list[str]]]:
    """The assignments of one application that count, each with what is known between its expert and the studio by now,
    where anything is.
    """
    rows = with_experts(Application.objects.filter(pk=application.pk))
    return conflicts.in_force(rows).get(application.pk, [])


def missing(application: Application) -> list[str]:
    """Why the expert review of one application is not complete, one sentence each."""
    return lacking([application])[application.pk]


def is_moderated(application: Application) -> bool:
    """Whether marks that lie apart have been dealt with, see :attr:`Review.moderated`."""
    return review_of(application).moderated


def review_of(application: Application) -> Review:
    """How the review of one application stands now, whatever is at hand of it."""
    row = with_experts(Application.objects.filter(pk=application.pk)).get()
    return reviews_of([row], row.round)[0]


# -- what one person reads of a round ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Severity:
    """One expert against the panel.

    :ivar mean: of the totals that they gave.
    :ivar points: above (+) or below (−) the panel on the same applications.
    """

    expert: User
    sheets: int
    mean: object
    points: float


@dataclass(frozen=True)
class Standings:
    """The results of a round as one person may read them.

    :ivar reviews: the best first. Ranks and severities are reckoned from these alone: the place that another one left
        free would tell where it stands.
    :ivar aside: applications whose marks are kept from this person.
    :ivar marks: every mark of the one application that was asked for.
    """

    round: Round
    reviews: list[Review]
    aside: list[Application]
    marks: list[Mark] = field(default_factory=list)

    def review_of(self, application: int) -> Review | None:
        return next((one for one in self.reviews if one.application.pk == application), None)

    def application(self, key: int) -> Application | None:
        """The row of this key, also when its marks are kept from this person."""
        rows = [*(one.application for one in self.reviews), *self.aside]
        return next((row for row in rows if row.pk == key), None)

    @property
    def rule(self) -> Rule:
        return rule_of(self.round)

    @property
    def severities(self) -> list[Severity]:
        """Of each expert who has handed in anything, the most severe first."""
        totals = {one.result.application: one.result.totals for one in self.reviews}
        severe, given = aggregation.severities(totals), defaultdict(list)
        for held in totals.values():
            for expert, points in held.items():
                given[expert].append(points)
        people = {one.expert_id: one.expert for row in self.reviews for one in row.sheets}
        found = [
            Severity(people[key], len(given[key]), aggregation.mean(given[key]), points)
            for key, points in severe.items()
        ]
        return sorted(found, key=lambda one: (round(one.points, 6), one.expert.pinyin, one.expert.pk))


def standings(round_: Round, user) -> Standings:
    """The results of a round for one person; the queries are as many for many applications as for one."""
    return _standings(round_.applications.all(), user, round_)


def standings_of(pk: int, user) -> Standings | None:
    """As :func:`standings`, of the round of this key, read with its applications; None where there are none."""
    return _standings(Application.objects.filter(round=pk), user)


def standings_around(application: int, user) -> Standings | None:
    """The results of the round of one application, whose marks are read with their comments in the same query; None
    where the person sees no such application that experts review or have reviewed.

    Ranks and severities are among all of the round, so all of it is read, once.
    """
    own = Application.objects.filter(pk=application).values("round")
    found = _standings(Application.objects.filter(round__in=own), user, spelled=application)
    return found if found and found.application(application) else None


def _standings(
    applications, user, round_: Round | None = None, spelled: int | None = None
) -> Standings | None:
    """Of these applications of one round; None without the round where there are none."""
    rows = list(with_experts(applications.visible_to(user).filter(state__in=REVIEWED)).order_by("pk"))
    if round_ is None and not rows:
        return None
    round_ = round_ or rows[0].round
    prefetch_related_objects([round_], "rubric__criteria")
    seen, aside = [], []
    for row in rows:
        row.round = round_
        (seen if may_see_marks.test(user, row) else aside).append(row)
    reviews, marks = _reviews(seen, round_, spelled)
    return Standings(round_, reviews, aside, marks)
