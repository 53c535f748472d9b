"""Where an application stands, and what was decided on it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from records.moves import DomainError


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Awaiting recommendation and sign-offs")
    RETURNED = "returned", _("Returned for correction")
    RECOMMENDED = "recommended", _("Awaiting the union’s check")
    ACCEPTED = "accepted", _("Under expert review")
    REVIEWED = "reviewed", _("Reviewed by experts")
    PROPOSED = "proposed", _("Decision to be released")
    APPROVED = "approved", _("Approved, public notice")
    HELD = "held", _("On hold")
    REJECTED = "rejected", _("Not approved")
    NAMED = "named", _("Named")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REFUSED = "refused", _("Refused")


# Whatever experts have reviewed, or review now: a round has results of these.
REVIEWED = frozenset(
    {State.ACCEPTED, State.REVIEWED, State.PROPOSED, State.APPROVED, State.HELD, State.REJECTED, State.NAMED}
)
ENDED = frozenset({State.REJECTED, State.NAMED, State.WITHDRAWN, State.REFUSED})
OPEN = frozenset(State) - ENDED
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
# From here papers may go back to the lead, and here they come back to once they are mended.
RETURNABLE = frozenset({State.SUBMITTED, State.RECOMMENDED, State.ACCEPTED, State.HELD})
# The moves that freeze a version of the papers.
HANDS_IN = frozenset({"submit", "resubmit"})
# The moves of the leader. What they say is the office's alone until all decisions of the round are released.
DECIDES = frozenset({"approve", "hold", "reject"})
# What is said of these moves is read in the office alone.
IN_THE_OFFICE = DECIDES | {"complete_review", "reopen_review"}


class Decision(models.TextChoices):
    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Do not approve")
    HOLD = "hold", _("Put on hold")


class Refusal(models.TextChoices):
    """The office that ended an application, in the word that it has for it."""

    RECOMMENDATION = "recommendation", _("Not recommended by the department union")
    PARTY = "party", _("Not agreed to by the Party side")
    ADMINISTRATION = "administration", _("Not agreed to by the administration")
    UNION = "union", _("Not accepted by the university union")


def required(text: str, message: str) -> str:
    """``text`` without white space around it.

    :raises DomainError: with ``message`` when nothing is left.
    """
    text = text.strip()
    if not text:
        raise DomainError(message)
    return text
