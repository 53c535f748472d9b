"""Whose own case a studio's papers are: by account, and on paper, where there is only a name, by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.names import bare
from studios.models import Studio


@dataclass(frozen=True)
class Concerned:
    """Those who lead, co-edit or belong to a studio.

    :ivar people: the accounts.
    :ivar typed: the names of members who were entered without an account.
    :ivar names: the names of all of them who are of the studio's unit, or may be; a paper that is signed there bears
        no account by which two of one name could be told apart.
    """

    people: frozenset[int]
    typed: frozenset[str]
    names: frozenset[str]

    def includes(self, user, studio: Studio) -> bool:
        """Whether it is this person's own case; for names without an account see :meth:`User.is_meant_by`."""
        return user.pk in self.people or user.is_meant_by(self.typed, studio.unit)


def concerned_by(studio: Studio, *, on: date) -> Concerned:
    """Whom the papers concern as they stand on a day (2 queries)."""
    members = list(studio.members.present(on).select_related("user__unit"))
    accounts = [studio.lead, *(one.user for one in studio.editors.select_related("user__unit"))]
    accounts += [member.user for member in members if member.user_id]
    typed = {bare(member.name) for member in members if member.user_id is None}
    entered = {bare(member.name) for member in members if member.user_id and _is_of(member.user, studio)}
    own = {bare(one.name) for one in accounts if one.pk == studio.lead_id or _is_of(one, studio)}
    return Concerned(
        frozenset(one.pk for one in accounts), frozenset(typed), frozenset(typed | entered | own)
    )


def _is_of(person, studio: Studio) -> bool:
    return studio.unit.is_related_to(person.unit)
