"""Who judges the papers of a studio does not become part of it while they do; before, they may, and stand aside."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, RoleCode
from records.moves import DomainError
from reviews.models import Application, State
from studios import sharing
from studios.models import Member
from tests.factories import ApplicationFactory, UserFactory, give_role

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
JUDGES = {
    "department", "department_member", "party", "administration", "staff", "staff_member", "leader", "finance",
    "auditor", "sysadmin", "leader_lead",
}  # fmt: skip
UNDER_JUDGEMENT = {
    State.SUBMITTED, State.RETURNED, State.RECOMMENDED, State.ACCEPTED, State.REVIEWED, State.PROPOSED,
    State.HELD, State.APPROVED,
}  # fmt: skip


@pytest.fixture
def nobody_yet(cast):
    """The cast's studio before any of those with an office belongs to it."""
    cast.studio.members.exclude(user=None).delete()
    return cast.studio


def by_form(client, studio, **given):
    given = {"role": "member", "once": str(uuid.uuid4()), **given}
    return client.post(reverse("studios:row_add", args=[studio.pk, "members"]), given, follow=True)


def edit(client, url, **changed):
    """Send the form of a row as it was opened, with something changed in it."""
    form = client.get(url).context["form"]
    shown = {name: form[name].value() for name in form.fields if name != "files"}
    given = {name: "" if value is None else value for name, value in shown.items()}
    return client.post(url, {**given, "opened": form.opened, **changed})


def by_pasting(client, studio, person):
    text = f"工号\t姓名\n{person.staff_no}\t{person.name}"
    sent = {"text": text, "confirm": "1", "once": str(uuid.uuid4())}
    return client.post(reverse("studios:rows_paste", args=[studio.pk, "members"]), sent, follow=True)


def members_of(studio, cast) -> set[str]:
    """Who belongs to the studio, by account or by name alone."""
    listed = studio.members.all()
    people = {row.user_id for row in listed} - {None}
    names = {row.name for row in listed if row.user_id is None}
    return {key for key, user in cast.everybody().items() if user.pk in people or user.name in names}


@pytest.mark.parametrize("way", ["form", "pasting", "name"])
@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.RETURNED])
def test_while_it_is_handed_in_no_judge_is_entered_as_a_member(state, way, nobody_yet, cast, sign_in):
    ApplicationFactory(studio=nobody_yet, reach=state)
    client, refused = sign_in(cast.lead), set()
    for name, person in cast.everybody().items():
        if name != "lead":
            answer = {
                "form": lambda person: by_form(client, nobody_yet, staff_no=person.staff_no),
                "pasting": lambda person: by_pasting(client, nobody_yet, person),
                "name": lambda person: by_form(client, nobody_yet, name=" ".join(person.name)),
            }[way](person)
            if "申报办理期间不能列为成员" in (html := answer.content.decode()) or "请填写其工号" in html:
                refused.add(name)
    judged = state in UNDER_JUDGEMENT
    assert refused == (JUDGES if judged else set())
    if way != "name":
        assert members_of(nobody_yet, cast) == set(cast.everybody()) - {"lead"} - refused


def test_a_mere_name_is_that_of_the_colleague_who_bears_it_and_no_judge_elsewhere(nobody_yet, cast, sign_in):
    application = ApplicationFactory(studio=nobody_yet, submitted=True)
    UserFactory(name=cast.leader.name, unit=cast.unit)
    by_form(sign_in(cast.lead), nobody_yet, name=cast.leader.name)
    assert nobody_yet.members.filter(name=cast.leader.name, user=None).count() == 1
    assert not Application.objects.get(pk=application.pk).concerns(cast.leader)


@pytest.mark.parametrize("state", State)
def test_it_is_judged_from_the_handing_in_until_it_has_ended(state, cast):
    ApplicationFactory(studio=cast.studio, reach=state)
    judge = sharing.judge_now(cast.studio, person=cast.leader)
    assert judge == (cast.leader if state in UNDER_JUDGEMENT else None)
    assert sharing.judge_now(cast.studio, person=cast.stranger) is None


