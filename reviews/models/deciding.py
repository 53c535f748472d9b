"""From the experts' sheets to the decision, and from when on it is known (Art. 7, 8).

What the union leader decides stays in the office until all decisions of a round are released together, see
:mod:`reviews.releasing`; taking back what was released has its reason in the log.
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _now

from reviews.models.states import Decision, State, required

VERBS = {Decision.APPROVE: "approve", Decision.REJECT: "reject", Decision.HOLD: "hold"}
UNDECIDED = {"decision": "", "decision_text": "", "decided_at": None, "decided_by": None, "released_at": None}
# Said to experts whose sheet is open again because the papers were handed in anew.
PAPERS_CHANGED = "申报材料修改后重新提交，请核对改动后重新提交评分。"


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

    def decide(self, decision: str, *, by, text: str):
        """Propose to approve, reject or hold, each with its text; may be changed until it is released.

        Pressed twice it is decided once. Whoever has not seen the decision of somebody else does not change it.
        """
        text = required(text, _now("Give the text of the decision."))
        verb, seen = VERBS[Decision(decision)], self.state
        with self.locked(verb) as row:
            if row.state == State.PROPOSED and (decision, text, by.pk) == (
                row.decision,
                row.decision_text,
                row.decided_by_id,
            ):
                return
            self.state = seen
            self.move(
                verb,
                by=by,
                note=text,
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
