"""Rounds in the office: proposed with sensible days, announced days are only ever put off."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import Round
from reviews.office.rounds import proposal
from tests.factories import ApplicationFactory, PolicyFactory, RoundFactory

LIST = reverse("admin:reviews_round_changelist")
ADD = reverse("admin:reviews_round_add")


def page_of(round_):
    return reverse("admin:reviews_round_change", args=[round_.pk])


def typed(page, **changed) -> dict:
    form = page.context["adminform"].form
    data = {bound.name: bound.value() for bound in form}
    return {name: "" if value is None else value for name, value in {**data, **changed}.items()}


def test_the_next_round_is_proposed_with_the_days_of_the_regulation(db):
    policy = PolicyFactory()
    proposed = proposal(date(2026, 11, 22))
    assert proposed == {
        "year": 2027,
        "title": "2027年度申江大学劳模创新工作室评选",
        "opens_on": date(2027, 3, 1),
        "closes_on": date(2027, 3, 31),
        "endorse_by": date(2027, 4, 7),
        "decide_by": date(2027, 4, 24),
        "naming_on": date(2027, 5, 1),
        "policy": policy.pk,
    }


@pytest.mark.parametrize(
    ("existing", "today", "year"),
    [
        (None, date(2026, 3, 31), 2026),
        (None, date(2026, 4, 1), 2027),
        (2026, date(2026, 1, 5), 2027),
        (None, date(2020, 5, 1), 2023),
    ],
)
def test_the_proposed_year_is_the_next_without_a_round(db, existing, today, year):
    if existing:
        RoundFactory(year=existing)
    assert proposal(today)["year"] == year


def test_the_proposal_takes_the_policy_that_will_be_in_force_when_it_opens(db):
    PolicyFactory()
    later = PolicyFactory(effective_on=date(2027, 1, 1), title="新版", naming_day=4)
    proposed = proposal(date(2026, 11, 22))
    assert (proposed["policy"], proposed["naming_on"]) == (later.pk, date(2027, 5, 4))


def test_a_round_is_opened_as_it_is_proposed(cast, sign_in):
    PolicyFactory()
    client = sign_in(cast.staff)
    assert client.post(ADD, typed(client.get(ADD))).status_code == 302
    assert Round.objects.get().history.get().history_user == cast.staff


def test_who_sees_and_who_opens_rounds(cast, sign_in):
    seen = {name for name, user in cast.everybody().items() if sign_in(user).get(LIST).status_code == 200}
    opened = {name for name, user in cast.everybody().items() if sign_in(user).get(ADD).status_code == 200}
    assert seen == {"staff", "staff_member", "leader", "leader_lead", "auditor"}
    assert opened == {"staff", "staff_member"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"year": 2022}, "2023"),
        ({"closes_on": date(2000, 1, 1)}, "依次"),
        ({"endorse_by": date(2100, 1, 1)}, "依次"),
    ],
)
def test_what_cannot_be_is_said_at_the_form(cast, sign_in, changed, message):
    PolicyFactory()
    client = sign_in(cast.staff)
    response = client.post(ADD, typed(client.get(ADD), **changed))
    assert response.status_code == 200
    assert message in str(response.context["adminform"].form.errors)
    assert not Round.objects.exists()


def test_a_year_has_one_round(cast, sign_in):
    RoundFactory(year=2026)
    client = sign_in(cast.staff)
    response = client.post(ADD, typed(client.get(ADD), year=2026))
    assert "year" in response.context["adminform"].form.errors


def test_nobody_deletes_a_round(cast, sign_in):
    round_ = RoundFactory()
    assert (
        sign_in(cast.staff)
        .post(reverse("admin:reviews_round_delete", args=[round_.pk]), {"post": "yes"})
        .status_code
        == 403
    )


def test_once_somebody_applied_days_are_put_off_and_nothing_else(cast, sign_in):
    round_ = ApplicationFactory().round
    client, page = sign_in(cast.staff), page_of(round_)
    other = PolicyFactory(effective_on=timezone.localdate(), title="新版")
    put_off = round_.closes_on + timedelta(days=3)
    data = typed(client.get(page), closes_on=put_off, year=2030, policy=other.pk, opens_on=date(2026, 1, 1))
    assert client.post(page, data).status_code == 302
    fresh = Round.objects.get()
    assert (fresh.closes_on, fresh.year, fresh.policy, fresh.opens_on) == (
        put_off,
        round_.year,
        round_.policy,
        round_.opens_on,
    )


def test_an_announced_day_is_not_brought_forward(cast, sign_in):
    round_ = ApplicationFactory().round
    client, page = sign_in(cast.staff), page_of(round_)
    response = client.post(page, typed(client.get(page), closes_on=round_.closes_on - timedelta(days=1)))
    assert "只能推迟" in str(response.context["adminform"].form.errors["closes_on"])
    assert Round.objects.get().closes_on == round_.closes_on


def test_without_applications_every_day_may_change(cast, sign_in):
    round_ = RoundFactory()
    client, page = sign_in(cast.staff), page_of(round_)
    earlier = round_.closes_on - timedelta(days=1)
    assert client.post(page, typed(client.get(page), closes_on=earlier)).status_code == 302
    assert Round.objects.get().closes_on == earlier
