"""All studios for the office, to look at: papers and states change elsewhere, by those who may."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import RoleCode
from accounts.office import OfficeAdmin, OfficeInline
from records.exports import ExportsMixin
from records.pages import number
from records.templatetags.present import badge, cn_date, moment, state_badge
from studios import changes
from studios.conditions import tally
from studios.exports import StudioResource
from studios.models import Certificate, Honour, Member, Studio, StudioLog, Verdict
from studios.office.filters import ConditionFilter, kind_filter, unit_filter
from studios.parts import PLAN
from studios.renewal import over_since, with_runs_until
from studios.templatetags.conditions import conditions


class LookOnlyInline(OfficeInline, admin.TabularInline):
    """Rows that are shown and not changed here."""

    viewers = RoleCode.READS_ALL
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class LogInline(LookOnlyInline):
    model = StudioLog
    fields = readonly_fields = ["when", "who", "change", "note"]
    verbose_name_plural = _("what has been")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor")

    @admin.display(description=_("when"))
    def when(self, obj):
        return moment(obj.at)

    @admin.display(description=_("who"))
    def who(self, obj):
        return str(obj.actor or "—")

    @admin.display(description=_("move"))
    def change(self, obj):
        labels = dict(Studio._meta.get_field("state").flatchoices)
        return f"{labels.get(obj.from_state, '—')} → {labels.get(obj.to_state, '—')}"


class HonourInline(LookOnlyInline):
    model = Honour
    fields = readonly_fields = ["title", "level", "year", "body", "certificate_no", "withdrawn_on"]


class MemberInline(LookOnlyInline):
    model = Member
    fields = readonly_fields = ["name", "title", "degree", "role", "duty", "joined_on", "left_on"]


class CertificateInline(LookOnlyInline):
    model = Certificate
    fields = readonly_fields = ["link", "studio_name", "starts_on", "ends_on", "revoked_on", "revoked_reason"]

    @admin.display(description=_("certificate number"))
    def link(self, obj):
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:studios_certificate_change", args=[obj.pk]), obj.number
        )


@admin.register(Studio)
class StudioAdmin(ExportsMixin, OfficeAdmin):
    viewers = RoleCode.READS_ALL
    resource = StudioResource
    list_display = ["name", "state_shown", "lead_shown", "unit_name", "conditions_shown", "until"]
    list_filter = ["state", kind_filter(), ConditionFilter, unit_filter()]
    search_fields = ["name"]
    search_help_text = _("Name of the studio or its lead, pinyin, initials, or staff number")
    ordering = ["-pk"]
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    inlines = [LogInline, CertificateInline, HonourInline, MemberInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "name",
                    "name_reason",
                    "lead_shown",
                    "unit_name",
                    "state_shown",
                    "kinds_shown",
                    "founded_on",
                    "page",
                ]
            },
        ),
        (_("The five conditions"), {"fields": ["findings"]}),
        (_("What it works on"), {"fields": ["direction", "equipment"]}),
        (_("Three-year plan"), {"fields": PLAN}),
    ]
    readonly_fields = ["lead_shown", "unit_name", "state_shown", "kinds_shown", "findings", "page"]

    def get_queryset(self, request):
        verdicts = Prefetch("verdicts", Verdict.objects.order_by("condition"))
        rows = super().get_queryset(request).select_related("lead", "unit")
        return with_runs_until(rows).prefetch_related(verdicts)

    def history_view(self, request, object_id, extra_context=None):
        """Who changed which field of the papers: of the studio and of all its rows, in one list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        studios = Studio.objects.visible_to(request.user).asked_by(request.user).select_related("unit")
        studio = get_object_or_404(studios, pk=number(object_id))
        context = {
            **admin.site.each_context(request),
            "opts": self.opts,
            "original": studio,
            "title": _now("What was changed: %(name)s") % {"name": studio.name},
            "changes": changes.of(studio, personal=request.user.has_perm("studios.view_personal", studio)),
            "most": changes.MOST,
        }
        return TemplateResponse(request, "admin/studios/changes.html", context)

    def get_search_results(self, request, queryset, search_term):
        return (queryset.search(search_term) if search_term.strip() else queryset), False

    @admin.display(description=_("lead"), ordering="lead__pinyin")
    def lead_shown(self, obj):
        number = obj.lead.staff_no
        return (
            _now("%(name)s (%(number)s)") % {"name": obj.lead.name, "number": number}
            if number
            else obj.lead.name
        )

    @admin.display(description=_("unit"), ordering="unit__code")
    def unit_name(self, obj):
        return obj.unit.name

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, obj):
        return state_badge(obj)

    @admin.display(description=_("kind of innovation"))
    def kinds_shown(self, obj):
        return _now(", ").join(str(kind) for kind in obj.kinds) or "—"

    @admin.display(description=_("five conditions"))
    def conditions_shown(self, obj):
        """Met ones are counted, the others named: a list shows what needs care."""
        found = list(obj.verdicts.all())
        if not found:
            return "—"
        open_ones = [one for one in found if one.value in (Verdict.Value.UNMET, Verdict.Value.RISK)]
        if not open_ones:
            return badge(" ".join(tally(one.value for one in found)), "met")
        words = _now(", ").join(one.get_condition_display() for one in open_ones)
        unmet = sum(one.value == Verdict.Value.UNMET for one in open_ones)
        if unmet:
            label = ngettext("%(count)s not met", "%(count)s not met", unmet) % {"count": unmet}
        else:
            label = ngettext("%(count)s at risk", "%(count)s at risk", len(open_ones)) % {
                "count": len(open_ones)
            }
        return format_html(
            '{}<br><small class="quiet">{}</small>', badge(label, "unmet" if unmet else "risk"), words
        )

    @admin.display(description=_("cycle ends"), ordering="runs_until")
    def until(self, obj):
        if not obj.runs_until:
            return "—"
        day = format_html('<span class="when">{}</span>', cn_date(obj.runs_until))
        if not over_since(obj, timezone.localdate()):
            return day
        return format_html("{} {}", day, badge(_now("Cycle over"), "risk"))

    @admin.display(description=_("all papers"))
    def page(self, obj):
        return format_html('<a href="{}">{}</a>', obj.get_absolute_url(), _now("The studio’s page"))

    @admin.display(description=_("verdicts"))
    def findings(self, obj):
        return render_to_string("components/conditions.html", conditions(obj.verdicts.all()))
