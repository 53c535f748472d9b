"""Working days, against the plans that the State Council published for 2023 to 2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.calendar import LAST_PLAN, CalendarDay, WorkingDays, working_days


def span(first: str, last: str) -> set[date]:
    one, other = date.fromisoformat(first), date.fromisoformat(last)
    return {one + timedelta(days=n) for n in range((other - one).days + 1)}


# The published plans: the spans that are free, and the Saturdays and Sundays that are worked for them.
FREE = {
    2023: "01-01/01-02 01-21/01-27 04-05/04-05 04-29/05-03 06-22/06-24 09-29/10-06",
    2024: "01-01/01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-08/06-10 09-15/09-17 10-01/10-07",
    2025: "01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
    2026: "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
}
WORKED = {
    2023: "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


@pytest.mark.parametrize("year", sorted(FREE))
def test_every_day_of_a_year_is_as_its_plan_says(year):
    spans = [one.split("/") for one in FREE[year].split()]
    free = set().union(*(span(f"{year}-{first}", f"{year}-{last}") for first, last in spans))
    worked = {date.fromisoformat(f"{year}-{day}") for day in WORKED[year].split()}
    days = span(f"{year}-01-01", f"{year}-12-31")
    weekdays = {day for day in days if day.weekday() < 5}
    assert {day for day in days if WorkingDays().is_worked(day)} == (weekdays - free) | worked


@pytest.mark.parametrize(
    ("since", "count", "last"),
    [
        ("2023-04-24", 5, "2023-04-28"),  # a whole week before 1 May
        ("2023-04-25", 5, "2023-05-04"),  # over 1 May: 29 April to 3 May are free
        ("2024-04-26", 5, "2024-05-06"),  # Sunday 28 April is worked, 1 to 5 May are free
        ("2025-01-23", 5, "2025-02-05"),  # over Spring Festival, with Sunday 26 January worked
        ("2026-02-12", 5, "2026-02-25"),  # Saturday 14 February is worked, 15 to 23 are free
        ("2026-02-15", 1, "2026-02-24"),  # begins within the holiday
        ("2026-04-27", 5, "2026-05-06"),
        ("2026-05-08", 2, "2026-05-09"),  # a worked Saturday
    ],
)
def test_a_span_ends_on_its_last_worked_day(since, count, last):
    assert WorkingDays().last_of(count, since=date.fromisoformat(since)) == date.fromisoformat(last)


def test_the_first_worked_day_after_a_day():
    assert WorkingDays().first_after(date(2026, 4, 30)) == date(2026, 5, 6)
    assert WorkingDays().first_after(date(2026, 5, 8)) == date(2026, 5, 9)


@given(since=st.dates(date(2022, 12, 1), date(2028, 6, 1)), count=st.integers(1, 40))
def test_a_span_holds_as_many_worked_days_as_were_asked_for(since, count):
    days = WorkingDays()
    last = days.last_of(count, since=since)
    assert days.is_worked(last)
    assert sum(days.is_worked(day) for day in span(f"{since}", f"{last}")) == count


def test_a_span_of_no_day_is_refused():
    with pytest.raises(ValueError, match="at least one day"):
        WorkingDays().last_of(0, since=date(2026, 4, 20))


def test_beyond_the_last_plan_weekdays_are_taken_and_it_is_told():
    after = date(LAST_PLAN + 1, 1, 1)
    monday = after + timedelta(days=-after.weekday() % 7 + 7)
    assert [WorkingDays().is_worked(monday + timedelta(days=n)) for n in range(7)] == [True] * 5 + [False] * 2
    assert not WorkingDays().is_published(monday, monday)
    assert not WorkingDays().is_published(date(LAST_PLAN, 12, 31), after)
    assert WorkingDays().is_published(date(LAST_PLAN, 12, 1), date(LAST_PLAN, 12, 31))
    assert WorkingDays({monday: False}).is_published(monday, monday)


@pytest.mark.django_db
def test_what_is_entered_goes_before_the_plan():
    CalendarDay.objects.create(day=date(2026, 4, 29), works=False, reason="校庆")
    CalendarDay.objects.create(day=date(2026, 5, 5), works=True, reason="调休")
    days = working_days()
    assert not days.is_worked(date(2026, 4, 29))
    assert days.last_of(5, since=date(2026, 4, 27)) == date(2026, 5, 6)
    assert days.is_worked(date(2026, 5, 5))
