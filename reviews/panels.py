"""Who reviews what: assigned one by one, in bulk, or as the solver proposes; never in conflict (Art. 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import RoleCode, User
from accounts.permissions import check
from records.moves import DomainError
from reviews import conflicts
from reviews.assigning import Case, Expert, propose
from reviews.models import HOLDING, Application, Assignment, AssignmentLog, Panelist, Round, Snapshot, State
from reviews.models.rubric import adopted
from reviews.panel_notices import tell_of_assignments
from reviews.whence import OUTSIDE, is_outside, place_of, unit_of

MOST_SAID = 10  # problems that are told one by one


@dataclass(frozen=True)
class Pair:
    """One assignment that is proposed, and why this expert.

    :ivar is_beyond: the application has as many experts as the policy asks for without this one.
    """

    application: Application
    expert: User
    reasons: tuple[str, ...]
    is_beyond: bool = False


@dataclass(frozen=True)
class Lack:
    """An application that gets fewer experts than it should, and why."""

    application: Application
    missing: int
    reason: str


@dataclass(frozen=True)
class Load:
    """How many applications of the round an expert holds, and how many they would hold."""

    expert: User
    now: int
    then: int
    most: int | None


@dataclass(frozen=True)
class Plan:
    """What the solver proposes for a round.

    :ivar loads: of each expert of the panel.
    :ivar aside: the own cases of whoever asked, to which somebody else assigns experts.
    """

    pairs: list[Pair]
    loads: list[Load]
    lacking: list[Lack]
    aside: list[Application]


def under_review(round_: Round):
    """The applications of a round that experts review now."""
    return Application.objects.filter(round=round_, state=State.ACCEPTED).select_related(
        "studio__unit", "studio__lead", "round__policy", "round__rubric"
    )


def seated(round_: Round) -> list[Panelist]:
    """The panel of a round: those who are experts still, each with their account, their unit and ``load``, how many
    applications of the round they hold.
    """
    own = Assignment.objects.holding().filter(application__round=round_, expert=OuterRef("expert")).order_by()
    load = Coalesce(Subquery(own.values("expert").annotate(all=Count("pk")).values("all")), 0)
    seats = Panelist.objects.filter(round=round_).select_related("expert__unit").annotate(load=load)
    current = User.objects.with_role(RoleCode.EXPERT).values("pk")
    return list(seats.filter(expert__in=current).order_by("expert__pinyin", "pk"))


def plan(round_: Round, *, by: User | None = None) -> Plan:
    """Share the panel out over what still lacks experts; nothing is written.

    :param by: who asks: to their own cases they assign nobody.
    """
    rows = under_review(round_).prefetch_related(
        "assignments__expert__unit", "studio__editors", "studio__members"
    )
    applications, aside = [], []
    for row in rows.order_by("pk"):
        (aside if by is not None and row.concerns(by) else applications).append(row)
    seats = seated(round_)
    experts, most = [seat.expert for seat in seats], {seat.expert_id: seat.most for seat in seats}
    barred = conflicts.between(applications, experts)
    taken = {(one.application_id, one.expert_id) for row in applications for one in row.assignments.all()}
    load = {seat.expert_id: seat.load for seat in seats}
    each = round_.policy.experts_each
    units = {one.pk: unit_of(one) for one in experts}
    cases = []
    for row in applications:
        there = [one.expert for one in row.assignments.all() if one.state in HOLDING]
        cases.append(Case(row.pk, max(0, each - len(there)), tuple(unit_of(one) for one in there)))
    found = propose(
        cases,
        [Expert(one.pk, units[one.pk], load[one.pk], most[one.pk]) for one in experts],
        {*barred, *taken},
    )
    rows, people = {row.pk: row for row in applications}, {one.pk: one for one in experts}
    return Plan(
        pairs=_with_reasons(found, cases, rows, people, load),
        loads=[Load(one, load[one.pk], found.loads[one.pk], most[one.pk]) for one in experts],
        lacking=[
            _lack(rows[pk], missing, experts, barred, taken | {*found.pairs})
            for pk, missing in found.short.items()
        ],
        aside=aside,
    )


@dataclass(frozen=True)
class Refusal:
    """A pair that was asked for and cannot be, and why."""

    application: Application
    expert: User
    reason: str


def cross(
    round_: Round, cases: set[int], experts: set[int], *, by: User
) -> tuple[list[Pair], list[Refusal], list[Load]]:
    """Each of these applications with each of these experts, as far as it can be; nothing is written.

    :param cases: the keys of applications under review; own cases of ``by`` are left out.
    """
    rows = under_review(round_).filter(pk__in=cases).order_by("pk")
    rows = rows.prefetch_related("assignments", "studio__editors", "studio__members")
    applications, each = [row for row in rows if not row.concerns(by)], round_.policy.experts_each
    seats = [seat for seat in seated(round_) if seat.expert_id in experts]
    people, now = [seat.expert for seat in seats], {seat.expert_id: seat.load for seat in seats}
    barred, then = conflicts.between(applications, people), Counter(now)
    pairs, refused = [], []
    for row in applications:
        there = {one.expert_id: one.state in HOLDING for one in row.assignments.all()}
        has = sum(there.values())
        for expert in people:
            if expert.pk in there:
                refused.append(Refusal(row, expert, _("Assigned already")))
            elif why := barred.get((row.pk, expert.pk)):
                refused.append(Refusal(row, expert, _("; ").join(why)))
            else:
                then[expert.pk] += 1
                has += 1
                reasons = (_("No conflict is known"), *_beyond(has, each))
                pairs.append(Pair(row, expert, reasons, is_beyond=has > each))
    loads = [Load(seat.expert, now[seat.expert_id], then[seat.expert_id], seat.most) for seat in seats]
    return pairs, refused, loads


def _beyond(has: int, each: int) -> list[str]:
    """That an application gets more experts than the policy asks for: it may, but not by oversight."""
    if has <= each:
        return []
    return [_("It would have %(has)s experts; the policy asks for %(each)s") % {"has": has, "each": each}]


def _with_reasons(found, cases, rows, people, load) -> list[Pair]:
    """Each pair with what speaks for it: no conflict is known, the unit among those who are there or are proposed, the
    load.
    """
    units = {case.key: Counter(map(_apart, case.units)) for case in cases}
    for case, expert in found.pairs:
        units[case][_apart(unit_of(people[expert]))] += 1
    pairs = []
    for case, key in found.pairs:
        expert = people[key]
        alone = units[case][_apart(unit_of(expert))] == 1
        why = [
            _("No conflict is known"),
            _place(expert, alone=alone),
            _("Would hold %(load)s applications, now %(now)s") % {"load": found.loads[key], "now": load[key]},
        ]
        pairs.append(Pair(rows[case], expert, tuple(why)))
    return pairs


def _apart(unit: str) -> str:
    """A unit of the university, or anywhere outside: of outsiders only one can be the only one."""
    return OUTSIDE if is_outside(unit) else unit


def _place(expert: User, *, alone: bool) -> str:
    """Where an expert comes from, and whether they alone of the experts of the application do."""
    if alone and expert.unit_id:
        return _("The only one of %(unit)s") % {"unit": expert.unit.name}
    if alone:
        return _("The only one from outside the university: %(place)s") % {"place": place_of(expert)}
    return place_of(expert)


def _lack(application, missing: int, experts, barred, given) -> Lack:
    """Why an application does not reach its number of experts.

    :param given: pairs that there are or that are proposed.
    """
    pairs = {(application.pk, one.pk) for one in experts}
    in_conflict, asked = pairs & set(barred), (pairs & given) - set(barred)
    facts = {"all": len(pairs), "conflict": len(in_conflict), "taken": len(asked)}
    facts["left"] = facts["all"] - facts["conflict"] - facts["taken"]
    if facts["left"]:
        reason = _(
            "Of %(all)s experts on the panel %(conflict)s are in conflict, %(taken)s were asked or are proposed; the "
            "other %(left)s hold as many applications as they take."
        )
    else:
        reason = _(
            "Of %(all)s experts on the panel %(conflict)s are in conflict, %(taken)s were asked or are proposed. Add "
            "experts to the panel."
        )
    return Lack(application, missing, reason % facts)


@dataclass(frozen=True)
class Choice:
    """One of the panel, asked for one application.

    :ivar against: why they cannot be chosen, one phrase each; empty when they can.
    :ivar is_full: they hold as many applications as they take, which is said and does not hinder.
    """

    expert: User
    load: int
    against: tuple[str, ...]
    is_full: bool


def choices(
    application: Application, seats: list[Panelist] | None = None, barred: dict[int, list[str]] | None = None
) -> list[Choice]:
    """The panel for one application: who can be chosen first, the least busy first.

    :param seats: the panel as :func:`seated` gives it, where it is at hand.
    :param barred: expert → what is known against them, where it is at hand.
    """
    if seats is None:
        seats = seated(application.round)
    if barred is None:
        barred = conflicts.of_one(application, [seat.expert for seat in seats])
    taken = {one.expert_id: one for one in application.assignments.all()}
    found = []
    for seat in seats:
        against = list(barred.get(seat.expert_id, ()))
        if seat.expert_id in taken:
            state = taken[seat.expert_id].get_state_display()
            against.insert(0, _("Assigned already: %(state)s") % {"state": state})
        is_full = seat.most is not None and seat.load >= seat.most
        found.append(Choice(seat.expert, seat.load, tuple(against), is_full))
    return sorted(found, key=lambda one: (bool(one.against), one.is_full, one.load, one.expert.pinyin))


def assign(
    pairs: Iterable[tuple[int, int]], round_: Round, *, by: User, due_on: date | None = None
) -> list[Assignment]:
    """Invite each expert to each application, all or none.

    Conflicts are asked for again, under the lock of the round and of the applications: what was known when the page
    was read may be out of date, and of two who take one proposal at once the second finds it taken.

    :param pairs: application and expert, by their keys.
    :param due_on: until when they score; the day of the round when left out.
    :raises DomainError: for an application that is not under review, somebody who is not on the panel or is assigned
        already, and for any conflict, each named.
    :raises PermissionDenied: when one of the applications is the person's own case.
    """
    pairs = sorted({(int(case), int(expert)) for case, expert in pairs})
    if not pairs:
        raise DomainError(_("Choose at least one expert for an application."))
    with transaction.atomic():
        round_ = locked(round_)
        if round_.rubric is None or round_.review_by is None:
            raise DomainError(_("Name the rubric of the round and the day until which experts review first."))
        adopted(round_.rubric)
        rows = _locked_rows(round_, {case for case, _expert in pairs})
        for row in rows.values():
            check(by, "reviews.assign_experts", row)
        seats = Panelist.objects.filter(round=round_, expert__in={expert for _case, expert in pairs})
        experts = {
            seat.expert_id: seat.expert
            for seat in seats.select_related("expert__unit").prefetch_related("expert__roles")
        }
        if problems := _problems(pairs, rows, experts):
            raise DomainError(_("Nothing was assigned."), problems)
        invited = [(rows[case], experts[expert]) for case, expert in pairs]
        return _invite(invited, round_, by=by, due_on=due_on or round_.review_by)


def locked(round_: Round) -> Round:
    """The round as it stands now, held until the transaction ends: its rubric, its panel and its assignments."""
    # Read after it is held: PostgreSQL would join what had to wait with the rubric that it no longer names, with none.
    Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    return Round.objects.select_related("rubric", "policy").get(pk=round_.pk)


def _locked_rows(round_: Round, keys: set[int]) -> dict[int, Application]:
    rows = under_review(round_).select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in rows.prefetch_related("studio__editors", "studio__members")}


def _problems(pairs, rows, experts) -> tuple[str, ...]:
    found = []
    if {case for case, _expert in pairs} - rows.keys():
        found.append(_("One of the applications is not under expert review now."))
    if {expert for _case, expert in pairs} - experts.keys():
        found.append(_("One of the experts is not on the panel of this round."))
    for expert in experts.values():
        is_expert = any(role.code == RoleCode.EXPERT for role in expert.roles.all())
        if not (expert.is_active and is_expert):
            found.append(_("%(name)s is no expert, or no longer.") % {"name": expert.name})
    there = set(Assignment.objects.filter(application__in=rows).values_list("application", "expert"))
    if there.issuperset(pairs):
        return (_("All of this has been assigned already."),)
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
    if more := len(found[MOST_SAID:]):
        rest = ngettext("%(count)s more problem.", "%(count)s more problems.", more) % {"count": more}
        return (*found[:MOST_SAID], rest)
    return tuple(found)


def _invite(
    pairs: list[tuple[Application, User]], round_: Round, *, by: User, due_on: date
) -> list[Assignment]:
    """Write the assignments of experts to applications, in a few queries however many there are."""
    cases = {application.pk for application, _expert in pairs}
    newest = {
        snapshot.application_id: snapshot
        for snapshot in Snapshot.objects.filter(application__in=cases).order_by("version").defer("data")
    }
    rows = Assignment.objects.bulk_create(
        Assignment(
            application=application,
            snapshot=newest[application.pk],
            expert=expert,
            due_on=due_on,
            assigned_by=by,
        )
        for application, expert in pairs
    )
    AssignmentLog.objects.bulk_create(
        AssignmentLog(assignment=row, actor=by, verb="assign", from_state="", to_state=row.state)
        for row in rows
    )
    tell_of_assignments(rows, round_)
    return rows


def summary(plan_: Plan) -> str:
    """One sentence over a plan, for the head of its page."""
    sentence = ngettext(
        "%(count)s assignment is proposed.", "%(count)s assignments are proposed.", len(plan_.pairs)
    )
    return sentence % {"count": len(plan_.pairs)}
