import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.delivery import notify, write_to
from records import outbox
from records.outbox import Hopeless, Outbox, Unavailable
from records.tasks import drain_outbox
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    """A kind ``note`` that writes down what it was asked to do; ``fail`` in the payload makes it fail."""
    seen = []

    def note(row):
        if error := row.payload.get("fail"):
            raise {"hopeless": Hopeless, "unavailable": Unavailable}.get(error, ValueError)(error)
        seen.append(row.payload["n"])

    monkeypatch.setitem(outbox.KINDS, "note", outbox.Kind(note, timedelta(minutes=2), False))
    return seen


@pytest.fixture
def pokes(monkeypatch):
    """Every attempt to publish, which fails while ``pokes.broken`` holds."""

    class Pokes(list):
        broken = False

    found = Pokes()

    def publish(*args, **options):
        found.append(options)
        if found.broken:
            raise ConnectionError("no broker")

    monkeypatch.setattr(drain_outbox, "apply_async", publish)
    monkeypatch.setattr(outbox, "_closed_again_at", 0.0)
    return found


def later(row, **fields):
    Outbox.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def test_what_is_rolled_back_is_not_to_be_done(done):
    with transaction.atomic():
        outbox.put("note", {"n": 1})
        transaction.set_rollback(True)
    assert not Outbox.objects.exists()


