"""The tree of units stays a tree whose paths are true, whoever changes it at the same moment.

Real threads on real connections. On SQLite writers queue before they begin, so the twins run on PostgreSQL only.
"""

import threading
import time

import pytest
from django.db import transaction
from django.urls import reverse

from accounts import tree
from accounts.models import RoleCode, Unit, User
from records.moves import DomainError
from tests.accounts.test_names import unit_form
from tests.factories import UnitFactory, UserFactory
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
on_postgres = pytest.mark.postgres


@pytest.fixture
def units():
    """Two colleges, each with one institute: ``/A/A1/`` and ``/B/B1/``."""
    above = {code: UnitFactory(code=code, name=f"{code}学院") for code in "AB"}
    below = {
        f"{code}1": UnitFactory(code=f"{code}1", name=f"{code}研究所", parent=above[code]) for code in "AB"
    }
    return above | below


def move(unit: Unit, parent: Unit) -> None:
    """As somebody does who has read both before."""
    unit.parent = parent
    unit.save()


def paths() -> dict[str, str]:
    return dict(Unit.objects.values_list("code", "path"))


def one_while_the_other_is_not_committed(first, second) -> list:
    """The second begins when the first has written and half a second before it commits."""
    has_written = threading.Event()

    def slow():
        with transaction.atomic():
            first()
            has_written.set()
            time.sleep(0.5)

    def waiting():
        has_written.wait(10)
        second()

    return at_once(slow, waiting)


def both_read_before_either_writes(monkeypatch):
    """Takes the lock away; the units that are moved have nobody below them to go on with."""
    meeting, take_place = threading.Barrier(2), Unit._take_place

    def take_place_and_wait(unit):
        take_place(unit)
        meeting.wait(10)

    monkeypatch.setattr(tree, "lock", lambda: None)
    monkeypatch.setattr(Unit, "_take_place", take_place_and_wait)


def test_of_two_units_that_are_put_below_each_other_one_is(units):
    one, other = units["A1"], units["B1"]
    results = one_while_the_other_is_not_committed(lambda: move(one, other), lambda: move(other, one))
    assert kinds(results) == ["DomainError", "done"]
    assert str(results[1]) == "上级单位不能是本单位或其下级单位。"
    assert paths() == {"A": "/A/", "B": "/B/", "A1": "/B/B1/A1/", "B1": "/B/B1/"}


@on_postgres
def test_without_the_lock_each_stands_below_the_other(units, monkeypatch):
    both_read_before_either_writes(monkeypatch)
    one, other = units["A1"], units["B1"]
    assert kinds(at_once(lambda: move(one, other), lambda: move(other, one))) == ["done", "done"]
    assert paths() == {"A": "/A/", "B": "/B/", "A1": "/B/B1/A1/", "B1": "/A/A1/B1/"}


def add_below(unit: Unit) -> None:
    UnitFactory(code="C", name="新建研究室", parent=unit)


def test_what_is_added_below_a_unit_that_moves_moves_along(units):
    UserFactory(username="officer", unit=units["A"], roles=[(RoleCode.DEPARTMENT_UNION,)])
    moved = Unit.objects.get(code="A1")
    results = one_while_the_other_is_not_committed(
        lambda: move(moved, units["B"]), lambda: add_below(units["A1"])
    )
    assert kinds(results) == ["done", "done"]
    assert paths() == {"A": "/A/", "B": "/B/", "A1": "/B/A1/", "B1": "/B/B1/", "C": "/B/A1/C/"}
    officer, added = User.objects.get(username="officer"), Unit.objects.get(code="C")
    assert not officer.acts_for(added, RoleCode.DEPARTMENT_UNION)


@on_postgres
def test_without_the_lock_it_stays_behind(units, monkeypatch):
    both_read_before_either_writes(monkeypatch)
    moved = Unit.objects.get(code="A1")
    results = at_once(lambda: move(moved, units["B"]), lambda: add_below(units["A1"]))
    assert kinds(results) == ["done", "done"]
    assert paths() == {"A": "/A/", "B": "/B/", "A1": "/B/A1/", "B1": "/B/B1/", "C": "/A/A1/C/"}


def test_who_has_read_a_unit_before_it_moved_leaves_no_false_path_below_it(units):
    UnitFactory(code="C", name="研究室", parent=units["A1"])
    read_before = Unit.objects.get(code="A1")
    move(Unit.objects.get(code="A1"), units["B"])
    read_before.short_name = "一所"
    read_before.save(update_fields=["short_name"])
    assert paths() == {"A": "/A/", "B": "/B/", "A1": "/B/A1/", "B1": "/B/B1/", "C": "/B/A1/C/"}
    read_before.save()
    assert paths() == {"A": "/A/", "B": "/B/", "A1": "/A/A1/", "B1": "/B/B1/", "C": "/A/A1/C/"}


def test_the_tree_is_not_changed_outside_a_transaction():
    with pytest.raises(RuntimeError):
        tree.lock()


def test_a_ring_is_refused_as_it_is_saved(units):
    with pytest.raises(DomainError):
        move(units["A"], units["A1"])
    assert paths()["A"] == "/A/"


def test_the_office_is_told_at_its_form_what_somebody_else_has_moved_meanwhile(units, sign_in):
    office = sign_in(UserFactory(unit=None, roles=[(RoleCode.SYSADMIN,)]))
    one, other, answers = units["A1"], units["B1"], []

    def send():
        fields = unit_form(one, 0) | {"code": other.code, "name": other.name}
        answers.append(office.post(reverse("admin:accounts_unit_change", args=[other.pk]), fields))

    results = one_while_the_other_is_not_committed(lambda: move(one, other), send)
    assert results == [None, None]
    assert answers[0].context["adminform"].form.errors == {"parent": ["上级单位不能是本单位或其下级单位。"]}
