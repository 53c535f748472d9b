"""What the department union starts on a lead's behalf is the unit's to go on with, not one officer's."""

import pytest

from accounts.models import RoleCode
from studios.models import State, Studio
from tests.factories import StudioFactory, UnitFactory, UserFactory, give_role

pytestmark = pytest.mark.django_db

OF_THE_UNIT = {"department", "department_member"}
RUNS_IT = ("studios.edit_studio", "studios.manage_editors")


def who_may(permission: str, studio: Studio, cast) -> set[str]:
    studio = Studio.objects.get(pk=studio.pk)
    return {name for name, user in cast.everybody().items() if user.has_perm(permission, studio)}


def fills_in(studio: Studio, cast) -> set[str]:
    """Who may edit the papers, which is also for whom they are listed."""
    listed = {name for name, user in cast.everybody().items() if studio in Studio.objects.worked_on_by(user)}
    assert listed == who_may("studios.edit_studio", studio, cast)
    return listed


def start_on_behalf(cast, **fields) -> None:
    Studio.objects.filter(pk=cast.studio.pk).update(started_by=cast.department, **fields)


def test_what_a_lead_started_is_the_leads_and_the_co_editors(cast):
    assert fills_in(cast.studio, cast) == {"lead", "co_editor"}
    assert who_may("studios.manage_editors", cast.studio, cast) == {"lead"}


def test_what_was_started_on_the_leads_behalf_is_open_to_every_officer_of_the_unit(cast):
    start_on_behalf(cast)
    assert fills_in(cast.studio, cast) == {"lead", "co_editor"} | OF_THE_UNIT
    assert who_may("studios.manage_editors", cast.studio, cast) == {"lead"} | OF_THE_UNIT


@pytest.mark.parametrize("state", [State.NAMED, State.RECTIFYING])
def test_once_it_is_named_the_lead_alone_answers_for_it(cast, state):
    start_on_behalf(cast, state=state)
    assert fills_in(cast.studio, cast) == {"lead", "co_editor"}


def test_a_successor_goes_on_and_the_officer_who_left_the_office_does_not(cast):
    start_on_behalf(cast)
    cast.department.roles.all().delete()
    give_role(cast.stranger, RoleCode.DEPARTMENT_UNION, unit=cast.unit)
    cast.department = type(cast.department).objects.get(pk=cast.department.pk)
    assert fills_in(cast.studio, cast) == {"lead", "co_editor", "stranger", "department_member"}


def test_the_department_union_of_a_unit_above_may_and_that_of_a_unit_below_may_not(cast):
    above, below = UnitFactory(), UnitFactory(parent=cast.unit)
    cast.unit.parent = above
    cast.unit.save()
    below.refresh_from_db()
    start_on_behalf(cast)
    officers = {unit: UserFactory(unit=unit, roles=[(RoleCode.DEPARTMENT_UNION,)]) for unit in (above, below)}
    studio = Studio.objects.get(pk=cast.studio.pk)
    may = {unit for unit, user in officers.items() if user.has_perm("studios.edit_studio", studio)}
    listed = {unit for unit, user in officers.items() if studio in Studio.objects.worked_on_by(user)}
    assert may == listed == {above}


@pytest.mark.parametrize("state", [State.CANDIDATE, State.NAMED, State.RECTIFYING])
def test_when_the_lead_has_left_the_department_union_of_the_unit_takes_over(cast, state):
    Studio.objects.filter(pk=cast.studio.pk).update(state=state)
    cast.lead.is_active = False
    cast.lead.save()
    assert who_may("studios.edit_studio", cast.studio, cast) == {"co_editor"} | OF_THE_UNIT
    assert who_may("studios.manage_editors", cast.studio, cast) == OF_THE_UNIT
    assert all(cast.studio in Studio.objects.worked_on_by(getattr(cast, name)) for name in OF_THE_UNIT)


@pytest.mark.parametrize("state", [State.REVOKED, State.CLOSED])
def test_nobody_edits_what_is_over(cast, state):
    start_on_behalf(cast, state=state)
    cast.lead.is_active = False
    cast.lead.save()
    for permission in RUNS_IT:
        assert who_may(permission, cast.studio, cast) == set()


def test_an_officer_who_leads_does_not_open_the_own_studio_to_the_colleagues(cast):
    colleague = UserFactory(unit=cast.unit, roles=[(RoleCode.DEPARTMENT_UNION,)])
    own = StudioFactory(lead=colleague)
    assert fills_in(own, cast) == set()
    assert colleague.has_perm("studios.edit_studio", own)