def test_a_lead_cannot_leave_nobody_to_decide_by_naming_members(nobody_yet, cast, sign_in):
    """Found by trying it: with those who decide among the members nobody could move the application any more."""
    application = ApplicationFactory(studio=nobody_yet, submitted=True)
    client = sign_in(cast.lead)
    for person in (cast.department, cast.party, cast.administration, cast.staff, cast.leader):
        by_form(client, nobody_yet, staff_no=person.staff_no)
        by_pasting(client, nobody_yet, person)
        assert not Application.objects.get(pk=application.pk).concerns(person)


def test_a_member_who_holds_an_office_stays_one_whose_row_can_be_edited(cast, sign_in):
    ApplicationFactory(studio=cast.studio, returned=True)
    row = cast.studio.members.get(user=cast.staff_member)
    url = reverse("studios:row", args=[cast.studio.pk, "members", row.pk])
    edit(sign_in(cast.lead), url, role="core")
    row.refresh_from_db()
    assert (row.role, row.user) == ("core", cast.staff_member)


def test_an_existing_row_does_not_take_the_name_of_a_judge(nobody_yet, cast, sign_in):
    ApplicationFactory(studio=nobody_yet, returned=True)
    row = nobody_yet.members.first()
    url = reverse("studios:row", args=[nobody_yet.pk, "members", row.pk])
    client = sign_in(cast.lead)
    assert "请填写其工号" in edit(client, url, name=cast.party.name).content.decode()
    namesake = UserFactory(name=cast.party.name, unit=cast.unit)
    edit(client, url, staff_no=namesake.staff_no, name=namesake.name)
    row.refresh_from_db()
    assert (row.user, row.name) == (namesake, cast.party.name)
    assert not Application.objects.get(studio=nobody_yet).concerns(cast.party)


def test_in_a_draft_the_chair_may_be_a_member_and_then_stands_aside(nobody_yet, cast, sign_in):
    application = ApplicationFactory(studio=nobody_yet)
    by_form(sign_in(cast.lead), nobody_yet, staff_no=cast.party.staff_no)
    application.submit(by=cast.lead, on=TODAY)
    assert Application.objects.get(pk=application.pk).concerns(cast.party)
    assert not cast.party.has_perm("reviews.sign_party", Application.objects.get(pk=application.pk))


@pytest.mark.parametrize(
    ("code", "label"),
    [
        (RoleCode.DEPARTMENT_UNION, "部门工会"),
        (RoleCode.UNION_STAFF, "校工会干事"),
        (RoleCode.UNION_LEADER, "校工会领导"),
    ],
)
@pytest.mark.parametrize("way", ["account", "name"])
def test_it_is_not_handed_in_while_everybody_of_an_office_belongs_to_the_studio(
    code, label, way, cast, sign_in
):
    application = ApplicationFactory(studio=cast.studio)
    holders = [role.user for role in Role.objects.filter(code=code, user__in=cast.everybody().values())]
    for person in holders:
        person.unit = cast.unit
        person.save()
        cast.studio.members.filter(user=person).delete()
        if person != cast.other_department:
            account = person if way == "account" else None
            Member.objects.create(studio=cast.studio, user=account, name=person.name)
    page = sign_in(cast.lead).get(reverse("reviews:submit", args=[application.pk])).content.decode()
    assert "申报无人可以办理" in page
    with pytest.raises(DomainError) as refused:
        application.submit(by=cast.lead, on=TODAY)
    assert [label in problem for problem in refused.value.problems] == [True]
    give_role(UserFactory(), code, unit=cast.unit)
    application.submit(by=cast.lead, on=TODAY)
    assert application.state == State.SUBMITTED


def test_where_an_office_is_held_by_nobody_the_papers_can_be_handed_in(cast):
    Role.objects.all().delete()
    application = ApplicationFactory(studio=cast.studio)
    application.submit(by=cast.lead, on=TODAY)
    assert application.state == State.SUBMITTED


def test_many_pasted_rows_ask_once_whether_it_is_judged_and_who_judges(nobody_yet, cast, sign_in):
    ApplicationFactory(studio=nobody_yet, returned=True)
    client, url = sign_in(cast.lead), reverse("studios:rows_paste", args=[nobody_yet.pk, "members"])

    def asked(count: int) -> int:
        text = "姓名\t职称\n" + "\n".join(f"新成员{number}\t工程师" for number in range(count))
        with CaptureQueriesContext(connection) as queries:
            assert client.post(url, {"text": text}).status_code == 200
        return sum("accounts_role" in query["sql"] for query in queries)

    asked(1)
    assert asked(30) == asked(1)
