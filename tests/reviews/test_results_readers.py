"""Who reads the results of a round: the office, and nobody of it in the own case or before handing in the own sheet."""

import io

import openpyxl
import pytest
from django.urls import reverse

from accounts.models import RoleCode
from reviews.models import Application, AssignmentState, Panelist
from reviews.permissions import may_see_marks
from studios.models import Member
from tests.factories import ApplicationFactory, UserFactory, give_role, officer
from tests.reviews.results_pages import cells, excel_of, opened, result_of, results_of, sheets_of, three
from tests.reviews.review import expert_of, open_review
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_three():
    return three()


SECRET = "只有评审看到的评语"


READERS = {"union_staff", "union_leader", "auditor"}


@pytest.mark.parametrize("role", [*sorted(READERS), "finance", "sysadmin", "expert"])
def test_results_are_read_by_staff_leaders_and_auditors(round_three, sign_in, role):
    round_, cases, _experts = round_three
    client = sign_in(UserFactory(roles=[(role,)]))
    for url in (results_of(round_), excel_of(round_), result_of(cases[0])):
        status = client.get(url).status_code
        assert status == 200 if role in READERS else status in {302, 403, 404}, url


def test_who_belongs_to_a_studio_stands_aside_from_its_results(sign_in):
    round_, cases, experts = round_with("甲评", "乙评", "丙评", applications=2)
    staff = UserFactory(name="卫双", roles=[(RoleCode.UNION_STAFF,)])
    Member.objects.create(studio=cases[0].studio, user=staff, name=staff.name)
    for expert, points in zip(experts, (9, 9, 9), strict=True):
        sheet(cases[0], expert, points, comment=SECRET)
        sheet(cases[1], expert, 8)
    client = sign_in(staff)
    page = opened(client, results_of(round_))
    assert [row[:3] for row in cells(page, "ranking")] == [["1", row1(cases[1]), "80.00"]]
    assert cases[0].studio.name in page.split('id="aside"')[1]
    assert client.get(result_of(cases[0])).status_code == 403
    content = client.get(excel_of(round_)).content
    pages = {
        page.title: list(page.iter_rows(values_only=True))
        for page in openpyxl.load_workbook(io.BytesIO(content))
    }
    told = [row for rows in pages.values() for row in rows if cases[0].studio.name in row]
    assert told == [(None, cases[0].number, cases[0].studio.name, *[None] * 13, "回避", None, None, None)]
    assert SECRET not in str(pages)


def row1(case) -> str:
    return f"{case.studio.name} {case.number} · {case.studio.unit.name}"


def scoring_staff(case, state=AssignmentState.ACCEPTED):
    """Somebody of the office who is one of the experts of an application."""
    both = expert_of("双评")
    give_role(both, RoleCode.UNION_STAFF)
    Panelist.objects.create(round=case.round, expert=both)
    return both, sheet(case, both, 7, state=state)


@pytest.mark.parametrize(
    ("state", "sees"),
    [
        ("invited", False),
        ("accepted", False),
        ("recused", False),
        ("handed_in", True),
        ("declined", True),
        ("replaced", True),
    ],
)
def test_who_still_has_to_score_sees_no_marks_of_others(round_three, sign_in, state, sees):
    round_, cases, _experts = round_three
    both, _own = scoring_staff(cases[0], state)
    case = Application.objects.get(pk=cases[0].pk)
    assert may_see_marks.test(both, case) == sees
    client = sign_in(both)
    page = opened(client, results_of(round_))
    listed = {row[1].split()[0] for row in cells(page, "ranking")}
    assert (case.studio.name in listed) == sees
    assert client.get(result_of(case)).status_code == (200 if sees else 403)
    marks = sheets_of(client, excel_of(round_))["评分与评语"][1:]
    assert (case.number in {row[0] for row in marks}) == sees


def test_ranks_and_severity_of_others_do_not_tell_of_what_is_kept(round_three, sign_in):
    """Left out, the first of the ranking leaves no gap behind."""
    round_, cases, _experts = round_three
    both, _own = scoring_staff(cases[0])
    rows = cells(opened(sign_in(both), results_of(round_)), "ranking")
    assert [row[0] for row in rows] == ["1", "—"]


def test_the_rule_says_the_same_without_an_application():
    assert may_see_marks.test(officer("auditor"), None)
    assert not may_see_marks.test(officer("finance"), None)


def test_the_decision_is_open_to_a_leader_from_whom_marks_are_kept(sign_in):
    """Who reviewed it as an expert and handed in sees the others; who has not is shown the form alone."""
    application = ApplicationFactory(reviewed=True)
    leader = officer("union_leader")
    give_role(leader, RoleCode.EXPERT)
    open_review(application.round, leader)
    sheet(application, leader, 8, state=AssignmentState.RECUSED)
    page = opened(sign_in(leader), reverse("admin:reviews_application_verb", args=[application.pk, "decide"]))
    assert "材料可证。" not in page
