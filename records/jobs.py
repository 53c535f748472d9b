"""Long work as a row: progress that people can watch, a result to download, a button to stop it.

``start_job`` writes the row and its outbox entry in one transaction; a worker runs the function registered
for the kind. A worker that is killed leaves a lease that runs out, and the next one runs the function
again from the start: each item must notice by itself that it is done already. ``job.each(items)`` counts,
keeps the lease and stops when the job was cancelled.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.base import ContentFile, File
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records import outbox
from records.moves import DomainError, IllegalMove
from records.outbox import Outbox

__all__ = ["Job", "Outbox", "job", "start_job"]

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # one item must take less; a killed worker's job goes on after this
WRITE_EVERY = 0.5  # seconds between two writes of the progress
EXTEND_EVERY = 10.0
MOST_STRIKES = 4  # runs in a row without any progress
KEEP_RESULTS = timedelta(days=30)

FUNCTIONS: dict[str, Callable[[Job], None]] = {}
OWN: set[str] = set()  # kinds whose result is made for one person
MAY_FETCH: dict[str, Callable[[Job, AbstractBaseUser], bool]] = {}  # of other kinds nobody has the result


def job(kind: str, *, own: bool = False, may_fetch: Callable[[Job, AbstractBaseUser], bool] | None = None):
    """Register the decorated ``function(job)`` as the work of jobs of ``kind``.

    :param own: the result holds what who started it may read, and others perhaps not: only they download it.
    :param may_fetch: ``may_fetch(job, user)`` says, of somebody who sees the job, whether they may read now what it
        made. It is asked at each download: much may have happened since. A kind without it gives its result to nobody.
    """

    def register(function: Callable[[Job], None]):
        FUNCTIONS[kind] = function
        if own:
            OWN.add(kind)
        if may_fetch:
            MAY_FETCH[kind] = may_fetch
        return function

    return register


class Stopped(BaseException):
    """Leaves the work at once: cancelled, or taken over by another worker. Not an error, so no handler keeps
    it.
    """


def result_path(instance: Job, filename: str) -> str:
    name = uuid.uuid4().hex
    return f"results/{name[:2]}/{name}"


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own jobs, and every job for those who may see them all."""
        if user.has_perm("records.see_every_job"):
            return self
        return self.filter(started_by=user.pk) if user.is_authenticated else self.none()

    def unfinished(self):
        return self.filter(state__in=Job.State.UNFINISHED)


