"""Who reviews what in a round: the overview, and the experts of one application."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import OuterRef, Prefetch, Subquery
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import check
from reviews import conflicts, panels
from reviews.models import HOLDING, Application, Assignment, AssignmentLog, Round, State
from reviews.office.frame import PERMISSION, page, round_for
from reviews.office.panel_lines import figures, hindrances, line, seats_with_work, shown
from reviews.office.panel_pairs import propose_view, several_view, take
from reviews.office.seats import add_view, invite_view

A_PAGE = 50


@require_safe
def view(request, pk):
    """Applications under review with their experts, and the panel with its load.

    :raises PermissionDenied: to whom the office's reviews are not shown.
    """
    round_, today = round_for(request, pk), timezone.localdate()
    which, text = request.GET.get("show", ""), request.GET.get("q", "")
    standing, pages = figures(round_, on=today), Paginator(shown(round_, which, text), A_PAGE)
    if not (which or text.strip()):
        pages.count = standing[0].value  # known already
    found, seats = pages.get_page(request.GET.get("page")), seats_with_work(round_)
    each = round_.policy.experts_each
    context = {
        "figures": standing,
        "lines": [line(row, request.user, each=each, on=today) for row in found],
        "found": found,
        "tabs": tabs(which),
        "text": text,
        "which": which,
        "seats": seats,
        "hindrances": hindrances(round_, seats),
    }
    title = _("Experts and assignments")
    return page(request, "admin/reviews/panel.html", round_, title=title, on=today, **context)


def tabs(which: str) -> list[dict]:
    labels = {
        "": _("All"),
        "lacking": _("Lack experts"),
        "late": _("With late experts"),
        "back": _("Declined or recused"),
    }
    return [
        {"url": f"?show={key}" if key else "?", "label": label, "is_now": key == which}
        for key, label in labels.items()
    ]


# -- one application ---------------------------------------------------------------------------------------------


def with_experts(round_: Round):
    """The applications of a round, each with its experts; of these with what was said last of where they stand."""
    logs = AssignmentLog.objects.filter(assignment=OuterRef("pk"), to_state=OuterRef("state"))
    experts = Assignment.objects.annotate(told=Subquery(logs.order_by("-at", "-pk").values("note")[:1]))
    experts = experts.select_related("expert__unit").order_by("pk")
    rows = Application.objects.filter(round=round_).select_related("studio__unit", "studio__lead", "round")
    return rows.prefetch_related(Prefetch("assignments", experts), "studio__editors", "studio__members")


@require_http_methods(["GET", "HEAD", "POST"])
def application_view(request, pk, application):
    """The experts of one application with what became of each, and the panel to choose from.

    :raises PermissionDenied: to whom the office's reviews are not shown, and for the own case.
    """
    round_, today = round_for(request, pk), timezone.localdate()
    row = get_object_or_404(with_experts(round_), pk=application)
    if request.method == "POST":
        check(request.user, PERMISSION, row)
        return take(request, round_, reverse("admin:reviews_round_application", args=[pk, application]))
    told = line(row, request.user, each=round_.policy.experts_each, on=today)
    may_act = request.user.has_perm(PERMISSION, row) and not told["aside"] and row.state == State.ACCEPTED
    seats = panels.seated(round_) if may_act else []
    known = against(row, told["experts"], seats)
    return page(
        request,
        "admin/reviews/panel_application.html",
        round_,
        title=row.studio.name,
        line=told,
        may_assign=may_act,
        choices=panels.choices(row, seats, known) if may_act else [],
        on=today,
    )


def against(application: Application, asked: list[Assignment], seats: list) -> dict[int, list[str]]:
    """What is known between an application and its experts and the panel; those at work are told it as ``since``."""
    at_work = [one for one in asked if one.state in HOLDING]
    people = [one.expert for one in (*at_work, *seats)]
    known = conflicts.of_one(application, people) if people else {}
    for one in at_work:
        one.since = known.get(one.expert_id, [])
    return known


def panel_urls(wrap) -> list:
    """The pages of a round's panel, below the pages of rounds."""
    return [
        path("<int:pk>/panel/", wrap(view), name="reviews_round_panel"),
        path("<int:pk>/panel/proposal/", wrap(propose_view), name="reviews_round_propose"),
        path("<int:pk>/panel/several/", wrap(several_view), name="reviews_round_several"),
        path("<int:pk>/panel/add/", wrap(add_view), name="reviews_round_panel_add"),
        path("<int:pk>/panel/invite/", wrap(invite_view), name="reviews_round_panel_invite"),
        path("<int:pk>/panel/<int:application>/", wrap(application_view), name="reviews_round_application"),
    ]
