"""What this package says beside a studio's own pages, which never hear of applications."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.mending import asked, to_correct
from reviews.models import EDITABLE, Application, Correction, Round, State
from studios import parts
from studios.models import State as StudioState


def asked_to_correct(studio, key: str) -> list[str]:
    """Why a part came back, while its application is being corrected."""
    open_ = Correction.objects.filter(application__studio=studio, application__state=State.RETURNED, part=key)
    last = open_.order_by("-log").values_list("log", flat=True)[:1]
    return list(open_.filter(log__in=list(last)).values_list("reason", flat=True))


def came_back(studio) -> dict[str, str]:
    """The parts that came back and were not saved since, with the reason."""
    return to_correct(asked(application__studio=studio))


def way_to_apply(studio, user) -> parts.Way | None:
    """To the open application, or to starting one in the round of the day."""
    application = Application.objects.open().filter(studio=studio).order_by("-pk").first()
    if application:
        back = _("Application") if application.state in EDITABLE else ""
        return parts.Way(_("To the application"), application.get_absolute_url(), back)
    can_apply = studio.state in (StudioState.CANDIDATE, StudioState.REVOKED)
    if can_apply and Round.objects.under_way(timezone.localdate()).exists():
        return parts.Way(_("Start an application"), reverse("reviews:start", args=[studio.pk]))
    return None


def register() -> None:
    parts.register_notes(asked_to_correct)
    parts.register_corrections(came_back)
    parts.register_way(way_to_apply)
