"""What the home page tells those who fill in: from the studio that has not applied yet to the one that came back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from records import agenda
from reviews.models import State
from studios.models import Studio
from tests.factories import ApplicationFactory, RoundFactory, StudioFactory, UserFactory, bring_to, fill_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def tasks(user) -> list[tuple]:
    return [(task.title, task.url, task.due) for task in agenda.tasks_of(user, TODAY)]


def test_a_candidate_is_to_be_filled_in_and_then_to_apply_until_the_closing_day():
    round_, studio = RoundFactory(), StudioFactory()
    filling = (
        f"填写工作室材料，然后开始申报：{studio.name}",
        reverse("studios:parts", args=[studio.pk]),
        round_.closes_on,
    )
    assert tasks(studio.lead) == [filling]
    fill_in(studio)
    start = (f"开始申报：{studio.name}", reverse("reviews:start", args=[studio.pk]), round_.closes_on)
    assert tasks(studio.lead) == [start]


def test_the_home_page_says_how_far_the_papers_are(client):
    RoundFactory()
    studio = StudioFactory()
    client.force_login(studio.lead)
    text = client.get("/").content.decode()
    assert "材料已完成 0/7" in text
    assert "目前没有待办" not in text
    fill_in(studio)
    assert "材料已完成 7/7" in client.get("/").content.decode()


def test_a_draft_is_gone_on_with_and_once_all_is_complete_it_is_handed_in():
    application = ApplicationFactory(studio=StudioFactory())
    lead, url, until = application.studio.lead, application.get_absolute_url(), application.round.closes_on
    assert tasks(lead) == [(f"继续填写申报材料：{application.studio.name}", url, until)]
    fill_in(application.studio)
    assert tasks(lead) == [(f"提交申报：{application.studio.name}", url, until)]
    bring_to(application, State.SUBMITTED)
    assert tasks(lead) == []


def test_a_co_editor_checks_what_only_the_lead_hands_in(cast):
    application = ApplicationFactory(studio=cast.studio)
    assert [title for title, *_rest in tasks(cast.co_editor)] == [
        f"核对申报材料，由领衔人提交：{application.studio.name}"
    ]


def test_the_department_union_has_the_same_tasks_for_what_it_runs_in_the_leads_place(cast):
    RoundFactory()
    name = cast.studio.name
    assert tasks(cast.department) == []
    Studio.objects.filter(pk=cast.studio.pk).update(started_by=cast.department)
    assert [title for title, *_rest in tasks(cast.department)] == [f"开始申报：{name}"]
    assert [task.detail[:10] for task in agenda.tasks_of(cast.department, TODAY)] == [
        f"代领衔人{cast.lead.name}办理 ·"
    ]
    ApplicationFactory(studio=Studio.objects.get(pk=cast.studio.pk), started_by=cast.department)
    assert [title for title, *_rest in tasks(cast.department)] == [f"提交申报：{name}"]


@pytest.mark.parametrize("state", [State.REFUSED, State.REJECTED])
def test_nobody_is_asked_to_apply_again_in_the_round_they_have_left(state):
    application = bring_to(ApplicationFactory(), state)
    assert tasks(application.studio.lead) == []


def test_who_withdrew_is_offered_to_apply_again_until_the_round_closes():
    application = bring_to(ApplicationFactory(), State.WITHDRAWN)
    studio, round_ = application.studio, application.round
    again = (
        f"已撤回，可重新申报：{studio.name}",
        reverse("reviews:start", args=[studio.pk]),
        round_.closes_on,
    )
    assert tasks(studio.lead) == [again]
    type(round_).objects.filter(pk=round_.pk).update(closes_on=TODAY - timedelta(days=1))
    assert tasks(studio.lead) == []


def a_year_earlier(round_) -> None:
    """What was done in the round lies back a year."""
    days = ("opens_on", "closes_on", "endorse_by", "decide_by", "naming_on")
    moved = {name: getattr(round_, name) - timedelta(days=365) for name in days}
    type(round_).objects.filter(pk=round_.pk).update(year=round_.year - 1, **moved)


def test_nobody_is_asked_to_apply_while_a_ban_runs():
    application = bring_to(ApplicationFactory(), State.REFUSED)
    a_year_earlier(application.round)
    RoundFactory()
    policy = RoundFactory().policy
    type(policy).objects.filter(pk=policy.pk).update(ban_after_refusal=2)
    assert tasks(application.studio.lead) == []
    type(policy).objects.filter(pk=policy.pk).update(ban_after_refusal=1)
    assert [title for title, *_rest in tasks(application.studio.lead)] == [
        f"开始申报：{application.studio.name}"
    ]


def test_without_an_open_round_nothing_is_to_be_done_about_a_candidate():
    studio = StudioFactory(complete=True)
    assert tasks(studio.lead) == []
    RoundFactory(closed=True)
    assert tasks(studio.lead) == []


def test_who_has_honours_and_no_studio_reads_of_the_open_round_and_owes_nothing(client):
    honoured = UserFactory(honour_text="上海市劳动模范（2018）")
    client.force_login(honoured)
    assert "建立工作室并申报" not in client.get("/").content.decode()
    round_ = RoundFactory()
    text = client.get("/").content.decode()
    assert "建立工作室并申报" in text
    assert round_.title in text
    assert tasks(honoured) == []
    client.force_login(UserFactory())
    assert "建立工作室并申报" not in client.get("/").content.decode()


def test_thirty_studios_cost_the_department_union_as_many_queries_as_one(cast):
    RoundFactory(closes_on=TODAY + timedelta(days=3))

    def queries() -> int:
        user = type(cast.department).objects.get(pk=cast.department.pk)
        with CaptureQueriesContext(connection) as asked:
            agenda.tasks_of(user, TODAY)
        return len(asked)

    Studio.objects.filter(pk=cast.studio.pk).update(started_by=cast.department)
    one = queries()
    for _number in range(30):
        StudioFactory(lead=UserFactory(unit=cast.unit), started_by=cast.department)
    assert queries() == one
