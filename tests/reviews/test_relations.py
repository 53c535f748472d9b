"""People who should not review a studio: named by its side without learning who judges, and by the office."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import RoleCode
from records.moves import DomainError
from reviews import conflicts, relations
from reviews.models import Application, DeclaredBy, Panelist, Relation, State
from tests.factories import ApplicationFactory
from tests.queries import selects
from tests.reviews.review import assigned, expert_of, under_review

pytestmark = pytest.mark.django_db
LIST = reverse("admin:reviews_relation_changelist")
ADD = reverse("admin:reviews_relation_add")
NAMED = {"name": "周评", "unit": "某研究所", "reason": "共同承担企业项目"}


@pytest.fixture
def application(cast):
    return under_review(expert_of("周评"), expert_of("吴评"), studio=cast.studio)


def own_page(application) -> str:
    return reverse("reviews:relations", args=[application.pk])


def page_of(row, page: str = "change") -> str:
    return reverse(f"admin:reviews_relation_{page}", args=[row.pk])


def text(response) -> str:
    return response.content.decode()


# -- the studio's side -----------------------------------------------------------------------------


def test_whom_the_lead_names_is_in_conflict_by_the_name(cast, sign_in, application):
    expert = application.round.panel.get(expert__name="周评").expert
    assert sign_in(cast.lead).post(own_page(application), NAMED).status_code == 302
    why = conflicts.between([application], [expert])[application.pk, expert.pk]
    assert why == ["已申报利害关系：共同承担企业项目（某研究所）"]
    row = Relation.objects.get()
    assert (row.person, row.declared_by) == (None, cast.lead)


@pytest.mark.parametrize("missing", ["name", "reason"])
def test_name_and_reason_are_asked(cast, sign_in, application, missing):
    response = sign_in(cast.lead).post(own_page(application), {**NAMED, missing: " "})
    assert list(response.context["form"].errors) == [missing]
    assert not Relation.objects.exists()


def test_the_answer_is_the_same_whether_or_not_the_person_is_on_the_panel(cast, sign_in, application):
    client = sign_in(cast.lead)
    answers = []
    for name in ("周评", "甲乙"):
        page = text(client.post(own_page(application), {**NAMED, "name": name}, follow=True))
        answers.append(page.replace(name, "某人").partition("<main")[2].partition("</main")[0])
        Relation.objects.all().delete()
    same = [
        [line for line in page.splitlines() if "csrf" not in line and "value=" not in line]
        for page in answers
    ]
    assert same[0] == same[1]


def test_the_studio_reads_neither_what_experts_have_declared_nor_the_office(cast, sign_in, application):
    expert = application.round.panel.get(expert__name="周评").expert
    assigned(application, expert).recuse(by=expert, reason="同门师兄弟")
    facts = {"studio": cast.studio, "declared_by": cast.staff, "side": DeclaredBy.OFFICE}
    Relation.objects.create(name="郑评", reason="有人反映", **facts)
    relations.declare(application, by=cast.lead, name="冯评", unit="", reason="有过纠纷")
    page = text(sign_in(cast.lead).get(own_page(application)))
    assert "冯评" in page
    assert not {"周评", "同门师兄弟", "郑评", "有人反映"} & {
        word for word in ("周评", "同门师兄弟", "郑评", "有人反映") if word in page
    }


def test_what_was_named_is_taken_back_and_both_stand_in_the_log(cast, sign_in, application):
    client = sign_in(cast.co_editor)
    client.post(own_page(application), NAMED)
    row = Relation.objects.get()
    client.post(own_page(application), {"take_back": row.pk})
    assert not Relation.objects.exists()
    assert [entry.action_flag for entry in LogEntry.objects.order_by("pk")] == [1, 3]
    assert {entry.user for entry in LogEntry.objects.all()} == {cast.co_editor}


def test_nothing_of_others_is_taken_back(cast, sign_in, application):
    facts = {"reason": "有人反映", "declared_by": cast.staff, "side": DeclaredBy.OFFICE}
    of_the_office = Relation.objects.create(studio=cast.studio, name="郑评", **facts)
    of_another = Relation.objects.create(studio=cast.own_studio, name="郑评", **facts)
    for row in (of_the_office, of_another):
        sign_in(cast.lead).post(own_page(application), {"take_back": row.pk})
    assert Relation.objects.count() == 2


def test_a_name_stands_once_and_there_is_a_most(cast, application):
    for number in range(relations.MOST):
        relations.declare(application, by=cast.lead, name=f"某{number}", unit="", reason="纠纷")
    with pytest.raises(DomainError, match="已在名单"):
        relations.declare(application, by=cast.co_editor, name="某 0", unit="", reason="纠纷")
    with pytest.raises(DomainError, match="最多"):
        relations.declare(application, by=cast.lead, name="又一位", unit="", reason="纠纷")


@pytest.mark.parametrize("state", sorted(State))
def test_names_are_taken_while_it_still_matters_who_reviews(cast, application, state):
    Application.objects.filter(pk=application.pk).update(state=State.ACCEPTED)
    row = Application.objects.get(pk=application.pk)
    row.state = state
    try:
        relations.declare(row, by=cast.lead, name="周评", unit="", reason="纠纷")
    except DomainError:
        assert state not in relations.OPEN
    else:
        assert state in relations.OPEN


def test_once_experts_are_assigned_staff_are_told_and_the_expert_is_shown_in_conflict(
    cast, sign_in, application
):
    expert = application.round.panel.get(expert__name="周评").expert
    assigned(application, expert)
    sign_in(cast.lead).post(own_page(application), NAMED)
    assert cast.staff.notices.filter(subject=f"{application.studio.name}申请专家回避").count() == 1
    assert not cast.staff_member.notices.filter(subject__contains="申请专家回避").exists()
    here = reverse("admin:reviews_round_application", args=[application.round_id, application.pk])
    assert "现已发现利害关系：已申报利害关系：共同承担企业项目" in text(sign_in(cast.staff).get(here))


def test_who_does_not_work_on_it_names_nobody(cast, sign_in, application):
    people = cast.everybody()
    opens = {
        name for name, user in people.items() if sign_in(user).get(own_page(application)).status_code == 200
    }
    assert opens == {"lead", "co_editor"}
    for person in (cast.member, cast.department, cast.staff):
        with pytest.raises(PermissionDenied):
            relations.declare(application, by=person, name="周评", unit="", reason="纠纷")


# -- the office ------------------------------------------------------------------------------------


def test_the_office_names_an_expert_or_a_mere_name(cast, sign_in, application):
    client, expert = sign_in(cast.staff), Panelist.objects.first().expert
    studio = {"studio": cast.studio.pk, "reason": "有人反映"}
    assert client.post(ADD, {**studio, "person": expert.pk}).status_code == 302
    assert client.post(ADD, {**studio, "name": "某某"}).status_code == 302
    rows = {row.name: (row.person, row.declared_by) for row in Relation.objects.all()}
    assert rows == {expert.name: (expert, cast.staff), "某某": (None, cast.staff)}
    assert LogEntry.objects.filter(user=cast.staff, action_flag=1).count() == 2


def test_what_the_office_declared_stays_its_own_when_its_author_leaves(cast, sign_in, application):
    sign_in(cast.staff).post(ADD, {"studio": cast.studio.pk, "name": "某某", "reason": "有人反映"})
    cast.staff.roles.all().delete()
    assert set(relations.of_the_studio(application)) == set()
    assert f"校工会：{cast.staff.name}" in text(sign_in(cast.auditor).get(LIST))


def test_a_lead_of_the_office_declares_for_the_studio_all_the_same(cast, application):
    cast.lead.roles.create(code=RoleCode.UNION_STAFF)
    lead = type(cast.lead).objects.get(pk=cast.lead.pk)
    for number in range(relations.MOST):
        relations.declare(application, by=lead, name=f"某{number}", unit="", reason="有过纠纷")
    assert relations.of_the_studio(application).count() == relations.MOST
    with pytest.raises(DomainError):
        relations.declare(application, by=lead, name="再一人", unit="", reason="有过纠纷")


def test_what_is_missing_or_twice_is_said(cast, sign_in, application):
    client = sign_in(cast.staff)
    sent = {"studio": cast.studio.pk, "name": "某某", "reason": "有人反映"}
    assert client.post(ADD, {**sent, "name": ""}).status_code == 200
    assert client.post(ADD, {**sent, "reason": ""}).status_code == 200
    assert client.post(ADD, sent).status_code == 302
    assert client.post(ADD, sent).status_code == 200
    assert Relation.objects.count() == 1


def test_nobody_names_anybody_for_their_own_case_in_the_office(cast, sign_in, application):
    sent = {"studio": cast.studio.pk, "name": "某某", "reason": "有人反映"}
    assert sign_in(cast.staff_member).post(ADD, sent).status_code == 200
    assert not Relation.objects.exists()
    Relation.objects.create(studio=cast.studio, name="周评", reason="同门", declared_by=cast.staff)
    assert "周评" not in text(sign_in(cast.staff_member).get(LIST))


def test_the_office_removes_what_is_not_the_experts_own_word(cast, sign_in, application):
    client, expert = sign_in(cast.staff), Panelist.objects.first().expert
    facts = {"studio": cast.studio, "reason": "同门"}
    said = {"person": expert, "declared_by": expert, "side": DeclaredBy.EXPERT}
    own = Relation.objects.create(name=expert.name, **said, **facts)
    other = Relation.objects.create(name="某某", declared_by=cast.lead, **facts)
    assert client.post(page_of(own, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(page_of(other, "delete"), {"post": "yes"}).status_code == 302
    assert [row.pk for row in Relation.objects.all()] == [own.pk]
    assert "专家本人" in text(client.get(page_of(own)))
    assert client.post(page_of(own), {"name": "别人", "reason": "x"}).status_code == 403


def test_the_list_says_who_said_so_and_asks_little(cast, sign_in, application):
    expert = Panelist.objects.first().expert
    facts = {"studio": ApplicationFactory(round=application.round).studio, "reason": "同门"}
    said = {"person": expert, "declared_by": expert, "side": DeclaredBy.EXPERT}
    Relation.objects.create(name=expert.name, **said, **facts)
    client = sign_in(cast.auditor)
    selects(client, LIST)
    before = selects(client, LIST)
    Relation.objects.create(name="某甲", declared_by=cast.lead, **facts)
    Relation.objects.create(name="某乙", declared_by=cast.staff, side=DeclaredBy.OFFICE, **facts)
    page = text(client.get(LIST))
    assert {"专家本人", f"工作室：{cast.lead.name}", f"校工会：{cast.staff.name}"} <= {
        words
        for words in ("专家本人", f"工作室：{cast.lead.name}", f"校工会：{cast.staff.name}")
        if words in page
    }
    assert selects(client, LIST) <= before + 1 <= 10
