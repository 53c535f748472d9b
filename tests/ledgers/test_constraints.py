"""What the database itself keeps of the ledgers: each rule from either side."""

from datetime import date

import pytest

from ledgers.models import Achievement
from tests.constraints import assert_kept_both_ways, like, named_constraints
from tests.factories import StudioFactory


@pytest.fixture
def result(db):
    """A result that nobody has recognised, and that is not there yet."""
    return Achievement(studio=StudioFactory(), kind=Achievement.Kind.INVENTION, title="一种主轴监测方法")


# Rule → rows inside it, rows outside it.
RULES = {
    "recognition_has_body_and_day": lambda result: (
        like(result, {}, {"recognised_by": "国家知识产权局", "recognised_on": date(2025, 2, 10)}),
        like(result, {"recognised_by": "国家知识产权局"}, {"recognised_on": date(2025, 2, 10)}),
    ),
    "a_benefit_is_not_below_nought": lambda result: (
        like(result, {"benefit_amount": None}, {"benefit_amount": 0}, {"benefit_amount": "0.01"}),
        like(result, {"benefit_amount": "-0.01"}),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_database_keeps_each_rule(rule, result):
    assert_kept_both_ways(rule, *RULES[rule](result))


def test_every_rule_is_in_the_table():
    assert set(RULES) == named_constraints("ledgers")
