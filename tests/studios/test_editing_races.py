"""The same form sent eight times at once is one row, and nobody sees an error; on SQLite as on PostgreSQL."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connections
from django.test import Client
from django.urls import reverse

from studios.models import Draft, Honour, Member, PartVersion, Studio, Venue
from studios.views import rows
from tests.factories import PolicyFactory, StudioFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 8


def all_at_once(user, posts: list[tuple[str, dict]]) -> list[int]:
    """Send each post from a thread of its own, all at the same moment; the status of each answer."""
    clients = []
    for _post in posts:
        clients.append(Client(raise_request_exception=False))
        clients[-1].force_login(user)
    start = Barrier(len(posts))

    def send(client, url, data):
        try:
            start.wait()
            return client.post(url, data).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(posts)) as pool:
        sent = [
            pool.submit(send, client, url, data) for client, (url, data) in zip(clients, posts, strict=True)
        ]
    return [answer.result() for answer in sent]


@pytest.fixture
def studio():
    PolicyFactory()
    return StudioFactory()


def test_eight_identical_starts_are_one_studio():
    PolicyFactory()
    lead = UserFactory(honour_text="上海市劳动模范（2018）")
    answers = all_at_once(lead, [(reverse("studios:start"), {"name": ""})] * TIMES)
    assert set(answers) == {302}
    studio = Studio.objects.get(lead=lead)
    assert studio.honours.count() == 1


def test_eight_identical_rows_are_one_row(studio):
    url = reverse("studios:row_add", args=[studio.pk, "honours"])
    data = {"title": "全国劳动模范", "level": "national", "year": "2020", "once": str(uuid.uuid4())}
    assert set(all_at_once(studio.lead, [(url, data)] * TIMES)) == {302}
    assert Honour.objects.filter(studio=studio).count() == 1


def test_eight_identical_members_are_one_member(studio):
    person = UserFactory()
    url = reverse("studios:row_add", args=[studio.pk, "members"])
    data = {"staff_no": person.staff_no, "role": "member", "once": str(uuid.uuid4())}
    assert set(all_at_once(studio.lead, [(url, data)] * TIMES)) == {302}
    assert Member.objects.filter(studio=studio).count() == 1


def test_eight_identical_confirmations_of_pasted_rows_add_them_once(studio):
    url = reverse("studios:rows_paste", args=[studio.pk, "budget"])
    text = "年度\t用途\t来源\t金额\n2026\t差旅\t学院\t100\n2026\t培训\t学院\t200"
    answers = all_at_once(
        studio.lead, [(url, {"text": text, "once": str(uuid.uuid4()), "confirm": "1"})] * TIMES
    )
    assert set(answers) <= {200, 302}
    assert sorted(studio.budget_lines.values_list("purpose", flat=True)) == ["培训", "差旅"]


def test_eight_who_save_one_part_at_once_leave_one_text_and_one_draft_at_most(studio):
    url = reverse("studios:autosave", args=[studio.pk, "place"])
    posts = [
        (url, {"address": f"{number} 号楼", "area": "", "opened": '{"address": "e3b0c44298"}'})
        for number in range(TIMES)
    ]
    assert set(all_at_once(studio.lead, posts)) == {200}
    assert Venue.objects.get(studio=studio).address in {f"{number} 号楼" for number in range(TIMES)}
    assert PartVersion.objects.get(studio=studio, part="place").version == 1
    assert Draft.objects.filter(studio=studio, part="place").count() <= 1


def test_without_the_once_of_the_form_they_are_several(studio, monkeypatch):
    """The twin: the same posts, each with an identity of its own."""
    monkeypatch.setattr(rows, "given_once", lambda request: uuid.uuid4())
    url = reverse("studios:row_add", args=[studio.pk, "honours"])
    data = {"title": "全国劳动模范", "level": "national", "year": "2020", "once": str(uuid.uuid4())}
    all_at_once(studio.lead, [(url, data)] * TIMES)
    assert Honour.objects.filter(studio=studio).count() > 1


def test_the_constraint_is_what_holds(studio):
    once = uuid.uuid4()
    Honour.objects.create(studio=studio, title="甲", level="national", year=2020, once=once)
    with pytest.raises(IntegrityError):
        Honour.objects.create(studio=studio, title="甲", level="national", year=2020, once=once)
