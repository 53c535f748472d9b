"""Who a person is, as predicates that the other packages build their rules from; and the one check."""

from __future__ import annotations

from collections.abc import Set

import rules
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import RoleCode, User


def check(user, permission: str, subject=None) -> None:
    """Let pass, or end the request with 403.

    :raises PermissionDenied: when ``user`` lacks ``permission`` on ``subject``.
    """
    if not user.has_perm(permission, subject):
        raise PermissionDenied(_("You are not entitled to do this."))


def holds(*codes: str):
    """The person holds one of the roles."""

    @rules.predicate(f"holds:{'|'.join(codes)}")
    def predicate(user):
        return user.is_authenticated and user.has_role(*codes)

    return predicate


@rules.predicate
def is_superuser(user):
    """The account that the server's administrator makes first; it does what a system administrator does."""
    return user.is_authenticated and user.is_superuser


@rules.predicate
def started_it(user, job):
    """The person who started the job."""
    return job is not None and job.started_by_id == user.pk


is_union_staff = holds(RoleCode.UNION_STAFF)
is_union_leader = holds(RoleCode.UNION_LEADER)
is_auditor = holds(RoleCode.AUDITOR)
is_sysadmin = holds(RoleCode.SYSADMIN) | is_superuser

rules.add_perm("accounts.move_units", is_sysadmin)
rules.add_perm("accounts.import_people", is_sysadmin | is_union_staff)
rules.add_perm("accounts.activate_people", is_sysadmin | is_union_staff)
rules.add_perm("records.see_every_job", is_union_staff)
rules.add_perm("records.run_job_again", started_it | is_union_staff)
rules.add_perm("records.watch_outbox", is_union_staff | is_sysadmin | is_auditor)
rules.add_perm("records.push_outbox", is_union_staff | is_sysadmin)
rules.add_perm("records.read_calendar", is_union_staff | is_union_leader | is_auditor)
rules.add_perm("records.keep_calendar", is_union_staff)


def why_not_moved(user: User | None, path: Set[str], path_then: Set[str]) -> str:
    """Why ``user`` does not put a unit elsewhere in the tree; empty where they may.

    Who holds an office of a unit acts for all below it. So units are moved by the system administrator, who gives these
    offices, and by nobody into or out of where they hold one themselves.

    :param path: the codes of the unit and of those above it; ``path_then``: the same once it is moved.
    """
    if user is None or not user.has_perm("accounts.move_units"):
        return _("The parent unit is changed by the system administrator.")
    own = {unit.code for unit in user.units_as(*RoleCode.IN_A_UNIT)}
    if own & (path ^ path_then):
        return _("You hold an office there yourself. Another system administrator changes this parent unit.")
    return ""
