"""The queue: short patience with Redis, whole messages in files, a schedule whose tasks exist."""

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from celery.app.amqp import Queue
from kombu.exceptions import OperationalError

from config.celery import app
from tests.services import publishing_to, wait_for


def publish() -> float:
    """Send one task to the broker; returns how long that took, also when it failed."""
    began = time.monotonic()
    try:
        app.send_task("records.tasks.drain_outbox")
    except OperationalError:
        pass
    return time.monotonic() - began


def messages() -> list[list]:
    """The arguments of the tasks that wait in the queue, taken out of it in their order."""
    with app.connection_for_read() as connection, connection.channel() as channel:
        queue = Queue("celery")(channel)
        return [message.payload[0] for message in iter(lambda: queue.get(no_ack=True), None)]


@pytest.mark.parametrize("broken", ["silent_redis", "dead_redis"])
def test_publishing_gives_up_soon(request, broken):
    with publishing_to(request.getfixturevalue(broken)):
        with pytest.raises(OperationalError):
            app.send_task("records.tasks.drain_outbox")
        assert publish() < 2.5
        assert publish() < 2.5


def test_publishing_gives_up_soon_when_redis_falls_silent(private_redis):
    with publishing_to(private_redis.url):
        app.send_task("records.tasks.drain_outbox")
        private_redis.pause()
        assert publish() < 2.5
        private_redis.resume()
        app.send_task("records.tasks.drain_outbox", args=["back"])
        assert messages()[-1] == ["back"]


def test_publishing_works_again_after_redis_was_restarted(private_redis):
    with publishing_to(private_redis.url):
        app.send_task("records.tasks.drain_outbox")
        private_redis.stop()
        with pytest.raises(OperationalError):
            app.send_task("records.tasks.drain_outbox", args=["stopped"])
        private_redis.start()
        app.send_task("records.tasks.drain_outbox", args=["back"])
        assert messages()[-1] == ["back"]


def test_without_the_limits_a_silent_redis_holds_the_caller(silent_redis):
    """The twin: the same publish with Celery's own defaults is still waiting when ours has long given up."""
    plain = f"from celery import Celery; Celery('plain', broker={silent_redis!r}).send_task('x')"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", plain], timeout=5, capture_output=True)


def test_file_messages_arrive_in_order(tmp_path):
    with publishing_to("", tmp_path):
        for number in range(5):
            app.send_task("records.tasks.drain_outbox", args=[number])
        got = messages()
    assert got == [[0], [1], [2], [3], [4]]


def test_a_file_message_is_there_whole_or_not_at_all(tmp_path):
    """Readers look while a writer writes: what ends in .msg is never empty."""
    from kombu.utils.json import loads

    stop = threading.Event()
    broken: list[Path] = []

    def read():
        while not stop.is_set():
            for message in (tmp_path / "messages").glob("*.msg"):
                try:
                    loads(message.read_text())
                except ValueError:
                    broken.append(message)

    with publishing_to("", tmp_path):
        reader = threading.Thread(target=read)
        reader.start()
        for number in range(300):
            app.send_task("records.tasks.drain_outbox", args=["x" * 20_000, number])
        stop.set()
        reader.join()
    assert not broken
    assert len(list((tmp_path / "messages").glob("*.msg"))) == 300


def test_the_file_queue_stays_in_its_folder(tmp_path, monkeypatch):
    """kombu would write its ``control`` folder into wherever the process stands."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    with publishing_to("", tmp_path / "queue"):
        app.send_task("records.tasks.drain_outbox")
    assert not list(elsewhere.iterdir())


def test_what_beat_sends_exists():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled == {"records.tasks.drain_outbox", "portal.tasks.daily"}
    assert scheduled <= set(app.tasks)


@pytest.mark.django_db(transaction=True)
def test_a_worker_waits_out_a_broker_that_goes_away(private_redis, start_worker):
    worker = start_worker(private_redis.url)
    private_redis.pause()
    time.sleep(3)
    private_redis.resume()
    with publishing_to(private_redis.url):
        app.send_task("records.tasks.drain_outbox")
    wait_for(lambda: "succeeded" in worker.said(), within=30, what=worker.said)
    assert worker.process.poll() is None


def test_a_listener_that_is_silent_is_silent(silent_redis):
    """The fixture does what it says: it takes the connection and answers nothing."""
    port = int(silent_redis.rpartition(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
        line.sendall(b"PING\r\n")
        with pytest.raises(TimeoutError):
            line.recv(1)
