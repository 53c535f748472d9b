"""Several applications at once: looked at first, then moved one by one; what cannot move is named with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
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
from reviews.models import Application, Snapshot, State
from reviews.office.verbs import VERBS, AcceptForm, ReviewedForm, decide_form
from reviews.permissions import has_handed_in, has_signed
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

    Each with ``last_version``, the version that was handed in last.
    """
    newest = Snapshot.objects.filter(application=OuterRef("pk")).order_by("-version")
    numbers = sorted(numbers_chosen(request))[:MOST_AT_ONCE]
    rows = Application.objects.visible_to(request.user).filter(pk__in=numbers)
    return list(
        rows.select_related("studio__unit", "studio__lead", "round__policy", "document", "notice")
        .annotate(last_version=Subquery(newest.values("version")[:1]))
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
    act, user = VERBS[verb], request.user
    check(user, act.permission)
    ready, excluded = sort_out(user, chosen(request), permission=act.permission, in_time=act.is_in_time)
    if verb in ASKS:
        ready, lacking = complete(ready, ASKS[verb](ready))
        excluded += lacking
    form = FORMS[verb](posted(request), ready)
    if ready and form.is_valid():
        return perform(request, act, ready, excluded, form)
    context = {
        **admin.site.each_context(request),
        "opts": Application._meta,
        "title": act.label,
        "verb": act,
        "form": form,
        "ready": ready,
        "excluded": excluded,
        "back": reverse("admin:reviews_application_changelist"),
    }
    return TemplateResponse(request, "admin/reviews/bulk.html", context)


def versions_read(request) -> dict[int, int]:
    """Application → the version that lay before the person, of those that the page has named as ``17:2``."""
    pairs = [pair.split(":") for pair in request.POST.getlist("read")[:MOST_AT_ONCE]]
    return {number(pair[0]): number(pair[1]) for pair in pairs if len(pair) == 2}


def perform(request, act, ready: list[Application], excluded: list[Excluded], form):
    """Do it to those that are ready, and say to how many, and to whom not and why.

    The page names only what was ready when it was opened; what is excluded now has moved on since.
    """
    read = versions_read(request)

    def do(application):
        with application.as_read(read.get(application.pk)):
            act.act(application, form, request.user)

    done, refused = each(ready, do)
    for application, reason in [*((one.application, one.reason) for one in excluded), *refused]:
        facts = {"studio": application.studio.name, "reason": reason}
        messages.warning(request, _("%(studio)s: %(reason)s") % facts)
    if done:
        text = ngettext("%(label)s: %(count)s application.", "%(label)s: %(count)s applications.", len(done))
        messages.success(request, text % {"label": act.label, "count": len(done)})
    return redirect("admin:reviews_application_changelist")
