"""What the studio and the public read once an objection is upheld: that it is, and the answer; nobody who objects."""

import pytest
from django.test import Client
from django.urls import reverse

from reviews.models import Application
from tests.reviews.noticing import SECRETS, objected, on_notice

pytestmark = pytest.mark.django_db
ANSWER = "经核查，该项目立项时间早于申报表所填。"


@pytest.fixture
def application(cast) -> Application:
    return on_notice(studio=cast.studio)


def answered(application, cast, verb: str):
    objection = objected(application, text="标记异议正文")
    objection.take_on(by=cast.staff)
    getattr(objection, verb)(by=cast.staff, minutes="标记核查记录", answer=ANSWER)
    return objection


def page(client, application) -> str:
    return client.get(reverse("reviews:application", args=[application.pk])).content.decode()


def test_the_lead_reads_outcome_and_answer_and_not_who_objected(cast, sign_in, application):
    objection = answered(application, cast, "uphold")
    shown = page(sign_in(cast.lead), application)
    for said in (objection.number, ANSWER, "成立"):
        assert said in shown, said
    for hidden in (*SECRETS, "标记异议正文", "标记核查记录"):
        assert hidden not in shown, hidden


def test_it_stays_there_when_it_was_decided_anew(cast, sign_in, application):
    answered(application, cast, "uphold")
    Application.objects.get().decide("reject", by=cast.leader, text="不予命名。")
    assert ANSWER in page(sign_in(cast.lead), application)


def test_of_one_that_was_dismissed_or_is_open_the_studio_reads_nothing(cast, sign_in, application):
    answered(application, cast, "dismiss")
    waiting = objected(application, text="标记另一件")
    shown = page(sign_in(cast.lead), application)
    for hidden in (ANSWER, waiting.number, "标记"):
        assert hidden not in shown, hidden


def test_the_public_notice_says_that_the_studio_was_taken_out_for_it(cast, application):
    other = on_notice()
    answered(application, cast, "uphold")
    shown = Client().get(application.notice.get_absolute_url()).content.decode()
    assert shown.count("异议经核查成立，已撤出公示") == 1
    for hidden in (*SECRETS, ANSWER, "标记"):
        assert hidden not in shown, hidden
    assert "异议经核查成立" not in Client().get(other.notice.get_absolute_url()).content.decode()
