"""The moves of all studios in one list."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.trail import MovesAdmin
from studios.models import StudioLog
from studios.office.filters import SearchedByStudio


@admin.register(StudioLog)
class StudioLogAdmin(SearchedByStudio, MovesAdmin):
    moved = "studio"
    verbs = {
        "name_it": _("Named"),
        "rectify": _("Put under rectification"),
        "renew": _("Renewed"),
        "revoke": _("Title revoked"),
        "close": _("Closed"),
    }
