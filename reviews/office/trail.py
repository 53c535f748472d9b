"""The moves of all applications in one list."""

from __future__ import annotations

from django.contrib import admin

from accounts.trail import MovesAdmin
from reviews.models import ApplicationLog
from reviews.timeline import DONE
from studios.office.filters import SearchedByStudio


@admin.register(ApplicationLog)
class ApplicationLogAdmin(SearchedByStudio, MovesAdmin):
    moved = "application"
    verbs = DONE
    way_to_studio = "application__studio"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("application__studio", "application__round")
