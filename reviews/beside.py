"""What this package says beside a studio's own pages, which never hear of applications."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.db.models.signals import post_save
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledgers.signals import refresh_later
from reviews.mending import asked, to_correct
from reviews.models import EDITABLE, Application, Round, Snapshot, State
from reviews.models.round import follow_the_policy
from studios import own_cases, parts, ruling, sharing
from studios.models import Policy
from studios.models import State as StudioState


@dataclass(frozen=True)
class Standing:
    """The open application of a studio.

    :ivar asked: why parts came back last, while it is being corrected.
    :ivar version: the number of the version handed in last, None before that.
    """

    application: Application
    asked: list[tuple[str, str]]
    version: int | None = None


def standing(studio) -> Standing | None:
    """How the papers stand, in one query; a page that has several things to say of it asks once."""
    return parts.remembered(studio, "standing", lambda: _standing(studio))


def _standing(studio) -> Standing | None:
    versions = Snapshot.objects.filter(application=OuterRef("pk")).order_by("-version").values("version")
    rows = list(
        Application.objects.open()
        .filter(studio=studio)
        .annotate(last=Subquery(versions[:1]))
        .order_by("-pk", "-corrections__log", "corrections")
        .values_list("pk", "state", "last", "corrections__log", "corrections__part", "corrections__reason")
    )
    if not rows:
        return None
    pk, state, version, log, *_first = rows[0]
    back = [row for row in rows if row[0] == pk and row[3] == log] if state == State.RETURNED else []
    application = Application(pk=pk, state=state, studio=studio)
    return Standing(application, [(part, reason) for *_row, part, reason in back], version)


def asked_to_correct(studio, key: str) -> list[str]:
    """Why a part came back, while its application is being corrected."""
    now = standing(studio)
    return [reason for part, reason in now.asked if part == key] if now else []


def came_back(studio) -> dict[str, str]:
    """The parts that came back and were not saved since, with the reason."""
    return to_correct(asked(application__studio=studio))


def way_to_the_application(studio) -> parts.Way | None:
    """To the open application."""
    now = standing(studio)
    return to_application(now.application) if now else None


def to_application(application: Application) -> parts.Way:
    """To an application, with how it stands; and back to it from the papers while it can be changed."""
    back = _("Application") if application.state in EDITABLE else ""
    state, look = application.get_state_display(), Application.STATE_LOOKS.get(application.state, "")
    return parts.Way(_("To the application"), application.get_absolute_url(), back, state, look)


def way_to_apply(studio, user) -> parts.Way | None:
    """To the open application, or to starting one in the round of the day."""
    can_apply = studio.state == StudioState.CANDIDATE  # who lost the title applies with a new studio
    if way := way_to_the_application(studio):
        return way
    if can_apply and Round.objects.under_way(timezone.localdate()).exists():
        return parts.Way(_("Start an application"), reverse("reviews:start", args=[studio.pk]))
    return None


def handed_in(studio) -> str:
    """That what is changed now is not part of the application, while it lies handed in before others."""
    now = standing(studio)
    if now is None or now.version is None or now.application.state in EDITABLE:
        return ""
    return _(
        "Version %(version)s is handed in. What is changed here from now on is not part of this application, unless "
        "it is returned for correction and handed in again."
    ) % {"version": now.version}


def policy_of_the_round(studio) -> Policy | None:
    """The policy of the round in which the studio applies; without one when it does not."""
    return Policy.objects.filter(
        rounds__applications__in=Application.objects.open().filter(studio=studio)
    ).first()


def lies_before_others(studio) -> bool:
    """Whether its application has been handed in and not ended: it is being judged, also while it is corrected."""
    return Application.objects.open().filter(studio=studio, submitted_at__isnull=False).exists()


def concerned_by_papers(studios, user) -> set[int]:
    """The keys of those of the studios of which any version that was handed in makes it the person's own case."""
    rows = Application.objects.filter(studio__in=studios.values("pk"), submitted_at__isnull=False)
    rows = rows.select_related("studio__unit").only("concerned", "concerned_typed", "studio__unit")
    return {row.studio_id for row in rows if row.papers_concern(user)}


def register() -> None:
    parts.register_notes(asked_to_correct)
    parts.register_corrections(came_back)
    parts.register_way(way_to_apply)
    parts.register_home(way_to_the_application)
    parts.register_standing(handed_in)
    ruling.register_round(policy_of_the_round)
    sharing.register_judgement(lies_before_others)
    own_cases.register_papers(concerned_by_papers)
    post_save.connect(refresh_later, sender=Application, dispatch_uid="verdicts-Application")
    post_save.connect(follow_the_policy, sender=Policy, dispatch_uid="rounds-Policy")
