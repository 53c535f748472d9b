"""Robots are kept from the objection form without a puzzle, and nobody floods the office with it.

Three things together, each of which a person does not notice: a field that people do not see and programs fill in; a
signed ticket in the page, which says when it was opened, so that nothing is sent within a few seconds of that; and how
often one network address is used. An address is kept as a digest, for as long as it counts.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, replace

from allauth.core.internal.ratelimit import get_ip
from django.core import signing

from records.rates import Rate, give_back

LEAST_SECONDS = 5
MOST_SECONDS = 12 * 60 * 60
SALT = "reviews.objection"
# What is sent, whether it is taken or not; files that are kept for a form that comes back; and what is taken. A whole
# campus may share an address.
TRIES = Rate(40, 10 * 60)
KEPT = Rate(20, 60 * 60)
TAKEN = Rate(10, 60 * 60)
# Past so many to one notice an address has so few: whoever floods it, another address still gets through.
TAKEN_OF_A_NOTICE = Rate(100, 60 * 60)
TAKEN_IN_A_FLOOD = Rate(2, 60 * 60)


@dataclass(frozen=True)
class Ticket:
    """One opening of the form of a notice.

    :ivar key: random; what is sent twice under one key is one objection.
    :ivar at: when the form was opened, in seconds since 1970.
    :ivar came_back: whether the form was sent before and came back, so that whoever sends it has read it.
    """

    notice: int
    key: str
    at: float
    came_back: bool = False

    @classmethod
    def new(cls, notice: int) -> Ticket:
        return cls(notice, secrets.token_urlsafe(12), time.time())

    @classmethod
    def read(cls, text: str, notice: int) -> Ticket | None:
        """The ticket that came with a form of this notice, however old; None when it is forged or another one's."""
        try:
            ticket = cls(*signing.loads(text, salt=SALT))
        except (signing.BadSignature, TypeError, ValueError):
            return None
        return ticket if ticket.notice == notice and ticket.at <= time.time() else None

    def __str__(self) -> str:
        return signing.dumps([self.notice, self.key, self.at, self.came_back], salt=SALT)

    @property
    def is_too_young(self) -> bool:
        return not self.came_back and time.time() - self.at < LEAST_SECONDS

    @property
    def is_too_old(self) -> bool:
        return time.time() - self.at > MOST_SECONDS

    def again(self) -> Ticket:
        """For the same form as it comes back: its files stay its own, and it is not told to be quick a second time."""
        return replace(self, at=time.time() if self.is_too_old else self.at, came_back=True)


def may_try(request) -> bool:
    """Whether this address may send the form once more."""
    return TRIES.take(f"objection-try:{get_ip(request)}") is not None


def may_keep(request) -> bool:
    """Whether files are kept for this address once more."""
    return KEPT.take(f"objection-kept:{get_ip(request)}") is not None


def take_slots(request, notice: int) -> list[str] | None:
    """The slots of one objection, to be given back when it is not taken; None when there is none left."""
    address = get_ip(request)
    own = TAKEN.take(f"objection:{address}")
    if own is None:
        return None
    other = TAKEN_OF_A_NOTICE.take(f"objection-notice:{notice}")
    other = other or TAKEN_IN_A_FLOOD.take(f"objection-flood:{notice}:{address}")
    if other is None:
        give_back([own])
        return None
    return [own, other]
