"""Reminders at the union's office, and of cycles that end; nobody is reminded in their own case."""

from datetime import timedelta

import pytest

from accounts.models import Notice, RoleCode
from reviews.models import Part
from reviews.reminders import remind
from studios.models import State as StudioState
from studios.models import Studio
from tests.factories import (
    ApplicationFactory,
    RoundFactory,
    give_role,
    signatories,
)
from tests.reviews.reminding import day, every_day, named, reminders, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(db):
    """Applications close in 20 days, signatures are due in 27, decisions in 60, the naming is in 80."""
    return RoundFactory()


# -- the union's office --------------------------------------------------------------------------

OFFICE = [
    (
        "recommended",
        {"staff"},
        [60 - 14, 60 - 7, 60 - 3, 60 - 1, 67, 74],
        "1份申报材料等待审核，还有14天到期",
    ),
    ("accepted", {"staff"}, [46, 53, 57, 59, 67, 74], "1份申报正在专家评审，还有14天到期"),
    ("reviewed", {"leader", "leader_lead"}, [46, 53, 57, 59, 67, 74], "1份申报等待决定，还有14天到期"),
    ("proposed", {"staff"}, [46, 53, 57, 59, 67, 74], "1项决定等待公布，还有14天到期"),
    ("held", {"leader", "leader_lead"}, [46, 53, 57, 59, 67, 74], "1份暂缓的申报等待决定，还有14天到期"),
    ("approved", {"leader", "leader_lead"}, [66, 73], "1个工作室等待命名，命名日还有14天"),
]


@pytest.mark.parametrize(("state", "people", "days", "subject"), OFFICE, ids=[row[0] for row in OFFICE])
def test_the_office_is_reminded_of_what_waits_at_its_desk(cast, round_, state, people, days, subject):
    """staff_member belongs to the studio; leader_lead leads another one and may decide on this one."""
    application = ApplicationFactory(studio=cast.studio, round=round_, reach=state)
    assert every_day(45, 75) == dict.fromkeys(days, people)
    first = Notice.objects.filter(event__startswith="desk:").order_by("pk").first()
    assert first.subject == subject
    assert first.url == f"/admin/reviews/application/{application.pk}/change/"
    assert cast.studio.name in first.body


def test_a_leader_is_not_reminded_to_decide_on_the_own_studio(cast, round_):
    ApplicationFactory(studio=cast.own_studio, round=round_, reviewed=True)
    assert set(told(day(46))) == {"leader"}


def test_what_waits_for_one_day_is_one_notice_with_the_names_and_leads_to_the_list(cast, round_, sign_in):
    for studio in (cast.studio, cast.own_studio):
        ApplicationFactory(studio=studio, round=round_, reviewed=True)
    first = told(day(46))
    assert first["leader"].subject == "2份申报等待决定，还有14天到期"
    assert first["leader"].body.splitlines()[1:] == [cast.studio.name, cast.own_studio.name]
    assert first["leader_lead"].subject == "1份申报等待决定，还有14天到期"
    assert cast.own_studio.name not in first["leader_lead"].body
    assert shown(sign_in(cast.leader).get(first["leader"].url)) == {cast.studio.pk, cast.own_studio.pk}


def shown(response) -> set[int]:
    """The studios of the applications that a list of the office shows."""
    return {row.studio_id for row in response.context["cl"].result_list}


def test_who_signed_for_the_unit_is_not_reminded_to_decide(cast, round_):
    give_role(cast.party, RoleCode.UNION_LEADER)
    ApplicationFactory(studio=cast.studio, round=round_, reviewed=True)
    assert signatories(cast.unit)[Part.PARTY] == cast.party
    assert "party" not in told(day(46))


# -- the end of a cycle --------------------------------------------------------------------------


CYCLE_PEOPLE = {"lead", "department", "staff"}  # staff_member and department_member belong to the studio


def test_the_end_of_a_cycle_is_reminded_of_at_180_90_30_7_and_1_days_and_every_week_after(cast):
    named(cast.studio, ends_in=200)
    about = [after + more for after in (20, 110, 170, 193, 199, 207, 214) for more in (-1, 0, 1)]
    runs = {after: set(told(day(after))) for after in about}
    assert {after for after, people in runs.items() if people} == {20, 110, 170, 193, 199, 207, 214}
    assert {frozenset(people) for people in runs.values() if people} == {frozenset(CYCLE_PEOPLE)}


def test_the_words_of_a_cycle_say_how_it_stands(cast, sign_in):
    cycle = named(cast.studio, ends_in=30)
    first = told(day(0))
    assert first["lead"].subject == f"{cast.studio.name}的管理周期还有30天期满"
    assert first["staff"].subject == "1个工作室的管理周期还有30天期满"
    assert first["lead"].url == cast.studio.get_absolute_url()
    over = told(cycle.ends_on + timedelta(7))
    assert over["lead"].subject == f"{cast.studio.name}的管理周期期满已7天"
    assert "还没有考核结论" in over["staff"].body
    for name, notice in {**first, **over}.items():
        assert sign_in(getattr(cast, name)).get(notice.url).status_code == 200


def test_a_cycle_that_another_one_follows_is_over_and_so_is_one_whose_title_is_gone(cast):
    named(cast.studio, ends_in=-7)
    named(cast.studio, ends_in=1088, number=2)
    named(cast.own_studio, ends_in=1)
    Studio.objects.filter(pk=cast.own_studio.pk).update(state=StudioState.REVOKED)
    assert told(day(0)) == {}


def test_staff_get_one_notice_for_all_cycles_that_end_on_a_day(cast, sign_in):
    named(cast.studio, ends_in=30)
    named(cast.own_studio, ends_in=30)
    remind(day(0))
    first = {name: reminders().get(recipient__username=name) for name in ("staff", "staff_member")}
    assert first["staff"].subject == "2个工作室的管理周期还有30天期满"
    assert first["staff_member"].subject == "1个工作室的管理周期还有30天期满"
    rows = sign_in(cast.staff).get(first["staff"].url).context["cl"].result_list
    assert {row.pk for row in rows} == {cast.studio.pk, cast.own_studio.pk}
