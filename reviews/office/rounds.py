"""The yearly rounds: opened with sensible dates, and only ever extended once somebody has applied.

By which rubric experts review, and whether blind, stands once the first of them is assigned; what they see of each
other, once one of them has handed in.
"""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import RoleCode
from accounts.office import OfficeAdmin
from records.pages import number
from records.templatetags.present import badge, cn_date
from reviews import panel_changes, panels
from reviews.models import FIRST_YEAR, Assignment, Panelist, Round, Rubric
from reviews.office.award import award_urls
from reviews.office.panel import panel_urls
from reviews.office.release import release_urls
from reviews.office.results import results_urls
from reviews.office.rubrics import newest_whole
from reviews.office.seats import PanelInline
from studios.articles import linked
from studios.models import Policy

DATES = ("closes_on", "endorse_by", "decide_by", "naming_on")
DECIDE_BEFORE_NAMING = timedelta(days=7)
REVIEW = ("rubric", "review_by", "blind", "shows")
FROZEN = ("rubric", "blind")  # once somebody is assigned


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
    decide_by = max(endorse_by, naming_on - DECIDE_BEFORE_NAMING)
    return {
        "year": year,
        "title": f"{year}年度{settings.UNIVERSITY}劳模创新工作室评选",
        "opens_on": opens_on,
        "closes_on": closes_on,
        "endorse_by": endorse_by,
        "decide_by": decide_by,
        "naming_on": naming_on,
        "rubric": newest_whole(),
        "review_by": proposed_review_by(endorse_by, decide_by),
    }


def proposed_review_by(endorse_by: date, decide_by: date) -> date:
    """Two thirds of the days between the sign-offs and the decision are for the check and the experts."""
    return endorse_by + (decide_by - endorse_by) * 2 // 3


def has_assignments(round_: Round | None) -> bool:
    return round_ is not None and Assignment.objects.filter(application__round=round_).exists()


def is_scored(round_: Round | None) -> bool:
    return round_ is not None and round_.has_been_scored()


def policy_on(day: date) -> Policy | None:
    """The version in force on a day, if there is one."""
    try:
        return Policy.objects.in_force(day)
    except Policy.DoesNotExist:
        return None


class RoundForm(forms.ModelForm):
    class Meta:
        model = Round
        fields = ("year", "title", "opens_on", *DATES, *REVIEW)
        help_texts = {
            "year": _("All days of the round lie in this year, in the one before or in the one after."),
            "opens_on": _("The round keeps the policy version that is in force on this day."),
            "rubric": _("Experts score by it. It stays as it is from the moment a round uses it."),
            "review_by": _("After the sign-offs and before the decision; sheets are due on this day."),
            "blind": _(
                "Experts read the papers without names and units, and of the files only the pictures of the place: "
                "names in a scan cannot be masked. A picture may still show a name, such as a plaque."
            ),
            "shows": _("Before handing in, an expert sees nothing of the others in any case."),
        }

    def __init__(self, *args, **kwargs):
        """A round that was opened without these settings is offered those of a new one."""
        super().__init__(*args, **kwargs)
        self.is_assigned = bool(self.instance.pk) and has_assignments(self.instance)
        if self.instance.pk and self.instance.rubric_id is None and "rubric" in self.fields:
            self.initial["rubric"] = newest_whole()
            self.initial["review_by"] = self.instance.review_by or proposed_review_by(
                self.instance.endorse_by, self.instance.decide_by
            )

    def clean_rubric(self):
        """Held until it is saved: nobody changes it before the round uses it."""
        rubric = self.cleaned_data["rubric"]
        if rubric is None:
            return None
        rubric = Rubric.objects.select_for_update(of=("self",)).get(pk=rubric.pk)
        if problems := rubric.missing():
            raise ValidationError([_now("Experts cannot score by this rubric yet."), *problems])
        return rubric

    def clean_review_by(self):
        """Experts who were asked rely on the day."""
        before, after = self.instance.review_by, self.cleaned_data["review_by"]
        if self.is_assigned and before and (after is None or after < before):
            raise ValidationError(
                _now("Experts are at work: this day can be put off, not brought forward of %(day)s."),
                params={"day": cn_date(before)},
            )
        return after

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
    inlines = [PanelInline]
    change_form_template = "admin/reviews/round_form.html"
    list_display = [
        *("year", "title", "standing", "window", "decide_by", "naming_on"),
        *("applications_link", "panel_link"),
    ]
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
        experts = Panelist.objects.filter(round=OuterRef("pk")).order_by().values("round")
        return (
            super()
            .get_queryset(request)
            .select_related("policy", "rubric")
            .annotate(applied=Count("applications"), experts=experts.annotate(all=Count("pk")).values("all"))
        )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            *panel_urls(wrap),
            *release_urls(wrap),
            *results_urls(wrap),
            *award_urls(wrap),
            *super().get_urls(),
        ]

    def get_changeform_initial_data(self, request):
        return {**proposal(timezone.localdate()), **super().get_changeform_initial_data(request)}

    def get_fieldsets(self, request, obj=None):
        said = _(
            "Experts are assigned to this round already: rubric and blind review stay as they are, "
            "and the day can be put off."
        )
        ahead = _("They can be changed until the first expert is assigned (Articles 7 and 8).")
        scored = _(
            "Experts have handed in: rubric, blind review and what they see of each other stay as they are, and the "
            "day can be put off."
        )
        if is_scored(obj):
            said = scored
        assigned = has_assignments(obj)
        is_read = assigned or not self.has_change_permission(request, obj)
        fields = ["blind_said" if name == "blind" and is_read else name for name in REVIEW]
        review = {"fields": fields, "description": linked(said if assigned else ahead)}
        return [*super().get_fieldsets(request, obj), (_("Expert review"), review)]

    def get_inlines(self, request, obj):
        """The panel of a round that is there."""
        return self.inlines if obj else []

    def get_readonly_fields(self, request, obj=None):
        """What applications were made under stays: the year and the opening day, and so the policy; and what experts
        review by.
        """
        applied = obj is not None and obj.applications.exists()
        frozen = FROZEN if has_assignments(obj) else ()
        frozen += ("shows",) if is_scored(obj) else ()
        return ["policy_kept", "blind_said", *(["year", "opens_on"] if applied else []), *frozen]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Rubrics are written on pages of their own: no signs beside the field that open windows."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "rubric":
            field.widget = field.widget.widget
        return field

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Whoever saves holds the round: nobody is assigned to it meanwhile."""
        with transaction.atomic():
            if request.method == "POST" and (found := Round.objects.filter(pk=number(object_id)).first()):
                panels.locked(found)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        """Sheets that were due with the round are due on its new day."""
        super().save_model(request, obj, form, change)
        before = form.initial.get("review_by") if change and "review_by" in form.changed_data else None
        if before and (count := panel_changes.follow_the_round(obj, before=before, by=request.user)):
            said = ngettext(
                "%(count)s sheet that is not handed in yet is due on the new day; its expert is told.",
                "%(count)s sheets that are not handed in yet are due on the new day; their experts are told.",
                count,
            )
            messages.info(request, said % {"count": count})

    @admin.display(description=_("policy version"))
    def policy_kept(self, obj):
        return obj.policy if obj.policy_id else _now("The one in force on the opening day")

    @admin.display(description=_("blind review"))
    def blind_said(self, obj):
        """In words: a red cross says nothing to who does not know what it stands for."""
        return _now("Yes") if obj.blind else _now("No")

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

    @admin.display(description=_("experts"), ordering="experts")
    def panel_link(self, obj):
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:reviews_round_panel", args=[obj.pk]), obj.experts or 0
        )
