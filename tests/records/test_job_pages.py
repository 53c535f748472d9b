"""The page of a job: who sees it, takes its result, stops it and has it done once more."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from records import jobs, outbox
from records.jobs import Job
from records.moves import DomainError, IllegalMove
from records.outbox import Outbox
from tests.records.errands import fresh, start

pytestmark = pytest.mark.django_db
State = Job.State


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


def test_a_result_is_had_by_who_may_fetch_it_at_that_moment(client, starter, staff, work, monkeypatch):
    work(lambda job: job.keep(b"PK", "证书.zip"))
    job = start(starter)
    outbox.drain()
    url, page = reverse("records:job_result", args=[job.pk]), job.get_absolute_url()
    monkeypatch.setitem(jobs.MAY_FETCH, "tests.work", lambda asked, user: (asked, user) == (job, staff))
    for user, status in ((staff, 200), (starter, 404)):
        client.force_login(user)
        assert client.get(url).status_code == status
        assert (url in client.get(page).content.decode()) == (status == 200)


def test_the_result_of_a_kind_that_names_no_reader_is_closed(client, starter, work, monkeypatch):
    work(lambda job: job.keep(b"PK", "证书.zip"))
    job = start(starter)
    outbox.drain()
    monkeypatch.delitem(jobs.MAY_FETCH, "tests.work")
    client.force_login(starter)
    assert client.get(reverse("records:job_result", args=[job.pk])).status_code == 404


def test_certificates_of_many_are_had_by_who_may_issue_them(starter, staff):
    batch = Job(kind="certificates.batch", started_by=starter)
    assert (batch.is_result_for(starter), batch.is_result_for(staff)) == (False, True)
