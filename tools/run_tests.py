"""``make test``: the checks, then the suite on PostgreSQL, Redis and Chromium, then on SQLite and files.

The last line is pytest's own. A failing suite ends the run there, so that its line is the last one; failing
checks are said once more above it, and the exit code is not 0 then either.
"""

import os
import signal
import subprocess
import sys

from tools.embedded import ROOT, embedded
from tools.private_services import PostgreSQL, Redis, ServiceFailed

PYTEST = [sys.executable, "-m", "pytest"]
NOT_ON_SQLITE = "not browser and not once"


class Stopped(Exception):
    """Somebody wants to stop."""


def title(text: str) -> None:
    print(f"\n===== {text}", flush=True)


def run(command: list[str], surroundings: dict[str, str]) -> int:
    """Run to the end and return the exit code; on a wish to stop, stop the command first."""
    process = subprocess.Popen(command, env=surroundings, cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        return process.wait()
    except (Stopped, KeyboardInterrupt):
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def stop(_number, _frame) -> None:
    raise Stopped


def main(extra: list[str]) -> int:
    surroundings = embedded()
    title("make check")
    checks = run([sys.executable, "-m", "tools.check"], surroundings)
    if checks:
        surroundings["WENT_WRONG_BEFORE"] = "make check failed; what it found stands at the top of this run."

    title("the suite on PostgreSQL and Redis, with the browser")
    with PostgreSQL() as postgresql, Redis() as redis:
        private = {"DATABASE_URL": postgresql.url, "REDIS_URL": redis.url}
        if code := run([*PYTEST, *extra], surroundings | private):
            return code

    title("the suite on SQLite and the file-backed queue")
    print(
        "Left out here, since they ran above: tests that drive a browser (the marker browser), and tests that\n"
        "have nothing to do with the database, or may not ask it at all (the marker once).\n"
        "Skipped below, each with its reason: tests that need PostgreSQL (the marker postgres).",
        flush=True,
    )
    return run([*PYTEST, "-m", NOT_ON_SQLITE, *extra], surroundings) or checks


if __name__ == "__main__":
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    try:
        sys.exit(main(sys.argv[1:]))
    except ServiceFailed as failure:
        sys.exit(str(failure))
    except (Stopped, KeyboardInterrupt):
        sys.exit(130)
