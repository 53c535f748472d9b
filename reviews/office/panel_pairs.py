"""Pairs of application and expert that are looked at, and then taken: the solver's proposal, or several by several."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from records.moves import DomainError
from records.pages import number
from reviews import panels
from reviews.models import Round
from reviews.office.frame import PERMISSION, page, round_for
from reviews.office.panel_lines import hindrances, line, seats_with_work, shown

MOST_PAIRS = 4000  # what one form can send


def offer(request, round_: Round, pairs: list[panels.Pair], loads: list[panels.Load], **context):
    """The page on which pairs are ticked, by application, with the loads they would make."""
    return page(
        request,
        "admin/reviews/panel_pairs.html",
        round_,
        groups=[
            {"application": application, "pairs": list(own)}
            for application, own in groupby(pairs[:MOST_PAIRS], key=lambda pair: pair.application)
        ],
        rest=max(0, len(pairs) - MOST_PAIRS),
        loads=loads,
        hindrances=hindrances(round_, loads),
        **context,
    )


def ticked(request) -> list[tuple[int, int]]:
    """The pairs that were left ticked, of those that were sent as ``17:5``."""
    sent = [pair.partition(":") for pair in request.POST.getlist("pair")[:MOST_PAIRS]]
    return [(number(case), number(expert)) for case, _colon, expert in sent]


def take(request, round_: Round, back: str):
    """Assign what is ticked, and say so; or say why nothing was, on the page it came from."""
    try:
        rows = panels.assign(ticked(request), round_, by=request.user)
    except DomainError as error:
        for sentence in (str(error), *error.problems):
            messages.error(request, sentence)
        return redirect(back)
    said = ngettext(
        "%(count)s assignment was made; the expert is told.",
        "%(count)s assignments were made; the experts are told.",
        len(rows),
    )
    messages.success(request, said % {"count": len(rows)})
    return redirect("admin:reviews_round_panel", round_.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_view(request, pk):
    """The proposal of the solver with its reasons, before it is taken; taken, it is checked anew.

    :raises PermissionDenied: to anybody but union staff.
    """
    check(request.user, PERMISSION)
    round_ = round_for(request, pk)
    if request.method == "POST":
        return take(request, round_, reverse("admin:reviews_round_propose", args=[pk]))
    plan = panels.plan(round_, by=request.user)
    explained = _(
        "It fills as many places as the panel allows, keeps the loads even, and lets the experts of one "
        "application come from as many units as possible. Nobody is proposed whose conflict is known."
    )
    context = {"said": panels.summary(plan), "explained": explained, "lacking": plan.lacking}
    if not plan.pairs:
        context |= {"said": "", "explained": "", "nothing": why_nothing(round_, plan)}
    title = _("Proposal for the assignment")
    return offer(
        request, round_, plan.pairs, plan.loads, title=title, aside=plan.aside, refused=[], **context
    )


def why_nothing(round_: Round, plan: panels.Plan) -> dict[str, str]:
    """Why nothing is proposed: each application has its experts, or the panel is too small for those that have not."""
    if plan.lacking:
        return {
            "title": _("Nobody else on the panel can be proposed"),
            "text": _("The reason stands with each application above. Enlarge the panel, then propose anew."),
            "enlarge": reverse("admin:reviews_round_panel_add", args=[round_.pk]),
        }
    return {
        "title": _("There is nothing to assign"),
        "text": _("No application under expert review lacks an expert."),
        "enlarge": "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def several_view(request, pk):
    """Several applications and several experts are chosen; each gets each, as far as there is no conflict.

    :raises PermissionDenied: to anybody but union staff.
    """
    check(request.user, PERMISSION)
    round_ = round_for(request, pk)
    if "pair" in request.POST:
        return take(request, round_, reverse("admin:reviews_round_several", args=[pk]))
    cases = {number(key) for key in request.POST.getlist("application")}
    experts = {number(key) for key in request.POST.getlist("expert")}
    if cases and experts:
        return looked_at(request, round_, cases, experts)
    if request.method == "POST":
        messages.warning(request, _("Tick at least one application and one expert."))
    return to_choose(request, round_, cases, experts)


def to_choose(request, round_: Round, cases: set[int], experts: set[int]):
    """The page on which applications and experts are ticked; what was ticked before stays so."""
    each, today = round_.policy.experts_each, timezone.localdate()
    rows = [line(row, request.user, each=each, on=today) for row in shown(round_, "", "")]
    seats = seats_with_work(round_)
    return page(
        request,
        "admin/reviews/panel_several.html",
        round_,
        title=_("Assign several"),
        lines=[row for row in rows if not row["aside"]],
        seats=seats,
        cases=cases,
        chosen=experts,
        hindrances=hindrances(round_, seats),
    )


def looked_at(request, round_: Round, cases: set[int], experts: set[int]):
    """Each of the chosen with each, before it is taken."""
    pairs, refused, loads = panels.cross(round_, cases, experts, by=request.user)
    said = ngettext("%(count)s assignment is possible.", "%(count)s assignments are possible.", len(pairs))
    context = {
        "title": _("Assign several"),
        "said": said % {"count": len(pairs)},
        "explained": _("Each chosen application gets each chosen expert, as far as no conflict is known."),
    }
    if not pairs:
        context["nothing"] = {
            "title": _("There is nothing to assign"),
            "text": _(
                "None of the chosen experts can take one of the chosen applications; why, stands below."
            ),
            "enlarge": "",
        }
    return offer(request, round_, pairs, loads, lacking=[], aside=[], refused=refused, **context)
