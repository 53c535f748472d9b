"""Who may do what to a studio, one sentence a rule."""

from __future__ import annotations

import rules

from accounts.answerable import answerable
from accounts.models import RoleCode
from accounts.permissions import is_union_leader, is_union_staff
from studios.models import LIVE, Editor, Studio
from studios.own_cases import own_cases


@answerable
def leads_of_live_studios():
    """They hand in, in their own name."""
    return Studio.objects.live().values("lead")


@answerable
def co_editors_of_live_studios():
    """They write into the papers."""
    return Editor.objects.filter(studio__state__in=LIVE).values("user")


@rules.predicate
def leads(user, studio):
    """The lead of the studio."""
    return studio is not None and studio.lead_id == user.pk


@rules.predicate
def co_edits(user, studio):
    """A co-editor whom the lead has named."""
    return studio is not None and studio.is_co_edited_by(user)


@rules.predicate
def is_department_union(user, studio):
    """An officer of the department union of the studio's unit, or of a unit above it."""
    return studio is not None and user.acts_for(studio.unit, RoleCode.DEPARTMENT_UNION)


@rules.predicate
def on_behalf(user, studio):
    """An officer of the department union of the studio's unit, of a candidate that was started on the lead's behalf
    or a studio whose lead has left: any officer, whoever started it, so that a successor can go on.
    """
    return is_department_union.test(user, studio) and studio.is_run_on_behalf


@rules.predicate
def is_live(user, studio):
    """The studio is a candidate or holds its title."""
    return studio is not None and studio.state in LIVE


@rules.predicate
def own_case(user, studio):
    """The person leads, co-edits or belongs to the studio, or did in papers it handed in: nobody acts on their own
    case.
    """
    return studio is not None and bool(own_cases(Studio.objects.filter(pk=studio.pk), user))


@rules.predicate
def has_a_unit(user):
    return user.is_authenticated and user.unit_id is not None


@rules.predicate
def is_an_officer(user):
    return user.is_authenticated and user.has_role(RoleCode.DEPARTMENT_UNION)


# Filling in and handing in on behalf takes no part in the case: the same officer may still recommend it (Art. 8
# asks the department union for both), while who leads, co-edits or belongs to the studio may not.
runs_it = leads | on_behalf

rules.add_perm("studios.start_studio", has_a_unit | is_an_officer)
rules.add_perm("studios.start_studio_for_others", is_an_officer)
rules.add_perm("studios.edit_studio", (runs_it | co_edits) & is_live)
rules.add_perm("studios.manage_editors", runs_it & is_live)
# Telephone and birth are shown to those who work on the papers and those who have to reach the lead.
rules.add_perm("studios.view_personal", runs_it | co_edits | is_department_union | is_union_staff)
rules.add_perm("studios.issue_certificates", (is_union_staff | is_union_leader) & ~own_case)
