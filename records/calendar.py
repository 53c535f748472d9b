"""Chinese working days: weekends, public holidays and the days that are worked for them.

The yearly plans of the State Council come with ``chinesecalendar``. What is decided later, or by the university
itself, is entered as a :class:`CalendarDay` and goes before. Beyond the last plan weekdays are taken for worked;
whoever shows such a day says so (:meth:`WorkingDays.is_published`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import chinese_calendar
from chinese_calendar.constants import holidays
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LAST_PLAN = max(holidays).year  # the last year whose plan the library knows
SATURDAY = 5


class CalendarDay(models.Model):
    """One day that is worked, or not, whatever the published plan says."""

    day = models.DateField(
        _("day"), unique=True, error_messages={"unique": _("This day has been entered already.")}
    )
    works = models.BooleanField(_("is worked"))
    reason = models.CharField(_("reason"), max_length=100, validators=[MinLengthValidator(2)])

    class Meta:
        verbose_name = _("working day or holiday")
        verbose_name_plural = _("working days and holidays")
        ordering = ["-day"]

    def __str__(self):
        return f"{self.day}"


@dataclass(frozen=True)
class WorkingDays:
    """Which days are worked.

    :param entered: day → is it worked, for the days that go before the published plan.
    """

    entered: Mapping[dt.date, bool] = field(default_factory=dict)

    def is_worked(self, day: dt.date) -> bool:
        if day in self.entered:
            return self.entered[day]
        if day.year > LAST_PLAN:
            return day.weekday() < SATURDAY
        return chinese_calendar.is_workday(day)

    def is_published(self, first: dt.date, last: dt.date) -> bool:
        """Is the plan known for each day of a span, or are weekdays taken for worked on some of them?"""
        span = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        return all(day.year <= LAST_PLAN or day in self.entered for day in span)

    def first_after(self, day: dt.date) -> dt.date:
        """The first worked day after a day."""
        return self.last_of(1, since=day + dt.timedelta(days=1))

    def last_of(self, count: int, *, since: dt.date) -> dt.date:
        """The last of ``count`` worked days, of which the first is ``since`` or the next one worked.

        :raises ValueError: for less than one day.
        """
        if count < 1:
            raise ValueError("a span has at least one day")
        day = since
        while True:
            count -= self.is_worked(day)
            if not count:
                return day
            day += dt.timedelta(days=1)


def working_days() -> WorkingDays:
    """The calendar as it stands now; one query."""
    return WorkingDays(dict(CalendarDay.objects.values_list("day", "works")))
