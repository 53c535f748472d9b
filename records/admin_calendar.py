"""Working days and holidays in the office: the published plan of a year, and what is entered over it."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from records.calendar import LAST_PLAN, SATURDAY, CalendarDay, WorkingDays
from records.filters import DeclaredFilters
from records.pages import BoundedPaginator
from records.templatetags.present import badge, cn_date

FIRST_SHOWN, LAST_SHOWN = 2023, 2100  # the years in which rounds are held
WEEKDAYS = (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))
WORKED = [("", "---------"), ("yes", _("Worked")), ("no", _("Day off"))]


class Day(NamedTuple):
    """One day of a month's table.

    :ivar look: ``off`` or ``work`` where it differs from what the weekday says, else empty.
    :ivar mark: the same in a word.
    :ivar entry: what was entered for it, if anything.
    """

    number: int
    look: str
    mark: str
    entry: CalendarDay | None


def months(year: int, entries: Mapping[dt.date, CalendarDay]) -> list[dict]:
    """The twelve months of a year, each with its weeks; a week is seven of ``Day`` or None."""
    days = WorkingDays({day: entry.works for day, entry in entries.items()})
    weeks = calendar.Calendar()
    return [
        {
            "title": date_format(dt.date(year, month, 1), "F"),
            "weeks": [
                [_day(date, days, entries) if date.month == month else None for date in week]
                for week in weeks.monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]


def _day(date: dt.date, days: WorkingDays, entries: Mapping[dt.date, CalendarDay]) -> Day:
    worked, weekend = days.is_worked(date), date.weekday() >= SATURDAY
    entry = entries.get(date)
    if worked and (weekend or entry):
        return Day(date.day, "work", _now("Worked"), entry)
    if not worked and (not weekend or entry):
        return Day(date.day, "off", _now("Day off"), entry)
    return Day(date.day, "", "", entry)


class CalendarDayForm(forms.ModelForm):
    works = forms.TypedChoiceField(
        label=_("On this day"), choices=WORKED, coerce=lambda value: value == "yes"
    )

    class Meta:
        model = CalendarDay
        fields = ("day", "works", "reason")
        help_texts = {
            "reason": _("Such as the notice of the State Council, or the decision of the university."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["works"] = "yes" if self.instance.works else "no"

    def clean_day(self) -> dt.date:
        day = self.cleaned_data["day"]
        if not FIRST_SHOWN <= day.year <= LAST_SHOWN:
            raise forms.ValidationError(_now("Give a day from 2023 to 2100."))
        return day


@admin.register(CalendarDay)
class CalendarDayAdmin(DeclaredFilters, admin.ModelAdmin):
    """Union staff enter days, who reads all of the office looks; each entry counts from when it is saved."""

    form = CalendarDayForm
    list_display = ["day_shown", "works_shown", "reason"]
    date_hierarchy = "day"
    ordering = ["-day"]
    search_fields = ["reason"]
    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50
    view_on_site = False
    change_list_template = "admin/records/calendar_list.html"

    class Media:
        css = {"all": ["css/office.css"]}

    # -- who may --------------------------------------------------------------------------------------------------

    def has_module_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("records.read_calendar")

    def has_add_permission(self, request) -> bool:
        return request.user.has_perm("records.keep_calendar")

    def has_change_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("records.keep_calendar")

    def has_delete_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("records.keep_calendar")

    def get_actions(self, request):
        """Each day is looked at before it is removed."""
        return {}

    # -- columns --------------------------------------------------------------------------------------------------

    @admin.display(description=_("day"), ordering="day")
    def day_shown(self, obj):
        return cn_date(obj.day, "weekday")

    @admin.display(description=_("On this day"), ordering="works")
    def works_shown(self, obj):
        return badge(_now("Worked"), "judge") if obj.works else badge(_now("Day off"), "met")

    # -- pages ----------------------------------------------------------------------------------------------------

    def get_urls(self):
        year = self.admin_site.admin_view(self.year_view)
        return [path("year/<int:year>/", year, name="records_calendarday_year"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"this_year": timezone.localdate().year, "last_plan": LAST_PLAN, **(extra_context or {})}
        )

    def delete_view(self, request, object_id, extra_context=None):
        text = _now("The published plan counts for this day again.")
        return super().delete_view(request, object_id, {"text": text, **(extra_context or {})})

    def history_view(self, request, object_id, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def year_view(self, request, year: int):
        """The whole year as it counts: the published plan with what is entered over it.

        :raises PermissionDenied: to whom the calendar is not shown.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not FIRST_SHOWN <= year <= LAST_SHOWN:
            raise Http404
        entries = {row.day: row for row in CalendarDay.objects.filter(day__year=year).order_by("day")}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _now("Working days and holidays of %(year)s") % {"year": year},
            "months": months(year, entries),
            "weekdays": WEEKDAYS,
            "entries": list(entries.values()),
            "is_published": year <= LAST_PLAN,
            "last_plan": LAST_PLAN,
            "before": year - 1 if year > FIRST_SHOWN else None,
            "after": year + 1 if year < LAST_SHOWN else None,
            "may_enter": self.has_add_permission(request),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/records/calendar_year.html", context)
