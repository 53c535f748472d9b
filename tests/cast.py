"""The small cast that every test knows: one studio, the people around it, and people it does not concern."""

from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import RoleCode, Side, Unit, User
from studios.models import Editor, Member, Studio
from tests.factories import StudioFactory, UnitFactory, UserFactory


@dataclass
class Cast:
    """Everybody, by what they are to :attr:`studio`, a complete candidate of :attr:`unit`."""

    unit: Unit
    other_unit: Unit
    studio: Studio
    lead: User
    member: User
    co_editor: User
    stranger: User
    department: User
    party: User
    administration: User
    other_department: User
    expert: User
    staff: User
    leader: User
    finance: User
    auditor: User
    sysadmin: User
    staff_member: User
    department_member: User
    leader_lead: User
    own_studio: Studio

    def everybody(self) -> dict[str, User]:
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}

    def studio_of(self, name: str) -> Studio:
        """The studio to try a person on: ``leader_lead`` leads one, all others have :attr:`studio`."""
        return self.own_studio if name == "leader_lead" else self.studio


def make_cast() -> Cast:
    unit, other_unit = UnitFactory(name="机械与动力工程学院"), UnitFactory(name="化学化工学院")

    def somebody(username, name, *roles, at=unit):
        return UserFactory(username=username, name=name, unit=at, roles=roles)

    people = {
        "lead": somebody("lead", "龚䶮"),
        "member": somebody("member", "王婷"),
        "co_editor": somebody("co_editor", "李铉"),
        "stranger": somebody("stranger", "路远", at=other_unit),
        "department": somebody("department", "李会芳", (RoleCode.DEPARTMENT_UNION,)),
        "party": somebody("party", "赵书恒", (RoleCode.UNIT_LEADER, Side.PARTY)),
        "administration": somebody("administration", "钱行知", (RoleCode.UNIT_LEADER, Side.ADMINISTRATION)),
        "other_department": somebody("other_department", "孙外", (RoleCode.DEPARTMENT_UNION,), at=other_unit),
        "expert": somebody("expert", "周评", (RoleCode.EXPERT,), at=other_unit),
        "staff": somebody("staff", "吴干", (RoleCode.UNION_STAFF,), at=other_unit),
        "leader": somebody("leader", "郑领", (RoleCode.UNION_LEADER,), at=other_unit),
        "finance": somebody("finance", "冯财", (RoleCode.FINANCE,), at=other_unit),
        "auditor": somebody("auditor", "陈审", (RoleCode.AUDITOR,), at=other_unit),
        "sysadmin": somebody("sysadmin", "褚系", (RoleCode.SYSADMIN,), at=other_unit),
        # Those with an office and a case of their own: nobody acts on it.
        "staff_member": somebody("staff_member", "卫双", (RoleCode.UNION_STAFF,)),
        "department_member": somebody("department_member", "蒋双", (RoleCode.DEPARTMENT_UNION,)),
        "leader_lead": somebody("leader_lead", "沈双", (RoleCode.UNION_LEADER,)),
    }
    studio = StudioFactory(lead=people["lead"], complete=True)
    Editor.objects.create(studio=studio, user=people["co_editor"], added_by=people["lead"])
    for key in ("member", "staff_member", "department_member"):
        Member.objects.create(
            studio=studio, user=people[key], name=people[key].name, title="工程师", birth_year=1988
        )
    own_studio = StudioFactory(lead=people["leader_lead"], complete=True)
    return Cast(unit=unit, other_unit=other_unit, studio=studio, own_studio=own_studio, **people)


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture
def sign_in():
    """``sign_in(user)`` gives a client of its own in which the person is signed in."""

    def open_client(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return open_client
