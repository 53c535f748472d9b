"""The moves of all applications in one list."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.trail import MovesAdmin
from reviews.models import ApplicationLog
from reviews.timeline import DONE
from studios.models import Studio


@admin.register(ApplicationLog)
class ApplicationLogAdmin(MovesAdmin):
    moved = "application"
    verbs = DONE
    search_fields = ["application__studio__name"]
    search_help_text = _("Name of the studio or its lead, pinyin, initials, or staff number")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("application__studio", "application__round")

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        return queryset.filter(application__studio__in=Studio.objects.search(search_term)), False
