"""What /healthz says, and how soon."""

import time
from unittest import mock

import pytest
from django.db import OperationalError

from config import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def well(settings, tmp_path):
    """A site whose broker is files in this test's folder."""
    from config.broker import file_broker

    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = file_broker(tmp_path / "queue")


def test_all_is_well(client, well):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "storage": "ok"}


def test_it_is_open_to_all_and_kept_by_nobody(client, well):
    answer = client.get("/healthz")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_only_reading_is_allowed(client, well):
    assert client.post("/healthz").status_code == 405


def test_redis_that_is_well(client, settings, private_redis):
    settings.REDIS_URL = private_redis.url
    assert client.get("/healthz").json()["broker"] == "ok"


@pytest.mark.parametrize("broken", ["silent_redis", "dead_redis"])
def test_redis_that_is_not(client, settings, request, broken):
    settings.REDIS_URL = request.getfixturevalue(broken)
    began = time.monotonic()
    answer = client.get("/healthz")
    assert time.monotonic() - began < 3
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "ok", "broker": "down", "storage": "ok"}


def test_redis_that_falls_silent_and_comes_back(client, settings, private_redis):
    settings.REDIS_URL = private_redis.url
    private_redis.pause()
    assert client.get("/healthz").status_code == 503
    private_redis.resume()
    assert client.get("/healthz").status_code == 200


def test_a_queue_folder_that_is_gone(client, settings, well, tmp_path):
    (tmp_path / "queue" / "messages").rmdir()
    assert client.get("/healthz").json()["broker"] == "down"


def test_a_place_for_uploads_that_takes_none(client, settings, well, tmp_path):
    (tmp_path / "a file").write_text("in the way")
    settings.MEDIA_ROOT = tmp_path / "a file"
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["storage"] == "down"


def test_a_database_that_is_down(client, well):
    with mock.patch.object(health.connection, "cursor", side_effect=OperationalError("db.internal")):
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "down", "broker": "ok", "storage": "ok"}


def test_the_reason_stays_in_the_log(client, well, caplog):
    with mock.patch.dict(health.LOOKS, database=mock.Mock(side_effect=OperationalError("db.internal"))):
        answer = client.get("/healthz")
    assert "db.internal" not in answer.content.decode()
    assert "database is down" in caplog.text
