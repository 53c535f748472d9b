"""What the home page tells those who sign: what to sign, and a stamped form on its way or sent back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from records import agenda
from records.attachments import checked
from reviews.actions import turn_down_paper_form, upload_paper_form
from reviews.models import Part
from tests.factories import ApplicationFactory, StudioFactory, UserFactory
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
PARTY = {"party": ("赵书记", "同意")}
BEING_CHECKED = "含此项签署的盖章申报表正由校工会核对"


@pytest.fixture
def submitted(cast):
    return ApplicationFactory(studio=cast.studio, submitted=True)


def tasks(user) -> list[agenda.Task]:
    return agenda.tasks_of(type(user).objects.get(pk=user.pk), TODAY)


def titles(user) -> list[str]:
    return [task.title for task in tasks(user)]


def upload(application, cast, signed=PARTY):
    return upload_paper_form(application, by=cast.department, scan=checked(png()), signed=signed)


def send_back(application, cast, signed=PARTY):
    turn_down_paper_form(upload(application, cast, signed), by=cast.staff, reason="第二页缺公章")


def test_a_form_that_was_sent_back_is_to_be_uploaded_again_with_the_reason_and_the_day(cast, submitted):
    send_back(submitted, cast)
    again = tasks(cast.department)[0]
    assert again == agenda.Task(
        f"重新上传{cast.studio.name}的盖章申报表",
        reverse("reviews:stamped", args=[submitted.pk]),
        "校工会退回：第二页缺公章",
        submitted.round.endorse_by,
    )
    others = [cast.party, cast.administration, cast.department_member, cast.other_department]
    assert [title for user in others for title in titles(user) if "重新上传" in title] == []


@pytest.mark.parametrize("how", ["uploaded", "signed", "handed in anew"])
def test_what_was_sent_back_is_a_task_no_more_once_it_is_dealt_with(how, cast, submitted):
    send_back(submitted, cast)
    if how == "uploaded":
        upload(submitted, cast)
    elif how == "signed":
        submitted.endorse(Part.PARTY, by=cast.party, opinion="同意")
    else:
        submitted.return_for_correction({"plan": "写具体些"}, by=cast.department)
        submitted.resubmit(by=cast.lead, on=TODAY)
    assert titles(cast.department) == [f"{cast.studio.name}：部门工会推荐意见"]


def test_while_a_form_is_checked_who_signs_reads_which_signatures_it_bears(cast, submitted):
    def told(user):
        return {task.title.partition("：")[2]: BEING_CHECKED in task.detail for task in tasks(user)}

    before = {"department": {"部门工会推荐意见": False}, "party": {"党组织意见": False}}
    assert {name: told(getattr(cast, name)) for name in before} == before
    upload(submitted, cast)
    assert told(cast.department) == {"部门工会推荐意见": False}
    assert told(cast.party) == {"党组织意见": True}


def test_six_forms_cost_the_department_union_as_many_queries_as_one(cast, submitted):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert tasks(cast.department)
        return len(asked)

    send_back(submitted, cast)
    one = queries()
    for _number in range(5):
        studio = StudioFactory(lead=UserFactory(unit=cast.unit), complete=True)
        send_back(ApplicationFactory(studio=studio, submitted=True), cast)
    assert queries() == one


def test_what_one_has_signed_does_not_crowd_out_what_is_to_be_signed(cast, monkeypatch):
    """Found by trying it: with fifty signed the one that came after them stood on no page."""
    monkeypatch.setattr("reviews.agenda.MOST", 2)
    waiting = [
        ApplicationFactory(studio=StudioFactory(lead__unit=cast.unit, complete=True), submitted=True)
        for _number in range(4)
    ]
    for one in waiting[:2]:
        one.endorse(Part.RECOMMENDATION, by=cast.department, opinion="同意推荐。")
    assert [task.url for task in tasks(cast.department)] == [
        reverse("reviews:sign", args=[one.pk]) for one in waiting[2:]
    ]
    send_back(waiting[1], cast)
    assert [task.url for task in tasks(cast.department)] == [
        reverse("reviews:stamped", args=[waiting[1].pk]),
        reverse("reviews:sign", args=[waiting[2].pk]),
    ]
