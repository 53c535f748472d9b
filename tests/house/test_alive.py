"""The sign of life that the container engine looks at."""

import os
import subprocess
import sys
import time

import pytest

from config import alive
from tools.embedded import ROOT

pytestmark = pytest.mark.once


def asks(place) -> int:
    told = os.environ | {"ALIVE_FILE": str(place)}
    return subprocess.run([sys.executable, "-m", "config.alive"], env=told, cwd=ROOT).returncode


def test_a_fresh_sign_is_health(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIVE_FILE", str(tmp_path / "alive"))
    alive.touch()
    assert asks(tmp_path / "alive") == 0


def test_no_sign_is_illness(tmp_path):
    assert asks(tmp_path / "alive") == 1


def test_an_old_sign_is_illness(tmp_path):
    place = tmp_path / "alive"
    place.touch()
    old = time.time() - alive.FRESH_FOR_SECONDS - 1
    os.utime(place, (old, old))
    assert asks(place) == 1


def test_without_a_file_nothing_is_touched(monkeypatch, tmp_path):
    monkeypatch.delenv("ALIVE_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    alive.touch()
    assert not list(tmp_path.iterdir())


def test_the_sign_is_renewed_well_before_it_is_old():
    assert alive.TOUCHED_EVERY_SECONDS * 3 < alive.FRESH_FOR_SECONDS
    assert alive.Scheduler.max_interval == alive.TOUCHED_EVERY_SECONDS


@pytest.mark.django_db(transaction=True)
def test_a_worker_gives_the_sign(tmp_path, monkeypatch, start_worker):
    place = tmp_path / "alive"
    monkeypatch.setenv("ALIVE_FILE", str(place))
    start_worker()
    assert asks(place) == 0
