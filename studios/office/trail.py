"""The moves of all studios in one list."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.trail import MovesAdmin
from studios.models import Studio, StudioLog


@admin.register(StudioLog)
class StudioLogAdmin(MovesAdmin):
    moved = "studio"
    verbs = {
        "name_it": _("Named"),
        "rectify": _("Put under rectification"),
        "renew": _("Renewed"),
        "revoke": _("Title revoked"),
        "close": _("Closed"),
    }
    search_fields = ["studio__name"]
    search_help_text = _("Name of the studio or its lead, pinyin, initials, or staff number")

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        return queryset.filter(studio__in=Studio.objects.search(search_term)), False
