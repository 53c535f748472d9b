"""Before the file opens an expert declares to have no relation, or gives the review back; nobody else gets in."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from reviews.models import Mark, Relation
from studios.models import Member
from tests.factories import UserFactory
from tests.reviews.review import expert_of
from tests.reviews.scoring import (
    FILE,
    accepted,
    address,
    browser_of,
    fill_in,
    fresh,
    invited,
    marks_of,
    photo_of,
    read,
    status,
    typed,
    with_a_photo,
)

pytestmark = pytest.mark.django_db


# -- before the declaration ------------------------------------------------------------------------


def test_before_the_declaration_the_page_names_lead_unit_and_members_and_nothing_of_the_file():
    assignment = invited(application=with_a_photo())
    text = read(assignment)
    studio = assignment.application.studio
    for name in (studio.name, studio.lead.name, studio.unit.name, "宋青", "唐敏", "许航"):
        assert name in text
    for marker in (FILE, "装备可靠性提升", "一种主轴监测方法", "全景", "上海市劳动模范"):
        assert marker not in text


def test_of_a_blind_round_it_names_nobody():
    assignment = invited(blind=True)
    text = read(assignment)
    studio = assignment.application.studio
    assert assignment.application.number in text
    for name in (studio.name, studio.lead.name, studio.unit.name, "宋青", "唐敏", "许航", FILE):
        assert name not in text


@pytest.mark.parametrize("how", ["invited", "declined", "recused", "replaced"])
def test_the_file_is_closed_to_who_has_not_declared_or_has_given_it_back(how):
    assignment = invited(application=with_a_photo())
    if how == "declined":
        assignment.decline(by=assignment.expert, reason="出差")
    elif how == "recused":
        assignment.recuse(by=assignment.expert, reason="同门")
    elif how == "replaced":
        assignment.replace(by=UserFactory(), reason="逾期")
    assert status(assignment, "assignment_file", photo_of(assignment)) == 404
    for name in ("hand_in_review", "other_sheets", "papers_pdf"):
        assert status(assignment, name) == 404
    assert FILE not in read(assignment)
    sent = browser_of(assignment.expert).post(address(assignment), typed(assignment, lead="8"))
    assert sent.status_code in (302, 403)
    assert not Mark.objects.exists()


def test_an_expert_opens_no_address_of_the_application_itself():
    assignment = accepted(application=with_a_photo())
    pk, browser = assignment.application_id, browser_of(assignment.expert)
    frozen = reverse("reviews:frozen_file", args=[pk, 1, photo_of(assignment)])
    paths = [reverse("reviews:application", args=[pk]), reverse("reviews:papers", args=[pk, 1]), frozen]
    paths += [
        reverse("reviews:form", args=[pk, "pdf"]),
        reverse("records:file", args=[photo_of(assignment)]),
    ]
    assert {browser.get(path).status_code for path in paths} == {404}


# -- the declaration -------------------------------------------------------------------------------


def test_declaring_opens_the_file_and_is_kept_with_who_and_when():
    assignment = invited()
    answer = browser_of(assignment.expert).post(address(assignment, "accept_review"), follow=True)
    assert FILE in answer.content.decode()
    row = assignment.log.last()
    assert (row.verb, row.actor, row.to_state) == ("accept", assignment.expert, "accepted")


def test_declaring_twice_declares_once():
    assignment = invited()
    browser = browser_of(assignment.expert)
    for _each in range(2):
        answer = browser.post(address(assignment, "accept_review"), follow=True)
        assert "当前状态" not in answer.content.decode()
    assert assignment.log.filter(verb="accept").count() == 1


def test_a_conflict_that_is_known_by_now_bars_from_declaring_and_asks_for_recusal():
    assignment = invited()
    Member.objects.create(
        studio=assignment.application.studio, user=assignment.expert, name=assignment.expert.name
    )
    text = read(assignment)
    assert "是该工作室的领衔人、协同填写人或成员" in text
    assert address(assignment, "recuse") in text
    assert address(assignment, "accept_review") not in text
    with pytest.raises(PermissionDenied):
        assignment.accept(by=assignment.expert)
    stale = browser_of(assignment.expert).post(address(assignment, "accept_review"), follow=True)
    assert address(assignment, "recuse") in stale.content.decode()
    assert fresh(assignment).state == "invited"


def declare_a_relation(assignment):
    studio = assignment.application.studio
    Relation.objects.create(
        studio=studio,
        person=assignment.expert,
        name=assignment.expert.name,
        reason="博士导师",
        declared_by=studio.lead,
    )


def test_a_conflict_that_comes_up_later_closes_the_file_the_sheet_and_the_handing_in():
    assignment = fill_in(accepted(application=with_a_photo()))
    declare_a_relation(assignment)
    text = read(assignment)
    assert "已申报利害关系：博士导师" in text
    assert FILE not in text
    assert status(assignment, "assignment_file", photo_of(assignment)) == 403
    assert status(assignment, "hand_in_review") == 403
    for act in (
        lambda: assignment.hand_in(by=assignment.expert),
        lambda: assignment.mark(
            assignment.rubric.criteria.first(), by=assignment.expert, points=1, comment="x"
        ),
    ):
        with pytest.raises(PermissionDenied):
            act()
    kept = browser_of(assignment.expert).post(
        address(assignment, "autosave_review"), typed(assignment, lead="1")
    )
    assert kept.json()["state"] == "refused"
    assert marks_of(assignment)["lead"] == ("8", "")


def test_in_a_blind_round_the_page_of_a_conflict_does_not_say_whose_papers_these_are():
    assignment = accepted(blind=True)
    declare_a_relation(assignment)
    text = read(assignment)
    assert "博士导师" not in text
    assert assignment.application.studio.name not in text


def test_recusal_asks_what_the_relation_is_and_bars_from_the_studio():
    assignment = accepted()
    browser = browser_of(assignment.expert)
    assert "请说明是什么关系" in browser.post(address(assignment, "recuse"), {"reason": " "}).content.decode()
    answer = browser.post(address(assignment, "recuse"), {"reason": "我的博士导师"}, follow=True)
    text = answer.content.decode()
    assert "我的博士导师" in text
    assert FILE not in text
    assert fresh(assignment).state == "recused"
    [relation] = Relation.objects.all()
    assert (relation.person, relation.reason) == (assignment.expert, "我的博士导师")


def test_declining_keeps_the_reason_and_bars_from_nothing():
    assignment = invited()
    browser_of(assignment.expert).post(address(assignment, "decline"), {"reason": "下月出国"})
    assert fresh(assignment).state == "declined"
    assert assignment.log.last().note == "下月出国"
    assert not Relation.objects.exists()


def test_after_the_declaration_it_is_too_late_to_decline():
    assignment = accepted()
    answer = browser_of(assignment.expert).get(address(assignment, "decline"), follow=True)
    assert "当前状态" in answer.content.decode()
    assert fresh(assignment).state == "accepted"


# -- who --------------------------------------------------------------------------------------------


def test_nobody_else_opens_an_assignment(cast):
    assignment = accepted()
    other = expert_of("吴评")
    for person in [*cast.everybody().values(), other]:
        for name in ("assignment", "recuse", "decline", "hand_in_review", "other_sheets"):
            assert status(assignment, name, by=person) == 404


def test_nobody_else_acts_on_an_assignment(cast):
    first, second = invited("周评"), accepted("吴评")
    criterion = second.rubric.criteria.first()
    acts = [
        lambda who: first.accept(by=who),
        lambda who: first.decline(by=who, reason="x"),
        lambda who: first.recuse(by=who, reason="x"),
        lambda who: second.mark(criterion, by=who, points=1, comment="x"),
        lambda who: second.hand_in(by=who),
    ]
    for person in (cast.staff, cast.leader, cast.expert, cast.lead):
        for act in acts:
            with pytest.raises(PermissionDenied):
                act(person)
    assert [fresh(one).state for one in (first, second)] == ["invited", "accepted"]
    assert not Mark.objects.exists()


def test_who_is_no_expert_any_more_opens_nothing():
    assignment = accepted()
    assignment.expert.roles.all().delete()
    assert status(assignment) == 403
    assert browser_of(assignment.expert).get(reverse("reviews:reviews")).status_code == 403
