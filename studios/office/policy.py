"""Policy in the office: each number with its article; a version that counts is kept, a new one made from it."""

from __future__ import annotations

import re

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleCode
from accounts.office import OfficeAdmin
from records.pages import number
from records.templatetags.present import badge
from studios.articles import link
from studios.models import Policy

GROUPS = [
    (_("The version"), ["title", "effective_on"]),
    (
        _("The five conditions"),
        [
            "honour_level",
            "members_least",
            "projects_a_year",
            "project_level",
            "results_in_two_years",
            "results_aim",
        ],
    ),
    (
        _("Selection and naming"),
        [
            *("endorse_days", "experts_each", "experts_quorum", "aggregation", "marks_apart", "pass_mark"),
            *("notice_days", "naming_month", "naming_day", "ban_after_refusal"),
        ],
    ),
    (
        _("Work of each year"),
        ["trainings_a_year", "exchanges_a_year", "mentorings_a_year", "excellent_percent"],
    ),
    (_("Cycle and grant"), ["cycle_years", "grant_amount", "grant_purposes"]),
    (_("Reminders"), [*Policy.REMINDERS, "overdue_reminder_days"]),
    (_("Revocation and retirement"), ["ban_after_revocation", "retirement_male", "retirement_female"]),
]


LONGEST_AHEAD = 1000  # days: nobody is reminded earlier than that


class DaysField(forms.CharField):
    """Numbers of days as people type them, kept as ``180,30,7``: the farthest first, each once."""

    def clean(self, value):
        days = re.split(r"[,，、\s]+", super().clean(value).strip(" ,，、"))
        if not all(day.isdecimal() and int(day) <= LONGEST_AHEAD for day in days):
            raise ValidationError(
                _now("Give numbers of days up to %(most)s with commas between them, such as 180,90,30.")
                % {"most": LONGEST_AHEAD}
            )
        return ",".join(str(day) for day in sorted({int(day) for day in days}, reverse=True))


class PolicyForm(forms.ModelForm):
    class Meta:
        model = Policy
        fields = [field for _name, group in GROUPS for field in group]
        field_classes = dict.fromkeys(Policy.REMINDERS, DaysField)

    def clean_effective_on(self):
        """What was decided under earlier numbers keeps them: a version takes effect today or later."""
        day = self.cleaned_data["effective_on"]
        if day < timezone.localdate():
            raise ValidationError(
                _now("A version takes effect today or later. What was decided before keeps its numbers.")
            )
        return day


@admin.register(Policy)
class PolicyAdmin(OfficeAdmin):
    """Everybody in the office may look; the system administrator and union staff make new versions."""

    viewers = RoleCode.OFFICE
    editors = {RoleCode.SYSADMIN, RoleCode.UNION_STAFF}
    form = PolicyForm
    list_display = ["title", "effective_on", "standing"]
    fieldsets = [(name, {"fields": fields}) for name, fields in GROUPS]
    search_fields = ["title"]
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    change_form_template = "admin/studios/policy_form.html"

    def has_change_permission(self, request, obj=None) -> bool:
        """A version that is in force or that something rests on stays as it is."""
        return super().has_change_permission(request, obj) and (obj is None or not is_settled(obj))

    def get_queryset(self, request):
        today = timezone.localdate()
        later = Policy.objects.filter(effective_on__lte=today, effective_on__gt=OuterRef("effective_on"))
        return super().get_queryset(request).annotate(superseded=Exists(later))

    def get_form(self, request, obj=None, change=False, **kwargs):
        kwargs["help_texts"] = {
            field: format_html(_now("Rests on {article}."), article=link(article))
            for field, article in Policy.ARTICLES.items()
        }
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request):
        """A new version starts from the one that ``?based_on=`` names, else from the newest, under the next number.

        The day on which it takes effect is left to be given.
        """
        given = super().get_changeform_initial_data(request)
        asked = number(given.pop("based_on", ""))
        base = Policy.objects.filter(pk=asked).first() or Policy.objects.order_by("-effective_on").first()
        numbers = model_to_dict(base, exclude=["id", "title", "effective_on"]) if base else {}
        title = _now("Version %(version)s") % {"version": Policy.objects.count() + 1}
        return {"title": title, **numbers, **given}

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["settled"] = obj is not None and is_settled(obj)
        context["may_add"] = self.has_add_permission(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("standing"))
    def standing(self, obj):
        if obj.effective_on > timezone.localdate():
            return badge(_now("Not yet in force"), "judge")
        if obj.superseded:
            return badge(_now("Replaced by a later version"))
        return badge(_now("In force"), "met")


def is_settled(policy: Policy) -> bool:
    """Whether a version may no longer be changed: it is in force, was, or something rests on it."""
    return policy.effective_on <= timezone.localdate() or policy.is_used()
