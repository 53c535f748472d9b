"""The way of one application: what has been, where it stands, what comes next and by when.

Pure: the log rows, the state and the dates of the round come in, entries go out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from records.templatetags.present import cn_date
from reviews.models import DECIDES, ENDED, IN_THE_OFFICE, Part, State

DONE = {
    "start": _("Application started"),
    "submit": _("Handed in"),
    "resubmit": _("Handed in again"),
    "sign_recommendation": _("Recommended by the department union"),
    "sign_party": _("Endorsed by the Party side"),
    "sign_administration": _("Endorsed by the administration"),
    "upload_paper": _("Stamped form uploaded"),
    "check_paper": _("Stamped form checked"),
    "turn_down_paper": _("Stamped form sent back"),
    "return_for_correction": _("Returned for correction"),
    "complete_endorsement": _("Recommendation and sign-offs complete"),
    "refuse": _("Refused"),
    "withdraw": _("Withdrawn"),
    "accept": _("Papers checked and accepted"),
    "complete_review": _("Reviewed by experts"),
    "reopen_review": _("Back to the experts"),
    "approve": _("Decided: approve"),
    "hold": _("Decided: put on hold"),
    "reject": _("Decided: do not approve"),
    "announce_approval": _("Decision released: approved, on public notice"),
    "announce_hold": _("Decision released: put on hold"),
    "announce_rejection": _("Decision released: not approved"),
    "reverse": _("Decision taken back"),
    "uphold_objection": _("Objection upheld, to be decided anew"),
    "allow_late": _("Late entry allowed"),
    "name_studio": _("Named"),
}
STEPS = (
    (State.DRAFT, _("Fill in and hand in")),
    (State.SUBMITTED, _("Recommendation and sign-offs of the unit")),
    (State.RECOMMENDED, _("Check by the university union")),
    (State.ACCEPTED, _("Review by experts")),
    (State.REVIEWED, _("Decision of the university union")),
    (State.APPROVED, _("Public notice")),
    (State.NAMED, _("Naming, certificate and plaque")),
)
# A state that is no step of its own stands at one.
AT = {State.HELD: State.REVIEWED, State.PROPOSED: State.REVIEWED}
# Whoever releases a decision has not taken it, and repeats its words in the log.
RELEASED = frozenset({"announce_approval", "announce_hold", "announce_rejection"})
# Where a decision leads that everybody knows.
DECIDED = frozenset({State.APPROVED, State.HELD, State.REJECTED})
NOW = {
    State.RETURNED: _("Correct and hand in again"),
    State.HELD: _("On hold: decision to come"),
    State.PROPOSED: _("Decision to be released"),
}


@dataclass(frozen=True)
class Entry:
    """One line; ``look`` is done, now or next, as the component wants it."""

    title: str
    look: str
    who: str = ""
    at: datetime | None = None
    when: str = ""
    note: str = ""


def timeline(application, log, signed: set[str], *, on: date) -> list[Entry]:
    """All of it, in the order of the process.

    :param log: the log rows, oldest first, with their actors; see :func:`known` for what is the office's alone.
    :param signed: the parts that are signed.
    """
    log = list(log)
    said = {row.note for row in log if row.verb in DECIDES}
    return [_done(application, row, said) for row in log] + _ahead(application, signed, on=on)


def known(log) -> list:
    """The rows that people outside the office may read: a decision is known from its release on, which has its own
    row; the experts' review is the office's as well. A decision from before decisions were released together led
    straight to what it said, and was known at once.
    """
    return [row for row in log if row.verb not in IN_THE_OFFICE or row.to_state in DECIDED]


def who_did(row) -> str:
    """Whoever did it; a release is the work of somebody who handles what another one decided."""
    if not row.actor_id:
        return ""
    return _now("handled by %(who)s") % {"who": row.actor} if row.verb in RELEASED else str(row.actor)


def _done(application, row, said: set[str]) -> Entry:
    """:param said: the words of decisions that stand in the same way under whoever took them."""
    refused = application.get_refused_as_display() if row.verb == "refuse" else ""
    return Entry(
        refused or str(DONE.get(row.verb, row.verb)),
        "done",
        who=who_did(row),
        at=row.at,
        note="" if row.verb in RELEASED and row.note in said else row.note,
    )


def _ahead(application, signed: set[str], *, on: date) -> list[Entry]:
    """The step it stands at, and those after it; nothing once it has ended."""
    order = [state for state, _title in STEPS]
    here = State(application.state)
    at = AT.get(here, here)
    if here == State.RETURNED:
        # It comes back to where it was, so that step is still ahead.
        origin = State(application.returned_from)
        mend = Entry(
            str(NOW[here]), "now", when=_until(application.correct_by, on), who=str(application.studio.lead)
        )
        return [mend, *_coming(application, order.index(AT.get(origin, origin)), on=on)]
    if here in ENDED:
        return []
    if here == State.APPROVED and application.notice.is_over(on):
        at = State.NAMED  # nothing but the naming is left
    place = order.index(at)
    title = NOW.get(here, STEPS[place][1])
    day = application.notice.ends_on if at == State.APPROVED else by_when(application, at)
    current = Entry(str(title), "now", when=_until(day, on), note=_lacking(here, signed))
    return [current, *_coming(application, place + 1, on=on)]


def _coming(application, place: int, *, on: date) -> list[Entry]:
    return [
        Entry(
            str(title),
            "next",
            when="" if state == State.APPROVED else _until(by_when(application, state), on),
        )
        for state, title in STEPS[place:]
    ]


def due_on(application) -> date | None:
    """The day by which its next step is to be done; None once it has ended."""
    return None if application.state in ENDED else by_when(application, application.state)


def by_when(application, state: str) -> date:
    """The day by which the step that ``state`` waits for is to be done."""
    round_ = application.round
    # A late entry moves what follows: the unit has as long for signing as the round gave it, and no later
    # step is due before an earlier one.
    closes_on = max(round_.closes_on, application.late_until or round_.closes_on)
    signed_by = round_.endorse_by + (closes_on - round_.closes_on)
    decided_by = max(round_.decide_by, signed_by)
    reviewed_by = max(round_.review_by, signed_by) if round_.review_by else decided_by
    return {
        State.DRAFT: application.closes_on(),
        State.RETURNED: application.correct_by or application.closes_on(),
        State.SUBMITTED: signed_by,
        State.RECOMMENDED: reviewed_by,
        State.ACCEPTED: reviewed_by,
        State.REVIEWED: decided_by,
        State.PROPOSED: decided_by,
        State.HELD: decided_by,
        State.APPROVED: max(round_.naming_on, decided_by),
        State.NAMED: max(round_.naming_on, decided_by),
    }[State(state)]


def _until(day: date | None, on: date) -> str:
    if day is None:
        return ""
    if day < on:
        return _now("was due on %(day)s") % {"day": cn_date(day)}
    return _now("by %(day)s") % {"day": cn_date(day)}


def _lacking(state: str, signed: set[str]) -> str:
    """Which of the three are still awaited."""
    if state != State.SUBMITTED:
        return ""
    lacking = [str(Part(part).label) for part in Part.values if part not in signed]
    return _now("Still awaited: %(parts)s") % {"parts": _now(", ").join(lacking)}
