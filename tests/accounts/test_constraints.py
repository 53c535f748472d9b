"""What the database itself keeps of units, people, roles and notices: each rule from either side."""

from types import SimpleNamespace

import pytest

from accounts.models import Notice, Role, Unit, User
from tests.constraints import assert_kept_both_ways, like, named_constraints
from tests.factories import UnitFactory, UserFactory


@pytest.fixture
def there(db):
    """What is there already; ``new_unit`` and ``newcomer`` are not."""
    unit, person, other = UnitFactory(code="10100"), UserFactory(username="leader"), UserFactory()
    return SimpleNamespace(
        unit=unit,
        other=other,
        signs=Role.objects.create(user=person, code="unit_leader", unit=unit, side="party"),
        judges=Role.objects.create(user=person, code="expert"),
        told=Notice.objects.create(recipient=person, event="due:1", milestone="7", subject="催办"),
        new_unit=Unit(code="10200", name="新的部门", kind="office", path="/10200/"),
        newcomer=User(username="newcomer", name="新人"),
    )


# Rule → rows inside it, rows outside it.
RULES = {
    "a_unit_code_is_one_step_of_a_path": lambda there: (
        like(there.new_unit, {"code": "10100-A"}, {"code": "x"}),
        like(there.new_unit, {"code": "10100/1"}, {"code": "/"}, {"code": ""}),
    ),
    "birth_month_is_a_month": lambda there: (
        like(there.newcomer, {"birth_month": None}, {"birth_month": 1}, {"birth_month": 12}),
        like(there.newcomer, {"birth_month": 0}, {"birth_month": 13}),
    ),
    "a_user_name_is_one_persons_in_any_letters": lambda there: (
        like(there.newcomer, {"username": "leader2"}),
        like(there.newcomer, {"username": "Leader"}, {"username": "LEADER"}),
    ),
    "a_role_is_given_once_in_a_unit": lambda there: (
        like(there.signs, {"user": there.other}, {"unit": UnitFactory()}, {"side": "administration"}),
        like(there.signs, {}),
    ),
    "a_role_without_unit_is_given_once": lambda there: (
        like(there.judges, {"user": there.other}, {"code": "finance"}),
        like(there.judges, {}),
    ),
    "unit_roles_name_their_unit": lambda there: (
        like(there.signs, {"code": "department_union", "side": ""}, {"user": there.other})
        + like(there.judges, {"code": "auditor"}),
        like(there.signs, {"unit": None}, {"unit": None, "code": "department_union", "side": ""})
        + like(there.judges, {"unit": there.unit}),
    ),
    "only_unit_leaders_have_a_side": lambda there: (
        like(there.signs, {"side": "administration"}, {"code": "department_union", "side": ""}),
        like(there.signs, {"side": ""}, {"code": "department_union"})
        + like(there.judges, {"side": "party", "user": there.other}),
    ),
    "a_notice_is_sent_once": lambda there: (
        like(there.told, {"recipient": there.other}, {"event": "due:2"}, {"milestone": "3"}),
        like(there.told, {}, {"subject": "再次催办"}),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_database_keeps_each_rule(rule, there):
    assert_kept_both_ways(rule, *RULES[rule](there))


def test_every_rule_is_in_the_table():
    assert set(RULES) == named_constraints("accounts")
