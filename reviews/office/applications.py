"""Applications as the office's work queue: found, read, and moved by buttons that call the model's own verbs."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import OuterRef, Prefetch, Subquery
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, re_path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleCode
from accounts.office import OfficeAdmin, WithoutHistoryPage
from records.exports import ExportsMixin
from records.pages import number
from records.templatetags.present import badge, cn_date, state_badge
from reviews.exports import ApplicationResource
from reviews.models import Application, ApplicationLog, Endorsement
from reviews.office import bulk, naming, verbs
from reviews.office.desk import Desk
from reviews.office.notices import ByNotice
from studios.models import Studio
from studios.office.filters import SearchedByStudio, kind_filter, unit_filter
from studios.own_cases import own_now

LONG_WAIT = timedelta(days=7)
NUMBER = re.compile(r"^\s*(?P<year>20\d\d)-[Aa]0*(?P<pk>\d{1,9})\s*$")


@admin.register(Application)
class ApplicationAdmin(SearchedByStudio, WithoutHistoryPage, ExportsMixin, OfficeAdmin):
    """Nothing is typed into an application here; it moves by the verbs in ``reviews.office.verbs``."""

    viewers = RoleCode.READS_ALL
    resource = ApplicationResource
    list_display = ["number", "studio_name", "state_shown", "unit", "handed_in", "waits_since"]
    list_display_links = ["number", "studio_name"]
    list_filter = ["state", ByNotice, "round", unit_filter("studio__unit"), kind_filter("studio__")]
    list_select_related = ["studio__unit", "round"]
    search_help_text = _("Number, name of the studio or its lead, pinyin, initials, or staff number")
    actions = ["accept_several", "review_several", "decide_several", "name_several"]
    ordering = ["-pk"]
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    def get_queryset(self, request):
        """With ``since``, the moment at which each came into the state it is in."""
        arrived = ApplicationLog.objects.filter(application=OuterRef("pk"), to_state=OuterRef("state"))
        last = arrived.exclude(from_state=OuterRef("state")).order_by("-at").values("at")[:1]
        return super().get_queryset(request).annotate(since=Subquery(last))

    def get_search_results(self, request, queryset, search_term):
        if found := NUMBER.match(search_term):
            return queryset.filter(pk=found["pk"], round__year=found["year"]), False
        return super().get_search_results(request, queryset, search_term)

    def get_changelist_instance(self, request):
        """Each row of the page with ``own``: whether it is the person's own case."""
        changelist = super().get_changelist_instance(request)
        user, rows = request.user, list(changelist.result_list)
        shown = Studio.objects.filter(pk__in={row.studio_id for row in rows})
        own = own_now(shown, user)
        for row in rows:
            row.own = row.studio_id in own or row.papers_concern(user)
        changelist.result_list = rows
        return changelist

    # -- columns ------------------------------------------------------------------------------------------------

    @admin.display(description=_("number"), ordering="pk")
    def number(self, obj):
        return obj.number

    @admin.display(description=_("studio"), ordering="studio__pinyin")
    def studio_name(self, obj):
        return obj.studio.name

    @admin.display(description=_("unit"), ordering="studio__unit__code")
    def unit(self, obj):
        return obj.studio.unit.name

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, obj):
        shown = state_badge(obj)
        return (
            format_html("{} {}", shown, badge(_now("Own case, stand aside"), "judge")) if obj.own else shown
        )

    @admin.display(description=_("handed in"), ordering="submitted_at")
    def handed_in(self, obj):
        """The year is said only where it is another one: room is short."""
        this_year = (
            obj.submitted_at and timezone.localdate(obj.submitted_at).year == timezone.localdate().year
        )
        return cn_date(obj.submitted_at, "short" if this_year else "")

    @admin.display(description=_("waits since"), ordering="since")
    def waits_since(self, obj):
        since = obj.since or obj.created_at
        days = (timezone.localdate() - timezone.localdate(since)).days
        long = obj.state in bulk.WAITS and timezone.now() - since > LONG_WAIT
        words = (
            _now("%(day)s, %(days)s days") % {"day": cn_date(since, "short"), "days": days}
            if days
            else _now("today")
        )
        return format_html('<span class="when{}">{}</span>', " soon" if long else "", words)

    # -- several at once ----------------------------------------------------------------------------------------

    def has_staff_permission(self, request) -> bool:
        return self._holds(request, {RoleCode.UNION_STAFF})

    def has_leader_permission(self, request) -> bool:
        return self._holds(request, {RoleCode.UNION_LEADER})

    @admin.action(description=_("Papers complete: accept those chosen"), permissions=["staff"])
    def accept_several(self, request, queryset):
        return self._go(request, queryset, reverse("admin:reviews_application_bulk", args=["accept"]))

    @admin.action(description=_("Complete the expert review of those chosen"), permissions=["staff"])
    def review_several(self, request, queryset):
        return self._go(request, queryset, reverse("admin:reviews_application_bulk", args=["review"]))

    @admin.action(description=_("Decide on those chosen"), permissions=["leader"])
    def decide_several(self, request, queryset):
        return self._go(request, queryset, reverse("admin:reviews_application_bulk", args=["decide"]))

    @admin.action(description=_("Name those chosen"), permissions=["leader"])
    def name_several(self, request, queryset):
        return self._go(request, queryset, reverse("admin:reviews_application_naming"))

    def _go(self, request, queryset, url: str):
        """To the page on which several are looked at before anything happens to them."""
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: bulk.MOST_AT_ONCE + 1])
        if len(keys) > bulk.MOST_AT_ONCE:
            text = _now("At most %(most)s applications in one go. Narrow the list by a filter first.")
            messages.error(request, text % {"most": bulk.MOST_AT_ONCE})
            return None
        return redirect(f"{url}?{urlencode({'pk': keys}, doseq=True)}")

    # -- pages --------------------------------------------------------------------------------------------------

    def get_urls(self):
        """The acts on one application and on several, before the stock pages."""
        wrap = self.admin_site.admin_view
        verb = "|".join(verbs.VERBS)
        return [
            re_path(rf"^(?P<pk>\d+)/(?P<verb>{verb})/$", wrap(verbs.view), name="reviews_application_verb"),
            path("bulk/<slug:verb>/", wrap(bulk.view), name="reviews_application_bulk"),
            path("naming/", wrap(naming.view), name="reviews_application_naming"),
            path(
                "naming/decision.pdf",
                wrap(naming.preview_decision),
                name="reviews_application_preview_decision",
            ),
            path("<int:pk>/preview/<str:kind>.pdf", wrap(naming.preview), name="reviews_application_preview"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The desk: papers as they were handed in, what speaks for them, and what may be done now."""
        rows = self.get_queryset(request).select_related(
            "studio__lead__unit", "studio__unit", "round__policy", "decided_by", "document", "notice"
        )
        endorsements = Prefetch("endorsements", Endorsement.objects.select_related("by", "snapshot"))
        rows = rows.prefetch_related(endorsements, "studio__editors", "studio__members")
        application = get_object_or_404(rows, pk=number(object_id))
        desk = Desk(application, request.user, on=timezone.localdate())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{application.number} {application.studio.name}",
            "desk": desk,
            "application": application,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/reviews/application.html", context)
