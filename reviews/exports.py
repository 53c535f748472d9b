"""The list of applications as Excel."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.resources import Resource

from records.exports import column, date_column


class ApplicationResource(Resource):
    number = column("number", _("number"))
    studio = column("studio__name", _("studio"))
    lead = column("studio__lead__name", _("lead"))
    unit = column("studio__unit__name", _("unit"))
    round = column("round__title", _("round"))
    state = column("get_state_display", _("state"))
    handed_in = date_column("submitted_at", _("handed in"))
    waits_since = date_column("since", _("waits since"))
    decision = column("get_known_decision", _("decision"))
    decision_text = column("known_decision_text", _("text of the decision"))
    document = column("document__number", _("decision document"))

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("studio__unit", "studio__lead", "round", "document")

    def dehydrate_handed_in(self, application):
        return application.submitted_at and timezone.localdate(application.submitted_at)

    def dehydrate_waits_since(self, application):
        return timezone.localdate(application.since or application.created_at)
