"""Who holds a role on the way of applications, for those who ask about many applications at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts import tree
from accounts.models import Role, RoleCode, Unit, User
from studios.models import Editor, Studio


class Officers:
    """Those who hold a role on the way of applications, with all their roles, read once a run."""

    CODES = (RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER, RoleCode.UNION_STAFF, RoleCode.UNION_LEADER)

    def __init__(self):
        roles = Prefetch("roles", Role.objects.select_related("unit"))
        holders = User.objects.with_role(*self.CODES).select_related("unit").prefetch_related(roles)
        self._people: dict[str, list[User]] = defaultdict(list)
        for person in holders.order_by("pk"):
            person.held = list(person.roles.all())
            for code in {role.code for role in person.held}:
                self._people[code].append(person)

    def of(self, *codes: str) -> dict[int, User]:
        return {person.pk: person for code in codes for person in self._people[code]}

    def of_unit(self, unit: Unit, *codes: str) -> list[User]:
        """Those who hold one of the roles for the unit or for one above it."""
        return [
            person
            for person in self.of(*codes).values()
            if any(person.acts_for(unit, code) for code in codes)
        ]


class People:
    """Those whom a move of some applications may concern, read for all of them together."""

    OF_THE_UNION = (RoleCode.UNION_STAFF, RoleCode.UNION_LEADER)
    OF_A_UNIT = (RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER)

    def __init__(self, applications: Sequence):
        studios = {one.studio_id: one.studio for one in applications}
        paths = {path for studio in studios.values() for path in tree.prefixes(studio.unit.path)}
        wanted = Q(code__in=self.OF_THE_UNION) | Q(code__in=self.OF_A_UNIT, unit__path__in=paths)
        roles = Role.objects.filter(wanted, user__is_active=True).select_related("user__unit", "unit")
        people: dict[int, User] = {}
        self._holders: dict[str, list[tuple[Unit | None, User]]] = defaultdict(list)
        for role in roles.order_by("pk"):
            # One object a person: what is read of somebody once is known for all applications.
            self._holders[role.code].append((role.unit, people.setdefault(role.user_id, role.user)))
        self._editors: dict[int, list[User]] = defaultdict(list)
        for editor in Editor.objects.filter(studio__in=studios).select_related("user"):
            self._editors[editor.studio_id].append(editor.user)

    def of(self, code: str) -> list[User]:
        return [person for _unit, person in self._holders[code]]

    def of_unit(self, unit: Unit, code: str) -> list[User]:
        """Those who hold the role for the unit or for one above it."""
        holders = self._holders[code]
        return [person for own, person in holders if own is not None and unit.path.startswith(own.path)]

    def working_on(self, studio: Studio) -> list[User]:
        """The lead and the co-editors."""
        return [studio.lead, *self._editors[studio.pk]]

    def in_the_team(self, application) -> list[User]:
        """The members with an account, as the team is today."""
        members = application.studio.members.present(timezone.localdate())
        return list(User.objects.filter(memberships__in=members))
