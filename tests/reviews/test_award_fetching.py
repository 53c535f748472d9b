"""Award file and workbook of results are had by who may read them at that moment, whoever might before."""

import pytest
from django.urls import reverse

from accounts.models import Role, RoleCode, User
from records import outbox
from records.jobs import Job
from reviews import award
from reviews.models import Relation
from reviews.results_exports import Workbook, start
from tests.factories import ApplicationFactory, UserFactory, officer
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker():
    return UserFactory(name="卫双", roles=[(RoleCode.UNION_STAFF,)])


@pytest.fixture
def case():
    """An application under review with two sheets, and a third expert of the panel."""
    _round, [application], experts = round_with("甲评", "乙评", "丙评")
    for expert in experts[:2]:
        sheet(application, expert, 8)
    application.experts = experts
    return application


@pytest.fixture
def statuses(case, asker, sign_in):
    """What they get now who asked for the award file and for the workbook."""
    made = [award.start_award_file(case.round, by=asker), start(Workbook(case.round, asker))]
    outbox.drain()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    urls = [reverse("records:job_result", args=[one.pk]) for one in made]

    def now() -> list[int]:
        client = sign_in(User.objects.get(pk=asker.pk))
        return [client.get(url).status_code for url in urls]

    assert now() == [200, 200]
    return now


def test_who_has_left_the_office_has_neither(statuses, asker, sign_in):
    Role.objects.filter(user=asker).delete()
    assert statuses() == [404, 404]
    page = sign_in(User.objects.get(pk=asker.pk)).get(Job.objects.first().get_absolute_url())
    assert "下载" not in page.text.replace("才能下载", "")


def test_whose_own_case_it_has_become_has_neither(statuses, asker, case):
    facts = {"studio": case.studio, "name": asker.name, "person": asker, "reason": "博士导师"}
    relation = Relation.objects.create(**facts, declared_by=case.studio.lead)
    assert statuses() == [404, 404]
    relation.delete()
    assert statuses() == [200, 200]


@pytest.mark.parametrize("state", ["accepted", "recused"])
def test_who_is_asked_to_score_or_recused_since_has_neither(statuses, asker, case, state):
    sheet(case, asker, None, state=state)
    assert statuses() == [404, 404]


@pytest.mark.parametrize("state", ["invited", "accepted"])
def test_an_expert_of_a_returned_application_who_is_staff_by_now_makes_none(case, asker, state):
    reviewed = ApplicationFactory(accepted=True, round=case.round)
    sheet(case, asker, None, state=state)
    case.return_for_correction({"team": "补充职称"}, by=officer(RoleCode.UNION_STAFF))
    assert (case.state, reviewed.state) == ("returned", "accepted")
    [why] = award.hindrances(case.round, by=asker)
    assert "未提交的评分" in why


def test_a_workbook_that_never_told_of_the_own_case_stays_there(case, asker, sign_in):
    sheet(case, asker, None, state="accepted")
    work = start(Workbook(case.round, asker))
    outbox.drain()
    work.refresh_from_db()
    assert work.payload["holds"] == []
    assert sign_in(asker).get(reverse("records:job_result", args=[work.pk])).status_code == 200


def test_who_left_the_office_meanwhile_has_no_award_file_made(case, asker):
    work = award.start_award_file(case.round, by=asker)
    Role.objects.filter(user=asker).delete()
    outbox.drain()
    work.refresh_from_db()
    assert (work.state, work.error, work.result.name) == ("failed", "评审档案由校工会干事和领导制作。", "")
