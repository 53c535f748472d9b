"""Several applications at once: looked at first, then moved one by one; what cannot move is named with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from records.moves import DomainError
from records.pages import number
from reviews.models import Application, State
from reviews.office.verbs import MOVE_OF, VERBS, AcceptForm, DecideForm

OFFERED = ("accept", "decide")
WAITS = frozenset({State.RECOMMENDED, State.ACCEPTED, State.HELD, State.APPROVED})
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Excluded:
    """An application that the act passes over, and why."""

    application: Application
    reason: str


def chosen(request) -> list[Application]:
    """The applications that ``pk`` names, as far as the person may see them, in the order of units."""
    keys = (request.POST if request.method == "POST" else request.GET).getlist("pk")
    numbers = {number(key) for key in keys[:MOST_AT_ONCE]}
    rows = Application.objects.visible_to(request.user).filter(pk__in=numbers)
    return list(
        rows.select_related("studio__unit", "studio__lead", "round__policy", "document")
        .prefetch_related("studio__editors", "studio__members", "endorsements")
        .order_by("studio__unit__code", "pk")
    )


def reason_against(user, application: Application, *, permission: str, in_time: bool) -> str:
    """Why this person cannot do it to this application now; empty when they can."""
    if not in_time:
        return _("Stands at “%(state)s”") % {"state": application.get_state_display()}
    if application.concerns(user):
        return _("Your own case: somebody else has to do this")
    return "" if user.has_perm(permission, application) else _("You are not entitled to do this.")


def sort_out(user, applications, *, permission: str, in_time) -> tuple[list[Application], list[Excluded]]:
    """Those that can be moved, and the others with their reasons."""
    ready, excluded = [], []
    for application in applications:
        reason = reason_against(user, application, permission=permission, in_time=in_time(application))
        if reason:
            excluded.append(Excluded(application, reason))
        else:
            ready.append(application)
    return ready, excluded


@require_http_methods(["GET", "HEAD", "POST"])
def view(request, verb):
    """The page on which several are accepted or decided with one text.

    :raises PermissionDenied: when it is not this person's work.
    """
    if verb not in OFFERED:
        raise Http404
    act = VERBS[verb]
    if not request.user.has_role(*act.roles):
        check(request.user, act.permission)
    ready, excluded = sort_out(
        request.user, chosen(request), permission=act.permission, in_time=act.is_in_time
    )
    data = request.POST if request.method == "POST" else None
    form = AcceptForm(data) if verb == "accept" else DecideForm(data, moves=common_moves(ready))
    if request.method == "POST" and ready and form.is_valid():
        return perform(request, act, ready, form)
    context = {
        **admin.site.each_context(request),
        "opts": Application._meta,
        "title": act.label,
        "verb": act,
        "ready": ready,
        "excluded": excluded,
        "form": form,
        "back": reverse("admin:reviews_application_changelist"),
        "on": timezone.localdate(),
    }
    return TemplateResponse(request, "admin/reviews/bulk.html", context)


def common_moves(applications: list[Application]) -> set[str]:
    """The decisions that are open for every one of them."""
    return {move for move in MOVE_OF.values() if all(one.can_move(move) for one in applications)}


def perform(request, act, applications: list[Application], form):
    """Move each in a transaction of its own; one that somebody else has moved meanwhile is named and passed over."""
    done = 0
    for application in applications:
        try:
            act.act(application, form, request.user)
        except DomainError as error:
            messages.warning(
                request, _("%(studio)s: %(reason)s") % {"studio": application.studio.name, "reason": error}
            )
        else:
            done += 1
    if done:
        text = ngettext("%(label)s: %(count)s application.", "%(label)s: %(count)s applications.", done)
        messages.success(request, text % {"label": act.label, "count": done})
    return redirect("admin:reviews_application_changelist")
