"""The process runner: together up, together down."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services import wait_for
from tools.embedded import ROOT
from tools.private_services import PostgreSQL, Redis, ServiceFailed, binary, run_between

pytestmark = pytest.mark.once

SLEEPER = "import time, os; open({mark!r}, 'w').write(str(os.getpid())); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
RUNNER = """
import sys
from tools.processes import Processes
processes = Processes()
processes.listen()
try:
    for number, code in enumerate(sys.argv[1:]):
        processes.start(f"p{number}", [sys.executable, "-c", code], {})
    processes.wait()
    code = processes.exit_code()
finally:
    processes.stop()
sys.exit(code)
"""


@pytest.fixture
def start():
    """``start(code, …)`` starts a runner of these pieces of Python; its stderr is a pipe."""
    runners = []

    def start(*codes: str) -> subprocess.Popen:
        words = [sys.executable, "-c", RUNNER, *codes]
        runners.append(subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True))
        return runners[-1]

    yield start
    for runner in runners:
        if runner.poll() is None:
            runner.kill()
        runner.communicate()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def marks(tmp_path):
    return [str(tmp_path / name) for name in ("a", "b")]


def pids_in(marks) -> list[int]:
    def written():
        return all(os.path.exists(mark) and os.path.getsize(mark) for mark in marks)

    wait_for(written)
    return [int(Path(mark).read_text()) for mark in marks]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_and_is_no_failure(start, marks, number):
    runner = start(*(SLEEPER.format(mark=mark) for mark in marks))
    pids = pids_in(marks)
    runner.send_signal(number)
    assert runner.wait(15) == 0
    assert not any(map(alive, pids))


def test_when_one_dies_the_others_stop_and_it_is_named(start, marks):
    runner = start(*(SLEEPER.format(mark=mark) for mark in marks))
    pids = pids_in(marks)
    os.kill(pids[1], signal.SIGKILL)
    _, said = runner.communicate(timeout=15)
    assert runner.returncode == 1
    assert "p1 ended with -9" in said
    assert not any(map(alive, pids))


def test_one_that_does_not_listen_is_killed(start, marks):
    runner = start(*(STUBBORN.format(mark=mark) for mark in marks))
    pids = pids_in(marks)
    runner.terminate()
    assert runner.wait(30) == 0
    assert not any(map(alive, pids))


def test_nothing_outlives_a_runner_that_is_killed(start, marks):
    runner = start(*(SLEEPER.format(mark=mark) for mark in marks))
    pids = pids_in(marks)
    runner.kill()
    runner.wait()
    wait_for(lambda: not any(map(alive, pids)))


def test_private_services_hand_back_the_exit_code_and_leave_nothing(tmp_path):
    mark = tmp_path / "addresses"
    told = f"printenv DATABASE_URL REDIS_URL > {mark}; exit 7"
    assert run_between(["sh", "-c", told]) == 7
    database, redis = mark.read_text().split()
    assert database.startswith("postgres://studios@127.0.0.1:")
    assert redis.startswith("redis://127.0.0.1:")


def test_private_services_go_with_their_command(tmp_path):
    with Redis() as redis, PostgreSQL() as postgresql:
        pids = [redis.process.pid, postgresql.process.pid]
        folders = [redis.folder, postgresql.folder]
        assert all(map(alive, pids))
    assert not any(map(alive, pids))
    assert not any(folder.exists() for folder in folders)


def test_the_private_database_knows_chinese_letters():
    import psycopg

    with PostgreSQL() as postgresql, psycopg.connect(postgresql.url) as connection:
        [found] = connection.execute("SHOW lc_ctype").fetchone()
        [matches] = connection.execute("SELECT '劳模' ~ '^[[:alpha:]]+$'").fetchone()
    assert found == "C.UTF-8"
    assert matches


def test_a_missing_server_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ServiceFailed, match="apt-get install redis-server"):
        binary("redis-server")


def test_a_private_redis_can_fall_silent():
    with Redis() as redis:
        assert redis.answers()
        redis.pause()
        began = time.monotonic()
        assert not redis.answers()
        assert time.monotonic() - began > 0.5  # it took the connection and said nothing
        redis.resume()
        assert redis.answers()
