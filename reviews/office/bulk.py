"""Several applications at once: looked at first, then moved one by one; what cannot move is named with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from records.pages import number
from reviews import results
from reviews.actions import each
from reviews.models import Application, State
from reviews.office.verbs import VERBS, AcceptForm, ReviewedForm, decide_form
from reviews.permissions import has_handed_in, has_signed
from reviews.proposing import decide_several, with_newest
from reviews.views.asking import posted

FORMS = {
    "accept": lambda data, applications: AcceptForm(data),
    "review": lambda data, applications: ReviewedForm(data),
    "decide": decide_form,
}
# What an act asks of the applications themselves: those that are ready → key → what is missing.
ASKS = {"review": results.lacking}
WAITS = frozenset(
    {State.RECOMMENDED, State.ACCEPTED, State.REVIEWED, State.PROPOSED, State.HELD, State.APPROVED}
)
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Excluded:
    """An application that the act passes over, why, and where that is dealt with."""

    application: Application
    reason: str
    url: str = ""


def numbers_chosen(request) -> set[int]:
    """What ``pk`` names."""
    keys = (request.POST if request.method == "POST" else request.GET).getlist("pk")
    return {number(key) for key in keys}


def chosen(request) -> list[Application]:
    """The applications that ``pk`` names, as far as the person may see them, in the order of units.

    Each with what :func:`reviews.proposing.with_newest` says of it.
    """
    numbers = sorted(numbers_chosen(request))[:MOST_AT_ONCE]
    rows = with_newest(Application.objects.visible_to(request.user).filter(pk__in=numbers))
    return list(
        rows.select_related(
            "studio__unit", "studio__lead", "round__policy", "document", "notice", "decided_by"
        )
        .prefetch_related("studio__editors", "studio__members", "endorsements", "assignments", "objections")
        .order_by("studio__unit__code", "pk")
    )


def reason_against(user, application: Application, *, permission: str, in_time: bool) -> str:
    """Why this person cannot do it to this application now; empty when they can."""
    if not in_time:
        return _("Stands at “%(state)s”") % {"state": application.get_state_display()}
    if application.concerns(user):
        return _("Your own case: somebody else has to do this")
    if has_signed.test(user, application) or has_handed_in.test(user, application):
        return _("Signed or handed in by yourself: somebody else has to do this")
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


def complete(ready: list[Application], missing: dict[int, list[str]]) -> tuple[list, list[Excluded]]:
    """Those to which nothing is missing, and the others with what is."""
    excluded = [Excluded(one, " ".join(missing[one.pk])) for one in ready if missing[one.pk]]
    return [one for one in ready if not missing[one.pk]], excluded


@require_http_methods(["GET", "HEAD", "POST"])
def view(request, verb):
    """The page on which several are accepted or decided with one text.

    :raises PermissionDenied: when it is not this person's work.
    """
    if verb not in FORMS:
        raise Http404
    check(request.user, VERBS[verb].permission)
    ready, excluded = sorted_out(request, verb)
    form = FORMS[verb](posted(request), ready)
    if ready and form.is_valid():
        return perform(request, verb, ready, excluded, form)
    return shown(request, verb, ready, excluded, form)


def sorted_out(request, verb: str) -> tuple[list[Application], list[Excluded]]:
    """Of what is chosen, that to which it can be done now, and the rest with the reasons."""
    act = VERBS[verb]
    ready, excluded = sort_out(
        request.user, chosen(request), permission=act.permission, in_time=act.is_in_time
    )
    if verb not in ASKS:
        return ready, excluded
    ready, lacking = complete(ready, ASKS[verb](ready))
    return ready, excluded + lacking


def shown(request, verb: str, ready: list[Application], excluded: list[Excluded], form):
    context = {
        **admin.site.each_context(request),
        "opts": Application._meta,
        "title": VERBS[verb].label,
        "verb": VERBS[verb],
        "form": form,
        "ready": ready,
        "excluded": excluded,
        "back": reverse("admin:reviews_application_changelist"),
    }
    return TemplateResponse(request, "admin/reviews/bulk.html", context)


def sent_by_row(request, name: str) -> dict[int, int]:
    """Application → the number that the page has sent with it as ``17:2``."""
    pairs = [pair.split(":") for pair in request.POST.getlist(name)[:MOST_AT_ONCE]]
    return {number(pair[0]): number(pair[1]) for pair in pairs if len(pair) == 2}


def do(request, verb: str, ready: list[Application], form) -> tuple[list, list]:
    """Do it to each; see :func:`reviews.actions.each` for what comes out."""
    read, user = sent_by_row(request, "read"), request.user
    if verb == "decide":
        keys, given = [one.pk for one in ready], form.cleaned_data
        seen = sent_by_row(request, "seen")
        return decide_several(keys, given["decision"], by=user, text=given["text"], read=read, seen=seen)

    def one(application):
        with application.as_read(read.get(application.pk)):
            VERBS[verb].act(application, form, user)

    return each(ready, one)


def perform(request, verb: str, ready: list[Application], excluded: list[Excluded], form):
    """Do it to those that are ready, and say to how many, and to whom not and why.

    The page names only what was ready when it was opened; what is excluded now has moved on since. What could still
    be done to it stays on the page as it is now, with what was typed.
    """
    done, refused = do(request, verb, ready, form)
    reasons = {application.pk: str(error) for application, error in refused}
    left, _others = sorted_out(request, verb) if reasons else ([], [])
    left = [one for one in left if one.pk in reasons]
    gone = [*excluded, *(Excluded(one, error) for one, error in refused if one not in left)]
    for one in gone:
        messages.warning(request, said_of(one.application, one.reason))
    if done:
        text = ngettext("%(label)s: %(count)s application.", "%(label)s: %(count)s applications.", len(done))
        messages.success(request, text % {"label": VERBS[verb].label, "count": len(done)})
    if not left:
        return redirect("admin:reviews_application_changelist")
    for one in left:
        form.add_error(None, said_of(one, reasons[one.pk]))
    return shown(request, verb, left, [], form)


def said_of(application: Application, reason) -> str:
    return _("%(studio)s: %(reason)s") % {"studio": application.studio.name, "reason": reason}
