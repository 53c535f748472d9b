"""The whole way of a proposal over random panels, from the data to what is assigned.

Nobody in conflict; loads differ by at most one where no conflict hinders; every application reaches its number of
experts, or the reason is shown.
"""

from datetime import timedelta

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Role, RoleCode, User
from reviews import conflicts, panels
from reviews.models import HOLDING, Application, Assignment, Panelist, Relation, Snapshot, State
from reviews.rubrics import create_default
from studios.models import Member, Studio
from tests.factories import PolicyFactory, RoundFactory, UnitFactory, UserFactory, officer

UNITS = 3


@st.composite
def scenes(draw):
    """Up to 5 applications, 7 experts of 3 units or none; some in conflict, some asked already, some with a limit."""
    cases = draw(st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=5))
    experts = draw(
        st.lists(
            st.tuples(st.integers(0, UNITS), st.one_of(st.none(), st.integers(1, 3))), min_size=0, max_size=7
        )
    )
    pairs = st.tuples(st.integers(0, len(cases) - 1), st.integers(0, max(0, len(experts) - 1)))
    some = st.sets(pairs, max_size=6) if experts else st.just(set())
    return {
        "cases": cases,
        "experts": experts,
        "each": draw(st.integers(1, 4)),
        "declared": draw(some),
        "members": draw(some),
        "asked": {pair: draw(st.sampled_from(["invited", "handed_in", "declined"])) for pair in draw(some)},
    }


def application_of(studio: Studio, round_) -> Application:
    """Under review, with the least that a proposal reads."""
    row = Application.objects.create(
        studio=studio,
        round=round_,
        state=State.ACCEPTED,
        started_by=studio.lead,
        submitted_at=timezone.now(),
        submitted_by=studio.lead,
    )
    Snapshot.objects.create(application=row, version=1, data={}, sha256="0" * 64, frozen_by=studio.lead)
    return row


class Proposal(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(scenes())
    def test_a_proposal_keeps_its_promises_and_can_be_taken(self, scene):
        self.build(scene)
        plan = panels.plan(self.round)
        pairs = {(pair.application.pk, pair.expert.pk) for pair in plan.pairs}
        barred = conflicts.between(self.cases, self.experts).keys()
        asked = set(Assignment.objects.values_list("application", "expert"))
        assert len(pairs) == len(plan.pairs)
        assert not pairs & (barred | asked)
        self.check_numbers(plan, pairs, scene["each"])
        self.check_loads(plan, pairs, barred | asked)
        if pairs:
            panels.assign(pairs, self.round, by=officer(RoleCode.UNION_STAFF))
            assert panels.plan(self.round).pairs == []

    def build(self, scene) -> None:
        today = timezone.localdate()
        policy = PolicyFactory()
        policy.experts_each, policy.experts_quorum = scene["each"], 1
        policy.save()
        self.round = RoundFactory(policy=policy, rubric=create_default())
        self.round.review_by = self.round.decide_by - timedelta(days=1)
        self.round.save()
        units = [UnitFactory() for _n in range(UNITS)]
        leads = [UserFactory(unit=units[place]) for place in scene["cases"]]
        self.cases = [
            application_of(Studio.objects.create(lead=lead, unit=lead.unit, started_by=lead), self.round)
            for lead in leads
        ]
        self.experts = [UserFactory(unit=[*units, None][place]) for place, _most in scene["experts"]]
        Role.objects.bulk_create(Role(user=expert, code=RoleCode.EXPERT) for expert in self.experts)
        self.experts = list(User.objects.filter(pk__in=[one.pk for one in self.experts]).order_by("pk"))
        for expert, (_place, most) in zip(self.experts, scene["experts"], strict=True):
            Panelist.objects.create(round=self.round, expert=expert, most=most)
        for case, expert in scene["declared"]:
            facts = {"studio": self.cases[case].studio, "declared_by": leads[case], "reason": "同门"}
            Relation.objects.create(name=self.experts[expert].name, person=self.experts[expert], **facts)
        for case, expert in scene["members"]:
            one = self.experts[expert]
            Member.objects.create(studio=self.cases[case].studio, user=one, name=one.name)
        for (case, expert), state in scene["asked"].items():
            Assignment.objects.create(
                application=self.cases[case],
                snapshot=self.cases[case].snapshot,
                expert=self.experts[expert],
                state=state,
                handed_in_at=timezone.now() if state == "handed_in" else None,
                due_on=today,
                assigned_by=leads[case],
            )
        self.most = {one.pk: most for one, (_p, most) in zip(self.experts, scene["experts"], strict=True)}

    def check_numbers(self, plan, pairs, each: int) -> None:
        """Each application reaches its number with what it has, or stands among those that lack, with a reason."""
        lacking = {lack.application.pk: lack for lack in plan.lacking}
        for case in self.cases:
            held = case.assignments.filter(state__in=HOLDING).count()
            got = sum(key == case.pk for key, _expert in pairs)
            missing = max(0, each - held) - got
            assert missing == (lacking[case.pk].missing if case.pk in lacking else 0)
            assert got <= max(0, each - held)
        assert all(lack.reason and lack.missing > 0 for lack in plan.lacking)

    def check_loads(self, plan, pairs, barred) -> None:
        """Of any two experts, one of whom could take over something from the other, loads differ by at most one."""
        loads = {load.expert.pk: load.then for load in plan.loads}
        now = {load.expert.pk: load.now for load in plan.loads}
        for key, then in loads.items():
            added = sum(expert == key for _case, expert in pairs)
            assert then == now[key] + added
            assert self.most[key] is None or then <= max(now[key], self.most[key])
        for case, giver in pairs:
            for taker, load in loads.items():
                free = (case, taker) not in barred and (case, taker) not in pairs
                if free and (self.most[taker] is None or load < self.most[taker]):
                    assert loads[giver] - load <= 1
