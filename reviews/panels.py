"""Who reviews what: assigned one by one, in bulk, or as the solver proposes; never in conflict (Art. 7)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import RoleCode, User
from accounts.permissions import check
from records.moves import DomainError
from reviews import conflicts
from reviews.assigning import Case, Expert, propose
from reviews.models import HOLDING, Application, Assignment, Panelist, Round, State
from reviews.models.rubric import adopted
from reviews.notices import tell_of_assignment

OUTSIDE = "outside"  # the unit of those invited from elsewhere, for whom none is recorded


@dataclass(frozen=True)
class Pair:
    """One assignment that is proposed, and why this expert."""

    application: Application
    expert: User
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Lack:
    """An application that gets fewer experts than it should, and why."""

    application: Application
    missing: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """What the solver proposes for a round. :ivar loads: each expert of the panel, with the load they would have."""

    pairs: list[Pair]
    loads: list[tuple[User, int]]
    lacking: list[Lack]


def under_review(round_: Round):
    """The applications of a round that experts review now."""
    return Application.objects.filter(round=round_, state=State.ACCEPTED).select_related(
        "studio__unit", "studio__lead", "round__policy", "round__rubric"
    )


def plan(round_: Round) -> Plan:
    """Share the panel out over what still lacks experts; nothing is written."""
    applications = list(under_review(round_).prefetch_related("assignments__expert"))
    seats = list(Panelist.objects.filter(round=round_).select_related("expert__unit"))
    experts = [seat.expert for seat in seats if seat.expert.is_active]
    most = {seat.expert_id: seat.most for seat in seats}
    barred = conflicts.between(applications, experts)
    taken = {(one.application_id, one.expert_id) for row in applications for one in row.assignments.all()}
    load = Counter(
        Assignment.objects.holding().filter(application__round=round_).values_list("expert", flat=True)
    )
    each = round_.policy.experts_each
    units = {one.pk: unit_of(one) for one in experts}
    cases = []
    for row in applications:
        held = [one.expert for one in row.assignments.all() if one.state in HOLDING]
        cases.append(Case(row.pk, max(0, each - len(held)), tuple(unit_of(one) for one in held)))
    found = propose(
        cases,
        [Expert(one.pk, units[one.pk], load[one.pk], most[one.pk]) for one in experts],
        {*barred, *taken},
    )
    rows, people = {row.pk: row for row in applications}, {one.pk: one for one in experts}
    return Plan(
        pairs=_with_reasons(found, rows, people, load),
        loads=[(one, found.loads[one.pk]) for one in experts],
        lacking=[_lack(rows[pk], missing, experts, barred, taken) for pk, missing in found.short.items()],
    )


def unit_of(expert: User) -> str:
    return expert.unit.code if expert.unit_id else OUTSIDE


def _with_reasons(found, rows, people, load) -> list[Pair]:
    """Each pair with what speaks for it: no conflict is known, the unit, the load."""
    units = defaultdict(Counter)
    for case, expert in found.pairs:
        units[case][unit_of(people[expert])] += 1
    pairs = []
    for case, key in found.pairs:
        expert = people[key]
        alone = units[case][unit_of(expert)] == 1
        place = expert.unit.name if expert.unit_id else _("from outside the university")
        why = [
            _("No conflict is known"),
            _("The only one of %(unit)s") % {"unit": place} if alone else place,
            _("Would hold %(load)s applications, now %(now)s") % {"load": found.loads[key], "now": load[key]},
        ]
        pairs.append(Pair(rows[case], expert, tuple(why)))
    return pairs


def _lack(application, missing: int, experts, barred, taken) -> Lack:
    """Why an application does not reach its number of experts."""
    in_conflict = sum((application.pk, one.pk) in barred for one in experts)
    gone = sum(
        (application.pk, one.pk) in taken and (application.pk, one.pk) not in barred for one in experts
    )
    reason = _(
        "Of %(all)s experts on the panel %(conflict)s are in conflict and %(taken)s have been assigned already; "
        "the others hold as many applications as they take."
    ) % {"all": len(experts), "conflict": in_conflict, "taken": gone}
    return Lack(application, missing, reason)


def assign(pairs: Iterable[tuple[int, int]], round_: Round, *, by: User) -> list[Assignment]:
    """Invite each expert to each application, all or none.

    Conflicts are asked for again, under the lock of the applications: what was known when the page was read may be
    out of date.

    :param pairs: application and expert, by their keys.
    :raises DomainError: for an application that is not under review, somebody who is not on the panel or is assigned
        already, and for any conflict, each named.
    :raises PermissionDenied: when one of the applications is the person's own case.
    """
    pairs = sorted({(int(case), int(expert)) for case, expert in pairs})
    if round_.rubric is None or round_.review_by is None:
        raise DomainError(_("Name the rubric of the round and the day until which experts review first."))
    adopted(round_.rubric)
    with transaction.atomic():
        keys = {case for case, _expert in pairs}
        rows = {
            row.pk: row
            for row in under_review(round_).select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
        }
        for row in rows.values():
            check(by, "reviews.assign_experts", row)
        seats = Panelist.objects.filter(round=round_, expert__in={expert for _case, expert in pairs})
        experts = {seat.expert_id: seat.expert for seat in seats.select_related("expert__unit")}
        if problems := _problems(pairs, rows, experts):
            raise DomainError(_("Nothing was assigned."), tuple(problems))
        return [_invite(rows[case], experts[expert], by=by) for case, expert in pairs]


def _problems(pairs, rows, experts) -> list[str]:
    found = []
    if {case for case, _expert in pairs} - rows.keys():
        found.append(_("One of the applications is not under expert review now."))
    if {expert for _case, expert in pairs} - experts.keys():
        found.append(_("One of the experts is not on the panel of this round."))
    for expert in experts.values():
        if not (expert.is_active and expert.has_role(RoleCode.EXPERT)):
            found.append(_("%(name)s is no expert, or no longer.") % {"name": expert.name})
    there = set(Assignment.objects.filter(application__in=rows).values_list("application", "expert"))
    barred = conflicts.between(rows.values(), experts.values())
    for case, expert in pairs:
        if case not in rows or expert not in experts:
            continue
        facts = {"name": experts[expert].name, "studio": rows[case].studio.name}
        if (case, expert) in there:
            found.append(_("%(name)s has been assigned to %(studio)s already.") % facts)
        if (case, expert) in barred:
            reasons = {"reasons": _("; ").join(barred[case, expert])}
            found.append(_("%(name)s is in conflict with %(studio)s: %(reasons)s.") % {**facts, **reasons})
    return found


def _invite(application: Application, expert: User, *, by: User) -> Assignment:
    assignment = Assignment.objects.create(
        application=application,
        snapshot=application.snapshot,
        expert=expert,
        due_on=application.round.review_by,
        assigned_by=by,
    )
    assignment.log.create(actor=by, verb="assign", from_state="", to_state=assignment.state)
    tell_of_assignment(assignment)
    return assignment


def summary(plan_: Plan) -> str:
    """One sentence over a plan, for the head of its page."""
    sentence = ngettext(
        "%(count)s assignment is proposed.", "%(count)s assignments are proposed.", len(plan_.pairs)
    )
    return sentence % {"count": len(plan_.pairs)}
