"""A sign of life from worker and beat, which answer no request.

With ``ALIVE_FILE`` set both touch that file while they turn; ``python -m config.alive`` exits with 0 while it
is fresh.
"""

import os
import sys
import time
from pathlib import Path

from celery import bootsteps
from celery.beat import PersistentScheduler

TOUCHED_EVERY_SECONDS = 15
FRESH_FOR_SECONDS = 90


def touch() -> None:
    if place := os.environ.get("ALIVE_FILE"):
        Path(place).touch()


class SignOfLife(bootsteps.StartStopStep):
    """Touches the file from the worker's own timer: one that hangs stops doing so."""

    requires = {"celery.worker.components:Timer"}

    def start(self, worker):
        touch()
        worker.timer.call_repeatedly(TOUCHED_EVERY_SECONDS, touch)


class Scheduler(PersistentScheduler):
    """Beat's own scheduler, touching the file each time it looks at the clock."""

    max_interval = TOUCHED_EVERY_SECONDS

    def tick(self, *args, **kwargs):
        touch()
        return super().tick(*args, **kwargs)


def is_fresh(place: Path) -> bool:
    """Whether the file was touched lately."""
    try:
        return time.time() - place.stat().st_mtime < FRESH_FOR_SECONDS
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_fresh(Path(os.environ["ALIVE_FILE"])) else 1)
