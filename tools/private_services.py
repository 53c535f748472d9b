"""A PostgreSQL and a Redis of our own, on free ports, for as long as one command runs.

    .venv/bin/python tools/private_services.py -- pytest tests/reviews

Nothing that already runs on the machine is touched, and nothing is left behind.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

STARTS_WITHIN_SECONDS = 30
STOPS_WITHIN_SECONDS = 10


class ServiceFailed(Exception):
    """A private service is missing or does not start; says what it printed."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def binary(name: str) -> str:
    """The path of a program, looked for where Debian hides those of PostgreSQL too.

    :raises ServiceFailed: with the package to install.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(debian[-1]) if debian else shutil.which(name)
    if not found:
        package = "redis-server" if name == "redis-server" else "postgresql"
        raise ServiceFailed(f"{name} is not installed: apt-get install {package}")
    return found


def die_with_parent() -> None:
    """In a child, before it becomes another program: go when the parent goes, however it goes."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Service:
    """One server process with its own folder."""

    name = ""

    def __init__(self) -> None:
        # As root the server runs as somebody else, who must be able to reach its folder.
        self.folder = Path(tempfile.mkdtemp(prefix="studios-", dir="/tmp" if os.geteuid() == 0 else None))
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        self.run_as: dict = {}

    def __enter__(self):
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def prepare(self) -> None:
        """What has to be done once before the first start."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """Start the server and wait until it answers.

        :raises ServiceFailed: when it ends or is not up in time.
        """
        self.log = self.folder / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C at the terminal is for the tests, not for their servers
                preexec_fn=die_with_parent,
                **self.run_as,
            )
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise ServiceFailed(f"{self.name} did not start:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.05)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop the server; nothing happens when it is not running."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(how)
        try:
            self.process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def pause(self) -> None:
        """Fall silent: connections are still accepted, nothing is answered."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Redis(Service):
    name = "Redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        keep_nothing = ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        return [binary("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", *keep_nothing]

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class PostgreSQL(Service):
    name = "PostgreSQL"

    @property
    def url(self) -> str:
        return f"postgres://studios@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        """Make the cluster: UTF-8, sorted by code point, but with letters known (Chinese makes trigrams)."""
        if os.geteuid() == 0:  # initdb refuses root
            self.run_as = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        made = subprocess.run(
            [
                *(binary("initdb"), "--pgdata", str(self.folder / "data"), "--username", "studios"),
                *("--auth", "trust", "--encoding", "UTF8", "--lc-collate", "C", "--lc-ctype", "C.UTF-8"),
                *("--no-sync", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            cwd=self.folder,
            **self.run_as,
        )
        if made.returncode:
            raise ServiceFailed(f"initdb: {made.stdout}{made.stderr}")

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "120",
            "shared_buffers": "128MB",
            "jit": "off",
            "max_parallel_workers_per_gather": "0",  # a container's /dev/shm may be small
        }
        told = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [binary("postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *told]

    def answers(self) -> bool:
        asked = [binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "studios"]
        return subprocess.run(asked, stdin=subprocess.DEVNULL).returncode == 0

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop without waiting for clients to leave (SIGTERM would)."""
        super().stop(how)


def run_between(command: list[str], *, stop_on: tuple[int, ...] = (signal.SIGTERM, signal.SIGINT)) -> int:
    """Run ``command`` with DATABASE_URL and REDIS_URL of private servers; returns its exit code.

    A signal is handed on to the command, and the servers stop after it.
    """
    running: list[subprocess.Popen] = []
    told: list[int] = []

    def hand_on(number: int, _frame) -> None:
        told.append(number)
        if number == signal.SIGINT and sys.stdin.isatty():
            return  # the terminal has sent it to the command already
        for process in running:
            process.send_signal(number)

    before: dict[int, Callable] = {number: signal.signal(number, hand_on) for number in stop_on}
    try:
        with PostgreSQL() as postgresql, Redis() as redis:
            if told:
                return 128 + told[0]
            addresses = {"DATABASE_URL": postgresql.url, "REDIS_URL": redis.url}
            running.append(subprocess.Popen(command, env=os.environ | addresses))
            code = running[0].wait()
            return 128 - code if code < 0 else code
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        sys.exit("usage: private_services.py -- command …")
    try:
        sys.exit(run_between(words))
    except ServiceFailed as failure:
        sys.exit(str(failure))
