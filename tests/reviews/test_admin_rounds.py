"""Rounds in the office: proposed with sensible days, announced days are only ever put off."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import Round
from reviews.office.rounds import proposal
from studios.models import Policy
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
    PolicyFactory()
    proposed = proposal(date(2026, 11, 22))
    assert proposed == {
        "year": 2027,
        "title": "2027年度申江大学劳模创新工作室评选",
        "opens_on": date(2027, 3, 1),
        "closes_on": date(2027, 3, 31),
        "endorse_by": date(2027, 4, 7),
        "decide_by": date(2027, 4, 24),
        "naming_on": date(2027, 5, 1),
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
        RoundFactory(on=date(existing, 3, 1))
    assert proposal(today)["year"] == year


def test_the_proposal_counts_by_the_policy_that_will_be_in_force_when_it_opens(db):
    PolicyFactory()
    PolicyFactory(effective_on=date(2027, 1, 1), title="新版", naming_day=4)
    assert proposal(date(2026, 11, 22))["naming_on"] == date(2027, 5, 4)


def test_a_round_is_opened_as_it_is_proposed(cast, sign_in):
    PolicyFactory()
    client = sign_in(cast.staff)
    assert client.post(ADD, typed(client.get(ADD))).status_code == 302
    assert Round.objects.get().history.get().history_user == cast.staff


def a_year(year: int) -> dict:
    """The days of a round, all in one year."""
    months = dict(
        zip(("opens_on", "closes_on", "endorse_by", "decide_by", "naming_on"), range(1, 6), strict=True)
    )
    return {"year": year, **{name: date(year, month, 1) for name, month in months.items()}}


def test_a_round_keeps_the_policy_in_force_when_it_opens_and_nobody_chooses_it(cast, sign_in):
    first = PolicyFactory()
    second = PolicyFactory(effective_on=date(2030, 1, 1), title="第二版")
    third = PolicyFactory(effective_on=date(2030, 1, 2), title="第三版")
    client = sign_in(cast.staff)
    page = client.get(ADD)
    assert "policy" not in page.context["adminform"].form.fields
    assert "以开始申报之日生效的参数为准" in page.content.decode()
    data = typed(page, **a_year(2030), policy=third.pk)
    assert client.post(ADD, data).status_code == 302
    round_ = Round.objects.get()
    assert round_.policy == second
    assert second.title in client.get(page_of(round_)).content.decode()
    earlier = {**data, "opens_on": date(2029, 12, 31), "policy": third.pk}
    assert client.post(page_of(round_), earlier).status_code == 302
    assert Round.objects.get().policy == first


def test_a_round_before_any_policy_is_refused_at_its_opening_day(cast, sign_in):
    PolicyFactory()
    Policy.objects.update(effective_on=date(2030, 1, 2))
    client = sign_in(cast.staff)
    response = client.post(ADD, typed(client.get(ADD), **a_year(2030)))
    assert list(response.context["adminform"].form.errors) == ["opens_on"]


def test_a_version_made_before_an_announced_round_opens_is_the_one_it_goes_by(db):
    """One that takes effect later, or a round that is open already, changes nothing."""
    today = timezone.localdate()
    first = PolicyFactory()
    announced = RoundFactory(on=today + timedelta(days=400))
    running = RoundFactory()
    Policy.objects.create(title="太晚", effective_on=announced.opens_on + timedelta(days=1))
    announced.refresh_from_db()
    assert announced.policy == first
    newer = Policy.objects.create(title="新版", effective_on=today)
    announced.refresh_from_db()
    running.refresh_from_db()
    assert (announced.policy, running.policy) == (newer, first)


def test_who_sees_and_who_opens_rounds(cast, sign_in):
    seen = {name for name, user in cast.everybody().items() if sign_in(user).get(LIST).status_code == 200}
    opened = {name for name, user in cast.everybody().items() if sign_in(user).get(ADD).status_code == 200}
    assert seen == {"staff", "staff_member", "leader", "leader_lead", "auditor"}
    assert opened == {"staff", "staff_member"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"year": 2022}, "2023"),
        ({"year": 32767}, "2100"),
        ({"year": 2029}, "前后一年"),
        ({"naming_on": date(9999, 12, 31)}, "前后一年"),
        ({"opens_on": date(1, 1, 1)}, "没有生效"),
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
    RoundFactory(on=date(2026, 3, 1))
    client = sign_in(cast.staff)
    response = client.post(ADD, typed(client.get(ADD), **a_year(2026)))
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
    PolicyFactory(effective_on=round_.opens_on, title="新版")
    put_off = round_.closes_on + timedelta(days=3)
    data = typed(client.get(page), closes_on=put_off, year=2030, opens_on=date(2026, 1, 1))
    assert client.post(page, data).status_code == 302
    fresh = Round.objects.get()
    assert (fresh.closes_on, fresh.year, fresh.policy, fresh.opens_on) == (
        put_off,
        round_.year,
        round_.policy,
        round_.opens_on,
    )


@pytest.mark.parametrize(
    ("field", "days", "message"), [("closes_on", 15, "依次"), ("naming_on", 800, "前后一年")]
)
def test_once_somebody_applied_the_days_still_follow_each_other_near_the_year(
    cast, sign_in, field, days, message
):
    """The opening day and the year are only shown by then, and are part of these rules all the same."""
    round_ = ApplicationFactory().round
    client, page = sign_in(cast.staff), page_of(round_)
    response = client.post(
        page, typed(client.get(page), **{field: getattr(round_, field) + timedelta(days=days)})
    )
    assert response.status_code == 200
    assert message in str(response.context["adminform"].form.errors)


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
