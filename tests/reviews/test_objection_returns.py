"""The form of an objection comes back: nothing is stored of what is refused, and nobody loses a file unawares."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from records.attachments import Attachment
from records.rates import Rate
from reviews import objection_files
from reviews.models import Application, Objection
from reviews.objection_files import FILES
from tests.reviews.noticing import filled_in, form_of, on_notice, send
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db
HALF_A_DAY = 12 * 60 * 60


@pytest.fixture
def application(cast) -> Application:
    return on_notice(studio=cast.studio)


@pytest.fixture
def stored(monkeypatch) -> list[str]:
    """The names of the files that are stored for a form."""
    names, keep = [], objection_files.keep

    def watched(file, slot):
        names.append(file.name)
        return keep(file, slot)

    monkeypatch.setattr("reviews.objection_forms.keep", watched)
    return names


def again(response, application, **changes):
    """What came back is sent as it is, but for the changes."""
    form = response.context["form"]
    data = filled_in(application) | {
        "ticket": str(response.context["ticket"]),
        "kept": [one["value"] for one in form.references],
    }
    return Client().post(form_of(application.notice), data | changes)


def evidence() -> list[str]:
    [objection] = Objection.objects.all()
    return sorted(one.name for one in Attachment.objects.of(objection))


@pytest.mark.parametrize(
    "given", [{"ticket": ""}, {"ticket": "forged"}, {"more": "http://spam.example"}, {"age": HALF_A_DAY + 9}]
)
@pytest.mark.parametrize("name", ["严实名", ""])
def test_without_a_good_ticket_or_from_a_robot_no_file_is_stored(application, stored, given, name):
    response = send(application, name=name, files=[png("证据.png")], text="理由在此。", **given)
    assert (stored, Objection.objects.count()) == ([], 0)
    shown = response.content.decode()
    assert "理由在此。" in shown
    assert "证据.png" in shown  # to be chosen again, said at its place
    assert response.context["form"].lost == ["证据.png"]


@pytest.mark.parametrize(("rate", "lost"), [("TRIES", 429), ("TAKEN", 200)])
def test_past_the_rate_no_file_is_stored(application, stored, monkeypatch, rate, lost):
    monkeypatch.setattr(f"reviews.objection_guard.{rate}", Rate(0, 600))
    response = send(application, files=[png("证据.png")])
    assert (response.status_code, stored) == (lost, [])
    assert response.context["form"].lost == ["证据.png"]


def test_what_is_taken_at_once_is_stored_once(application, stored):
    assert send(application, files=[png("证据.png")]).status_code == 302
    assert (stored, evidence()) == ([], ["证据.png"])


def test_an_address_has_so_many_files_kept_and_is_told_of_the_others(application, stored, monkeypatch):
    monkeypatch.setattr("reviews.objection_guard.KEPT", Rate(1, 3600))
    first, second = (send(application, name="", files=[png(f"{n}.png")]) for n in "甲乙")
    assert (first.context["form"].lost, second.context["form"].lost) == ([], ["乙.png"])
    assert stored == ["甲.png"]


def test_from_a_page_that_is_too_old_the_files_that_were_kept_come_along(application):
    first = send(application, name="", files=[png("证据.png")])
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        late = again(first, application)
    assert "页面打开的时间太长" in late.content.decode()
    assert [one.name for one in late.context["form"].kept] == ["证据.png"]
    assert late.context["form"].lost == []
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert again(late, application).status_code == 302
    assert evidence() == ["证据.png"]


@pytest.mark.parametrize("hours", [1, 13])
def test_a_kept_file_that_is_gone_is_asked_for_again_and_not_passed_over(application, hours):
    first = send(application, name="", files=[png("证据.png")])
    [kept] = first.context["form"].kept
    default_storage.delete(kept.path)
    with time_machine.travel(timezone.now() + timedelta(hours=hours)):
        response = again(first, application)
        assert Objection.objects.count() == 0
        assert "证据.png" in response.content.decode()
        assert again(response, application, files=[png("证据.png")]).status_code == 302
    assert evidence() == ["证据.png"]


def test_sent_twice_with_a_kept_file_it_is_one(application, django_capture_on_commit_callbacks):
    first = send(application, name="", files=[png("证据.png")])
    with django_capture_on_commit_callbacks(execute=True):
        places = {again(first, application)["Location"], again(first, application)["Location"]}
    assert len(places) == 1
    assert evidence() == ["证据.png"]


def test_sent_too_quickly_it_is_sent_by_pressing_once_more_with_all_that_was_there(application):
    quick = send(application, age=0, files=[png("证据.png")])
    assert "提交得太快" in quick.content.decode()
    assert [one.slot for one in quick.context["form"].kept] == [FILES]
    assert again(quick, application).status_code == 302  # within the same second
    assert evidence() == ["证据.png"]


def test_a_corrected_form_is_never_too_quick(application):
    first = send(application, age=0, contact="")
    assert "提交得太快" not in first.content.decode()
    assert again(first, application).status_code == 302
    assert Objection.objects.count() == 1


def test_a_ticket_from_the_future_counts_for_nothing(application):
    send(application, age=-60, key=str(time.time()))
    assert Objection.objects.count() == 0
