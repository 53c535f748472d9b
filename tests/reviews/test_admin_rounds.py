"""Rounds in the office: proposed with sensible days, announced days are only ever put off."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from reviews.models import Panelist, Round, Rubric
from reviews.office.rounds import proposal
from reviews.office.rubrics import newest_whole
from reviews.rubrics import create_default
from studios.models import Policy
from tests.factories import ApplicationFactory, PolicyFactory, RoundFactory
from tests.queries import selects
from tests.reviews.review import assigned, expert_of, under_review
from tests.reviews.scoring import handed_in

LIST = reverse("admin:reviews_round_changelist")
ADD = reverse("admin:reviews_round_add")


def page_of(round_):
    return reverse("admin:reviews_round_change", args=[round_.pk])


def typed(page, **changed) -> dict:
    """What the form sends, with that of the panel below it."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {bound.html_name: bound.value() for form in forms for bound in form if bound.name != "DELETE"}
    data = {name: value for name, value in data.items() if value is not False}
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
        "rubric": newest_whole(),
        "review_by": date(2027, 4, 18),
    }
    assert Round(**proposed, policy=PolicyFactory()).full_clean() is None


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
    names = ("opens_on", "closes_on", "endorse_by", "review_by", "decide_by", "naming_on")
    months = dict(zip(names, range(1, 7), strict=True))
    return {"year": year, **{name: date(year, month, 1) for name, month in months.items()}}


def test_a_round_keeps_the_policy_in_force_when_it_opens_and_nobody_chooses_it(cast, sign_in):
    first = PolicyFactory()
    second = PolicyFactory(effective_on=date(2030, 1, 1), title="第二版")
    third = PolicyFactory(effective_on=date(2030, 1, 2), title="第三版")
    client = sign_in(cast.staff)
    page = client.get(ADD)
    assert "policy" not in page.context["adminform"].form.fields
    assert "以开始申报当日有效的管理办法参数为准" in page.content.decode()
    data = typed(page, **a_year(2030), policy=third.pk)
    assert client.post(ADD, data).status_code == 302
    round_ = Round.objects.get()
    assert round_.policy == second
    assert second.title in client.get(page_of(round_)).content.decode()
    page = client.get(page_of(round_))
    earlier = typed(page, opens_on=date(2029, 12, 31), policy=third.pk)
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


# -- expert review ---------------------------------------------------------------------------------


def reviewed_round():
    """A round in which one expert is at work."""
    expert = expert_of("周评")
    application = under_review(expert)
    return assigned(application, expert)


def test_a_round_is_offered_the_newest_whole_rubric_and_a_day_for_the_experts(cast, sign_in):
    rubric = create_default()
    round_ = RoundFactory()
    form = sign_in(cast.staff).get(page_of(round_)).context["adminform"].form
    assert form.initial["rubric"] == rubric
    assert round_.endorse_by <= form.initial["review_by"] <= round_.decide_by


def test_a_rubric_that_does_not_come_to_100_is_refused(cast, sign_in):
    round_, client = RoundFactory(), sign_in(cast.staff)
    unfinished = Rubric.objects.create(title="未完成")
    page = client.get(page_of(round_))
    response = client.post(page_of(round_), typed(page, rubric=unfinished.pk))
    assert list(response.context["adminform"].form.errors) == ["rubric"]


def test_experts_review_between_the_sign_offs_and_the_decision(cast, sign_in):
    round_, client = RoundFactory(), sign_in(cast.staff)
    create_default()
    page = client.get(page_of(round_))
    late = round_.decide_by + timedelta(days=1)
    response = client.post(page_of(round_), typed(page, review_by=late))
    assert "签署" in str(response.context["adminform"].form.errors)


def test_once_an_expert_is_assigned_rubric_and_blindness_stay(cast, sign_in):
    assignment = reviewed_round()
    round_, client = assignment.application.round, sign_in(cast.staff)
    page = client.get(page_of(round_))
    assert "本轮已分配专家" in page.content.decode()
    assert not {"rubric", "blind"} & set(page.context["adminform"].form.fields)
    blind = re.search(
        r'field-blind_said".*?<div class="readonly">(.*?)</div>', page.content.decode(), flags=re.S
    )
    assert blind[1] == "否"
    other = round_.rubric.copy("另一版")
    sent = typed(page, rubric=other.pk, blind="on", shows="marks")
    assert client.post(page_of(round_), sent).status_code == 302
    fresh = Round.objects.get()
    assert (fresh.rubric, fresh.blind, fresh.shows) == (round_.rubric, False, "marks")


