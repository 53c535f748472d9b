import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Role, RoleCode, User
from records import jobs, outbox
from records.jobs import Job, start_job
from records.moves import DomainError, IllegalMove
from records.outbox import Outbox
from records.tasks import drain_outbox
from tests.records import errands
from tests.services import publishing_to, wait_for

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def starter():
    return User.objects.create_user("starter", name="龚䶮")


@pytest.fixture
def stranger():
    return User.objects.create_user("stranger", name="王㛃")


@pytest.fixture
def staff():
    user = User.objects.create_user("staff", name="李干事")
    Role.objects.create(user=user, code=RoleCode.UNION_STAFF)
    return user


@pytest.fixture
def sysadmin():
    user = User.objects.create_user("sysadmin", name="方宁")
    Role.objects.create(user=user, code=RoleCode.SYSADMIN)
    return user


@pytest.fixture
def work(monkeypatch):
    """Let jobs of kind ``tests.work`` do what the given function does."""

    def be(function):
        monkeypatch.setitem(jobs.FUNCTIONS, "tests.work", function)
        return function

    return be


def start(starter, **payload):
    return start_job("tests.work", payload, by=starter, title="批量生成证书")


def fresh(job):
    return Job.objects.get(pk=job.pk)


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


# Who sees what


@pytest.mark.parametrize(("who", "status"), [("starter", 200), ("staff", 200), ("stranger", 404)])
def test_a_job_is_seen_by_its_starter_and_union_staff(client, request, starter, work, who, status):
    work(lambda job: job.keep(b"PK", "证书.zip"))
    job = start(starter)
    outbox.drain()
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("records:job", args=[job.pk])).status_code == status
    assert client.get(reverse("records:job_result", args=[job.pk])).status_code == status
    if status == 404:
        assert client.post(reverse("records:cancel_job", args=[job.pk])).status_code == 404


def test_jobs_are_closed_to_the_public(client, starter, work):
    work(lambda job: None)
    job = start(starter)
    for name in ("job", "job_result"):
        assert client.get(reverse(f"records:{name}", args=[job.pk])).status_code == 302
    assert client.get(reverse("records:job", args=[uuid.uuid4()])).status_code == 302


def test_the_page_shows_the_progress_and_asks_again_until_the_job_is_over(client, starter, work):
    work(lambda job: job.keep(b"PK", "证书.zip"))
    job = start(starter)
    Job.objects.update(total=40, done=12, state=State.RUNNING)
    client.force_login(starter)
    url = reverse("records:job", args=[job.pk])
    page = client.get(url).content.decode()
    assert 'value="12" max="40"' in page
    assert f'hx-get="{url}"' in page
    part = client.get(url, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert 'value="12" max="40"' in part.content.decode()
    outbox.drain()
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = client.get(url).content.decode()
    assert reverse("records:job_result", args=[job.pk]) in page
    assert "hx-get" not in page


def test_the_result_comes_under_its_chinese_name_and_runs_nowhere(client, starter, work):
    work(lambda job: job.keep(b"PK", "证书 2026.zip"))
    job = start(starter)
    client.force_login(starter)
    url = reverse("records:job_result", args=[job.pk])
    assert client.get(url).status_code == 404
    outbox.drain()
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == b"PK"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E8%AF%81%E4%B9%A6%202026.zip"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_the_button_stops_the_job_once(client, starter, work):
    work(lambda job: None)
    job = start(starter)
    client.force_login(starter)
    url = reverse("records:cancel_job", args=[job.pk])
    assert client.get(url).status_code == 405
    for _ in range(2):
        assert client.post(url).status_code == 302
    assert fresh(job).state == State.CANCELLED


def failed(starter, work, *, at=2):
    """A job of four items that stopped at one of them, and the list of the items done."""
    done = []

    @work
    def items(job):
        for item in job.each(range(4)):
            if item in done:
                continue
            if item == at and not Job.objects.filter(title="改好了").exists():
                raise DomainError("第三项有误")
            done.append(item)

    job = start(starter)
    outbox.drain()
    assert (fresh(job).state, fresh(job).error, done) == (State.FAILED, "第三项有误", [0, 1])
    return fresh(job), done


@pytest.mark.parametrize(
    ("who", "status", "after"),
    [
        ("starter", 302, State.WAITING),
        ("staff", 302, State.WAITING),
        ("stranger", 404, State.FAILED),
        ("sysadmin", 404, State.FAILED),
    ],
)
def test_a_failed_job_is_run_again_by_its_starter_and_union_staff(
    client, request, starter, work, who, status, after
):
    job, _done = failed(starter, work)
    client.force_login(request.getfixturevalue(who))
    url = reverse("records:run_job_again", args=[job.pk])
    assert client.get(url).status_code == 405
    shown = client.get(job.get_absolute_url())
    assert (url in shown.content.decode()) == (status == 302)
    assert client.post(url).status_code == status
    assert fresh(job).state == after


def test_run_again_a_job_does_what_is_lacking_and_nothing_twice(client, starter, work):
    job, done = failed(starter, work)
    Job.objects.update(title="改好了")
    client.force_login(starter)
    for _ in range(2):
        client.post(reverse("records:run_job_again", args=[job.pk]))
    assert outbox.drain() == 1
    assert done == [0, 1, 2, 3]
    again = fresh(job)
    assert (again.state, again.done, again.error) == (State.DONE, 4, "")
    assert (
        reverse("records:run_job_again", args=[job.pk])
        not in client.get(job.get_absolute_url()).content.decode()
    )


def test_of_two_presses_at_once_one_runs_the_job_again(starter, work):
    job, _done = failed(starter, work)
    one, other = fresh(job), fresh(job)
    one.run_again()
    with pytest.raises(IllegalMove, match="正在进行或已经结束"):
        other.run_again()
    assert Outbox.objects.open().count() == 1


def test_what_fails_again_may_be_run_again_again(starter, work):
    job, done = failed(starter, work)
    for _ in range(2):
        fresh(job).run_again()
        outbox.drain()
        assert fresh(job).state == State.FAILED
    assert done == [0, 1]


@pytest.mark.parametrize("state", [State.WAITING, State.RUNNING, State.DONE, State.CANCELLED])
def test_only_a_failed_job_is_run_again(client, starter, work, state):
    work(lambda job: None)
    job = start(starter)
    ended = None if state in State.UNFINISHED else timezone.now()
    Job.objects.update(state=state, finished_at=ended)
    client.force_login(starter)
    url = reverse("records:run_job_again", args=[job.pk])
    assert url not in client.get(job.get_absolute_url()).content.decode()
    client.post(url)
    assert fresh(job).state == state
    assert Outbox.objects.count() == 1


# A real worker


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
