"""What lies before the leader who decides: the decision that waits, what was taken back, what experts have not seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import cached_property

from reviews import reading
from reviews.models import Application, ApplicationLog, AssignmentState, Decision, Objection, State
from reviews.models.deciding import unseen_by_experts
from reviews.timeline import DONE, RELEASED, who_did
from studios.conditions import Finding
from studios.models import Verdict

# What says why it is to be decided (anew), besides the decisions themselves.
TOLD = frozenset({"approve", "hold", "reject", "reverse", "uphold_objection", "reopen_review"})


@dataclass(frozen=True)
class Event:
    """One thing that happened to the decision. :ivar objection: with its outcome and answer, where one led to it."""

    title: str
    who: str
    at: datetime
    words: str = ""
    objection: Objection | None = None
    url: str = ""


@dataclass(frozen=True)
class Unseen:
    """What the experts have not seen. :ivar lines: each change with its place, before and after."""

    why: str
    lines: list[dict]
    url: str


def unmet(application: Application) -> list[Finding]:
    """Which of the five conditions were not met when the papers were handed in; one query."""
    found = reading.conditions(snapshot) if (snapshot := application.snapshot) else []
    return [one for one in found if one.value == Verdict.Value.UNMET]


class Beforehand:
    """One application for one person who decides on it."""

    def __init__(self, application: Application, user):
        self.application, self.user = application, user

    @cached_property
    def log(self) -> list[ApplicationLog]:
        return list(self.application.log.select_related("actor").order_by("pk"))

    @property
    def last_move(self) -> int:
        """As :attr:`Application.last_move`, of what is shown here."""
        return self.log[-1].pk if self.log else 0

    @cached_property
    def versions(self) -> dict[int, int]:
        """Snapshot → its version."""
        return dict(self.application.snapshots.values_list("pk", "version"))

    @property
    def last_version(self) -> int:
        return max(self.versions.values(), default=0)

    @property
    def marked_version(self) -> int | None:
        """The earliest version on which a sheet was handed in, as :meth:`Application.versions` says it."""
        sheets = (one for one in self.application.assignments.all() if one.state == AssignmentState.HANDED_IN)
        return min((self.versions[one.snapshot_id] for one in sheets), default=None)

    @cached_property
    def unseen(self) -> Unseen | None:
        """What was changed after the experts gave their marks, and why it cannot be approved on these."""
        why = unseen_by_experts(Decision.APPROVE, self.marked_version, self.last_version)
        if not why:
            return None
        found = self.application.snapshots.filter(version__in=[self.marked_version, self.last_version])
        old, new = found.order_by("version")
        personal = self.user.has_perm("reviews.view_personal", self.application)
        url = reverse("admin:reviews_application_change", args=[self.application.pk])
        return Unseen(why, reading.changed(new, old, personal=personal), f"{url}#version-{new.version}")

    @property
    def waits(self) -> bool:
        """Whether a decision waits for its release, which can still be changed."""
        return self.application.state == State.PROPOSED

    @cached_property
    def events(self) -> list[Event]:
        """What was decided, released and taken back, the newest first; without the decision that waits."""
        rows = [row for row in self.log if row.verb in TOLD | RELEASED]
        earlier = rows[:-1] if self.waits else rows
        return [self._event(row) for row in reversed(earlier)]

    def _event(self, row: ApplicationLog) -> Event:
        title, who = str(DONE[row.verb]), who_did(row)
        if row.verb == "uphold_objection":
            one = self._objections.get(row.note)
            url = reverse("admin:reviews_objection_change", args=[one.pk]) if one else ""
            return Event(title, who, row.at, row.note, one, url)
        return Event(title, who, row.at, "" if row.verb in RELEASED else row.note)

    @cached_property
    def _objections(self) -> dict[str, Objection]:
        """By number, those that this person may read."""
        numbers = [row.note for row in self.log if row.verb == "uphold_objection"]
        found = {one.number: one for one in self.application.objections.filter(number__in=numbers)}
        for one in found.values():
            one.application = self.application
        return {
            number: one for number, one in found.items() if self.user.has_perm("reviews.read_objection", one)
        }
