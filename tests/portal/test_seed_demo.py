"""The demo university: every role, every state, the same for the same seed."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import Notice, Role, RoleCode, User
from portal.demo.people import ACCOUNTS
from portal.demo.university import build
from records.attachments import Attachment
from reviews.models import (
    Application,
    ApplicationLog,
    Assignment,
    AssignmentLog,
    AssignmentState,
    Mark,
    Moderation,
    Objection,
    ObjectionLog,
    PaperForm,
    PublicNotice,
    Relation,
    Round,
    Visit,
)
from reviews.models import State as ApplicationState
from studios.models import Certificate, IssuedPaper, Member, Studio, StudioLog
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
            raise Undo([list(rows) for rows in shown()])
    except Undo as undo:
        return undo.args[0]


def shown() -> list:
    """The rows of the demo, in an order that does not depend on their keys."""
    people = ("staff_no", "name", "sex", "birth_year", "title", "phone", "is_active")
    moves = ("application__studio__lead__staff_no", "verb", "actor__staff_no", "at", "note")
    return [
        User.objects.values_list(*people).order_by("staff_no"),
        Studio.objects.values_list("name", "state", "unit__code", "created_at").order_by("name"),
        StudioLog.objects.values_list("studio__name", "verb", "at").order_by("at"),
        Member.objects.values_list("studio__name", "name", "duty", "left_on").order_by(
            "studio__name", "name"
        ),
        Application.objects.values_list("studio__name", "round__year", "state", "submitted_at").order_by(
            "pk"
        ),
        ApplicationLog.objects.values_list(*moves).order_by("at", "pk"),
        PaperForm.objects.values_list("uploaded_at", "state").order_by("uploaded_at"),
        Certificate.objects.values_list("number", "code", "studio_name", "starts_on", "revoked_on"),
        Certificate.history.values_list("number", "code").order_by("number", "history_id"),
        Mark.objects.values_list("criterion__key", "points", "comment", "saved_at").order_by("pk"),
        Assignment.objects.values_list("expert__username", "state", "due_on", "handed_in_at").order_by("pk"),
        Attachment.objects.values_list("name", "created_at").order_by("created_at", "name"),
        # A stamped form bears the number of its application, and PostgreSQL does not count anew.
        Attachment.objects.exclude(name__startswith="申报表").values_list("sha256").order_by("sha256"),
        PublicNotice.objects.values_list("title", "starts_on", "ends_on").order_by("pk"),
        Objection.objects.values_list("number", "code", "state", "received_at").order_by("pk"),
    ]


def test_the_same_seed_gives_the_same_university_and_another_seed_another():
    first = told(1)
    assert told(1) == first
    assert told(2) != first


def test_the_demo_has_forty_studios_every_state_and_every_role():
    build(seed=1, on=ON)
    assert Studio.objects.count() == 40
    assert set(Application.objects.values_list("state", flat=True)) == set(ApplicationState.values)
    assert set(Studio.objects.values_list("state", flat=True)) == set(StudioState.values)
    assert set(AssignmentState) - set(Assignment.objects.values_list("state", flat=True)) <= {
        AssignmentState.DECLINED,
        AssignmentState.REPLACED,
    }
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
    assert dated_today() == {}


def dated_today() -> dict[str, int]:
    """What was played just now and not put back on the day on which it is told to have happened."""
    today = timezone.localdate()
    moments = {
        ApplicationLog: "at",
        Attachment: "created_at",
        StudioLog: "at",
        PaperForm: "uploaded_at",
        IssuedPaper: "made_at",
        Notice: "created_at",
        Assignment: "assigned_at",
        AssignmentLog: "at",
        Mark: "saved_at",
        Relation: "declared_at",
        Moderation: "recorded_at",
        Visit: "recorded_at",
        PublicNotice: "created_at",
        Objection: "received_at",
        ObjectionLog: "at",
    }
    found = {
        model.__name__: model.objects.filter(**{f"{moment}__date": today}).count()
        for model, moment in moments.items()
    }
    for moment in ("submitted_at", "decided_at", "released_at"):
        found[moment] = Application.objects.filter(**{f"{moment}__date": today}).count()
    found["handed_in_at"] = Assignment.objects.filter(handed_in_at__date=today).count()
    return {name: count for name, count in found.items() if count}


def test_it_wants_an_empty_database_and_no_production(settings):
    User.objects.create_user("somebody", password="x", name="某人")
    with pytest.raises(CommandError, match="already"):
        call_command("seed_demo")
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("seed_demo")
