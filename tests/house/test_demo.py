"""``make demo``, from nothing and again, in a copy of the tree."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.services import wait_for
from tools.demo import ACCOUNTS
from tools.embedded import ROOT
from tools.private_services import free_port

pytestmark = pytest.mark.once

LEFT_OUT = (".*", "var", "node_modules", "docs", "tests", "bench", "__pycache__")


class Demo:
    """A running demo and what it has said so far."""

    def __init__(self, place, port: int, log) -> None:
        self.log = log
        self.address = f"http://127.0.0.1:{port}/"
        self.began = time.monotonic()
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tools.demo"],
                cwd=place,
                env=os.environ | {"PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def is_announced(self) -> bool:
        assert self.process.poll() is None, self.said()
        return "Ctrl-C stops everything" in self.said()

    def wait_until_up(self, within: float) -> float:
        """Wait for the announcement; returns the seconds since the start."""
        wait_for(self.is_announced, within=within, what=self.said)
        return time.monotonic() - self.began

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    copy = tmp_path_factory.mktemp("demo") / "studios"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return copy


@pytest.fixture
def start(place, tmp_path):
    started = []

    def start(port: int) -> Demo:
        started.append(Demo(place, port, tmp_path / f"log{len(started)}"))
        return started[-1]

    yield start
    for demo in started:
        if demo.process.poll() is None:
            demo.process.kill()
            demo.process.wait()


def processes_of(place) -> list[str]:
    """The command lines of everything that runs in ``place``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd") == str(place):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def test_from_nothing_interrupted_then_again_then_gone(start, place):
    port = free_port()
    interrupted = start(port)
    wait_for(lambda: "filling the empty database" in interrupted.said(), within=90, what=interrupted.said)
    assert interrupted.stop(signal.SIGINT) == 130
    assert "Traceback" not in interrupted.said()

    first = start(port)
    first.wait_until_up(within=150)
    assert "filling the empty database" in first.said()
    said = first.said()
    for name in ACCOUNTS:
        assert re.search(rf"^\s+{re.escape(name)}\s+demo-", said, re.MULTILINE), name
    assert first.address in said
    with urllib.request.urlopen(first.address + "healthz", timeout=5) as answer:
        assert answer.status == 200
    with urllib.request.urlopen(first.address + "accounts/login/", timeout=10) as answer:
        assert answer.status == 200
    assert (place / "var" / "studios.sqlite3").exists()
    for part in ("gunicorn config.wsgi", "celery -A config -q worker", "celery -A config -q beat"):
        assert any(part in line for line in processes_of(place)), part
    assert first.stop(signal.SIGTERM) == 0
    assert processes_of(place) == []

    took = []
    for _ in range(3):  # the machine may be busy with other tests: one quick start of three is proof enough
        again = start(port)
        took.append(again.wait_until_up(within=60))
        assert "filling the empty database" not in again.said()
        assert again.stop(signal.SIGINT) == 0
        assert processes_of(place) == []
        if took[-1] < 10:
            break
    assert min(took) < 10


def test_a_port_in_use_is_said_before_anything_is_done(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = start(port)
        assert demo.process.wait(30) == 1
    assert f"Port {port} is in use" in demo.said()


@pytest.mark.parametrize(
    "lie",
    [{"PRODUCTION": "true"}, {"DATABASE_URL": "postgres://u@127.0.0.1:9/real"}, {"REDIS_URL": "redis://x"}],
)
def test_the_surroundings_cannot_lead_the_demo_to_a_real_database(monkeypatch, lie):
    from tools.embedded import embedded

    for name, value in lie.items():
        monkeypatch.setenv(name, value)
    found = embedded()
    assert "PRODUCTION" not in found
    assert found["DATABASE_URL"] == f"sqlite:///{ROOT / 'var' / 'studios.sqlite3'}"
    assert found["REDIS_URL"] == ""
    assert found["ENV_FILE"] == os.devnull
