"""The moves of all applications in one list."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q

from accounts.trail import MovesAdmin
from reviews.models import IN_THE_OFFICE, ApplicationLog
from reviews.timeline import DECIDED, DONE
from studios.models import Studio
from studios.office.filters import SearchedByStudio
from studios.own_cases import own_cases


@admin.register(ApplicationLog)
class ApplicationLogAdmin(SearchedByStudio, MovesAdmin):
    moved = "application"
    verbs = DONE
    way_to_studio = "application__studio"

    def get_queryset(self, request):
        """Of their own cases people read here too what everybody may, see :func:`reviews.timeline.known`."""
        rows = super().get_queryset(request).select_related("application__studio", "application__round")
        secret = Q(verb__in=IN_THE_OFFICE) & ~Q(to_state__in=DECIDED)
        own = own_cases(Studio.objects.filter(applications__log__in=rows.filter(secret)), request.user)
        return rows.exclude(secret, application__studio__in=own)
