"""Site visits and defences: recorded at the desk, read by the office alone."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from portal.demo.pictures import photo
from records.attachments import Attachment
from records.moves import IllegalMove
from reviews import minutes, visits
from reviews.models import AssignmentState, Visit
from studios.models import Member
from tests.factories import ApplicationFactory, UserFactory, officer
from tests.queries import selects
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    _round, [application], experts = round_with("甲评", "乙评")
    application.experts = experts
    return application


@pytest.fixture
def staff():
    return officer(RoleCode.UNION_STAFF)


def visited(application, *, by, **more) -> Visit:
    facts = {"kind": "visit", "held_on": timezone.localdate(), "people": "李教授", "minutes": "设备在用。"}
    return visits.record(application, by=by, **{**facts, **more})


def sent(**more) -> dict:
    day = timezone.localdate().isoformat()
    return {
        "kind": "defence",
        "held_on": day,
        "place": "行政楼",
        "people": "李教授",
        "minutes": "答辩清楚。",
        **more,
    }


def page_of(name: str, application, **more) -> str:
    where = {"pk": application.round_id, "application": application.pk, **more}
    return reverse(f"admin:reviews_round_{name}", kwargs=where)


def desk_of(application) -> str:
    return reverse("admin:reviews_application_change", args=[application.pk])


def test_a_visit_is_recorded_from_the_desk_with_photos_that_show(case, staff, sign_in):
    client = sign_in(staff)
    assert page_of("visit", case) in client.get(desk_of(case)).content.decode()
    picture = SimpleUploadedFile("现场.png", photo(0))
    response = client.post(page_of("visit", case), sent(photos=[picture]))
    assert response["Location"] == f"{desk_of(case)}#visits"
    visit = Visit.objects.get()
    assert (visit.kind, visit.place, visit.recorded_by) == ("defence", "行政楼", staff)
    file = Attachment.objects.get()
    url = page_of("file", case, file=file.pk)
    for page in (desk_of(case), page_of("result", case)):
        assert f'<img src="{url}" alt="现场.png"' in client.get(page).content.decode()
    response = client.get(url)
    assert (response["Content-Type"], len(b"".join(response.streaming_content))) == ("image/png", file.size)


def test_a_visit_sent_twice_is_kept_once(case, staff, sign_in):
    client, url = sign_in(staff), page_of("visit", case)
    for _press in range(2):
        client.post(url, sent(photos=[SimpleUploadedFile("现场.png", photo(0))]))
    assert (Visit.objects.count(), Attachment.objects.count()) == (1, 1)
    client.post(url, sent(photos=[SimpleUploadedFile("另一张.png", photo(1))]))
    client.post(url, sent(place="另一处"))
    assert Visit.objects.count() == 3
    colleague = UserFactory(name="卫双", roles=[(RoleCode.UNION_STAFF,)])
    sign_in(colleague).post(url, sent(place="另一处"))
    assert Visit.objects.count() == 4


def test_the_place_of_a_visit_is_no_room_of_the_studio():
    assert str(Visit._meta.get_field("place").verbose_name) == "地点"


def test_only_pictures_are_photos(case, staff, sign_in):
    text = SimpleUploadedFile("说明.png", b"not a picture")
    page = sign_in(staff).post(page_of("visit", case), sent(photos=[text])).content.decode()
    assert "说明.png" in page
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "walk"),
        ("held_on", (timezone.localdate() + timedelta(days=2)).isoformat()),
        ("people", ""),
        ("minutes", " "),
    ],
)
def test_what_is_missing_is_asked_for_again(case, staff, sign_in, field, value):
    assert sign_in(staff).post(page_of("visit", case), sent(**{field: value})).status_code == 200
    assert not Visit.objects.exists()


def test_a_visit_is_recorded_while_the_application_is_judged(staff):
    for state in ("accepted", "reviewed", "proposed", "held"):
        assert visited(ApplicationFactory(**{state: True}), by=staff).pk
    for state in ("recommended", "rejected", "named"):
        with pytest.raises(IllegalMove):
            visited(ApplicationFactory(**{state: True}), by=staff)


@pytest.mark.parametrize("role", ["union_leader", "auditor", "expert", "finance"])
def test_only_staff_record_visits(case, sign_in, role):
    client = sign_in(UserFactory(roles=[(role,)]))
    assert client.post(page_of("visit", case), sent()).status_code in {302, 403}
    assert not Visit.objects.exists()


def test_nobody_records_or_reads_a_visit_to_the_own_studio(case, staff, sign_in):
    visited(case, by=staff)
    own = UserFactory(name="卫双", roles=[(RoleCode.UNION_STAFF,)])
    Member.objects.create(studio=case.studio, user=own, name=own.name)
    with pytest.raises(PermissionDenied):
        visited(case, by=own)
    client = sign_in(own)
    assert "设备在用。" not in client.get(desk_of(case)).content.decode()
    assert client.get(page_of("result", case)).status_code == 403


def test_a_correction_keeps_what_stood_there_before(case, staff, sign_in):
    visit = visited(case, by=staff, place="机械楼")
    client, url = sign_in(staff), page_of("visit_change", case, row=visit.pk)
    data = sent(kind="visit", place="化工楼", people="李教授", minutes="设备在用。")
    assert client.post(url, data).status_code == 200  # the reason is missing
    client.post(url, {**data, "reason": "地点写错"})
    visit.refresh_from_db()
    assert visit.place == "化工楼"
    [correction] = minutes.corrections([visit])[Visit, visit.pk]
    assert (correction.by, correction.reason, correction.before) == (staff, "地点写错", [("地点", "机械楼")])
    page = client.get(desk_of(case)).content.decode()
    assert re.search(r"原内容.*机械楼", page, flags=re.S)


@pytest.mark.parametrize("state", ["approved", "named", "rejected"])
def test_what_was_recorded_stays_once_the_decision_is_released(staff, sign_in, state):
    application = ApplicationFactory(**{state: True})
    facts = {"application": application, "held_on": timezone.localdate(), "people": "李教授"}
    visit = Visit.objects.create(**facts, minutes="设备在用。", recorded_by=staff)
    client, url = sign_in(staff), page_of("visit_change", application, row=visit.pk)
    page = client.post(url, sent(minutes="另一份。", reason="笔误"), follow=True).content.decode()
    assert "决定公布以前更正" in page
    visit.refresh_from_db()
    assert (visit.minutes, minutes.corrections([visit])[Visit, visit.pk]) == ("设备在用。", [])
    assert url not in client.get(desk_of(application)).content.decode()


@pytest.mark.parametrize("state", ["reviewed", "proposed", "held"])
def test_until_the_release_what_was_recorded_is_corrected(staff, state):
    visit = visited(ApplicationFactory(**{state: True}), by=staff)
    assert visits.correct(visit, {"minutes": "另一份。"}, by=staff, reason="笔误") is True


def test_a_correction_that_changes_nothing_leaves_no_trace(case, staff):
    visit = visited(case, by=staff)
    assert visits.correct(visit, {"people": "李教授"}, by=staff, reason="再看一遍") is False
    assert minutes.corrections([visit])[Visit, visit.pk] == []


# -- the experts -----------------------------------------------------------------------------------


def test_experts_and_the_studio_open_no_photo(case, staff, sign_in):
    sheet(case, case.experts[0], 8, state=AssignmentState.ACCEPTED)
    sign_in(staff).post(page_of("visit", case), sent(photos=[SimpleUploadedFile("现场.png", photo(0))]))
    file = Attachment.objects.get()
    for user in (case.experts[0], case.studio.lead):
        for url in (page_of("file", case, file=file.pk), file.get_absolute_url()):
            assert sign_in(user).get(url).status_code in {302, 403, 404}


def test_the_desk_asks_the_same_with_1_and_with_3_visits(case, staff, sign_in):
    client, counts = sign_in(staff), []
    for number in range(3):
        visited(case, by=staff, minutes=f"第{number}次，设备在用。")
        counts.append(selects(client, desk_of(case)))
    assert len(set(counts)) == 1
