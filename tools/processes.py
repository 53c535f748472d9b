"""Run several processes in the foreground as one: started together, stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from tools.private_services import die_with_parent

GRACE_SECONDS = 8


class Processes:
    """Named processes that live and die together.

    Each has a session of its own, so that Ctrl-C at the terminal reaches this process only, which then stops
    them, the last started first.
    """

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen] = {}
        self.told_to_stop = 0

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.running[name] = subprocess.Popen(
            command,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def listen(self) -> None:
        """Take Ctrl-C, SIGTERM and SIGHUP as the wish to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.note)

    def note(self, number: int, _frame) -> None:
        self.told_to_stop = number

    def ended(self) -> str | None:
        """The name of a process that has ended by itself."""
        return next((name for name, process in self.running.items() if process.poll() is not None), None)

    def wait(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Wait for ``until()``; False when a process ended or somebody wants to stop before."""
        while not until():
            if self.told_to_stop or self.ended():
                return False
            time.sleep(0.2)
        return True

    def stop(self) -> None:
        """Stop all: politely, then after a grace with the whole process group."""
        for process in reversed(self.running.values()):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)  # and what it may have left behind
            except ProcessLookupError:
                pass
            process.wait()

    def exit_code(self) -> int:
        """0 after a wish to stop; 1 when a process ended by itself, said on stderr."""
        name = self.ended()
        if self.told_to_stop or name is None:
            return 0
        print(f"-- {name} ended with {self.running[name].returncode}; stopping the others", file=sys.stderr)
        return 1
