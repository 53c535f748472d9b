"""Every state × every move × every role: exactly the allowed ones pass, and a refused attempt changes nothing.

The models that move are found by themselves, their states and moves come from their ``MOVES``; who may make a move
stands in :mod:`tests.reviews.tables`, in the words of the regulation, and not in those of the code. Everybody presses
every button there is, in the portal and in the office.
"""

import io
import zipfile

import pytest
from django.db import transaction
from django.urls import reverse

from records.moves import IllegalMove, Movable
from reviews.models import (
    Application,
    Assignment,
    Correction,
    Endorsement,
    Mark,
    Moderation,
    Objection,
    PaperForm,
    Part,
    PublicNotice,
    Snapshot,
    State,
)
from reviews.permissions import PERMISSIONS, SIGNING
from studios.models import Certificate, Cycle, Studio
from tests.factories import ApplicationFactory
from tests.reviews.tables import TABLES, application_of

# Who may press what does not depend on the database, and the walk through all of it takes minutes.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

STATES = [(model, state) for model in TABLES for state, _label in model._meta.get_field("state").flatchoices]
EACH_STATE = pytest.mark.parametrize(
    ("model", "state"), STATES, ids=[f"{model.__name__}-{state}" for model, state in STATES]
)


def movable(model=Movable) -> set[type[Movable]]:
    """Every model of the project that moves, however it comes by it."""
    below = set().union(*(movable(child) for child in model.__subclasses__()))
    return below if model._meta.abstract else below | {model}


def everything(row) -> tuple:
    """All that a move could have changed."""
    application = application_of(row)
    fields = [
        model.objects.filter(**which).order_by("pk").values()
        for model, which in (
            (Application, {"pk": application.pk}),
            (Studio, {"pk": application.studio_id}),
            (PaperForm, {"application": application.pk}),
            (Assignment, {"application": application.pk}),
            (Mark, {"assignment__application": application.pk}),
            (Objection, {"application": application.pk}),
        )
    ]
    counted = (*LOGS, Snapshot, Correction, Endorsement, Moderation, PublicNotice, Certificate, Cycle)
    return [list(rows) for rows in fields], [model.objects.count() for model in counted]


LOGS = tuple(table.log for table in TABLES.values())


# -- the matrix ----------------------------------------------------------------------------------


def test_every_model_that_moves_has_its_table_here():
    assert movable() == set(TABLES)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_who_is_said_for_every_move_that_somebody_presses(model):
    table = TABLES[model]
    assert set(table.who) | set(table.unpressed) == set(model.MOVES)
    assert not set(table.who) & set(table.unpressed)
    assert all(table.unpressed.values())


def test_every_move_of_an_application_that_somebody_presses_asks_for_a_permission():
    assert set(PERMISSIONS) == set(TABLES[Application].who)
    assert set(SIGNING) == set(Part)


@EACH_STATE
def test_exactly_the_allowed_moves_pass(model, state, cast, sign_in):
    table = TABLES[model]
    rows = {studio.pk: table.reach(studio, state) for studio in (cast.studio, cast.own_studio)}
    assert {row.state for row in rows.values()} == {state}
    passed, statuses = set(), set()
    for name, user in cast.everybody().items():
        client, row = sign_in(user), rows[cast.studio_of(name).pk]
        before, logged = everything(row), [log.objects.count() for log in LOGS]
        for button, press in table.buttons().items():
            with transaction.atomic():
                statuses.add(press(client, row).status_code)
                new = table.log.objects.order_by("pk").values_list("verb", flat=True)
                passed |= {(name, verb) for verb in new[logged[LOGS.index(table.log)] :]}
                silent = [log.objects.count() for log in LOGS] == logged
                assert not silent or everything(row) == before, (name, button)
                transaction.set_rollback(True)
    allowed = {
        (name, verb)
        for verb, people in table.who.items()
        if state in model.MOVES[verb].origins
        for name in people.get(state, set())
    }
    assert passed == allowed | table.beside.get(state, set())
    assert statuses <= {200, 302, 403, 404}


@EACH_STATE
def test_no_verb_starts_from_a_state_that_the_table_does_not_name(model, state, cast):
    table = TABLES[model]
    row = table.reach(cast.studio, state)
    label = dict(model._meta.get_field("state").flatchoices)[state]
    passed, refused, changed = set(), {}, set()
    for verb, move in model.MOVES.items():
        for target in move.targets:
            fresh = model.objects.get(pk=row.pk)
            with transaction.atomic():
                stamps = table.stamps(verb, state, cast)
                before = everything(row)
                try:
                    fresh.move(verb, by=cast.staff, note="试", to=target, **stamps)
                except IllegalMove as refusal:
                    refused[verb] = str(refusal)
                    changed |= {verb} if everything(row) != before else set()
                else:
                    passed.add(verb)
                transaction.set_rollback(True)
    assert passed == {verb for verb, move in model.MOVES.items() if state in move.origins}
    assert set(refused) == set(model.MOVES) - passed
    assert changed == set()
    assert {verb for verb, told in refused.items() if str(label) not in told} == set()


def form_as_read(client, application) -> str:
    response = client.get(reverse("reviews:form", args=[application.pk, "docx"]))
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return archive.read("word/document.xml").decode()


@pytest.mark.parametrize("state", State)
def test_what_is_typed_reaches_the_papers_exactly_while_they_are_with_the_lead(state, cast, sign_in):
    """The studio goes on and may be edited; what others judge is changed by handing in alone."""
    application, client = ApplicationFactory(studio=cast.studio, reach=state), sign_in(cast.lead)
    url = reverse("studios:part", args=[cast.studio.pk, "plan"])
    form = client.get(url).context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"plan_goals": "改写后的总体目标"}
    client.post(url, {**sent, "opened": form.opened})
    assert "改写后的总体目标" in client.get(url).content.decode()
    with_lead = state in {State.DRAFT, State.RETURNED}
    assert ("改写后的总体目标" in form_as_read(client, application)) is with_lead
    assert ("改写后的总体目标" in form_as_read(sign_in(cast.staff), application)) is (state == State.DRAFT)
