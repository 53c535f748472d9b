"""Reminders are sent once, as notice and letter, with as many queries however many there are."""

import json
import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Notice
from records.outbox import Outbox
from reviews import reminders as reminders_module
from reviews.models import Part
from reviews.reminders import remind
from tests.cast import make_cast
from tests.factories import (
    ApplicationFactory,
    RoundFactory,
    StudioFactory,
    UserFactory,
    bring_to,
)
from tests.reviews.reminding import day, named, reminders, told
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(db):
    """Applications close in 20 days, signatures are due in 27, decisions in 60, the naming is in 80."""
    return RoundFactory()


# -- sending -------------------------------------------------------------------------------------


def test_each_reminder_is_a_notice_and_a_letter(cast, round_):
    ApplicationFactory(studio=cast.studio, round=round_)
    before = Outbox.objects.filter(kind="mail").count()
    notices = told(day(6)).values()
    keys = {f"mail:{notice.pk}" for notice in notices}
    assert len(keys) == 2
    assert keys == set(Outbox.objects.order_by("pk").values_list("key", flat=True)[before:])


def test_a_person_who_has_left_is_not_written_to(cast, round_):
    cast.co_editor.is_active = False
    cast.co_editor.save()
    ApplicationFactory(studio=cast.studio, round=round_)
    assert set(told(day(6))) == {"lead"}


def test_the_day_counts_its_reminders_and_a_second_run_of_it_none(cast, round_, capsys):
    ApplicationFactory(studio=cast.studio, round=round_)
    counts = []
    for _run in range(2):
        call_command("daily", "--on", day(6).isoformat())
        counts.append(json.loads(capsys.readouterr().out)["reminders_sent"])
    assert counts == [2, 0]


def test_every_reminder_leads_to_a_page_that_opens_for_who_is_reminded(cast, round_, sign_in):
    for state in ("draft", "returned", "submitted", "recommended", "accepted", "approved"):
        unit = cast.unit if state == "submitted" else None
        studio = StudioFactory(complete=True, **({"unit": unit} if unit else {}))
        ApplicationFactory(studio=studio, round=round_, reach=state)
    for after in (6, 22, 46, 73):
        remind(day(after))
    opened = {
        (notice.event.partition(":")[0], sign_in(notice.recipient).get(notice.url).status_code)
        for notice in reminders().select_related("recipient")
    }
    kinds = {"draft-closes", "correction-due", "signature-due", "desk"}
    assert opened == {(kind, 200) for kind in kinds}


def queries_of(on) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert remind(on)
    return len(asked)


def test_the_day_asks_the_same_of_the_database_whatever_the_number_of_applications(cast, round_):
    """All at one unit, all due, each step with somebody who has signed."""

    def some(number: int):
        for _one in range(number):
            for state in ("draft", "returned", "submitted", "accepted"):
                lead = UserFactory(unit=cast.unit)
                application = ApplicationFactory(studio=StudioFactory(lead=lead, complete=True), round=round_)
                bring_to(application, state)
                if state == "submitted":
                    application.endorse(Part.PARTY, by=cast.party, opinion="同意。")
            named(StudioFactory(lead=UserFactory(unit=cast.unit)), ends_in=65)

    some(1)
    few = queries_of(day(58))
    some(4)
    Notice.objects.all().delete()
    many = queries_of(day(58))
    assert Notice.objects.count() > 20
    assert many == few


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_the_same_moment_remind_each_once(transactional_db, monkeypatch):
    """Both have looked what was sent already before either of them writes."""
    application = ApplicationFactory(studio=make_cast().studio)
    meeting, look = threading.Barrier(2), reminders_module.not_sent_yet

    def look_together(some):
        seen = list(look(some))
        if seen:
            meeting.wait(30)
        return seen

    monkeypatch.setattr(reminders_module, "not_sent_yet", look_together)
    assert kinds(at_once(*[lambda: remind(day(6))] * 2)) == ["done", "done"]
    event = f"draft-closes:{application.pk}:{application.closes_on()}"
    sent = Notice.objects.filter(event=event).values_list("recipient__username", flat=True)
    assert sorted(sent) == ["co_editor", "lead"]
    letters = {f"mail:{pk}" for pk in Notice.objects.filter(event=event).values_list("pk", flat=True)}
    assert set(Outbox.objects.filter(kind="mail").values_list("key", flat=True)) == letters
