"""Working days and holidays in the office: entered with a reason, shown over the published plan of a year."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from records.admin_calendar import months
from records.calendar import LAST_PLAN, CalendarDay, working_days
from tests.queries import selects

pytestmark = pytest.mark.django_db
LIST = reverse("admin:records_calendarday_changelist")
ADD = reverse("admin:records_calendarday_add")


def year(number: int) -> str:
    return reverse("admin:records_calendarday_year", args=[number])


def page(entry, name: str = "change") -> str:
    return reverse(f"admin:records_calendarday_{name}", args=[entry.pk])


def marks(month: dict) -> dict[int, str]:
    return {day.number: day.look for week in month["weeks"] for day in week if day and day.look}


def test_a_month_marks_what_differs_from_the_weekday():
    may = months(2026, {})[4]
    assert marks(may) == {1: "off", 4: "off", 5: "off", 9: "work"}
    assert [day and day.number for day in may["weeks"][0]] == [None, None, None, None, 1, 2, 3]


def test_what_is_entered_goes_before_the_plan_and_is_marked_as_entered():
    entry = CalendarDay(day=date(2026, 5, 6), works=False, reason="校庆")
    back = CalendarDay(day=date(2026, 5, 5), works=True, reason="值班")
    may = months(2026, {entry.day: entry, back.day: back})[4]
    assert marks(may) == {1: "off", 4: "off", 5: "work", 6: "off", 9: "work"}
    [found] = [day for week in may["weeks"] for day in week if day and day.number == 6]
    assert found.entry is entry


def test_staff_enter_a_day_with_its_reason_and_it_counts_at_once(cast, sign_in):
    client = sign_in(cast.staff)
    assert working_days().is_worked(date(2026, 5, 6))
    data = {"day": "2026-05-06", "works": "no", "reason": "校庆放假"}
    assert client.post(ADD, data).status_code == 302
    assert not working_days().is_worked(date(2026, 5, 6))
    entry = CalendarDay.objects.get()
    assert client.post(page(entry), {**data, "works": "yes"}).status_code == 302
    assert working_days().is_worked(date(2026, 5, 6))
    assert [row.user for row in LogEntry.objects.all()] == [cast.staff, cast.staff]
    assert client.get(page(entry, "history")).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"works": ""}, {"day": "1066-10-14"}, {"day": "2101-01-01"}, {"day": ""}]
)
def test_without_day_kind_and_reason_nothing_is_entered(cast, sign_in, wrong):
    data = {"day": "2026-05-06", "works": "no", "reason": "校庆放假", **wrong}
    assert sign_in(cast.staff).post(ADD, data).status_code == 200
    assert not CalendarDay.objects.exists()


def test_a_day_is_entered_once(cast, sign_in):
    CalendarDay.objects.create(day=date(2026, 5, 6), works=False, reason="校庆")
    response = sign_in(cast.staff).post(ADD, {"day": "2026-05-06", "works": "yes", "reason": "又一次"})
    assert list(response.context["adminform"].form.errors) == ["day"]


def test_removed_the_published_plan_counts_again(cast, sign_in):
    entry = CalendarDay.objects.create(day=date(2026, 5, 6), works=False, reason="校庆")
    client = sign_in(cast.staff)
    assert "恢复按原安排" in client.get(page(entry, "delete")).content.decode()
    assert client.post(page(entry, "delete"), {"post": "yes"}).status_code == 302
    assert working_days().is_worked(date(2026, 5, 6))


def test_the_page_of_a_year_says_when_its_plan_is_not_known(cast, sign_in):
    client = sign_in(cast.auditor)
    unknown = "平台尚未收录本年度的放假安排"
    assert unknown not in client.get(year(LAST_PLAN)).content.decode()
    text = client.get(year(LAST_PLAN + 1)).content.decode()
    assert unknown in text
    assert f"已收录至{LAST_PLAN}年" in text
    assert {client.get(year(number)).status_code for number in (2022, 2101)} == {404}


def test_the_page_of_a_year_shows_what_was_entered_with_its_reason(cast, sign_in):
    CalendarDay.objects.create(day=date(2026, 5, 6), works=False, reason="校庆放假")
    CalendarDay.objects.create(day=date(2025, 5, 6), works=False, reason="前一年的")
    text = sign_in(cast.staff).get(year(2026)).content.decode()
    assert "校庆放假" in text
    assert "前一年的" not in text


def test_staff_write_leader_and_auditor_look(cast, sign_in):
    people = cast.everybody()
    entry = CalendarDay.objects.create(day=date(2026, 5, 6), works=False, reason="校庆")

    def opens(address):
        return {name for name, user in people.items() if sign_in(user).get(address).status_code == 200}

    reads = {"staff", "staff_member", "leader", "leader_lead", "auditor"}
    assert opens(LIST) == opens(year(2026)) == opens(page(entry)) == reads
    assert opens(ADD) == opens(page(entry, "delete")) == {"staff", "staff_member"}


def test_list_and_year_ask_as_often_for_many_days_as_for_one(cast, sign_in):
    client = sign_in(cast.staff)
    CalendarDay.objects.create(day=date(2026, 5, 6), works=False, reason="校庆")
    selects(client, LIST)
    before = [selects(client, address) for address in (LIST, year(2026))]
    for day in range(7, 28):
        CalendarDay.objects.create(day=date(2026, 5, day), works=False, reason="校庆")
    assert [selects(client, address) for address in (LIST, year(2026))] == before
    assert max(before) <= 10
