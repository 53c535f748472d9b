"""Who: units as a tree, people, their roles, their inbox."""

from accounts.models.inbox import ActivationCode, Notice
from accounts.models.person import PeopleManager, User
from accounts.models.role import Role, RoleCode, Side
from accounts.models.unit import Unit

__all__ = ["ActivationCode", "Notice", "PeopleManager", "Role", "RoleCode", "Side", "Unit", "User"]
