"""The yearly rounds: opened with sensible dates, and only ever extended once somebody has applied."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleCode
from accounts.office import OfficeAdmin
from records.templatetags.present import badge, cn_date
from reviews.models import FIRST_YEAR, Round
from studios.articles import linked
from studios.models import Policy

DATES = ("closes_on", "endorse_by", "decide_by", "naming_on")
DECIDE_BEFORE_NAMING = timedelta(days=7)


def proposal(today: date) -> dict:
    """The round that would come next: March for applications, then a week for sign-offs, naming on the naming day.

    The next year without a round, and not this year any more once its March has passed.
    """
    last = Round.objects.order_by("-year").values_list("year", flat=True).first()
    year = last + 1 if last else max(FIRST_YEAR, today.year + (today > date(today.year, 3, 31)))
    opens_on, closes_on = date(year, 3, 1), date(year, 3, 31)
    policy = policy_on(opens_on)
    naming_on = policy.naming_on(year) if policy else date(year, 5, 1)
    endorse_by = closes_on + timedelta(days=policy.endorse_days if policy else 7)
    return {
        "year": year,
        "title": f"{year}年度{settings.UNIVERSITY}劳模创新工作室评选",
        "opens_on": opens_on,
        "closes_on": closes_on,
        "endorse_by": endorse_by,
        "decide_by": max(endorse_by, naming_on - DECIDE_BEFORE_NAMING),
        "naming_on": naming_on,
    }


def policy_on(day: date) -> Policy | None:
    """The version in force on a day, if there is one."""
    try:
        return Policy.objects.in_force(day)
    except Policy.DoesNotExist:
        return None


class RoundForm(forms.ModelForm):
    class Meta:
        model = Round
        fields = ("year", "title", "opens_on", *DATES)
        help_texts = {
            "year": _("All days of the round lie in this year, in the one before or in the one after."),
            "opens_on": _("The round keeps the policy version that is in force on this day."),
        }

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and self.instance.applications.exists():
            self._only_extended(cleaned)
        elif opens_on := cleaned.get("opens_on"):
            self._keep_the_policy_in_force(opens_on)
        return cleaned

    def _get_validation_exclusions(self):
        """What is only shown is still part of the rules that the days have to keep."""
        return super()._get_validation_exclusions() - ({"year", "opens_on"} - set(self.errors))

    def _keep_the_policy_in_force(self, opens_on: date) -> None:
        """A round goes by the version in force when it opens (DOMAIN §4); nobody chooses it."""
        try:
            self.instance.policy = Policy.objects.in_force(opens_on)
        except Policy.DoesNotExist as error:
            self.add_error("opens_on", str(error))

    def _only_extended(self, cleaned: dict) -> None:
        """People who have applied rely on the days that were announced: a day may be put off, not brought forward."""
        for field in DATES:
            before, after = self.initial.get(field), cleaned.get(field)
            if before and after and after < before:
                self.add_error(
                    field,
                    ValidationError(
                        _now(
                            "Studios have applied already: this day can be put off, not brought forward of %(day)s."
                        ),
                        params={"day": cn_date(before)},
                    ),
                )


@admin.register(Round)
class RoundAdmin(OfficeAdmin):
    viewers = {RoleCode.UNION_LEADER, RoleCode.AUDITOR}
    editors = {RoleCode.UNION_STAFF}
    form = RoundForm
    list_display = ["year", "title", "standing", "window", "decide_by", "naming_on", "applications_link"]
    search_fields = ["title", "year"]
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    fieldsets = [
        (None, {"fields": ["year", "title", "policy_kept"]}),
        (
            _("Days"),
            {
                "fields": ["opens_on", *DATES],
                "description": linked(_("The days follow each other in this order (Articles 7 and 8).")),
            },
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(applied=Count("applications"))

    def get_changeform_initial_data(self, request):
        return {**proposal(timezone.localdate()), **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request, obj=None):
        """What applications were made under stays: the year and the opening day, and so the policy."""
        applied = obj is not None and obj.applications.exists()
        return ["policy_kept", *(["year", "opens_on"] if applied else [])]

    @admin.display(description=_("policy version"))
    def policy_kept(self, obj):
        return obj.policy if obj.policy_id else _now("The one in force on the opening day")

    @admin.display(description=_("standing"))
    def standing(self, obj):
        today = timezone.localdate()
        if today < obj.opens_on:
            return badge(_now("Not yet open"))
        if today <= obj.closes_on:
            return badge(_now("Open for applications"), "risk")
        if today <= obj.naming_on:
            return badge(_now("Under review"), "judge")
        return badge(_now("Over"), "met")

    @admin.display(description=_("applications"), ordering="opens_on")
    def window(self, obj):
        return _now("%(start)s to %(end)s") % {"start": cn_date(obj.opens_on), "end": cn_date(obj.closes_on)}

    @admin.display(description=_("applied"), ordering="applied")
    def applications_link(self, obj):
        url = f"{reverse('admin:reviews_application_changelist')}?round__id__exact={obj.pk}"
        return format_html('<a href="{}">{}</a>', url, obj.applied)