def test_thirty_rows_of_one_transaction_are_announced_once(done, pokes, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks, transaction.atomic():
        for n in range(30):
            with transaction.atomic():
                outbox.put("note", {"n": n})
    assert len(callbacks) == 1
    assert len(pokes) == 1
    assert Outbox.objects.due(timezone.now()).count() == 30


def test_a_row_rolled_back_with_its_savepoint_leaves_the_announcement_to_the_next(
    done, pokes, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        with transaction.atomic():
            outbox.put("note", {"n": 1})
            transaction.set_rollback(True)
        outbox.put("note", {"n": 2})
    assert len(pokes) == 1
    assert [row.payload["n"] for row in Outbox.objects.all()] == [2]


def test_a_broker_that_fails_is_left_alone_for_a_while(pokes, monkeypatch):
    pokes.broken = True
    assert [outbox.poke() for _ in range(30)] == [False] * 30
    assert len(pokes) == 1
    monkeypatch.setattr(outbox, "_closed_again_at", time.monotonic() - 1)
    pokes.broken = False
    assert outbox.poke() is True


def test_drain_does_each_row_once_and_a_second_drain_nothing(done):
    for n in range(3):
        outbox.put("note", {"n": n})
    assert outbox.drain() == 3
    assert outbox.drain() == 0
    assert done == [0, 1, 2]
    assert not Outbox.objects.open().exists()


def test_the_same_key_is_done_once(done):
    for _ in range(2):
        outbox.put("note", {"n": 1}, key="once")
    outbox.drain()
    outbox.put("note", {"n": 1}, key="once")
    assert outbox.drain() == 0
    assert done == [1]


def test_a_row_that_fails_waits_longer_each_time_and_does_not_stop_the_others(done):
    outbox.put("note", {"n": 1, "fail": "broken"})
    outbox.put("note", {"n": 2})
    assert outbox.drain() == 1
    assert done == [2]
    row = Outbox.objects.failing().get()
    assert (row.attempts, row.error) == (1, "ValueError: broken")
    waits = []
    for _ in range(3):
        later(row, next_try_at=timezone.now())
        outbox.drain()
        row.refresh_from_db()
        waits.append(round((row.next_try_at - timezone.now()).total_seconds() / 60))
    assert waits == [2, 4, 8]
    later(row, next_try_at=timezone.now(), payload={"n": 1})
    outbox.drain()
    row.refresh_from_db()
    assert row.error == ""
    assert done == [2, 1]


def test_the_wait_never_passes_six_hours_and_ends_after_the_last_attempt(done):
    outbox.put("note", {"n": 1, "fail": "broken"})
    row = later(Outbox.objects.get(), attempts=20)
    outbox.drain()
    row.refresh_from_db()
    assert row.next_try_at - timezone.now() <= outbox.LONGEST_WAIT
    later(row, attempts=outbox.MOST_ATTEMPTS - 1, next_try_at=timezone.now())
    outbox.drain()
    assert list(Outbox.objects.given_up()) == [row]


def test_a_hopeless_row_is_given_up_at_once_and_can_be_tried_again(done):
    outbox.put("note", {"n": 1, "fail": "hopeless"})
    outbox.drain()
    row = Outbox.objects.given_up().get()
    later(row, payload={"n": 1})
    assert outbox.drain() == 0
    row.try_again()
    assert outbox.drain() == 1
    assert done == [1]


def test_what_a_worker_holds_is_not_tried_again_beside_it(done):
    outbox.put("note", {"n": 1, "fail": "broken"})
    outbox.drain()
    [failed] = Outbox.objects.failing()
    assert failed.try_again() is True
    held = outbox.claim(now=timezone.now())
    assert held.pk == failed.pk
    assert failed.try_again() is False
    assert outbox.claim(now=timezone.now()) is None


def test_a_service_that_is_down_is_asked_once_a_drain(done):
    for n in range(5):
        outbox.put("note", {"n": n, "fail": "unavailable"})
    outbox.drain()
    assert sorted(Outbox.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]


def test_a_claimed_row_is_nobody_elses_until_its_lease_runs_out(done):
    outbox.put("note", {"n": 1})
    first = outbox.claim(now=timezone.now())
    assert first is not None
    assert outbox.claim(now=timezone.now()) is None
    second = outbox.claim(now=timezone.now() + timedelta(minutes=3))
    assert second.pk == first.pk
    assert first.extend() is False
    assert second.extend() is True


def test_a_worker_that_comes_back_after_its_lease_marks_nothing(done):
    outbox.put("note", {"n": 1})
    first = outbox.claim(now=timezone.now())
    second = outbox.claim(now=timezone.now() + timedelta(minutes=3))
    first.finish()
    assert Outbox.objects.open().exists()
    first.fail(ValueError("late"))
    assert not Outbox.objects.failing().exists()
    second.finish()
    assert not Outbox.objects.open().exists()


def test_a_row_of_an_unknown_kind_waits_for_a_version_that_knows_it(done):
    outbox.put("of-tomorrow", {})
    assert outbox.drain() == 0
    assert Outbox.objects.due(timezone.now()).count() == 1


def test_a_secret_is_forgotten_once_done(monkeypatch):
    kind = outbox.Kind(lambda row: None, timedelta(minutes=2), False, forget=("code",))
    monkeypatch.setitem(outbox.KINDS, "secret", kind)
    outbox.put("secret", {"code": "1234", "subject": "启用账号"})
    outbox.drain()
    assert Outbox.objects.get().payload == {"subject": "启用账号"}


def test_the_office_sees_what_goes_to_whom_and_no_retry_of_what_is_done(db, client):
    """Names, not addresses, and no text."""
    staff = UserFactory(roles=[("union_staff",)])
    person = UserFactory(name="曾弢英", email="Zeng@sjd.example")
    notify([person], "returned:1", subject="请修改申报材料", body="内容")
    write_to("zeng@sjd.example", subject="请启用账号", body="https://example/secret")
    outbox.drain()
    write_to("nobody@sjd.example", subject="请启用账号", body="https://example/secret")
    done, waiting = Outbox.objects.exclude(done_at=None), Outbox.objects.get(done_at=None)
    assert sorted(row.told for row in done) == [("曾弢英", "请修改申报材料"), ("曾弢英", "请启用账号")]
    client.force_login(staff)
    answer = client.get(reverse("admin:records_outbox_changelist"))
    office, rows = answer.context["cl"].model_admin, list(answer.context["cl"].result_list)
    assert [(office.to_whom(row), office.about(row)) for row in rows] == [
        ("—", "请启用账号"),
        ("曾弢英", "请启用账号"),
        ("曾弢英", "请修改申报材料"),
    ]
    assert [office.retry(row) for row in rows] == [waiting.next_try_at, None, None]
    for url in ("changelist", "change"):
        where = reverse(f"admin:records_outbox_{url}", args=[rows[1].pk] if url == "change" else [])
        text = client.get(where).content.decode()
        assert "曾弢英" in text
        assert "sjd.example" not in text
        assert "secret" not in text


def test_long_rows_come_after_short_ones(done, monkeypatch):
    long = outbox.Kind(lambda row: done.append("long"), timedelta(minutes=2), True)
    monkeypatch.setitem(outbox.KINDS, "long", long)
    outbox.put("long", {})
    outbox.put("note", {"n": 1})
    outbox.drain()
    assert done == [1, "long"]


def test_sweep_takes_old_done_rows_only(done):
    for n in range(3):
        outbox.put("note", {"n": n})
    old, recent, waiting = Outbox.objects.order_by("pk")
    long_ago = timezone.now() - outbox.KEEP_DONE - timedelta(days=1)
    later(old, done_at=long_ago)
    later(recent, done_at=timezone.now())
    later(waiting, created_at=long_ago)
    assert outbox.sweep(timezone.now()) == 1
    assert set(Outbox.objects.all()) == {recent, waiting}


def drain_with(threads: int) -> None:
    def work():
        try:
            outbox.drain()
        finally:
            connection.close()

    running = [threading.Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_do_each_row_once(done, pokes):
    for n in range(40):
        outbox.put("note", {"n": n})
    drain_with(4)
    assert sorted(done) == list(range(40))


@pytest.mark.django_db(transaction=True)
def test_without_the_conditional_claim_rows_are_done_twice(done, pokes, monkeypatch):
    """The twin of the test above: the race is real when the guard is taken away."""

    def careless(*, now, without=frozenset(), long=False):
        row = Outbox.objects.due(now).filter(kind="note").order_by("pk").first()
        if row is not None:
            time.sleep(0.02)
            Outbox.objects.filter(pk=row.pk).update(next_try_at=now + timedelta(minutes=2))
        return row

    monkeypatch.setattr(outbox, "claim", careless)
    for n in range(10):
        outbox.put("note", {"n": n})
    drain_with(4)
    assert len(done) > len(set(done))
