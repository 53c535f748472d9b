"""Objections on paper: entered in the office with the day of receipt, under the same rules as on the public page."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from records.attachments import Attachment
from records.templatetags.present import cn_date
from reviews.actions import not_nameable
from reviews.models import Application, Objection
from tests.reviews.noticing import CONTACT, NAME, SECRETS, on_notice, place_of
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
ONE_DAY = timedelta(days=1)


@pytest.fixture
def application(cast) -> Application:
    return on_notice()


def form_of(notice) -> str:
    return reverse("admin:reviews_publicnotice_letter", args=[notice.pk])


def enter(client, application, **changes):
    said = {"name": NAME, "contact": CONTACT, "text": "标记异议正文", "received_on": TODAY().isoformat()}
    said |= {"application": place_of(application)}
    return client.post(form_of(application.notice), said | changes)


def test_a_letter_of_the_last_day_entered_the_next_morning_stops_the_naming(cast, sign_in, application):
    last = application.notice.ends_on
    with time_machine.travel(timezone.now() + (last + ONE_DAY - TODAY())):
        assert not_nameable(application, on=TODAY()) == ""
        answer = enter(
            sign_in(cast.staff), application, received_on=last.isoformat(), files=[png("来信.png")]
        )
        assert answer.status_code == 302
        now = Application.objects.get(pk=application.pk)
        assert "异议还没有答复" in not_nameable(now, on=TODAY())
    one = Objection.objects.get()
    assert (one.number, one.received, one.text, one.contact) == (
        f"{last.year}-Y0001",
        cn_date(last),
        "标记异议正文",
        CONTACT,
    )
    assert [(row.verb, row.actor, row.to_state) for row in one.log.all()] == [
        ("record", cast.staff, "received")
    ]
    assert [file.name for file in Attachment.objects.of(one)] == ["来信.png"]


@pytest.mark.parametrize(("late", "day"), [(0, +1), (0, -1), (30, +1)])
def test_no_letter_arrives_tomorrow_before_the_notice_or_after_its_last_day(
    cast, sign_in, application, late, day
):
    notice = application.notice
    with time_machine.travel(timezone.now() + late * ONE_DAY):
        at = notice.ends_on + ONE_DAY if late else notice.published_on + day * ONE_DAY
        answer = enter(sign_in(cast.staff), application, received_on=at.isoformat())
    assert list(answer.context["form"].errors) == ["received_on"]
    assert "标记异议正文" in answer.content.decode()
    assert not Objection.objects.exists()


def test_the_same_is_asked_as_on_the_public_page_and_no_file_is_lost(cast, sign_in, application):
    client = sign_in(cast.leader)
    answer = enter(client, application, name="", organisation="质疑者之家有限公司", files=[png("来信.png")])
    assert set(answer.context["form"].errors) == {"name", "seal"}
    assert "来信.png" in answer.content.decode()
    assert not Objection.objects.exists()
    page = answer.context
    again = {"ticket": str(page["ticket"]), "kept": [one["value"] for one in page["form"].references]}
    assert enter(client, application, **again)["Location"] == enter(client, application, **again)["Location"]
    assert [file.name for file in Attachment.objects.of(Objection.objects.get())] == ["来信.png"]


def test_who_entered_it_reads_who_objects_only_as_an_investigator_and_is_not_told(cast, sign_in, application):
    before = set(Notice.objects.values_list("pk", flat=True))
    client = sign_in(cast.staff)
    page = enter(client, application)["Location"]
    assert page == reverse("admin:reviews_objection_change", args=[Objection.objects.get().pk])
    shown = client.get(page).content.decode()
    assert not any(secret in shown for secret in SECRETS)
    assert "根据书面异议登记" in shown
    told = Notice.objects.exclude(pk__in=before)
    assert {one.recipient for one in told} == {cast.staff_member}
    Objection.objects.get().take_on(by=cast.staff)
    assert CONTACT in client.get(page).content.decode()


def test_to_the_own_case_others_enter_it(cast, sign_in):
    own = on_notice(studio=cast.studio)
    client = sign_in(cast.staff_member)
    assert "这里不能登记异议" in client.get(form_of(own.notice)).content.decode()
    assert enter(client, own).status_code == 200
    assert not Objection.objects.exists()


def test_the_notice_leads_there_for_those_who_may(cast, sign_in, application):
    notice = reverse("admin:reviews_publicnotice_change", args=[application.notice_id])
    entries = {name: sign_in(getattr(cast, name)).get(notice) for name in ("staff", "leader", "auditor")}
    found = {name for name, page in entries.items() if form_of(application.notice) in page.content.decode()}
    assert found == {"staff", "leader"}
    assert sign_in(cast.auditor).get(form_of(application.notice)).status_code == 403
