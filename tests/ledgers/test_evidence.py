"""Stored verdicts follow whatever they depend on."""

from datetime import date

import pytest
from django.utils import timezone

from ledgers import signals
from ledgers.evidence import gather, refresh, refresh_all
from studios.models import Cycle, Policy, State, Studio, Verdict
from studios.ruling import policy_for
from tests.factories import ApplicationFactory, PolicyFactory, StudioFactory

TODAY = timezone.localdate


def verdicts(studio) -> dict[int, str]:
    return dict(studio.verdicts.values_list("condition", "value"))


@pytest.mark.django_db
def test_a_complete_studio_meets_four_conditions_and_leaves_the_team_to_experts():
    studio = StudioFactory(complete=True)
    refresh(studio, on=TODAY())
    assert verdicts(studio) == {1: "met", 2: "judge", 3: "met", 4: "met", 5: "met"}


@pytest.mark.django_db
def test_an_empty_studio_meets_none():
    studio = StudioFactory()
    refresh(studio, on=TODAY())
    assert verdicts(studio) == dict.fromkeys(range(1, 6), "unmet")


@pytest.mark.django_db
def test_refreshing_twice_keeps_one_verdict_a_condition():
    studio = StudioFactory(complete=True)
    refresh(studio, on=TODAY())
    refresh(studio, on=TODAY())
    assert Verdict.objects.count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "condition"),
    [("honours", 1), ("members", 2), ("projects", 3), ("achievements", 4), ("budget_lines", 5)],
)
def test_taking_rows_away_changes_the_verdict_on_commit(rows, condition, django_capture_on_commit_callbacks):
    studio = StudioFactory(complete=True)
    refresh(studio, on=TODAY())
    with django_capture_on_commit_callbacks(execute=True):
        for row in getattr(studio, rows).all():
            row.delete()
    assert verdicts(studio)[condition] == "unmet"


@pytest.mark.django_db
def test_many_rows_saved_at_once_are_one_refresh(django_capture_on_commit_callbacks, monkeypatch):
    studio, refreshed = StudioFactory(complete=True), []
    monkeypatch.setattr(signals, "refresh", lambda studio, on: refreshed.append(studio))
    for _commit in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            for member in studio.members.all():
                member.save()
    assert refreshed == [studio, studio]


@pytest.mark.django_db
def test_a_named_studio_owes_projects_since_its_first_cycle():
    studio = StudioFactory(complete=True)
    Studio.objects.filter(pk=studio.pk).update(state=State.NAMED)
    studio.refresh_from_db()
    Cycle.objects.create(
        studio=studio,
        number=1,
        starts_on=date(2024, 5, 1),
        ends_on=date(2027, 4, 30),
        policy=Policy.objects.in_force(date(2024, 5, 1)),
    )
    assert gather(studio, on=TODAY()).since == 2024


@pytest.mark.django_db
def test_the_night_refreshes_live_studios_only():
    live, closed = StudioFactory(complete=True), StudioFactory()
    Studio.objects.filter(pk=closed.pk).update(state=State.CLOSED)
    Verdict.objects.all().delete()
    assert refresh_all(TODAY()) == 1
    assert set(Verdict.objects.values_list("studio", flat=True)) == {live.pk}


def strict(**fields) -> Policy:
    return Policy.objects.create(title="从严", members_least=50, **fields)


@pytest.mark.django_db
def test_a_candidate_is_measured_by_the_round_in_which_it_applies_and_else_by_what_is_in_force():
    first = PolicyFactory()
    applies, does_not = ApplicationFactory().studio, StudioFactory()
    now = strict(effective_on=TODAY())
    assert (policy_for(applies, on=TODAY()), policy_for(does_not, on=TODAY())) == (first, now)
    refresh(applies, on=TODAY())
    assert verdicts(applies)[2] == "judge"


@pytest.mark.django_db
def test_when_the_application_has_ended_what_is_in_force_counts_from_that_commit_on(
    django_capture_on_commit_callbacks,
):
    PolicyFactory()
    application = ApplicationFactory(submitted=True)
    strict(effective_on=TODAY())
    refresh(application.studio, on=TODAY())
    with django_capture_on_commit_callbacks(execute=True):
        application.withdraw(by=application.studio.lead, reason="明年再报")
    assert verdicts(application.studio)[2] == "unmet"


@pytest.mark.django_db
def test_a_named_studio_is_measured_by_the_policy_of_the_cycle_it_is_in():
    application = ApplicationFactory(named=True)
    studio, cycle = application.studio, application.studio.cycles.get()
    now = strict(effective_on=TODAY())
    assert policy_for(studio, on=TODAY()) == cycle.policy != now
    assert policy_for(studio, on=date(2000, 1, 1)) == cycle.policy
    later = cycle.ends_on.replace(year=cycle.ends_on.year + 3)
    Cycle.objects.create(studio=studio, number=2, starts_on=cycle.ends_on, ends_on=later, policy=now)
    assert policy_for(studio, on=TODAY()) == cycle.policy
    assert policy_for(studio, on=cycle.ends_on) == now
