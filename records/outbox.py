"""What is to be done after a commit, kept in the database until it is done.

A row is written in the same transaction as what it announces, so it is there exactly when the announced
thing is. After the commit the broker is poked, once a transaction and for a second at most; beat drains
every minute what a poke did not reach. The broker is never relied on to remember anything.

Every kind is done *at least* once: a worker that dies between the deed and its mark leaves a row whose
lease runs out, and another worker does it again. Handlers are therefore written so that a second time does
no harm.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 40  # with the waits above about eight days
CIRCUIT_SECONDS = 15
POKE_SECONDS = 1
KEEP_DONE = timedelta(days=90)


class Unavailable(Exception):
    """The service behind a kind cannot be reached; the other rows of that kind need not try in this drain."""


class Hopeless(Exception):
    """Trying again will never help, for instance with an address that does not exist."""


@dataclass(frozen=True)
class Kind:
    """How one kind of row is done: the function, how long a worker may hold the row, what becomes of its
    payload, how people are told of it.
    """

    run: Callable[[Outbox], None]
    lease: timedelta
    long: bool
    forget: tuple[str, ...] = ()
    label: str = ""
    describe: Callable[[list[Outbox]], dict[int, tuple[str, str]]] | None = None


KINDS: dict[str, Kind] = {}


def handles(
    name: str,
    *,
    lease: timedelta = timedelta(minutes=2),
    long: bool = False,
    forget: tuple[str, ...] = (),
    label: str = "",
    describe: Callable[[list[Outbox]], dict[int, tuple[str, str]]] | None = None,
):
    """Register the decorated ``function(row)`` for rows of kind ``name``.

    :param lease: how long one worker may hold a row before another one takes it over.
    :param long: rows of this kind wait until the short ones are done.
    :param forget: what of the payload goes once it is done, for texts that hold a secret.
    :param label: what rows of this kind are called in the admin, as a lazy translation.
    :param describe: for rows of this kind, by their key: to whom, by name, and what about. Asked once a page.
    """

    def register(function: Callable[[Outbox], None]):
        KINDS[name] = Kind(function, lease, long, forget, label, describe)
        return function

    return register


class OutboxQuerySet(models.QuerySet):
    def open(self):
        """Rows that are not done, given up ones included."""
        return self.filter(done_at=None)

    def due(self, now: datetime):
        return self.filter(done_at=None, next_try_at__lte=now)

    def given_up(self):
        return self.filter(done_at=None, next_try_at=None)

    def failing(self):
        """Rows that went wrong and wait for their next attempt or have none; not one that a worker holds."""
        return self.open().exclude(error="")


class Outbox(models.Model):
    """One thing to be done. ``next_try_at`` is also the lease: a claim moves it on, and nobody else takes the
    row.
    """

    kind = models.CharField(_("kind"), max_length=64)
    key = models.CharField(_("key"), max_length=200, unique=True, null=True, blank=True)
    payload = models.JSONField(_("content"), default=dict)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt at"), default=timezone.now, null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing item")
        verbose_name_plural = _("outgoing items")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(done_at=None), name="outbox_due"),
            models.Index(fields=["done_at"], name="outbox_done"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_label} {self.pk}"

    @property
    def kind_label(self) -> str:
        """What rows of this kind are called; the name of the kind when no running code knows it."""
        return str(KINDS[self.kind].label or self.kind) if self.kind in KINDS else self.kind

    @cached_property
    def told(self) -> tuple[str, str]:
        """To whom, by name, and what about; two empty strings where nobody can say."""
        return described([self]).get(self.pk, ("", ""))

    def _mine(self):
        """This row, as long as no later claim was made: ``attempts`` is the number of the claim."""
        return Outbox.objects.filter(pk=self.pk, attempts=self.attempts, done_at=None)

    def extend(self) -> bool:
        """Hold the row for another lease; false when another worker has it by now."""
        return bool(self._mine().update(next_try_at=timezone.now() + KINDS[self.kind].lease))

    def finish(self) -> None:
        changes = {"done_at": timezone.now(), "error": ""}
        if forget := KINDS[self.kind].forget:
            changes["payload"] = {key: value for key, value in self.payload.items() if key not in forget}
        self._mine().update(**changes)

    def fail(self, error: Exception) -> None:
        """Note the error and try again later: after 1, 2, 4 … minutes, at most 6 hours, then not any more."""
        hopeless = isinstance(error, Hopeless) or self.attempts >= MOST_ATTEMPTS
        wait = min(FIRST_WAIT * 2 ** min(self.attempts - 1, 12), LONGEST_WAIT)
        text = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
        self._mine().update(error=text, next_try_at=None if hopeless else timezone.now() + wait)

    def try_again(self) -> bool:
        """Make a failing or given-up row due at once, the latter counting its attempts from the start; false for a row
        that a worker holds: made due, it would be done twice.
        """
        failing = Outbox.objects.failing().filter(pk=self.pk)
        attempts = F("attempts") if self.next_try_at else 0
        return bool(failing.update(next_try_at=timezone.now(), attempts=attempts))


def described(rows: list[Outbox]) -> dict[int, tuple[str, str]]:
    """To whom, by name, and what about each of the rows is: a few queries for all of a kind."""
    found: dict[int, tuple[str, str]] = {}
    for name in {row.kind for row in rows}:
        if name in KINDS and (describe := KINDS[name].describe):
            found |= describe([row for row in rows if row.kind == name])
    return found


def put(kind: str, payload: dict, *, key: str | None = None) -> None:
    """Note in the running transaction that ``kind`` is to be done with ``payload``; see ``put_all``."""
    put_all(kind, [(key, payload)])


def put_all(kind: str, items: list[tuple[str | None, dict]]) -> None:
    """Write one row per ``(key, payload)`` and poke the workers once after the commit.

    A key that exists already is left alone, so two transactions that announce the same thing do it once.
    """
    rows = [Outbox(kind=kind, key=key, payload=payload) for key, payload in items]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if not any(function is poke for _sids, function, *_rest in connection.run_on_commit):
        transaction.on_commit(poke)


def claim(*, now: datetime, without: set[str] = frozenset(), long: bool = False) -> Outbox | None:
    """The next due row, taken for this worker alone, or nothing.

    The conditional UPDATE is the claim: of two workers that saw the same row, one changes it and the other
    does not.
    """
    kinds = [name for name, kind in KINDS.items() if kind.long == long and name not in without]
    due = Outbox.objects.due(now).filter(kind__in=kinds).order_by("next_try_at", "pk")
    for row in due[:50]:
        until = timezone.now() + KINDS[row.kind].lease
        same = due.filter(pk=row.pk, attempts=row.attempts).order_by()
        if same.update(attempts=row.attempts + 1, next_try_at=until, error=""):
            row.attempts, row.next_try_at, row.error = row.attempts + 1, until, ""
            return row
    return None


def drain(*, seconds: float = 240) -> int:
    """Do what is due, short things first, until nothing is left or the time is up; returns how many were
    done.

    Safe to run any number of times at once. A row that fails is put back with a wait and does not stop the
    others.
    """
    ends, done = time.monotonic() + seconds, 0
    unreachable: set[str] = set()
    while time.monotonic() < ends:
        now = timezone.now()
        row = claim(now=now, without=unreachable) or claim(now=now, without=unreachable, long=True)
        if row is None:
            break
        done += _do(row, unreachable)
    return done


def _do(row: Outbox, unreachable: set[str]) -> bool:
    try:
        KINDS[row.kind].run(row)
    except Exception as error:
        if isinstance(error, Unavailable):
            unreachable.add(row.kind)
        logger.warning("outbox row %s (%s) failed at attempt %s: %s", row.pk, row.kind, row.attempts, error)
        row.fail(error)
        return False
    row.finish()
    return True


_closed_again_at = 0.0  # while the monotonic clock is before this, the broker is not asked


def poke() -> bool:
    """Tell the workers that something is due. Gives up after a second, never raises; false when not told.

    After a failure the broker is left alone for some seconds, so that a request with many commits waits once.
    """
    global _closed_again_at
    if time.monotonic() < _closed_again_at:
        return False
    told = threading.Event()
    if current_app.conf.task_always_eager:
        _tell(told)
    else:
        # The sockets have their own time limits; what looks up the broker's name has none. Hence the thread.
        teller = threading.Thread(target=_tell, args=[told], name="poke", daemon=True)
        teller.start()
        teller.join(POKE_SECONDS)
    if not told.is_set():
        _closed_again_at = time.monotonic() + CIRCUIT_SECONDS
    return told.is_set()


def _tell(told: threading.Event) -> None:
    from records.tasks import drain_outbox

    try:
        drain_outbox.apply_async(expires=600, retry=False, ignore_result=True)
    except Exception as error:
        logger.warning("the broker was not reached, beat will drain the outbox: %s", error)
    else:
        told.set()


def sweep(now: datetime) -> int:
    """Delete rows done long ago; rows that are open or given up stay. Returns how many went."""
    return Outbox.objects.filter(done_at__lt=now - KEEP_DONE).delete()[0]
