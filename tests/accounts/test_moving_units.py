"""Who holds an office of a unit acts for all below it; so units are moved by those who give the offices."""

import pytest
from django.urls import reverse

from accounts.imports import Fate, plan
from accounts.models import RoleCode, Unit, User
from tests.factories import ApplicationFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
OFFICES = [
    (RoleCode.DEPARTMENT_UNION,),
    (RoleCode.UNIT_LEADER, "party"),
    (RoleCode.UNIT_LEADER, "administration"),
]


def move(client, unit: Unit, parent: Unit | None):
    fields = {
        "code": unit.code, "name": unit.name, "short_name": "改", "kind": unit.kind,
        "parent": parent.pk if parent else "", "union_name": "", "union_chair": "", "union_phone": "",
    }  # fmt: skip
    return client.post(reverse("admin:accounts_unit_change", args=[unit.pk]), fields)


def listed(unit: Unit, parent: str, *more: str) -> bytes:
    rows = [f"{unit.code},{unit.name},{parent},学院", *more]
    return "\n".join(["单位编码,单位名称,上级单位,单位类别", *rows, ""]).encode()


def refused(content: bytes, by: User) -> list[tuple[str, str]]:
    made = plan("unit", content, name="u.csv", by=by)
    return [(problem.cell, problem.reason) for problem in made.reading.problems]


@pytest.fixture
def officer(cast):
    """Of the union's staff, and the officer of another college."""
    return UserFactory(unit=cast.other_unit, roles=[(RoleCode.UNION_STAFF,), (RoleCode.DEPARTMENT_UNION,)])


@pytest.fixture
def sysadmin_with_office(cast):
    return UserFactory(unit=cast.other_unit, roles=[(RoleCode.SYSADMIN,), (RoleCode.DEPARTMENT_UNION,)])


def stands(unit: Unit) -> Unit | None:
    return Unit.objects.get(pk=unit.pk).parent


def test_union_staff_do_not_bring_a_college_under_their_own(cast, officer, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    move(sign_in(officer), cast.unit, cast.other_unit)
    unit = Unit.objects.get(pk=cast.unit.pk)
    assert (unit.parent, unit.short_name) == (None, "改")  # the rest of the unit is theirs to keep
    officer, application = (type(one).objects.get(pk=one.pk) for one in (officer, application))
    assert not officer.has_perm("reviews.sign_recommendation", application)


def test_union_staff_see_the_parent_and_do_not_choose_it(cast, officer, sign_in):
    office = sign_in(officer)
    page = office.get(reverse("admin:accounts_unit_change", args=[cast.unit.pk]))
    assert "parent" not in page.context["adminform"].form.fields
    page = office.get(reverse("admin:accounts_unit_add"))
    assert "parent" in page.context["adminform"].form.fields


def test_the_system_administrator_moves_units(cast, sign_in):
    assert move(sign_in(cast.sysadmin), cast.unit, cast.other_unit).status_code == 302
    assert stands(cast.unit) == cast.other_unit
    assert move(sign_in(cast.sysadmin), cast.unit, None).status_code == 302
    assert stands(cast.unit) is None


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: "-".join(office))
def test_nobody_moves_a_unit_into_or_out_of_where_they_hold_an_office(cast, sign_in, office):
    mover = UserFactory(unit=cast.other_unit, roles=[(RoleCode.SYSADMIN,), office])
    below = UnitFactory(parent=cast.other_unit)
    for unit, parent in ((cast.unit, cast.other_unit), (cast.unit, below), (below, None), (below, cast.unit)):
        before = stands(unit)
        answer = move(sign_in(mover), unit, parent)
        reason = "您本人在该处担任部门工会或党政负责人，请由另一位系统管理员调整上级单位。"
        assert answer.context["adminform"].form.errors == {"parent": [reason]}
        assert stands(unit) == before


def test_within_their_own_unit_and_elsewhere_they_move_units(cast, sysadmin_with_office, sign_in):
    above, below, elsewhere = UnitFactory(), UnitFactory(parent=cast.other_unit), UnitFactory()
    deeper = UnitFactory(parent=below)
    for unit, parent in ((deeper, cast.other_unit), (elsewhere, cast.unit), (cast.other_unit, above)):
        assert move(sign_in(sysadmin_with_office), unit, parent).status_code == 302
        assert stands(unit) == parent


def test_a_list_by_union_staff_moves_no_unit_and_says_why(cast, officer):
    assert refused(listed(cast.unit, cast.other_unit.name), officer) == [("C2", "由系统管理员调整上级单位。")]
    assert refused(listed(cast.unit, cast.other_unit.name), cast.staff) == [
        ("C2", "由系统管理员调整上级单位。")
    ]
    assert refused(listed(cast.unit, cast.other_unit.name), cast.sysadmin) == []


def test_a_list_by_union_staff_brings_new_units_below_others(cast, officer):
    child = UnitFactory(parent=cast.unit)
    content = listed(child, cast.unit.name, f"70001,新院,{cast.other_unit.name},学院", "70002,新所,新院,学院")
    made = plan("unit", content, name="u.csv", by=officer)
    assert [line.fate for line in made.lines] == [Fate.SAME, Fate.NEW, Fate.NEW]


def test_a_list_moves_nothing_into_or_out_of_where_its_importer_holds_an_office(cast, sysadmin_with_office):
    by, own, below = sysadmin_with_office, cast.other_unit, UnitFactory(parent=cast.other_unit)
    reason = "您本人在该处担任部门工会或党政负责人，请由另一位系统管理员调整上级单位。"
    assert refused(listed(cast.unit, own.name), by) == [("C2", reason)]
    assert refused(listed(below, cast.unit.name), by) == [("C2", reason)]
    assert refused(listed(cast.unit, "新院", f"70001,新院,{own.name},学院"), by) == [("C2", reason)]
    # What would come in with a unit that is not let out.
    assert refused(
        listed(below, cast.unit.name, f"{cast.unit.code},{cast.unit.name},{below.name},学院"), by
    ) == [
        ("C2", reason),
        ("C3", reason),
    ]


def test_a_unit_that_is_not_let_out_is_in_the_way_of_what_was_to_come_below_it(cast):
    """A top would come below a unit that leaves it: as that one stays, so does the top, and there is no ring."""
    child = UnitFactory(parent=cast.unit)
    leaves = UnitFactory(parent=child)
    by = UserFactory(unit=child, roles=[(RoleCode.SYSADMIN,), (RoleCode.DEPARTMENT_UNION,)])
    content = listed(leaves, cast.other_unit.name, f"{cast.unit.code},{cast.unit.name},{leaves.name},学院")
    assert [cell for cell, _reason in refused(content, by)] == ["C2", "C3"]
    assert refused(content, cast.sysadmin) == []
