"""The sheet beside the file: read, scored as it is typed, looked at once more, handed in."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from records.moves import DomainError
from reviews import expert_sheet, masking, reading
from reviews.expert_access import assignment_for, opened
from reviews.expert_peers import panel
from reviews.models import Assignment, AssignmentState
from reviews.models.round import Shows
from reviews.views.asking import attempt
from studios.unsent import take


def page(request, one: Assignment, form=None):
    """File and sheet side by side; the sheet is to be read only once it is handed in or the application moved on."""
    sheet = form.sheet if form else expert_sheet.lines(one)
    writes = one.state == AssignmentState.ACCEPTED and one.is_under_review
    context = {
        "assignment": one,
        "told": expert_sheet.tally(sheet).told(),
        "on": timezone.localdate(),
        "is_anew": one.snapshot.frozen_at > one.declared_at,
        **papers(one),
    }
    if writes:
        form = form or unsent(request, one, sheet) or expert_sheet.form_of(one, sheet)
        return render(request, "reviews/reviewing/scoring.html", {**context, "form": form})
    handed_in = one.state == AssignmentState.HANDED_IN
    shows = handed_in and one.application.round.shows != Shows.NOTHING
    context |= {"sheet": sheet, "handed_in": handed_in, "shows_others": shows}
    return render(request, "reviews/reviewing/sheet.html", context)


def unsent(request, one: Assignment, sheet):
    """The form as it was sent after the session had ended, once its sender has signed in again."""
    values = take(request)
    if not values:
        return None
    messages.info(request, _("What you sent before signing in is back. Check it and save."))
    form = expert_sheet.form_of(one, sheet, MultiValueDict(values))
    form.opened = values.get("opened", [""])[-1]
    return form


def papers(one: Assignment) -> dict:
    """The file as this expert may read it, its attachments under addresses of the assignment."""
    snapshot = masking.papers(one)
    chapters = reading.chapters(snapshot, personal=False)
    for chapter in chapters:
        chapter.files = [
            attachment(one, entry) for entry in snapshot.data["files"] if entry["part"] == chapter.key
        ]
    return {"chapters": chapters, "conditions": reading.conditions(snapshot)}


def attachment(one: Assignment, entry: dict) -> dict:
    kind = entry["name"].rpartition(".")[2].lower()
    return {
        "name": entry["name"],
        "detail": entry["of"],
        "size": entry["size"],
        "kind": kind,
        "is_picture": kind in ("jpg", "png"),
        "withheld": masking.withheld(one, entry),
        "url": reverse("reviews:assignment_file", args=[one.application_id, entry["id"]]),
    }


def save(request, one: Assignment):
    """Save the sheet as it was sent; then the page again, or the last look before handing in."""
    try:
        outcome = expert_sheet.save(one, by=request.user, data=request.POST)
    except (DomainError, PermissionDenied) as error:
        messages.error(request, str(error))
        return redirect(one)
    if not outcome.is_saved:
        expert_sheet.settle(outcome)
        if "hand_in" in request.POST:
            expert_sheet.name_lacking(outcome)
        outcome.form.sheet = outcome.sheet
        return page(request, one, outcome.form)
    if "hand_in" in request.POST:
        return redirect("reviews:hand_in_review", one.application_id)
    messages.success(request, _("The sheet is saved."))
    return redirect(one)


@require_POST
def autosave(request, application):
    """Keep what is typed, as the script of the page sends it; says what it comes to now."""
    one = assignment_for(request, application)
    try:
        outcome = expert_sheet.save(one, by=request.user, data=request.POST)
    except (DomainError, PermissionDenied) as error:
        return JsonResponse({"state": "refused", "text": str(error), "hold": True})
    return JsonResponse(
        {
            **said_of(outcome),
            "opened": outcome.opened,
            "hold": not outcome.is_saved,
            "tally": expert_sheet.tally(outcome.sheet).told(),
            "lacks": expert_sheet.standing(outcome),
            "unsaved": [
                {"name": one.name, "title": one.title, "why": one.why}
                for one in expert_sheet.unsaved(outcome)
            ],
        }
    )


def said_of(outcome: expert_sheet.Outcome) -> dict[str, str]:
    """What the page says of a saving: saved, or else of which criteria something was not."""
    titles = list(dict.fromkeys(one.title for one in expert_sheet.unsaved(outcome)))
    if not titles:
        now = timezone.localtime().strftime("%H:%M")
        return {"state": "saved", "text": _("Saved %(time)s") % {"time": now}}
    text = ngettext(
        "%(count)s place is not saved: %(names)s", "%(count)s places are not saved: %(names)s", len(titles)
    )
    state = "conflict" if outcome.conflicts else "kept"
    return {"state": state, "text": text % {"count": len(titles), "names": _(", ").join(titles)}}


@require_http_methods(["GET", "POST"])
@never_cache
def hand_in(request, application):
    """A last look at the marks, or what is missing; then the sheet is locked."""
    one = opened(request, application)
    if one.state != AssignmentState.ACCEPTED or not one.is_under_review:
        return redirect(one)
    if request.method == "POST":
        done = _("Handed in. Thank you; the sheet is locked now.")
        act = lambda: one.hand_in(by=request.user, seen=request.POST.get("seen", ""))  # noqa: E731
        return redirect(one if attempt(request, act, done) else request.path)
    sheet = expert_sheet.lines(one)
    context = {
        "assignment": one,
        "sheet": sheet,
        "told": expert_sheet.tally(sheet).told(),
        "lacking": [line for line in sheet if line.lacks],
        "seen": expert_sheet.fingerprint(one, sheet),
    }
    return render(request, "reviews/reviewing/hand_in.html", context)


@require_safe
@never_cache
def others(request, application):
    """What the round lets an expert who has handed in see of the other sheets."""
    one = opened(request, application)
    shows = one.application.round.shows
    if one.state != AssignmentState.HANDED_IN or shows == Shows.NOTHING:
        raise Http404
    found = panel(one, comments=shows == Shows.ALL)
    context = {
        "assignment": one,
        "own": expert_sheet.tally(found.own),
        "peers": found.peers,
        "rows": found.rows(),
        "comments": shows == Shows.ALL,
    }
    return render(request, "reviews/reviewing/others.html", context)
