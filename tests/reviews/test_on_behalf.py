"""The department union hands in on a lead's behalf: what it sees to do, who is told, and what it may sign then."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, RoleCode, User
from records import agenda
from reviews.models import Application, Part, State
from reviews.office.queues import to_act_on
from reviews.releasing import release_decisions
from studios.models import Studio
from tests.factories import (
    ApplicationFactory,
    RoundFactory,
    UserFactory,
    endorse_all,
    give_role,
    let_the_notice_pass,
    reviewed_by,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
PRESSED = {
    "submit": {"declaration": "on", "note": "已按意见说明"},
    "withdraw": {"reason": "明年再报"},
}


@pytest.fixture
def application(cast) -> Application:
    """A draft that an officer of the unit started on the lead's behalf."""
    Studio.objects.filter(pk=cast.studio.pk).update(started_by=cast.department)
    return ApplicationFactory(studio=Studio.objects.get(pk=cast.studio.pk), started_by=cast.department)


def see_to_it(application, cast) -> set[str]:
    """On whose home page the application stands to be gone on with or corrected."""
    url = application.get_absolute_url()
    return {
        name
        for name, user in cast.everybody().items()
        if any(task.url == url for task in agenda.tasks_of(user, TODAY))
    }


def test_a_draft_on_behalf_stands_on_the_home_page_of_every_officer_of_the_unit(cast, application, sign_in):
    assert see_to_it(application, cast) == {"lead", "co_editor", "department", "department_member"}
    text = sign_in(cast.department).get("/").content.decode()
    assert f'href="{application.get_absolute_url()}"' in text
    whose = f"代领衔人{cast.lead.name}办理"
    assert whose in text
    assert whose not in sign_in(cast.lead).get("/").content.decode()


def test_a_draft_that_the_lead_started_is_no_task_of_the_department_union_until_the_lead_has_left(cast):
    application = ApplicationFactory(studio=cast.studio)
    assert see_to_it(application, cast) == {"lead", "co_editor"}
    cast.lead.is_active = False
    cast.lead.save()
    assert see_to_it(application, cast) >= {"department", "department_member"}


def test_what_came_back_is_a_task_of_the_department_union_and_a_successor_hands_it_in(
    cast, application, sign_in
):
    application.submit(by=cast.department, on=TODAY)
    application.return_for_correction({"team": "请补充职称。"}, by=cast.party)
    assert see_to_it(application, cast) == {"lead", "co_editor", "department", "department_member"}
    cast.department.is_active = False
    cast.department.save()
    successor = UserFactory(unit=cast.unit, roles=[(RoleCode.DEPARTMENT_UNION,)])
    sign_in(successor).post(
        reverse("reviews:submit", args=[application.pk]), {"declaration": "on", "note": "成员职称均已核对。"}
    )
    application.refresh_from_db()
    assert (application.state, application.submitted_by) == (State.SUBMITTED, successor)


def test_who_filled_it_in_and_handed_it_in_may_recommend_it_and_a_member_may_not(cast, application):
    """The regulation gives the department union both; nobody of the studio itself says yes to it (Art. 8)."""
    application.submit(by=cast.department, on=TODAY)
    application = Application.objects.get(pk=application.pk)
    signs = {
        name
        for name, user in cast.everybody().items()
        if user.has_perm("reviews.sign_recommendation", application)
    }
    assert signs == {"department"}
    application.endorse(Part.RECOMMENDATION, by=cast.department, opinion="同意推荐。")
    assert set(application.endorsements.values_list("by__username", flat=True)) == {"department"}


def test_the_lead_is_told_of_what_was_handed_in_in_their_place_and_not_of_what_they_handed_in(
    cast, application
):
    application.submit(by=cast.department, on=TODAY)
    notice = Notice.objects.get(recipient=cast.lead)
    assert notice.subject == f"{cast.department.name}已代为提交{application.studio.name}的申报"
    assert notice.url == application.get_absolute_url()
    application.return_for_correction({"team": "请补充职称。"}, by=cast.party)
    Notice.objects.all().delete()
    application.resubmit(by=cast.lead, on=TODAY)
    assert not Notice.objects.filter(recipient=cast.lead).exists()


def test_leave_to_come_late_is_told_to_those_who_hand_in(cast):
    def told(application, days: int) -> set[str]:
        Notice.objects.all().delete()
        later = application.round.closes_on + timezone.timedelta(days=days)
        application.allow_late(by=cast.staff, until=later, reason="材料寄送延误")
        return set(Notice.objects.values_list("recipient__username", flat=True))

    round_ = RoundFactory(closed=True)
    application = ApplicationFactory(studio=cast.studio, round=round_)
    assert told(application, 5) == {"lead", "co_editor"}
    Studio.objects.filter(pk=cast.studio.pk).update(started_by=cast.department)
    application = Application.objects.get(pk=application.pk)
    assert told(application, 6) == {"lead", "co_editor", "department", "department_member"}


