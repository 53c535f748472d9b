"""Starting on a lead's behalf: the officer finds the person and sees the honours on which the choice depends."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studios.models import Studio
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
START = reverse("studios:start")


@pytest.fixture
def model_worker(cast):
    return UserFactory(
        name="任贤齐",
        staff_no="02718",
        unit=cast.unit,
        title="高级技师",
        honour_text="上海市劳动模范（2019）",
    )


def shown(client, asked) -> str:
    return client.get(START, {"q": asked}).content.decode()


@pytest.mark.parametrize("asked", ["任贤齐", "贤齐", "renxianqi", "ren xian", "rxq", "02718"])
def test_the_person_is_found_and_shown_with_number_unit_and_honours(cast, sign_in, model_worker, asked):
    page = shown(sign_in(cast.department), asked)
    for words in ("任贤齐", "02718", cast.unit.name, "高级技师", "上海市劳动模范（2019）"):
        assert words in page
    assert f'href="?lead={model_worker.pk}"' in page


def test_who_has_no_honour_is_said_to_have_none(cast, sign_in, model_worker):
    UserFactory(name="任意", staff_no="02001", unit=cast.unit)
    client = sign_in(cast.department)
    assert "人事名单中没有荣誉" in shown(client, "任意")
    assert "人事名单中没有荣誉" not in shown(client, "任贤齐")


def test_who_leads_a_studio_already_is_shown_with_it(cast, sign_in):
    page = shown(sign_in(cast.department), cast.lead.name)
    assert f"已领衔{cast.studio.name}" in page
    assert "人事名单中没有荣誉" not in page
    Studio.objects.update(state="closed")
    assert "已领衔" not in shown(sign_in(cast.department), cast.lead.name)


def test_model_workers_stand_first(cast, sign_in, model_worker):
    for number in range(25):
        UserFactory(name=f"任{number}", staff_no=f"01{number:03d}", unit=cast.unit)
    answer = sign_in(cast.department).get(START, {"q": "任"})
    assert answer.context["found"][0] == model_worker
    assert len(answer.context["found"]) == 20
    assert "只列出一部分" in answer.content.decode()


def test_people_of_other_units_are_neither_found_nor_chosen(cast, sign_in, model_worker):
    client = sign_in(cast.other_department)
    assert "任贤齐" not in shown(client, "02718")
    assert client.get(START, {"lead": model_worker.pk}).status_code == 404


def test_the_choice_leads_to_the_studio_of_the_lead(cast, sign_in, model_worker):
    client = sign_in(cast.department)
    url = f"{START}?lead={model_worker.pk}"
    assert "上海市劳动模范（2019）" in client.get(url).content.decode()
    client.post(url, {"name": "", "name_reason": ""})
    studio = Studio.objects.get(lead=model_worker)
    assert (studio.started_by, studio.name) == (cast.department, "任贤齐劳模创新工作室")


def test_twenty_people_cost_as_many_queries_as_one(cast, sign_in, model_worker):
    client = sign_in(cast.department)
    shown(client, "任")
    with CaptureQueriesContext(connection) as one:
        shown(client, "任")
    for number in range(25):
        UserFactory(name=f"任{number}", unit=cast.unit, honour_text="全国劳动模范（2020）")
    with CaptureQueriesContext(connection) as many:
        shown(client, "任")
    assert len(one) == len(many) <= 10