class Job(models.Model):
    """One piece of long work and how far it is."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("Waiting")
        RUNNING = "running", gettext_lazy("Running")
        DONE = "done", gettext_lazy("Finished")
        FAILED = "failed", gettext_lazy("Failed")
        CANCELLED = "cancelled", gettext_lazy("Stopped")

    State.UNFINISHED = frozenset({State.WAITING, State.RUNNING})
    STATE_LOOKS = {State.RUNNING: "risk", State.DONE: "met", State.FAILED: "unmet"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(gettext_lazy("kind"), max_length=64)
    title = models.CharField(gettext_lazy("title"), max_length=200)
    payload = models.JSONField(gettext_lazy("content"), default=dict)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(gettext_lazy("items in all"), default=0)
    done = models.PositiveIntegerField(gettext_lazy("items done"), default=0)
    strikes = models.PositiveSmallIntegerField(default=0, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=gettext_lazy("started by"),
    )
    created_at = models.DateTimeField(gettext_lazy("created at"), default=timezone.now)
    started_at = models.DateTimeField(gettext_lazy("started at"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(gettext_lazy("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(gettext_lazy("ended at"), null=True, blank=True)
    result = models.FileField(gettext_lazy("result"), upload_to=result_path, blank=True, max_length=120)
    result_name = models.CharField(gettext_lazy("name of the result"), max_length=200, blank=True)
    error = models.TextField(gettext_lazy("what went wrong"), blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("job")
        verbose_name_plural = gettext_lazy("jobs")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at=None)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="an_ended_job_has_its_time",
                violation_error_message=gettext_lazy("A job has a time of its end when it has ended."),
            ),
        ]
        indexes = [models.Index(fields=["started_by", "-created_at"])]

    _row: Outbox | None = None
    _written = _extended = 0.0

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("records:job", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.state not in self.State.UNFINISHED

    def is_result_for(self, user) -> bool:
        """Whether a person who sees the job may have what it made, as things stand now."""
        if self.kind in OWN and self.started_by_id != user.pk:
            return False
        may_fetch = MAY_FETCH.get(self.kind)
        return may_fetch is not None and may_fetch(self, user)

    def _running(self):
        return Job.objects.filter(pk=self.pk, state=self.State.RUNNING)

    def each(self, items: Sequence) -> Iterator:
        """Every item once, counting: the loop body is the work of one item and must be safe to do twice.

        Leaves the loop, and the function around it, when the job was cancelled or another worker has it.
        """
        self.step(0, total=len(items))
        for number, item in enumerate(items, 1):
            yield item
            self.step(number)
        self.step(len(items), now=True)

    def step(self, done: int, *, total: int | None = None, now: bool = False) -> None:
        """Note that ``done`` items are done, and that this worker is alive.

        Written twice a second at most; an item less after a crash does no harm.
        """
        clock = time.monotonic()
        if not now and total is None and clock - self._written < WRITE_EVERY:
            return
        changes = {"heartbeat_at": timezone.now()}
        if total is not None:
            self.total = changes["total"] = total
        if done > self.done:  # after a crash the count starts again and the bar waits for it
            self.done = changes["done"] = done
            self.strikes = changes["strikes"] = 0
        if not self._running().update(**changes):
            raise Stopped
        self._written = clock
        if self._row and clock - self._extended > EXTEND_EVERY:
            if not self._row.extend():
                raise Stopped
            self._extended = clock

    def keep(self, content: bytes | IO, name: str, *, holds: Sequence[int] | None = None) -> None:
        """Keep ``content`` as the result, to be downloaded under ``name``; an earlier result is replaced.

        :param holds: keys of the rows that are told of in it, kept in the payload for ``may_fetch``.
        """
        if holds is not None:
            self.payload = self.payload | {"holds": list(holds)}
        earlier = self.result.name
        file = ContentFile(content) if isinstance(content, bytes) else File(content)
        self.result.save(name, file, save=False)
        self.result_name = name[:200]
        if not self._running().update(
            result=self.result.name, result_name=self.result_name, payload=self.payload
        ):
            self.result.storage.delete(self.result.name)
            raise Stopped
        if earlier:
            self.result.storage.delete(earlier)

    def cancel(self) -> None:
        """Stop the job; what is done stays done.

        :raises IllegalMove: when it has ended already.
        """
        stopped = Job.objects.unfinished().filter(pk=self.pk)
        if not stopped.update(state=self.State.CANCELLED, finished_at=timezone.now()):
            raise IllegalMove(_("This job has ended already."))
        self.refresh_from_db()

    def run_again(self) -> None:
        """Have a failed job done once more; what it did before is found done by its function and not done again.

        Of two presses one wins the row, and only that one tells the workers.

        :raises IllegalMove: when it has not failed, or is under way again already.
        """
        failed = Job.objects.filter(pk=self.pk, state=self.State.FAILED, finished_at=self.finished_at)
        with transaction.atomic():
            if not failed.update(state=self.State.WAITING, finished_at=None, error="", strikes=0):
                raise IllegalMove(
                    _("Only a job that failed is run again; this one is under way or has ended.")
                )
            outbox.put("job", {"job": str(self.pk)}, key=f"job:{self.pk}:{self.finished_at:%Y%m%d%H%M%S%f}")
        self.refresh_from_db()

    def _take(self, row: Outbox) -> bool:
        """Begin or resume; false when the job is over."""
        now = timezone.now()
        mine = Job.objects.unfinished().filter(pk=self.pk)
        if not mine.update(
            state=self.State.RUNNING,
            started_at=Coalesce("started_at", now),
            heartbeat_at=now,
            strikes=F("strikes") + 1,
        ):
            return False
        self.refresh_from_db()
        self._row, self._extended = row, time.monotonic()
        return True

    def _end(self, state: str, error: str = "") -> None:
        self._running().update(state=state, finished_at=timezone.now(), error=error)


def start_job(kind: str, payload: dict | None = None, *, by, title: str, total: int = 0) -> Job:
    """Write a job to be run by a worker after the commit. The same work asked for again by the same person before
    it is over, as by a second press of the button, is the same job.

    :param payload: what the function needs, as JSON; ids rather than objects.
    :param by: the user who starts it and may watch it, or None for the calendar.
    :param total: how many items, if known already; ``job.each`` sets it otherwise.
    """
    if kind not in FUNCTIONS:
        raise LookupError(f"no function is registered for jobs of kind {kind}")
    payload = payload or {}
    with transaction.atomic():
        if by is not None:
            get_user_model().objects.select_for_update(no_key=True).get(
                pk=by.pk
            )  # who presses twice waits here
            for begun in Job.objects.unfinished().filter(kind=kind, started_by=by.pk):
                if begun.payload == payload:
                    return begun
        started = Job.objects.create(
            kind=kind, payload=payload, started_by=by, title=title[:200], total=total
        )
        outbox.put("job", {"job": str(started.pk)}, key=f"job:{started.pk}")
    return started


def _described(rows: list[Outbox]) -> dict[int, tuple[str, str]]:
    wanted = {row.payload.get("job"): row.pk for row in rows if row.payload.get("job")}
    work = Job.objects.filter(pk__in=wanted).select_related("started_by")
    return {wanted[str(one.pk)]: (str(one.started_by or ""), one.title) for one in work}


@outbox.handles("job", lease=LEASE, long=True, label=gettext_lazy("job"), describe=_described)
def run(row: Outbox) -> None:
    """Do the work of the job that ``row`` names, unless it is over.

    A ``DomainError`` ends the job with its sentence. Any other error is tried again after a wait, until
    several runs in a row brought no progress.
    """
    work = Job.objects.filter(pk=row.payload["job"]).first()
    if work is None or not work._take(row):
        return
    if work.strikes > MOST_STRIKES:
        work._end(Job.State.FAILED, broken(work))
        return
    try:
        FUNCTIONS[work.kind](work)
    except Stopped:
        logger.info("job %s was stopped or taken over", work.pk)
    except DomainError as error:
        work._end(Job.State.FAILED, str(error))
    except Exception:
        logger.exception("job %s (%s) failed", work.pk, work.kind)
        if work.strikes < MOST_STRIKES:
            work._running().update(state=Job.State.WAITING)
            raise
        work._end(Job.State.FAILED, broken(work))
    else:
        work._end(Job.State.DONE)


def broken(work: Job) -> str:
    return _(
        "Something went wrong and trying again did not help. Please tell the administrator: %(reference)s."
    ) % {"reference": str(work.pk)[:8]}


def sweep_results(now: datetime) -> int:
    """Delete results that have been kept long enough; the rows stay. Returns how many went."""
    old = Job.objects.filter(finished_at__lt=now - KEEP_RESULTS).exclude(result="")
    for work in old:
        work.result.storage.delete(work.result.name)
        Job.objects.filter(pk=work.pk).update(result="")
    return len(old)
