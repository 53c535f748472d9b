"""The results of all studios, to look at and to search; they are entered by the studios."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleCode
from accounts.office import OfficeAdmin
from ledgers.models import Achievement
from studios.models import Studio
from studios.office.filters import unit_filter


@admin.register(Achievement)
class AchievementAdmin(OfficeAdmin):
    viewers = RoleCode.READS_ALL
    list_display = ["title", "kind", "level", "studio_link", "recognised_by", "recognised_on"]
    list_filter = ["kind", "level", unit_filter("studio__unit")]
    list_select_related = ["studio"]
    search_fields = ["title"]
    search_help_text = _(
        "Name or number of the result, studio or its lead, pinyin, initials, or staff number"
    )
    view_on_site = False

    def get_search_results(self, request, queryset, search_term):
        text = search_term.strip()
        if not text:
            return queryset, False
        own = Q(title__icontains=text) | Q(number__icontains=text)
        return queryset.filter(own | Q(studio__in=Studio.objects.search(text))), False

    @admin.display(description=_("studio"), ordering="studio__pinyin")
    def studio_link(self, obj):
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:studios_studio_change", args=[obj.studio_id]),
            obj.studio.name,
        )