@pytest.mark.parametrize("given_back", [False, True])
def test_once_a_sheet_is_handed_in_what_experts_see_of_each_other_stays(given_back, cast, sign_in):
    """Who wrote a comment wrote it for those who were to read it."""
    sheet = handed_in(shows="nothing")
    if given_back:
        sheet.reopen(by=cast.staff, reason="请补充理由。")
    round_, client = Round.objects.get(), sign_in(cast.staff)
    page = client.get(page_of(round_))
    assert "提交评分后可看到的内容都不再改动" in page.content.decode()
    assert "shows" not in page.context["adminform"].form.fields
    assert client.post(page_of(round_), typed(page, shows="all")).status_code == 302
    assert Round.objects.get().shows == "nothing"
    round_.shows = "all"
    with pytest.raises(ValidationError) as refused:
        round_.full_clean()
    assert set(refused.value.message_dict) == {"shows"}


def test_once_an_expert_is_assigned_their_day_is_put_off_and_not_brought_forward(cast, sign_in):
    assignment = reviewed_round()
    round_, client = assignment.application.round, sign_in(cast.staff)
    for wrong in (round_.review_by - timedelta(days=1), ""):
        response = client.post(page_of(round_), typed(client.get(page_of(round_)), review_by=wrong))
        assert list(response.context["adminform"].form.errors) == ["review_by"]
    assert Round.objects.get().review_by == round_.review_by


def test_sheets_that_were_due_with_the_round_are_due_on_its_new_day_and_no_others(cast, sign_in):
    experts = [expert_of(f"专家{n}") for n in range(3)]
    application = under_review(*experts)
    round_ = application.round
    rows = [assigned(application, expert) for expert in experts]
    later = round_.review_by + timedelta(days=5)
    rows[1].due_on = later
    rows[1].save()
    rows[2].decline(by=experts[2], reason="出差")
    client = sign_in(cast.staff)
    new = round_.review_by + timedelta(days=3)
    response = client.post(page_of(round_), typed(client.get(page_of(round_)), review_by=new), follow=True)
    assert "1份未提交的评分随之延期" in response.content.decode()
    for row in rows:
        row.refresh_from_db()
    assert [row.due_on for row in rows] == [new, later, round_.review_by]
    assert [row.log.filter(verb="put_off").count() for row in rows] == [1, 0, 0]
    assert experts[0].notices.filter(event__startswith="assignment-put-off").count() == 1


def test_who_has_been_assigned_something_stays_on_the_panel(cast, sign_in):
    assignment = reviewed_round()
    round_, client = assignment.application.round, sign_in(cast.staff)
    idle = Panelist.objects.create(round=round_, expert=expert_of("吴评"))
    page = client.get(page_of(round_))
    seats = page.context["inline_admin_formsets"][0].formset.forms
    place = {form.instance.expert_id: form.prefix for form in seats}
    both = {f"{place[key]}-DELETE": "on" for key in (assignment.expert_id, idle.expert_id)}
    refused = client.post(page_of(round_), typed(page, **both))
    assert "周评已分配申报，不能移出专家组" in refused.content.decode()
    assert round_.panel.count() == 2
    alone = typed(page, **{f"{place[idle.expert_id]}-DELETE": "on"})
    assert client.post(page_of(round_), alone).status_code == 302
    assert [seat.expert for seat in round_.panel.all()] == [assignment.expert]


def test_how_many_an_expert_takes_is_set_beside_them(cast, sign_in):
    assignment = reviewed_round()
    round_, client = assignment.application.round, sign_in(cast.staff)
    page = client.get(page_of(round_))
    assert client.post(page_of(round_), typed(page, **{"panel-0-most": 3})).status_code == 302
    assert round_.panel.get().most == 3


def test_the_page_of_a_round_asks_as_often_for_many_experts_as_for_one(cast, sign_in):
    round_ = reviewed_round().application.round
    client = sign_in(cast.staff)
    selects(client, page_of(round_))
    before = selects(client, page_of(round_))
    for number in range(12):
        Panelist.objects.create(round=round_, expert=expert_of(f"专家{number}"))
    assert selects(client, page_of(round_)) == before <= 15
