"""What lies before the leader who decides: the decision that waits, what was decided and taken back before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import cached_property

from reviews.models import Application, ApplicationLog, Objection, State
from reviews.timeline import DONE

# What says why it is to be decided (anew), besides the decisions themselves.
TOLD = frozenset({"approve", "hold", "reject", "reverse", "uphold_objection", "reopen_review"})
# A release repeats the words of the decision.
RELEASED = frozenset({"announce_approval", "announce_hold", "announce_rejection"})


@dataclass(frozen=True)
class Event:
    """One thing that happened to the decision. :ivar objection: with its outcome and answer, where one led to it."""

    title: str
    who: str
    at: datetime
    words: str = ""
    objection: Objection | None = None
    url: str = ""


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
        title, who = str(DONE[row.verb]), row.actor.name if row.actor else ""
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
