"""Fixtures for what runs beside the site: a Redis that is well, silent or dead, and real worker processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from kombu import pools

from config.broker import FILE_BROKER_URL, file_broker, redis_broker
from config.celery import app as celery_app
from tools.private_services import Redis, free_port

WORKER_OPTIONS = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def private_redis():
    """A Redis for this test: ``.url``, ``.stop()``, ``.start()``, ``.pause()`` (silent), ``.resume()``."""
    with Redis() as redis:
        yield redis


@pytest.fixture
def silent_redis():
    """The address of something that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.fixture
def dead_redis():
    """The address of a port that nobody listens on."""
    return f"redis://127.0.0.1:{free_port()}/0"


@contextmanager
def publishing_to(url: str, folder: Path | None = None):
    """Let this process publish to the Redis at ``url``, or to a file-backed queue in ``folder``.

    Uses the very transport options of production.
    """
    if folder is None:
        options = redis_broker(settings.CELERY_TASK_TIME_LIMIT + 5 * 60)
    else:
        url, options = FILE_BROKER_URL, file_broker(folder)
    changed = {
        "broker_url": url,
        "broker_read_url": url,
        "broker_write_url": url,
        "broker_transport_options": options,
        "task_always_eager": False,
    }
    before = {name: celery_app.conf[name] for name in changed}
    address = settings.REDIS_URL
    forget_connections()
    celery_app.conf.update(changed)
    settings.REDIS_URL = "" if folder else url
    try:
        yield
    finally:
        forget_connections()
        celery_app.conf.update(before)
        settings.REDIS_URL = address


def forget_connections() -> None:
    """Drop what the app and its producers keep open to the last broker.

    kombu keeps its pools by address, closed ones too: a second visit to the same broker would find a closed one.
    """
    pools.reset()
    celery_app._pool = None
    celery_app.amqp.__dict__.pop("producer_pool", None)
    celery_app.amqp._producer_pool = None


class Worker:
    """A real Celery worker process on the test's database."""

    def __init__(self, *, redis_url: str, var_dir: Path, concurrency: int = 1, include: str = "") -> None:
        database = connection.settings_dict
        if connection.vendor == "sqlite":
            address = f"sqlite:///{database['NAME']}"
        else:
            address = (
                f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
            )
        self.log = var_dir / "worker.log"
        surroundings = {
            "DATABASE_URL": address,
            "REDIS_URL": redis_url,
            "VAR_DIR": str(var_dir),
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "CELERY_TASK_ALWAYS_EAGER": "false",
        }
        told = [
            "--concurrency",
            str(concurrency),
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
            *(["--include", include] if include else []),
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", "worker", *told],
                env=os.environ | surroundings,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self, within: float = 30) -> None:
        wait_for(lambda: b"ready." in self.log.read_bytes(), within=within, what=self.said)

    def said(self) -> str:
        """What the worker printed."""
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL the worker and its children at once, as the kernel does when memory runs out."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


@pytest.fixture
def start_worker(tmp_path):
    """``start_worker(redis_url="")`` starts a real worker; all are stopped after the test.

    ``include`` names a module of jobs that only the tests have.

    Without an address the worker reads the file-backed queue in ``tmp_path / "queue"``
    (publish with ``publishing_to("", tmp_path / "queue")``). Needs ``transactional_db``.
    """
    started: list[Worker] = []

    def start(redis_url: str = "", concurrency: int = 1, include: str = "") -> Worker:
        worker = Worker(redis_url=redis_url, var_dir=tmp_path, concurrency=concurrency, include=include)
        started.append(worker)
        worker.wait_until_ready()
        return worker

    yield start
    for worker in started:
        worker.stop()


def wait_for(condition, *, within: float = 20, what=lambda: "it did not happen") -> None:
    """Wait until ``condition()`` holds; fails the test with ``what()`` after ``within`` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within} s: {what()}")
        time.sleep(0.05)
