"""A form sent after the session has expired comes back after signing in, to whoever may edit."""

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from studios.models import Draft, Venue
from studios.unsent import KEPT, KEY
from tests.factories import StudioFactory

TYPED = {"address": "新楼 302", "area": "五十", "opened": "{}"}


@pytest.fixture
def place(cast):
    return reverse("studios:part", args=[cast.studio.pk, "place"])


def send_signed_out(url, data):
    client = Client()
    answer = client.post(url, data)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    return client


def sign_in_here(client, user):
    return client.post(
        reverse("account_login"), {"login": user.username, "password": f"demo-{user.username}"}
    )


def test_what_was_sent_signed_out_is_back_in_the_form(cast, place):
    client = send_signed_out(place, TYPED)
    assert sign_in_here(client, cast.lead).status_code == 302
    html = client.get(place).content.decode()
    assert 'value="新楼 302"' in html
    assert 'value="五十"' in html
    assert Venue.objects.get(studio=cast.studio).address == "机械楼 A415"
    assert KEY not in client.session


def test_the_sign_in_page_says_that_the_text_is_kept(place):
    words = "你填写的内容已保留"
    client = send_signed_out(place, TYPED)
    assert words in client.get(reverse("account_login"), {"next": place}).content.decode()
    assert words not in Client().get(reverse("account_login"), {"next": place}).content.decode()


def test_a_new_row_sent_signed_out_is_back_as_well(cast):
    url = reverse("studios:row_add", args=[cast.studio.pk, "honours"])
    client = send_signed_out(url, {"title": "全国劳动模范", "level": "national", "year": "2020"})
    sign_in_here(client, cast.lead)
    form = client.get(url).context["form"]
    assert (form["title"].value(), form["level"].value()) == ("全国劳动模范", "national")


def test_pasted_rows_sent_signed_out_are_back_as_well(cast):
    url = reverse("studios:rows_paste", args=[cast.studio.pk, "members"])
    client = send_signed_out(url, {"text": "姓名\t职称\n张三\t讲师"})
    sign_in_here(client, cast.lead)
    assert "张三\t讲师" in client.get(url).content.decode()


def test_only_the_same_address_brings_it_back(cast, place):
    client = send_signed_out(place, TYPED)
    sign_in_here(client, cast.lead)
    other = client.get(reverse("studios:part", args=[cast.studio.pk, "plan"])).content.decode()
    assert "新楼 302" not in other
    assert "新楼 302" in client.get(place).content.decode()


@pytest.mark.parametrize("who", ["member", "stranger", "staff"])
def test_who_may_not_edit_does_not_see_it(cast, place, who):
    client = send_signed_out(place, TYPED)
    sign_in_here(client, getattr(cast, who))
    assert "新楼 302" not in client.get(place).content.decode()
    assert not Draft.objects.exists()


def test_more_than_64_kilobytes_are_not_kept(cast, place):
    client = send_signed_out(place, {**TYPED, "address": "长" * 30_000})
    assert KEY not in client.session


def test_pages_that_did_not_ask_for_it_keep_nothing(cast):
    studio = StudioFactory()
    client = send_signed_out(reverse("studios:editor_add", args=[studio.pk]), {"user": "1"})
    assert KEY not in client.session


@pytest.mark.parametrize("there", [True, False])
def test_only_pages_that_exist_keep_something(cast, there):
    honour = cast.studio.honours.get()
    studio, row = (cast.studio.pk, honour.pk) if there else (0, 0)
    for url in (
        reverse("studios:part", args=[studio, "place"]),
        reverse("studios:part", args=[cast.studio.pk, "place" if there else "nothing"]),
        reverse("studios:row_add", args=[cast.studio.pk, "honours" if there else "nothing"]),
        reverse("studios:row", args=[cast.studio.pk, "honours", row]),
        reverse("studios:rows_paste", args=[studio, "honours"]),
    ):
        assert (KEY in send_signed_out(url, TYPED).session) == there, url


def test_a_stranger_stores_no_more_than_a_few_an_hour(cast, place):
    with time_machine.travel("2026-03-12T09:00:00+08:00", tick=False) as clock:
        kept = [KEY in send_signed_out(place, TYPED).session for _ in range(KEPT.most + 3)]
        assert kept == [True] * KEPT.most + [False] * 3
        before = Session.objects.count()
        send_signed_out(place, TYPED)
        assert Session.objects.count() == before
        other = Client()
        other.post(place, TYPED, REMOTE_ADDR="10.0.0.9")
        assert KEY in other.session
        clock.shift(3600)
        assert KEY in send_signed_out(place, TYPED).session