def test_the_page_of_the_round_offers_to_start_what_the_department_union_runs(cast, sign_in):
    round_ = RoundFactory()
    url, link = round_.get_absolute_url(), reverse("reviews:start", args=[cast.studio.pk])
    client = sign_in(cast.department)
    assert link not in client.get(url).content.decode()
    Studio.objects.filter(pk=cast.studio.pk).update(started_by=cast.department_member)
    assert link in client.get(url).content.decode()
    assert client.post(link).status_code == 302
    assert Application.objects.get(studio=cast.studio).started_by == cast.department


def started_on_behalf(studio) -> set[str]:
    Studio.objects.filter(pk=studio.pk).update(started_by=User.objects.get(username="department"))
    return {"lead", "department", "department_member"}


def lead_has_left(studio) -> set[str]:
    User.objects.filter(pk=studio.lead_id).update(is_active=False)
    return {"department", "department_member"}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("become", [started_on_behalf, lead_has_left])
def test_exactly_lead_and_department_union_hand_in_and_withdraw_in_every_state(state, become, cast, sign_in):
    """Who may do it, whoever started it; in which states, the table of moves says."""
    application = ApplicationFactory(studio=cast.studio, reach=state)
    clients = {name: sign_in(user) for name, user in cast.everybody().items()}
    people, logged = become(cast.studio), application.log.count()
    passed = set()
    for name, client in clients.items():
        for page, sent in PRESSED.items():
            with transaction.atomic():
                response = client.post(reverse(f"reviews:{page}", args=[application.pk]), sent)
                assert response.status_code in {200, 302, 403, 404}
                passed |= {(name, row.verb) for row in application.log.order_by("pk")[logged:]}
                transaction.set_rollback(True)
    verbs = {verb for verb in ("submit", "resubmit", "withdraw") if state in Application.MOVES[verb].origins}
    assert passed == {(name, verb) for name in people for verb in verbs}


@pytest.mark.parametrize("version", [1, 2])
def test_who_handed_in_a_version_takes_no_part_in_it_at_the_union(version, cast, application, sign_in):
    """Found by trying it: an officer with both offices of the union handed in, accepted, decided and named alone."""
    for code in (RoleCode.UNION_STAFF, RoleCode.UNION_LEADER):
        give_role(cast.department, code)
    application.submit(by=cast.department if version == 1 else cast.lead, on=TODAY)
    application.return_for_correction({"team": "请补充职称。"}, by=cast.party)
    application.resubmit(by=cast.lead if version == 1 else cast.department, on=TODAY)
    assert application.handed_in_by == sorted([cast.lead.pk, cast.department.pk])
    endorse_all(application)
    both = User.objects.get(pk=cast.department.pk)
    one = [application.pk]
    for verb, words, state in (
        ("accept", {"note": ""}, State.ACCEPTED),
        ("review", {"note": ""}, State.REVIEWED),
        ("decide", {"decision": "approve", "text": "同意"}, State.PROPOSED),
    ):
        if verb == "review":
            reviewed_by(Application.objects.get(), 8, 8, 8)
        words |= {"read": 2, "pk": one}
        by_itself = reverse("admin:reviews_application_verb", args=[application.pk, verb])
        several = reverse("admin:reviews_application_bulk", args=[verb])
        assert [sign_in(both).post(url, words).status_code for url in (by_itself, several)] == [403, 200]
        assert to_act_on(Application.objects.all(), both) == []
        worker = cast.leader if verb == "decide" else cast.staff
        assert sign_in(worker).post(by_itself, words).status_code == 302
        assert Application.objects.get().state == state
    with pytest.raises(PermissionDenied):
        release_decisions(application.round, by=both, on=TODAY)
    let_the_notice_pass(release_decisions(application.round, by=cast.staff, on=TODAY))
    naming = reverse("admin:reviews_application_naming")
    days = {"named_on": TODAY.isoformat(), "issued_on": TODAY.isoformat()}
    assert sign_in(both).post(naming, {"pk": one, **days}).status_code == 200
    assert Application.objects.get().state == State.APPROVED
    assert sign_in(cast.leader).post(naming, {"pk": one, **days}).status_code == 302
    assert Application.objects.get().state == State.NAMED
