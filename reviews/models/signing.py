"""The recommendation and the two sign-offs as they are given: under one lock, by three people, none of them its own.

The rows themselves are in :mod:`reviews.models.endorsement`; why they are rows and not states, in docs/adr/0006.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

from django.utils.translation import gettext as _now

from accounts.names import bare
from records.moves import DomainError
from reviews.concerned import concerned_by
from reviews.models.panel import Relation
from reviews.models.states import required

# What ends a stamped form that still waits for its check: it was stamped on papers that are now void,
LEAVES_THE_UNIT = frozenset({"return_for_correction", "refuse", "withdraw"})
# or nothing is missing any more that it could bring.
SIGNED_ONLINE = "推荐意见和党政意见已在网上签齐，这份盖章申报表不再需要核对。"


class Signing:
    """What an application does while it awaits its signatures, and whose own case it is."""

    def concerns(self, user) -> bool:
        """Whether nobody lets the person act on it: it is their own case, or a relation with the studio is declared."""
        return self.is_own_case_of(user) or self.studio_id in Relation.objects.studios_of(user)

    def is_own_case_of(self, user) -> bool:
        """Whether this is the person's own case: by the studio as it is now, or by any version handed in."""
        return self.papers_concern(user) or self.studio.concerns(user)

    def papers_concern(self, user) -> bool:
        """Whether any version that was handed in makes it the person's own case.

        A member without an account is the person of that name, see :meth:`User.is_meant_by`.
        """
        return user.pk in self.concerned or user.is_meant_by(self.concerned_typed, self.studio.unit)

    def names_in_the_papers(self, *, on: date) -> set[str]:
        """Who signs none of it on paper, as names are compared: now, and of any version handed in."""
        return {*self.concerned_names, *concerned_by(self.studio, on=on).names}

    def given(self) -> dict:
        """Part → its recommendation or sign-off, of those that are given."""
        return {one.part: one for one in self.endorsements.all()}

    def end_waiting_form(self, log) -> None:
        """With the move that this row of the log tells of, a stamped form that waits has nothing to wait for."""
        from reviews import notices

        complete = log.verb == "complete_endorsement"
        if not complete and log.verb not in LEAVES_THE_UNIT:
            return
        for form in self.paper_forms.filter(state="uploaded"):
            form.move("turn_down", by=log.actor, note=SIGNED_ONLINE if complete else log.note)
            if complete:
                notices.tell_of_needless_form(form, SIGNED_ONLINE)

    def opinions(self) -> list[dict]:
        """The three parts in their order, each with what was given, or None."""
        from reviews.models.endorsement import Part

        given = self.given()
        return [{"label": part.label, "given": given.get(part)} for part in Part]

    def forms_on_paper(self, log) -> list:
        """The stamped forms, the newest first; asked for only when the log tells of one."""
        if not any(row.verb == "upload_paper" for row in log):
            return []
        return list(self.paper_forms.select_related("uploaded_by").order_by("-uploaded_at"))

    def endorse(self, part: str, *, by, opinion: str):
        """Recommend, or sign for one side of the unit (Art. 8); with the third of the three it is recommended.

        :raises DomainError: without an opinion, when the part is signed already, or when the person signed
            another.
        """
        opinion = required(opinion, _now("Give an opinion."))
        with self.locked_for_signing() as snapshot:
            signed = self.endorsements_now()
            if any(one.part == part for one in signed):
                raise DomainError(_now("This part is signed already."))
            # Two people may bear one name; on paper only the name tells them apart.
            if any(one.is_by(by) for one in signed):
                raise DomainError(
                    _now("The recommendation and the two sign-offs come from three different people.")
                )
            endorsement = self.endorsements.create(
                part=part, opinion=opinion, by=by, signatory=by.name, snapshot=snapshot
            )
            self.log.create(
                actor=by, verb=f"sign_{part}", from_state=self.state, to_state=self.state, note=opinion
            )
            self.complete_if_signed(by=by)
        return endorsement

    @contextmanager
    def locked_for_signing(self):
        """Of two last signatures the second sees the first; gives the snapshot that is signed."""
        with self.locked("complete_endorsement"):
            yield self.snapshot

    def endorsements_now(self) -> list:
        """Read anew under the lock, whatever the page had read before."""
        return list(self.endorsements.order_by("pk"))

    def complete_if_signed(self, *, by):
        from reviews.models.endorsement import Part

        if set(self.endorsements.values_list("part", flat=True)) == set(Part.values):
            self.move("complete_endorsement", by=by)

    def signed_by_their_own(self, papers: dict) -> list[str]:
        """Nobody acts on their own case, also when they came into the papers after signing them."""
        return [
            _now("%(name)s signed this application and cannot belong to the studio.")
            % {"name": one.signatory}
            for one in self.endorsements_now()
            if one.by_id in papers["concerned"]
            or bare(one.signatory) in papers["concerned_names" if one.paper_id else "concerned_typed"]
        ]
