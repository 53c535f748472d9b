"""From the experts' sheets to the decision, and from when on it is known (Art. 7, 8).

What the union leader decides stays in the office until all decisions of a round are released together, see
:mod:`reviews.releasing`; taking back what was released has its reason in the log.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _now

from records.moves import DomainError, IllegalMove
from records.templatetags.present import moment
from reviews.models.states import ENDED, Decision, State, required

VERBS = {Decision.APPROVE: "approve", Decision.HOLD: "hold", Decision.REJECT: "reject"}
UNDECIDED = {"decision": "", "decision_text": "", "decided_at": None, "decided_by": None, "released_at": None}
# Said to experts whose sheet is open again because the papers were handed in anew.
PAPERS_CHANGED = "申报材料修改后重新提交，请核对改动后重新提交评分。"


def unseen_by_experts(decision: str, marked: int | None, last: int) -> str:
    """Why this cannot be decided on marks that were given on the version ``marked``; empty when it can.

    A studio is approved on what experts have reviewed, and on nothing that was handed in after it (Art. 7). Put on hold
    or turned down it may be: that names nobody.
    """
    if decision != Decision.APPROVE or marked in (None, last):
        return ""
    return _now(
        "Experts gave their marks on version %(marked)s of the papers; version %(last)s was handed in since. Staff "
        "give it back to the experts first; it can be approved once they have looked at it."
    ) % {"marked": marked, "last": last}


def given_in_conflict(decision: str, found: Iterable[tuple]) -> str:
    """Why this cannot be decided on marks of experts who are in conflict with the studio, as it became known since;
    empty when it can.

    :param found: assignments that count, each with what is known between its expert and the studio.
    """
    if decision != Decision.APPROVE or not found:
        return ""
    said = [
        _now("%(name)s (%(reasons)s)") % {"name": one.expert.name, "reasons": _now("; ").join(why)}
        for one, why in found
    ]
    return _now(
        "Marks count of experts who are in conflict with the studio: %(experts)s. Staff give it back to the experts "
        "first and replace these; it can be approved once the review is complete again."
    ) % {"experts": _now("; ").join(said)}


class Deciding:
    """What happens to an application between its acceptance for review and its naming."""

    @property
    def known_decision(self) -> str:
        """The decision, once it is released; empty before, for everybody outside the office."""
        return self.decision if self.released_at else ""

    def get_known_decision(self) -> str:
        return self.get_decision_display() if self.released_at else ""

    @property
    def known_decision_text(self) -> str:
        return self.decision_text if self.released_at else ""

    def missing_before_reviewed(self) -> list[str]:
        """Why the expert review cannot be completed yet, one sentence each; empty when it can."""
        from reviews.results import missing

        return missing(self)

    def complete_review(self, *, by, note: str = ""):
        """Staff found the sheets complete: the quorum is there, nobody is at work, what lay far apart was moderated.

        :raises DomainError: while something of that is lacking; there is no way round the experts (Art. 7).
        """
        with self.locked("complete_review"):
            self.require(self.missing_before_reviewed(), _now("The expert review is not complete yet."))
            self.move("complete_review", by=by, note=note)

    def reopen_review(self, *, by, reason: str):
        """Back to the experts, for a further mark or because the papers have changed; a decision is void then."""
        reason = required(reason, _now("Give the reason."))
        with self.locked("reopen_review"):
            self.move("reopen_review", by=by, note=reason, **UNDECIDED)
            self.give_to_experts_anew(self.snapshot, by=by)

    def give_to_experts_anew(self, snapshot, *, by) -> None:
        """Those who review it read this version; who scored another one looks at the own marks again."""
        for one in self.assignments.holding().exclude(snapshot=snapshot):
            one.snapshot = snapshot
            one.save(update_fields=["snapshot"])
            if one.can_move("reopen"):
                one.reopen(by=by, reason=PAPERS_CHANGED)

    @property
    def last_move(self) -> int:
        """The number of its last move: a page that was opened before another one shows no longer how it stands."""
        return self.log.aggregate(last=models.Max("pk"))["last"] or 0

    def decide(self, decision: str, *, by, text: str, seen: int | None = None):
        """Propose to approve, reject or hold, each with its text; may be changed until it is released.

        Pressed twice it is decided once. Whoever has not seen the decision of somebody else does not change it.

        :param seen: :attr:`last_move` as the page showed it; None for a decision that is made on no page.
        :raises IllegalMove: when it has moved since then.
        """
        text, state = required(text, _now("Give the text of the decision.")), self.state
        with self.locked(VERBS[Decision(decision)]) as row:
            if row.is_decided(decision, text, by=by):
                return
            if seen not in (None, row.last_move):
                raise IllegalMove(row.overtaken())
            if why := unseen_by_experts(decision, *row.versions()) or row.in_conflict(decision):
                raise DomainError(why)
            self.state = state
            self.propose(decision, by=by, text=text)

    def versions(self) -> tuple[int | None, int]:
        """The earliest version on which a sheet that counts was handed in, None without sheets; and the last one."""
        sheets = self.assignments.filter(state="handed_in")
        return sheets.aggregate(first=models.Min("snapshot__version"))["first"], self.version

    def in_conflict(self, decision: str) -> str:
        """See :func:`given_in_conflict`, as it is known now."""
        from reviews.results import conflicts_of

        return given_in_conflict(decision, conflicts_of(self)) if decision == Decision.APPROVE else ""

    def is_decided(self, decision: str, text: str, *, by) -> bool:
        """Whether this very decision waits for its release, in these words and by this person."""
        given = (self.decision, self.decision_text, self.decided_by_id)
        return self.state == State.PROPOSED and given == (decision, text, by.pk)

    def overtaken(self) -> str:
        """What is said to whoever decides on a page that was opened before its last move."""
        if self.state != State.PROPOSED:
            return _now(
                "This application has moved on since the page was opened. Nothing was changed. Look at how it stands "
                "now, then decide."
            )
        return _now(
            "%(who)s decided “%(decision)s” on %(time)s, after this page was opened. Nothing was changed. Read that "
            "decision first; it can still be changed."
        ) % {
            "who": self.decided_by.name,
            "decision": self.get_decision_display(),
            "time": moment(self.decided_at),
        }

    def propose(self, decision: str, *, by, text: str, tell=None):
        """Write the decision down; whoever calls holds the row and has seen how it stands."""
        self.move(
            VERBS[Decision(decision)],
            by=by,
            note=text,
            tell=tell,
            decision=decision,
            decision_text=text,
            decided_at=timezone.now(),
            decided_by=by,
            released_at=None,
        )

    def reverse(self, *, by, reason: str):
        """Take back a decision that was released, with its reason; it is decided anew.

        :raises DomainError: without a reason, and when the studio has applied again meanwhile.
        """
        from reviews.models.application import Application

        reason = required(reason, _now("Give the reason."))
        with self.locked("reverse"):
            others = Application.objects.open().filter(studio=self.studio_id).exclude(pk=self.pk)
            again = [_now("The studio has applied again meanwhile.")] if others.exists() else []
            self.require(again, _now("This decision stands."))
            self.move("reverse", by=by, note=reason, **UNDECIDED)

    def uphold_objection(self, number: str, *, by) -> None:
        """An objection to it is right: whatever was decided since the experts' review is decided anew, released or not.

        With the experts again, or returned, it stays where it is; the row is there for whoever decides afterwards. What
        has ended stays as it is: it named nobody, since an open objection stops a naming. Whoever calls holds the row.

        :param number: of the objection.
        """
        if self.can_move("uphold_objection"):
            self.move("uphold_objection", by=by, note=number, **UNDECIDED)
        elif self.state not in ENDED:
            state = self.state
            self.log.create(actor=by, verb="uphold_objection", from_state=state, to_state=state, note=number)
