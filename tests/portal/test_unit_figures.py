"""Who answers for a unit sees on the home page how its studios stand; each figure leads to the list of just these."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from records import agenda
from studios.models import Cycle
from studios.renewal import horizon
from tests.factories import ApplicationFactory, PolicyFactory, StudioFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


PART = r'<li><a href="([^"]+)">([^< ]+) (\d+)</a></li>'  # of the figure that is a sum


@pytest.fixture
def unit():
    return UnitFactory(name="船舶与海洋工程学院")


@pytest.fixture
def officer(unit):
    return UserFactory(unit=unit, roles=[("department_union",)])


def studio_of(unit, state="candidate", *, ends_in: int | None = None, **fields):
    studio = StudioFactory(lead__unit=unit, state=state, **fields)
    if ends_in is not None:
        ends = timezone.localdate() + timedelta(days=ends_in)
        Cycle.objects.create(
            studio=studio,
            number=1,
            starts_on=ends - timedelta(days=1095),
            ends_on=ends,
            policy=PolicyFactory(),
        )
    return studio


def figures(client, user) -> dict[str, tuple[str, str, bool]]:
    """Label → value, address, whether late."""
    client.force_login(user)
    page = client.get("/").content.decode()
    found = re.findall(r'<a href="([^"]+)"( class="late")?><b>([^<]+)</b>([^<]+)</a>', page)
    found += [(url, "", value, label) for url, label, value in re.findall(PART, page)]
    return {label: (value, url.replace("&amp;", "&"), bool(late)) for url, late, value, label in found}


@pytest.fixture
def stand(unit):
    """Two candidates, one of which applies; three named; one to rectify whose cycle is over; others elsewhere."""
    ApplicationFactory(studio=studio_of(unit, complete=True), withdrawn=True)
    ApplicationFactory(studio=studio_of(unit, complete=True), submitted=True)
    ApplicationFactory(studio=studio_of(UnitFactory(), complete=True), submitted=True)
    studio_of(unit, "named", ends_in=600)
    studio_of(UnitFactory(parent=unit), "named", ends_in=180)
    studio_of(unit, "named")
    studio_of(unit, "rectifying", ends_in=-3)
    studio_of(unit, "revoked", ends_in=10)
    studio_of(UnitFactory(), "named", ends_in=10)
    studio_of(UnitFactory())


def test_the_department_union_sees_how_its_studios_stand(client, officer, stand):
    assert {label: value for label, (value, _url, _late) in figures(client, officer).items()} == {
        "待办": "1",
        "工作室": "7",
        "培育中": "2",
        "已命名": "3",
        "整改中": "1",
        "已撤销": "1",
        "其中申报中": "1",
        "其中周期将届满": "1",
        "其中周期已届满": "1",
        "未读通知": "3",
    }


def test_the_states_add_up_to_all_studios_in_the_list(client, officer, stand):
    shown = figures(client, officer)
    total, url, _late = shown["工作室"]
    states = ("培育中", "已命名", "整改中", "已撤销")
    assert sum(int(shown[state][0]) for state in states) == int(total)
    assert len(client.get(url).context["rows"]) == int(total)


def test_a_figure_leads_to_the_list_of_just_these(client, officer, stand):
    shown = figures(client, officer)
    for label in ("培育中", "已命名", "整改中", "已撤销", "其中周期将届满", "其中周期已届满"):
        value, url, _late = shown[label]
        assert len(client.get(url).context["rows"]) == int(value), label
    value, url, _late = shown["其中申报中"]
    assert len(client.get(url).context["applications"]) == int(value)


@pytest.mark.parametrize(
    ("ends_in", "figure", "late"), [(0, "其中周期将届满", False), (-1, "其中周期已届满", True)]
)
def test_a_cycle_that_is_over_without_a_decision_is_not_one_that_ends_soon(
    client, officer, unit, ends_in, figure, late
):
    studio = studio_of(unit, "named", ends_in=ends_in)
    of_cycles = {label: shown for label, shown in figures(client, officer).items() if "周期" in label}
    assert of_cycles.keys() == {figure}
    value, url, is_late = of_cycles[figure]
    assert (value, is_late) == ("1", late)
    page = client.get(url)
    assert list(page.context["rows"]) == [studio]
    assert ('class="state risk">周期已届满</span>' in page.content.decode()) is late


def test_what_does_not_occur_is_not_counted_at_length(client, officer):
    assert {label: value for label, (value, _url, _late) in figures(client, officer).items()} == {
        "待办": "0",
        "工作室": "0",
        "其中申报中": "0",
        "未读通知": "0",
    }


@pytest.mark.parametrize("days", [180, 181])
def test_soon_is_what_the_earliest_reminder_of_the_policy_says(client, officer, unit, days):
    studio_of(unit, "named", ends_in=days)
    assert ("其中周期将届满" in figures(client, officer)) == (days == 180)
    PolicyFactory(effective_on=timezone.localdate(), cycle_reminders="400,30", title="第二版")
    assert horizon(timezone.localdate()) == timezone.localdate() + timedelta(days=400)
    assert "其中周期将届满" in figures(client, officer)


@pytest.mark.parametrize("side", ["party", "administration"])
def test_unit_leaders_see_it_too(client, unit, side, stand):
    leader = UserFactory(unit=unit, roles=[("unit_leader", side)])
    assert figures(client, leader)["已命名"][0] == "3"


@pytest.mark.parametrize("role", ["expert", "union_staff", "union_leader", "finance", "auditor", "sysadmin"])
def test_others_are_told_no_figures_of_a_unit(role, unit, stand):
    user = UserFactory(unit=unit, roles=[(role,)])
    assert list(agenda.figures.of(user, timezone.localdate())) == []


def test_a_lead_is_told_none_either(client, stand, unit):
    assert not {"工作室", "培育中", "其中申报中", "已命名"} & set(
        figures(client, StudioFactory(lead__unit=unit).lead)
    )
