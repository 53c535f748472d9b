"""An objection beside a naming, and one sent twice, at the same moment; the twin shows that the race is real."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from reviews import actions
from reviews.actions import name_studios
from reviews.models import Application, Objection, State
from reviews.objecting import file_objection
from tests.cast import make_cast
from tests.reviews.noticing import objected, on_notice, words
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
on_postgres = pytest.mark.postgres
TODAY = timezone.localdate


@pytest.fixture
def committed(transactional_db):
    return make_cast()


def object_and_name(application, leader) -> list:
    """Just around midnight of the last day: one server takes an objection while another one names."""
    last, next_day = application.notice.ends_on, application.notice.ends_on + timedelta(1)

    def name():
        row = Application.objects.select_related("studio__lead", "studio__unit", "round", "notice").get(
            pk=application.pk
        )
        name_studios([row], by=leader, named_on=next_day, issued_on=next_day, on=next_day)

    return at_once(lambda: file_objection(application.notice, application, words(), on=last), name)


def test_of_an_objection_and_a_naming_at_once_the_second_finds_the_first(committed):
    application = on_notice(studio=committed.studio)
    results = object_and_name(application, committed.leader)
    assert kinds(results) == ["DomainError", "done"]
    named = Application.objects.get(pk=application.pk).state == State.NAMED
    assert named != Objection.objects.exists()


@on_postgres
def test_without_the_lock_a_studio_is_named_with_an_open_objection(committed, monkeypatch):
    application, meeting = on_notice(studio=committed.studio), threading.Barrier(2)
    looked, answered = threading.Event(), actions.not_nameable

    def look_first(row, *, on):
        why = answered(row, on=on)
        looked.set()
        meeting.wait(10)  # until the objection is there
        return why

    unlocked = Application.objects.all()
    monkeypatch.setattr(type(unlocked), "select_for_update", lambda self, **kwargs: self._chain())
    monkeypatch.setattr(actions, "not_nameable", look_first)

    def file_late():
        assert looked.wait(10)
        objection = file_objection(application.notice, application, words(), on=application.notice.ends_on)
        meeting.wait(10)
        return objection

    next_day = application.notice.ends_on + timedelta(1)
    results = at_once(
        file_late,
        lambda: name_studios(
            [Application.objects.get(pk=application.pk)],
            by=committed.leader, named_on=next_day, issued_on=next_day, on=next_day,
        ),
    )  # fmt: skip
    assert kinds(results) == ["done", "done"]
    assert Application.objects.get(pk=application.pk).state == State.NAMED
    assert Objection.objects.open().exists()


def test_sent_twice_at_once_it_is_one(committed):
    application = on_notice(studio=committed.studio)

    def press():
        return file_objection(application.notice, application, words(), on=TODAY(), key="same")

    results = at_once(press, press)
    assert len({one.pk for one in results}) == 1
    assert Objection.objects.count() == 1


def test_numbers_run_without_gaps_when_several_come_at_once(committed):
    application = on_notice(studio=committed.studio)
    at_once(*[lambda n=n: objected(application, text=f"第{n}件") for n in range(4)])
    assert sorted(one.number[-4:] for one in Objection.objects.all()) == ["0001", "0002", "0003", "0004"]
