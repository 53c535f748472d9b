"""Who is told of an objection, and who is reminded of one that is not answered; never who objects."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, RoleCode
from records.outbox import Outbox
from reviews.models import Application, Objection, State
from reviews.objection_reminders import remind
from tests.factories import give_role, officer
from tests.reviews.noticing import SECRETS, objected, on_notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(cast) -> Application:
    return on_notice(studio=cast.studio)


def test_staff_are_told_that_there_is_one_and_nothing_of_who_and_what(application, cast):
    """Who belongs to the studio is not told."""
    before = set(Notice.objects.values_list("pk", flat=True))
    objection = objected(application, text="标记异议正文")
    told = Notice.objects.exclude(pk__in=before)
    assert {one.recipient for one in told} == {cast.staff}
    for notice in told:
        for secret in (*SECRETS, "标记异议正文"):
            assert secret not in notice.subject + notice.body
        assert objection.number in notice.body
    letters = "".join(str(row.payload) for row in Outbox.objects.all())
    assert not any(secret in letters for secret in SECRETS)


def test_the_answer_is_told_to_those_who_investigate_and_an_upheld_one_to_the_leader(application, cast):
    colleague = officer(RoleCode.UNION_STAFF)
    objection = objected(application)
    objection.take_on(by=cast.staff)
    objection.take_on(by=cast.leader)
    before = set(Notice.objects.values_list("pk", flat=True))
    objection.uphold(by=cast.staff, minutes="查实。", answer="标记答复")
    told = Notice.objects.exclude(pk__in=before)
    assert colleague == cast.staff
    assert cast.leader in {one.recipient for one in told if "异议" in one.subject}
    assert cast.lead in {one.recipient for one in told}
    application.refresh_from_db()
    assert application.state == State.REVIEWED


def reminders(objection) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(event__startswith=f"objection-open:{objection.pk}:")
    return sorted((one.recipient.username, one.milestone) for one in rows)


def test_while_one_is_open_those_who_answer_are_reminded_as_the_notice_ends(application, cast):
    other = officer(RoleCode.UNION_STAFF)
    assert other == cast.staff
    objection, ends = objected(application), application.notice.ends_on
    Objection.objects.update(received_at=timezone.now() - timedelta(days=20))
    remind(ends - timedelta(days=3))
    remind(ends - timedelta(days=3))
    assert reminders(objection) == [("staff", "-3")]
    objection.take_on(by=cast.leader)
    remind(ends - timedelta(days=1))
    assert reminders(objection) == [("leader", "-1"), ("staff", "-3")]
    remind(ends + timedelta(days=7))
    assert ("leader", "+7") in reminders(objection)
    objection.dismiss(by=cast.leader, minutes="查。", answer="答。")
    before = reminders(objection)
    remind(ends + timedelta(days=14))
    assert reminders(objection) == before
    body = "".join(Notice.objects.filter(event__startswith="objection-open").values_list("body", flat=True))
    assert not any(secret in body for secret in SECRETS)


def test_who_has_left_the_office_is_not_reminded_and_the_staff_who_may_are(application, cast):
    objection, ends = objected(application), application.notice.ends_on
    Objection.objects.update(received_at=timezone.now() - timedelta(days=20))
    objection.take_on(by=cast.leader)
    cast.leader.roles.all().delete()
    remind(ends)
    assert reminders(objection) == [("staff", "+0")]


def test_of_a_colleague_and_of_the_answer_only_those_are_told_who_investigate_still(application, cast):
    objection = objected(application)
    objection.take_on(by=cast.leader)
    cast.leader.roles.all().delete()
    before = set(Notice.objects.values_list("pk", flat=True))
    objection.take_on(by=cast.staff)
    other = give_role(cast.stranger, RoleCode.UNION_LEADER).user
    objection.take_on(by=other)
    objection.dismiss(by=cast.staff, minutes="查。", answer="答。")
    told = Notice.objects.exclude(pk__in=before).filter(subject__contains="异议").order_by("pk")
    assert [one.recipient for one in told] == [cast.staff, other]


def test_nobody_is_reminded_of_an_objection_to_the_own_case(application, cast):
    give_role(cast.lead, RoleCode.UNION_STAFF)
    objection = objected(application)
    Objection.objects.update(received_at=timezone.now() - timedelta(days=20))
    remind(application.notice.ends_on)
    assert reminders(objection) == [("staff", "+0")]
