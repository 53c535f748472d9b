import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.delivery import notify
from accounts.models import User
from portal import daily
from records.jobs import Job
from records.models import PendingImport
from records.outbox import Outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return User.objects.create_user("lead", "lead@example.edu.cn", name="龚䶮")


def run(capsys, *options) -> dict:
    call_command("daily", *options)
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    return json.loads(line)


def test_a_day_is_one_line_of_counts_and_a_second_run_counts_nothing(lead, capsys, mailoutbox):
    notify([lead], "a", subject="申报开始")
    first, second = run(capsys), run(capsys)
    assert set(first) == {"on", *(name for name, _function in daily.DAY)}
    assert first["on"] == timezone.localdate().isoformat()
    assert first["outbox_drained"] == 1
    assert {count for name, count in second.items() if name != "on"} <= {0}
    assert len(mailoutbox) == 1


def test_old_things_go_on_the_day_that_is_asked_for_and_not_before(lead, capsys):
    PendingImport.objects.hold(kind="people", name="people.xlsx", content=b"x", by=lead)
    Outbox.objects.create(kind="mail", done_at=timezone.now())
    Job.objects.create(kind="x", title="x", state="done", finished_at=timezone.now())
    today = timezone.localdate()
    now = run(capsys, "--on", today.isoformat())
    assert (now["imports_forgotten"], now["outbox_swept"]) == (0, 0)
    later = run(capsys, "--on", (today + timedelta(days=100)).isoformat())
    assert (later["imports_forgotten"], later["outbox_swept"]) == (1, 1)
    assert Job.objects.count() == 1


def test_what_fails_is_named_and_does_not_stop_the_others(lead, capsys, monkeypatch):
    def broken(on):
        raise OSError("disk")

    seen = []
    monkeypatch.setattr(daily, "DAY", [("broken", broken), ("good", lambda on: seen.append(on) or 3)])
    with pytest.raises(CommandError, match="broken"):
        call_command("daily", "--on", "2026-05-01")
    assert json.loads(capsys.readouterr().out) == {"on": "2026-05-01", "broken": None, "good": 3}
    assert seen == [date(2026, 5, 1)]
