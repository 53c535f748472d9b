"""Public notices in the office, to be looked at; and how applications are filtered by how their notice stands."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleCode
from accounts.office import OfficeAdmin, WithoutHistoryPage
from records.templatetags.present import badge, cn_date
from reviews.models import OPEN_OBJECTIONS, Objection, PublicNotice, State
from reviews.office import letters


class ByNotice(admin.SimpleListFilter):
    """How far the public notice of an approved application is."""

    title = _("public notice")
    parameter_name = "on_notice"

    def lookups(self, request, model_admin):
        return [
            ("ready", _("Over, to be named")),
            ("running", _("Still running")),
            ("objected", _("With an open objection")),
        ]

    def queryset(self, request, queryset):
        if self.value() not in ("ready", "running", "objected"):
            return queryset
        approved = with_notice(queryset.filter(state=State.APPROVED), timezone.localdate())
        if self.value() == "objected":
            return approved.filter(objected=True)
        return (
            approved.filter(objected=False, over=True)
            if self.value() == "ready"
            else approved.filter(over=False)
        )


def with_notice(applications, on):
    """Applications with ``over``: whether the notice has ended, and ``objected``: whether an objection is open."""
    open_ = Objection.objects.filter(application=OuterRef("pk"), state__in=OPEN_OBJECTIONS)
    over = PublicNotice.objects.filter(pk=OuterRef("notice"), ends_on__lt=on)
    return applications.annotate(over=Exists(over), objected=Exists(open_))


@admin.register(PublicNotice)
class PublicNoticeAdmin(WithoutHistoryPage, OfficeAdmin):
    """Published notices; nothing about them is changed."""

    viewers = RoleCode.READS_ALL
    list_display = [
        "title",
        "round",
        "standing",
        "published_on",
        "starts_on",
        "ends_on",
        "listed",
        "objected",
        "page",
    ]
    list_filter = ["round"]
    list_select_related = ["round"]
    search_fields = ["title"]
    fields = [
        "title",
        "round",
        "published_on",
        "published_by",
        "days",
        "starts_on",
        "ends_on",
        "listed",
        "objected",
        "page",
    ]
    readonly_fields = [*fields, "letter"]
    view_on_site = False

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                all_objections=Count("objections"),
                open_objections=Count("objections", filter=Q(objections__state__in=OPEN_OBJECTIONS)),
            )
        )

    def get_urls(self):
        entered = self.admin_site.admin_view(letters.record)
        return [path("<int:pk>/letter/", entered, name="reviews_publicnotice_letter"), *super().get_urls()]

    def get_fields(self, request, obj=None):
        """Who enters objections that came on paper has the way there."""
        return [*self.fields, "letter"] if request.user.has_perm(letters.RECORD) else self.fields

    @admin.display(description=_("objection on paper"))
    def letter(self, obj):
        url = reverse("admin:reviews_publicnotice_letter", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', url, _now("Enter an objection that came on paper"))

    @admin.display(description=_("state"))
    def standing(self, obj):
        if obj.is_over(timezone.localdate()):
            return badge(_now("Notice over"))
        return badge(_now("On notice until %(day)s") % {"day": cn_date(obj.ends_on, "short")}, "judge")

    @admin.display(description=_("studios"))
    def listed(self, obj):
        return len(obj.entries)

    @admin.display(description=_("objections"))
    def objected(self, obj):
        if not obj.all_objections:
            return "—"
        url = f"{reverse('admin:reviews_objection_changelist')}?notice__round__id__exact={obj.round_id}"
        text = _now("%(all)s, %(open)s open") % {"all": obj.all_objections, "open": obj.open_objections}
        return format_html('<a href="{}">{}</a>', url, text)

    @admin.display(description=_("public page"))
    def page(self, obj):
        return format_html('<a href="{}">{}</a>', obj.get_absolute_url(), _now("Open"))
