"""So many in so long and no more, however many ask at the same moment.

Whoever is let through holds a slot in the shared cache. ``cache.add`` hands a slot to one asker only, where reading a
count and writing it back would let all pass that read at once. The key of a slot names the window of time it was taken
in, so that none is handed out twice around its end; those of the window before count until they are old enough.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Rate:
    """At most ``most`` in any ``seconds``."""

    most: int
    seconds: float

    def take(self, name: str) -> str | None:
        """A slot under ``name``, which :func:`give_back` takes; None when there is none left."""
        held = self._held(name)
        if len(held) >= self.most:
            return None
        for slot in self._slots(name, window=self._window):
            if slot not in held and cache.add(slot, time.time(), 3 * self.seconds):
                if len(self._held(name)) <= self.most:
                    return slot
                give_back([slot])  # others took theirs meanwhile, out of the window before or after
                return None
        return None

    def free_at(self, name: str) -> float:
        """When there is a slot again, in seconds since 1970; now when there is one."""
        held = sorted(self._held(name).values())
        return held[-self.most] + self.seconds if len(held) >= self.most else time.time()

    @property
    def _window(self) -> int:
        return int(time.time() // self.seconds)

    def _slots(self, name: str, *, window: int) -> list[str]:
        digest = hashlib.sha256(f"{name}|{self.most}".encode()).hexdigest()[:40]
        return [f"rate:{digest}:{window}:{place}" for place in range(self.most)]

    def _held(self, name: str) -> dict[str, float]:
        now = self._window
        slots = [slot for window in (now - 1, now, now + 1) for slot in self._slots(name, window=window)]
        return {slot: at for slot, at in cache.get_many(slots).items() if at > time.time() - self.seconds}


def give_back(slots: Iterable[str]) -> None:
    """What held these slots is not to count."""
    cache.delete_many(slots)
