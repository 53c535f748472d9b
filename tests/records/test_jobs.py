"""Long work: what a worker does with a job, whatever happens to either."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Notice
from records import jobs, outbox
from records.jobs import Job, start_job
from records.moves import DomainError, IllegalMove
from records.outbox import Outbox
from records.tasks import drain_outbox
from tests.records import errands
from tests.records.errands import fresh, start
from tests.services import publishing_to, wait_for

pytestmark = pytest.mark.django_db
State = Job.State


def test_a_job_and_its_announcement_are_written_together_or_not_at_all(starter, work):
    work(lambda job: None)
    with transaction.atomic():
        start(starter)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not Outbox.objects.exists()
    job = start(starter)
    assert Outbox.objects.get().payload == {"job": str(job.pk)}


def test_a_kind_that_nobody_does_is_refused_at_once(starter):
    with pytest.raises(LookupError):
        start_job("tests.nobody", by=starter, title="")


def test_a_job_counts_its_items_and_ends_done(starter, work):
    done = []

    @work
    def three(job):
        for item in job.each(job.payload["items"]):
            done.append(item)
        job.keep(b"PK", "三份.zip")

    job = start(starter, items=[1, 2, 3])
    assert (job.state, job.total) == (State.WAITING, 0)
    outbox.drain()
    job = fresh(job)
    assert done == [1, 2, 3]
    assert (job.state, job.done, job.total, job.result_name) == (State.DONE, 3, 3, "三份.zip")
    assert "三份" not in job.result.name
    with job.result.open() as result:
        assert result.read() == b"PK"
    assert not Outbox.objects.open().exists()


def test_a_refusal_ends_the_job_with_its_sentence(starter, work):
    @work
    def refuse(job):
        raise DomainError("字体中没有“𠅤”字，未生成。")

    job = start(starter)
    outbox.drain()
    assert (fresh(job).state, fresh(job).error) == (State.FAILED, "字体中没有“𠅤”字，未生成。")
    assert not Outbox.objects.open().exists()


def test_an_error_is_tried_again_and_goes_on_where_items_are_missing(starter, work):
    done, trouble = set(), [OSError("disk"), None]

    @work
    def halting(job):
        for item in job.each([1, 2, 3]):
            if item == 3 and (error := trouble.pop(0)):
                raise error
            done.add(item)

    job = start(starter)
    outbox.drain()
    assert fresh(job).state == State.WAITING
    assert done == {1, 2}
    Outbox.objects.update(next_try_at=timezone.now())
    outbox.drain()
    assert fresh(job).state == State.DONE
    assert done == {1, 2, 3}


def test_a_job_that_never_gets_anywhere_fails_in_the_end_with_a_reference(starter, work):
    @work
    def broken(job):
        raise OSError("disk")

    job = start(starter)
    for _ in range(10):
        Outbox.objects.open().update(next_try_at=timezone.now())
        outbox.drain()
    job = fresh(job)
    assert (job.state, job.strikes) == (State.FAILED, jobs.MOST_STRIKES)
    assert str(job.pk)[:8] in job.error
    assert "disk" not in job.error
    assert not Outbox.objects.open().exists()


def test_a_job_that_kills_its_worker_each_time_is_not_begun_for_ever(starter, work):
    work(lambda job: pytest.fail("begun once more"))
    job = start(starter)
    Job.objects.update(strikes=jobs.MOST_STRIKES, state=State.RUNNING)
    outbox.drain()
    assert fresh(job).state == State.FAILED


def test_a_cancelled_job_stops_at_the_next_item_and_keeps_what_is_done(starter, work, monkeypatch):
    monkeypatch.setattr(jobs, "WRITE_EVERY", 0)
    done = []

    @work
    def cancelled_midway(job):
        for item in job.each([1, 2, 3]):
            done.append(item)
            if item == 2:
                fresh(job).cancel()

    job = start(starter)
    outbox.drain()
    assert done == [1, 2]
    assert fresh(job).state == State.CANCELLED
    assert not Outbox.objects.open().exists()


def test_a_cancelled_job_is_never_begun(starter, work):
    work(lambda job: pytest.fail("begun"))
    job = start(starter)
    job.cancel()
    outbox.drain()
    assert (fresh(job).state, fresh(job).strikes) == (State.CANCELLED, 0)
    assert not Outbox.objects.open().exists()


def test_a_job_that_is_over_cannot_be_cancelled(starter, work):
    work(lambda job: None)
    job = start(starter)
    outbox.drain()
    with pytest.raises(IllegalMove):
        job.cancel()
    assert fresh(job).state == State.DONE


def test_a_worker_that_lost_its_lease_stops(starter, work, monkeypatch):
    monkeypatch.setattr(jobs, "WRITE_EVERY", 0)
    monkeypatch.setattr(jobs, "EXTEND_EVERY", 0)
    done = []

    @work
    def overtaken(job):
        for item in job.each([1, 2, 3]):
            done.append(item)
            if item == 1:
                outbox.claim(now=timezone.now() + timedelta(hours=1), long=True)

    job = start(starter)
    outbox.drain()
    assert done == [1]
    assert fresh(job).state == State.RUNNING
    assert Outbox.objects.open().exists()


def test_results_are_kept_for_thirty_days(starter, work):
    work(lambda job: job.keep(b"PK", "x.zip"))
    job = start(starter)
    outbox.drain()
    stored = fresh(job).result
    assert jobs.sweep_results(timezone.now() + timedelta(days=29)) == 0
    assert jobs.sweep_results(timezone.now() + timedelta(days=31)) == 1
    assert not fresh(job).result
    assert not stored.storage.exists(stored.name)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_batch_leaves_each_item_done_once(starter, start_worker, tmp_path):
    count = 40
    worker = start_worker(include=errands.__name__)
    with publishing_to("", tmp_path / "queue"):
        job = start_job("tests.letters", {"count": count, "pause": 0.1}, by=starter, title="写信")
    letters = Notice.objects.filter(event=f"letter:{job.pk}")
    wait_for(lambda: letters.count() >= 5, what=worker.said)
    worker.kill()
    written = letters.count()
    assert 5 <= written < count
    assert fresh(job).state == State.RUNNING
    connection.close()

    assert outbox.claim(now=timezone.now(), long=True) is None, "the lease still holds"
    Outbox.objects.update(next_try_at=timezone.now())  # a minute and a half later
    second = start_worker(include=errands.__name__)
    with publishing_to("", tmp_path / "queue"):
        drain_outbox.apply_async()
    wait_for(lambda: fresh(job).is_over, what=second.said)
    job = fresh(job)
    assert (job.state, job.done, job.total, job.error) == (State.DONE, count, count, "")
    assert sorted(int(n) for n in letters.values_list("milestone", flat=True)) == list(range(count))
