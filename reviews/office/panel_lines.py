"""What the pages of a panel list: applications with their experts, the panel with its load, and what is in the way."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, F, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from records import agenda
from reviews import panels
from reviews.models import HOLDING, UNDER_WAY, Application, Assignment, Round, State
from reviews.office.frame import stands_aside
from reviews.whence import place_of
from studios.models import Studio

GAVE_BACK = frozenset({"declined", "recused"})


def lacking(round_: Round):
    """Those under review that have fewer experts than the policy of their round asks for."""
    held = Count("assignments", filter=Q(assignments__state__in=HOLDING))
    return panels.under_review(round_).annotate(held=held).filter(held__lt=F("round__policy__experts_each"))


def shown(round_: Round, which: str, text: str):
    """The applications under review that a page of the overview lists."""
    rows = panels.under_review(round_)
    if text.strip():
        rows = rows.filter(studio__in=Studio.objects.search(text))
    own = Assignment.objects.filter(application__round=round_)
    if which == "lacking":
        rows = rows.filter(pk__in=lacking(round_).values("pk"))
    elif which == "late":
        rows = rows.filter(pk__in=own.late(timezone.localdate()).values("application"))
    elif which == "back":
        rows = rows.filter(pk__in=own.filter(state__in=GAVE_BACK).values("application"))
    experts = Assignment.objects.select_related("expert__unit").order_by("pk")
    return rows.order_by("studio__unit__code", "pk").prefetch_related(
        Prefetch("assignments", experts), "studio__editors", "studio__members"
    )


def line(application: Application, user, *, each: int, on: date) -> dict:
    """One application with its experts; from who stands aside the experts are kept."""
    rows = list(application.assignments.all())
    missing = max(0, each - sum(one.state in HOLDING for one in rows))
    for one in rows:
        one.is_late = one.state in UNDER_WAY and one.due_on < on
        one.is_due = one.state in UNDER_WAY
        one.place = place_of(one.expert)
    aside = stands_aside(user, application)
    return {
        "application": application,
        "experts": [] if aside else rows,
        "missing": missing,
        "aside": aside,
    }


def seats_with_work(round_: Round) -> list[dict]:
    """The panel with what each holds in the round, still owes, has handed in and is late with."""
    rows = Assignment.objects.filter(application__round=round_, expert=OuterRef("expert")).order_by()

    def count(**which):
        found = rows.filter(**which).values("expert").annotate(all=Count("pk")).values("all")
        return Coalesce(found, 0)

    today = timezone.localdate()
    seats = round_.panel.select_related("expert__unit").annotate(
        holds=count(state__in=HOLDING),
        done=count(state="handed_in"),
        awaited=count(state__in=UNDER_WAY),
        late=count(state__in=UNDER_WAY, due_on__lt=today, application__state=State.ACCEPTED),
        gave_back=count(state__in=GAVE_BACK),
    )
    return [{"seat": seat, "place": place_of(seat.expert)} for seat in seats.order_by("expert__pinyin", "pk")]


def figures(round_: Round, *, on: date) -> list[agenda.Figure]:
    """How the review of a round stands; each figure leads to its list."""
    here = reverse("admin:reviews_round_panel", args=[round_.pk])
    rows = list(panels.under_review(round_).annotate(**_work(on)).values("held", "open", "late", "done"))
    lack = sum(row["held"] < round_.policy.experts_each for row in rows)
    late = sum(row["late"] for row in rows)
    sheets = f"{reverse('admin:reviews_assignment_changelist')}?application__round__id__exact={round_.pk}"
    return [
        agenda.Figure(len(rows), _("under expert review"), here),
        agenda.Figure(lack, _("lack experts"), f"{here}?show=lacking", late=bool(lack)),
        agenda.Figure(sum(row["open"] for row in rows), _("sheets awaited"), f"{sheets}&standing=under_way"),
        agenda.Figure(late, _("of them late"), f"{sheets}&standing=late", late=bool(late)),
        agenda.Figure(sum(row["done"] for row in rows), _("sheets handed in"), f"{sheets}&standing=done"),
    ]


def _work(on: date) -> dict[str, Count]:
    """How many experts an application has, and how their sheets stand."""
    at_work = Q(assignments__state__in=UNDER_WAY)
    return {
        "held": Count("assignments", filter=Q(assignments__state__in=HOLDING)),
        "open": Count("assignments", filter=at_work),
        "late": Count("assignments", filter=at_work & Q(assignments__due_on__lt=on)),
        "done": Count("assignments", filter=Q(assignments__state="handed_in")),
    }


def hindrances(round_: Round, seats: list) -> list[str]:
    """What is to be settled before anybody can be assigned, a sentence each; a rubric that a round names is whole."""
    found = []
    if round_.rubric is None:
        found.append(_("The round has no rubric by which experts score."))
    if round_.review_by is None:
        found.append(_("No day is set until which experts review."))
    if not seats:
        found.append(_("Nobody is on the panel."))
    return found
