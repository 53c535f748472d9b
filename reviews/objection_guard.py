"""Robots are kept from the objection form without a puzzle, and nobody floods the office with it.

Three things together, each of which a person does not notice: a field that people do not see and programs fill in; a
signed ticket in the page, which says when it was opened, so that nothing is sent within a few seconds of that; and how
often one network address and one notice are used. An address is kept as a digest, for as long as it counts.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from allauth.core.internal.ratelimit import get_ip
from django.core import signing

from records.rates import Rate, give_back

LEAST_SECONDS = 5
MOST_SECONDS = 12 * 60 * 60
SALT = "reviews.objection"
# What is sent, whether it is taken or not; and what is taken. A whole campus may share an address.
TRIES = Rate(40, 10 * 60)
TAKEN = Rate(10, 60 * 60)
TAKEN_OF_A_NOTICE = Rate(100, 60 * 60)


@dataclass(frozen=True)
class Ticket:
    """One opening of the form of a notice.

    :ivar key: random; what is sent twice under one key is one objection.
    :ivar at: when the form was opened, in seconds since 1970.
    """

    notice: int
    key: str
    at: float

    @classmethod
    def new(cls, notice: int) -> Ticket:
        return cls(notice, secrets.token_urlsafe(12), time.time())

    @classmethod
    def read(cls, text: str, notice: int) -> Ticket | None:
        """The ticket that came with a form of this notice; None when it is forged, another one's, or too old."""
        try:
            ticket = cls(*signing.loads(text, salt=SALT))
        except (signing.BadSignature, TypeError, ValueError):
            return None
        known = ticket.notice == notice and 0 <= time.time() - ticket.at <= MOST_SECONDS
        return ticket if known else None

    def __str__(self) -> str:
        return signing.dumps([self.notice, self.key, self.at], salt=SALT)

    @property
    def is_too_young(self) -> bool:
        return time.time() - self.at < LEAST_SECONDS


def may_try(request) -> bool:
    """Whether this address may send the form once more."""
    return TRIES.take(f"objection-try:{get_ip(request)}") is not None


def take_slots(request, notice: int) -> list[str] | None:
    """The slots of one objection, to be given back when it is not taken; None when there is none left."""
    of_notice = TAKEN_OF_A_NOTICE.take(f"objection-notice:{notice}")
    own = TAKEN.take(f"objection:{get_ip(request)}") if of_notice else None
    if own is None:
        give_back([of_notice] if of_notice else [])
        return None
    return [of_notice, own]
