"""On which days a public notice runs: working days by the calendar, and what lies between them.

The day of publication does not count (Civil Code, Art. 201); the first day is the next working day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from records.calendar import LAST_PLAN, SATURDAY, CalendarDay, WorkingDays
from records.templatetags.present import cn_date

# The names that the published plan gives to its holidays, for people.
HOLIDAYS = {
    "New Year's Day": _("New Year’s Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "National Day": _("National Day"),
    "Mid-autumn Festival": _("Mid-autumn Festival"),
}


@dataclass(frozen=True)
class Off:
    """Some days in a row that are not worked, and why."""

    first: date
    last: date
    name: str


@dataclass(frozen=True)
class NoticeDays:
    """The days of a notice that is published on ``published_on``.

    :ivar off: the holidays between the publication and the last day, plain weekends left out.
    :ivar made_up: Saturdays and Sundays that are worked, and so count.
    :ivar plan_is_known: False when weekdays had to be taken for worked, since no plan is out for them yet.
    """

    days: int
    published_on: date
    starts_on: date
    ends_on: date
    off: tuple[Off, ...] = ()
    made_up: tuple[date, ...] = ()
    plan_is_known: bool = True


def notice_days(on: date, days: int) -> NoticeDays:
    """From when to when a notice of so many working days runs that is published on a day; one query."""
    entered = {row.day: row for row in CalendarDay.objects.all()}
    calendar = WorkingDays({day: row.works for day, row in entered.items()})
    starts_on = calendar.first_after(on)
    ends_on = calendar.last_of(days, since=starts_on)
    between = [on + timedelta(n) for n in range(1, (ends_on - on).days)]
    return NoticeDays(
        days=days,
        published_on=on,
        starts_on=starts_on,
        ends_on=ends_on,
        off=tuple(_off([day for day in between if not calendar.is_worked(day)], entered)),
        made_up=tuple(day for day in between if day.weekday() >= SATURDAY and calendar.is_worked(day)),
        plan_is_known=calendar.is_published(on, ends_on),
    )


def naming_from(application) -> date:
    """The first day that a naming may bear: after the notice's last one, and not before an objection was answered."""
    answered = (one.answered_at for one in application.objections.all())
    day_after = application.notice.ends_on + timedelta(days=1)
    return max([day_after, *(timezone.localdate(moment) for moment in answered if moment)])


def dated_too_early(application, *days: date) -> str:
    """Why a naming cannot bear one of these days, as a sentence; empty when it can (Art. 8)."""
    first = naming_from(application)
    if all(day >= first for day in days):
        return ""
    facts = {"studio": application.studio.name, "day": cn_date(first)}
    return _now("The naming of %(studio)s is dated %(day)s at the earliest.") % facts


def _off(days: list[date], entered: Mapping[date, CalendarDay]) -> list[Off]:
    """Days in a row that are off for one reason, together; those that are off as any weekend is stand nowhere."""
    spans: list[Off] = []
    for day in days:
        name = _why(day, entered)
        if not name:
            continue
        if spans and spans[-1].name == name and spans[-1].last == day - timedelta(1):
            spans[-1] = Off(spans[-1].first, day, name)
        else:
            spans.append(Off(day, day, name))
    return spans


def _why(day: date, entered: Mapping[date, CalendarDay]) -> str:
    if day in entered:
        return entered[day].reason
    if day.year > LAST_PLAN:
        return ""
    name = chinese_calendar.get_holiday_detail(day)[1]
    return str(HOLIDAYS.get(name, name)) if name else ""
