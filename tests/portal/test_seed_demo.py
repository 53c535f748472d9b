"""The demo university: every role, every state, the same for the same seed."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import Role, RoleCode, User
from portal.demo.people import ACCOUNTS
from portal.demo.university import build
from reviews.models import Application, Round
from reviews.models import State as ApplicationState
from studios.models import Certificate, Studio
from studios.models import State as StudioState

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ON = date(2026, 11, 22)


class Undo(Exception):
    pass


def told(seed: int) -> list:
    """Everything a visitor could tell two demos apart by; the database is as before afterwards."""
    try:
        with transaction.atomic():
            build(seed=seed, on=ON)
            seen = [
                list(
                    User.objects.values_list("staff_no", "name", "birth_year", "title").order_by("staff_no")
                ),
                list(Studio.objects.values_list("name", "state", "unit__code").order_by("name")),
                list(Application.objects.values_list("studio__name", "round__year", "state", "submitted_at")),
                list(Certificate.objects.values_list("number", "studio_name", "starts_on", "revoked_on")),
            ]
            raise Undo
    except Undo:
        return seen


def test_the_same_seed_gives_the_same_university_and_another_seed_another():
    first = told(1)
    assert told(1) == first
    assert told(2) != first


def test_the_demo_has_forty_studios_every_state_and_every_role():
    build(seed=1, on=ON)
    assert Studio.objects.count() == 40
    assert set(Application.objects.values_list("state", flat=True)) == set(ApplicationState.values)
    assert set(Studio.objects.values_list("state", flat=True)) == set(StudioState.values)
    assert set(Role.objects.values_list("code", flat=True)) == set(RoleCode.values)
    assert list(Round.objects.values_list("year", flat=True)) == [2027, 2026, 2025, 2024, 2023]
    assert {state for c in Certificate.objects.all() for state in [c.state(ON)]} == {
        "valid",
        "expired",
        "revoked",
    }
    for account in ACCOUNTS:
        user = User.objects.get(username=account.username)
        assert user.check_password(f"demo-{account.username}"), account.username


def test_it_wants_an_empty_database_and_no_production(settings):
    User.objects.create_user("somebody", password="x", name="某人")
    with pytest.raises(CommandError, match="already"):
        call_command("seed_demo")
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("seed_demo")
