"""A state changes by its table, once, with its log row, or not at all."""

import pytest
from django.db import transaction

from records.moves import IllegalMove, Movable
from studios.models import State, Studio
from tests.factories import StudioFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_move_writes_state_and_log_together():
    studio, leader = StudioFactory(), UserFactory()
    studio.move("name_it", by=leader, note="校工〔2026〕5号")
    assert Studio.objects.get().state == State.NAMED
    (row,) = studio.log.all()
    assert (row.actor, row.verb, row.from_state, row.to_state, row.note) == (
        leader,
        "name_it",
        "candidate",
        "named",
        "校工〔2026〕5号",
    )


def test_a_stale_page_moves_nothing_and_names_the_present_state():
    fresh = StudioFactory()
    stale = Studio.objects.get()
    fresh.move("name_it", by=None)
    with pytest.raises(IllegalMove, match="已命名"):
        stale.move("close", by=None)
    assert Studio.objects.get().state == State.NAMED
    assert [row.verb for row in fresh.log.all()] == ["name_it"]


def test_the_same_move_twice_is_refused():
    studio = StudioFactory()
    studio.move("name_it", by=None)
    with pytest.raises(IllegalMove):
        studio.move("name_it", by=None)
    assert studio.log.count() == 1


def test_a_move_rolled_back_leaves_no_log():
    studio = StudioFactory()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        studio.move("name_it", by=None)
        raise ZeroDivisionError
    assert Studio.objects.get().state == State.CANDIDATE
    assert not studio.log.exists()


def test_a_target_outside_the_table_is_a_mistake_of_the_programme():
    studio = StudioFactory()
    with pytest.raises(ValueError, match="does not end"):
        studio.move("name_it", by=None, to=State.REVOKED)
    assert Studio.objects.get().state == State.CANDIDATE


@pytest.mark.parametrize("model", Movable.__subclasses__())
def test_every_move_starts_from_and_ends_in_a_state_of_its_model(model):
    states = set(dict(model._meta.get_field("state").choices))
    for verb, move in model.MOVES.items():
        assert move.origins <= states, verb
        assert move.targets <= states, verb
        assert move.origins, verb
        assert move.targets, verb
