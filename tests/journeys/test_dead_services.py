"""A broker that is dead or says nothing holds no page, and what was to be done is done once it is back."""

import time

import pytest
from django.core import mail
from django.test import override_settings
from kombu.exceptions import OperationalError

from accounts.models import Notice, User
from config.celery import app as celery_app
from records import outbox
from records.jobs import Job
from records.outbox import Outbox
from records.tasks import drain_outbox
from tests.records import errands
from tests.services import publishing_to, wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.journeys.errand_urls"),
]
MOST_SECONDS = 3


@pytest.fixture
def lead(client):
    user = User.objects.create_user("lead", "lead@example.edu.cn", name="龚䶮")
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def circuit_closed(monkeypatch):
    monkeypatch.setattr(outbox, "_closed_again_at", 0.0)


def run_errand(client) -> tuple[Job, float]:
    """Send the form; the job that it started and how long the answer took."""
    client.get("/inbox/")  # the page before: a server that has just started would measure its imports
    before = time.monotonic()
    answer = client.post("/errand/")
    took = time.monotonic() - before
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, job.get_absolute_url())
    return job, took


def done(job: Job) -> bool:
    job.refresh_from_db()
    return job.state == Job.State.DONE


@pytest.mark.parametrize("broker", ["silent_redis", "dead_redis"])
def test_a_request_that_starts_a_job_is_answered_within_three_seconds(client, lead, request, broker):
    with publishing_to(request.getfixturevalue(broker)):
        job, took = run_errand(client)
        assert took < MOST_SECONDS
        before = time.monotonic()
        page = client.get(job.get_absolute_url())
        assert time.monotonic() - before < MOST_SECONDS
    assert page.status_code == 200
    assert job.state == Job.State.WAITING
    assert outbox.drain() == 41
    assert done(job)
    assert len(mail.outbox) == 40


def test_even_where_a_publish_hangs_the_request_goes_on(client, lead, silent_redis):
    """The time limits of the sockets taken away: a publish hangs, a poke does not wait for it."""
    with publishing_to(silent_redis):
        patient = {"socket_timeout": 6, "socket_connect_timeout": 6}
        celery_app.conf.update(
            broker_transport_options={**celery_app.conf.broker_transport_options, **patient},
            broker_connection_timeout=6,
        )
        before = time.monotonic()
        assert outbox.poke() is False
        assert time.monotonic() - before < MOST_SECONDS
        before = time.monotonic()
        with pytest.raises(OperationalError):
            drain_outbox.apply_async(retry=False)
        assert time.monotonic() - before > MOST_SECONDS


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_the_job_is_done_once_redis_is_back(client, lead, private_redis, start_worker):
    worker = start_worker(private_redis.url, include=errands.__name__)
    with publishing_to(private_redis.url):
        private_redis.pause()
        job, took = run_errand(client)
        assert took < MOST_SECONDS
        assert job.state == Job.State.WAITING
        private_redis.resume()
        drain_outbox.apply_async()  # as beat does every minute
        wait_for(lambda: done(job), within=60, what=worker.said)
    assert Notice.objects.filter(event=f"letter:{job.pk}").count() == 3
    assert not Outbox.objects.filter(kind="job", done_at=None).exists()


def test_the_job_is_done_after_redis_was_stopped_and_started(client, lead, private_redis, start_worker):
    worker = start_worker(private_redis.url, include=errands.__name__)
    with publishing_to(private_redis.url):
        private_redis.stop()
        job, took = run_errand(client)
        assert took < MOST_SECONDS
        private_redis.start()
        drain_outbox.apply_async()
        wait_for(lambda: done(job), within=60, what=worker.said)
    assert Notice.objects.filter(event=f"letter:{job.pk}").count() == 3
