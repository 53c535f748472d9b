"""Who holds a role on the way of applications, for those who ask about many applications at once."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Prefetch

from accounts.models import Role, RoleCode, Unit, User


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
