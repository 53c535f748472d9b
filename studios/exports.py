"""The lists of studios and certificates as Excel."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from import_export.resources import Resource

from records.exports import column, date_column


class StudioResource(Resource):
    name = column("name", _("studio"))
    lead = column("lead__name", _("lead"))
    staff_no = column("lead__staff_no", _("Staff number"))
    unit = column("unit__name", _("unit"))
    kinds = column("", _("kind of innovation"))
    state = column("get_state_display", _("state"))
    verdicts = column("", _("five conditions"))
    until = date_column("runs_until", _("cycle ends"))

    def dehydrate_kinds(self, studio) -> str:
        return "、".join(str(kind) for kind in studio.kinds)

    def dehydrate_verdicts(self, studio) -> str:
        return "；".join(
            _now("%(condition)s: %(verdict)s")
            % {"condition": one.get_condition_display(), "verdict": one.get_value_display()}
            for one in studio.verdicts.all()
        )


class CertificateResource(Resource):
    number = column("number", _("number"))
    studio = column("studio_name", _("studio"))
    lead = column("lead_name", _("lead"))
    unit = column("studio__unit__name", _("unit"))
    starts_on = date_column("starts_on", _("valid from"))
    ends_on = date_column("ends_on", _("valid until"))
    issued_on = date_column("issued_on", _("issued on"))
    state = column("", _("state"))
    revoked = column("revoked_reason", _("revocation"))

    def dehydrate_state(self, certificate) -> str:
        return certificate.state(timezone.localdate()).label
