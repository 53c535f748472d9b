"""What the page of a part does by itself while it is open: keeps what is typed, says who else is here."""

from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from studios import drafts, editing
from studios.screens import SCREENS
from studios.views.contexts import beside
from studios.views.fetching import kind_or_404, part_or_404, studio_to_edit
from studios.views.filling import save_form


@require_POST
def here(request, pk, key):
    """Asked every few seconds: says who else has the part open and how its condition stands."""
    studio, part = studio_to_edit(request, pk), part_or_404(key)
    editing.touch(studio, part.key, request.user)
    others = editing.others(studio, part.key, request.user)
    return render(request, "studios/_beside.html", {**beside(studio, part), "others": others})


@require_POST
def autosave(request, pk, key):
    """Keep what is typed: the form of a part is saved when it can be, and stays a draft of its sender otherwise."""
    studio, part = studio_to_edit(request, pk), part_or_404(key)
    if SCREENS[part.key].form is None:
        raise Http404
    outcome = save_form(request, studio, part)
    if outcome.saved:
        drafts.forget(studio, part.key, "", request.user)
        text = _("Saved %(time)s") % {"time": clock()}
        return JsonResponse({"state": "saved", "text": text, "opened": editing.as_sent(outcome.sent)})
    if outcome.conflicts:
        drafts.keep(studio, part.key, "", request.user, request.POST)
        who = outcome.version.saved_by or _("somebody else")
        text = _("Kept %(time)s. %(who)s changed the same text; save to choose.") % {
            "time": clock(),
            "who": who,
        }
        return JsonResponse({"state": "conflict", "text": text})
    return keep(request, studio, part.key, "", problems=len(outcome.form.errors))


@require_POST
def autosave_row(request, pk, kind, row):
    """Keep what is typed into the form of a row; ``row`` is its number, or 0 for a new one."""
    studio, kind = studio_to_edit(request, pk), kind_or_404(kind)
    instance = get_object_or_404(kind.rows(studio), pk=row) if row else kind.new(studio)
    form, key = kind.form(request.POST, instance=instance), f"{kind.key}:{row}"
    if not drafts.says_something(form):
        drafts.forget(studio, kind.part, key, request.user)
        return JsonResponse({"state": "saved", "text": ""})
    return keep(request, studio, kind.part, key, problems=len(form.errors))


def keep(request, studio, part: str, row: str, *, problems: int):
    if drafts.keep(studio, part, row, request.user, request.POST) is None:
        return JsonResponse({"state": "failed", "text": _("This is too long to be kept.")}, status=413)
    if not problems:
        return JsonResponse({"state": "kept", "text": _("Kept %(time)s") % {"time": clock()}})
    text = ngettext(
        "Kept %(time)s; %(count)s thing needs mending",
        "Kept %(time)s; %(count)s things need mending",
        problems,
    )
    return JsonResponse({"state": "kept", "text": text % {"time": clock(), "count": problems}})


def clock() -> str:
    return timezone.localtime().strftime("%H:%M")


@require_POST
def discard(request, pk, key):
    """Throw away what one typed into a part, or into the form of one of its rows, and did not save."""
    studio, part = studio_to_edit(request, pk), part_or_404(key)
    draft = drafts.find(studio, part.key, request.POST.get("row", ""), request.user)
    if draft is None:
        return redirect("studios:part", studio.pk, part.key)
    draft.delete()
    return redirect(draft)
