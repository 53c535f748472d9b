"""The applications a person may see, a round, and starting an application."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import check
from records.moves import DomainError
from records.pages import keyset_page
from records.templatetags.present import cn_date
from reviews.actions import start_application
from reviews.forms import SearchForm
from reviews.models import Application, Round, State
from studios.models import State as StudioState
from studios.models import Studio

A_PAGE = 25


@require_safe
def applications(request):
    """Those a person may see, the newest first; the search narrows."""
    form = SearchForm(request.GET)
    found = form.filter(Application.objects.visible_to(request.user))
    rows = found.select_related("studio__lead", "studio__unit", "round")
    shown, newer, older = keyset_page(request, rows, size=A_PAGE)
    context = {
        "form": form,
        "applications": shown,
        "narrowed": any(request.GET.get(name) for name in form.fields),
        "newer": newer,
        "older": older,
    }
    return render(request, "reviews/applications.html", context)


@require_safe
def round_page(request, pk):
    """The windows of a round, and the person's own applications in it."""
    round_ = get_object_or_404(Round.objects.select_related("policy"), pk=pk)
    own = Application.objects.visible_to(request.user).filter(round=round_)
    context = {
        "round": round_,
        "on": timezone.localdate(),
        "is_open": round_.is_open(timezone.localdate()),
        "applications": own.select_related("studio", "round").order_by("-pk")[:A_PAGE],
        "dates": dates(round_),
        "startable": startable(request.user, round_)[:A_PAGE],
    }
    return render(request, "reviews/round.html", context)


def startable(user, round_: Round):
    """The candidates whose papers the person fills in and which have not applied in the round, or took it back."""
    tried = Application.objects.filter(round=round_).exclude(state=State.WITHDRAWN)
    candidates = Studio.objects.worked_on_by(user).filter(state=StudioState.CANDIDATE)
    return candidates.exclude(pk__in=tried.values("studio"))


def dates(round_: Round) -> list[tuple[str, str]]:
    """The windows of a round, in their order."""
    window = {"first": cn_date(round_.opens_on), "last": cn_date(round_.closes_on)}
    return [
        (
            _("Applications"),
            _("%(first)s to %(last)s") % window,
        ),
        (_("Recommendation and sign-offs until"), cn_date(round_.endorse_by)),
        (_("Decision until"), cn_date(round_.decide_by)),
        (_("Naming"), cn_date(round_.naming_on)),
    ]


@require_http_methods(["GET", "POST"])
def start(request, studio_pk):
    """Ask first, then open the application of a studio in the round that is under way today."""
    studio = get_object_or_404(
        Studio.objects.visible_to(request.user).select_related("lead", "unit"), pk=studio_pk
    )
    check(request.user, "studios.edit_studio", studio)
    today = timezone.localdate()
    round_ = Round.objects.under_way(today).select_related("policy").order_by("-year").first()
    begun = studio.applications.open().filter(round=round_).first()
    if begun:
        return redirect(begun)
    if request.method == "POST" and round_:
        try:
            return redirect(start_application(studio, round_, by=request.user, on=today))
        except DomainError as error:
            messages.error(request, str(error))
    coming = Round.objects.filter(opens_on__gt=today).order_by("opens_on").first()
    return render(
        request, "reviews/start.html", {"studio": studio, "round": round_, "coming": coming, "on": today}
    )
