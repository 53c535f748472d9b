"""The task list, and a part: to read, to fill in, to settle where two people wrote at once."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from studios import drafts, editing, parts
from studios.keeping import PHOTO, attach_all
from studios.models import HOLDS_TITLE, Venue
from studios.screens import SCREENS
from studios.unsent import keeps_unsent, take
from studios.views.contexts import filling, next_part, reading
from studios.views.fetching import part_or_404, studio_or_404, studio_to_edit


@require_safe
def task_list(request, pk):
    """The parts with their state, and where the papers can go from here."""
    studio = studio_to_edit(request, pk)
    editors = studio.editors.select_related("user").order_by("added_at")
    context = {
        "studio": studio,
        "heading": parts.heading(studio),
        "has_title": studio.state in HOLDS_TITLE,
        "ways": parts.ways(studio, request.user),
        "verdicts": studio.verdicts.all(),
        "names": _("、").join(editor.user.name for editor in editors),
        "may_manage": request.user.has_perm("studios.manage_editors", studio),
    }
    return render(request, "studios/parts.html", context)


@keeps_unsent
@require_http_methods(["GET", "HEAD", "POST"])
def part(request, pk, key):
    """One part: its form and its rows for those who may edit, the same to read for all others who see the studio."""
    studio, part = studio_or_404(request, pk), part_or_404(key)
    if request.method == "POST":
        return save(request, studio_to_edit(request, pk), part)
    if not request.user.has_perm("studios.edit_studio", studio):
        return render(request, "studios/part_read.html", reading(request, studio, part))
    if values := take(request):
        drafts.keep(studio, part.key, "", request.user, values)
        messages.info(request, _("What you sent before signing in is back. Check it and save."))
    screen, form, draft = SCREENS[part.key], None, None
    if screen.form:
        draft = drafts.find(studio, part.key, "", request.user)
        form = as_left(screen.form, screen.stored(studio), draft)
    return render(request, "studios/part.html", filling(request, studio, part, form, draft=draft))


def as_left(form_class, instance, draft):
    """The form with what is saved or, where there is a draft, with what this person typed and has not saved."""
    if draft is None:
        form = form_class(instance=instance)
        form.opened = editing.opened(form)
    else:
        form = form_class(instance=instance, initial=drafts.as_initial(draft, form_class))
        form.opened = draft.data.get("opened", [""])[-1]
    return form


def save(request, studio, part):
    """Save and go on; otherwise the form with what is wrong."""
    if SCREENS[part.key].form is None:
        return redirect("studios:part", studio.pk, part.key)
    outcome = save_form(request, studio, part, request.FILES)
    if not outcome.saved:
        return not_saved(request, studio, part, outcome)
    form = outcome.form
    drafts.forget(studio, part.key, "", request.user)
    if not attach_all(form, "photos", slot=PHOTO, by=request.user):
        form.opened = editing.as_sent(outcome.sent)
        return render(request, "studios/part.html", filling(request, studio, part, form))
    messages.success(request, _("“%(part)s” is saved.") % {"part": part.title})
    following = next_part(part)
    return (
        redirect("studios:part", studio.pk, following.key)
        if following
        else redirect("studios:parts", studio.pk)
    )


def not_saved(request, studio, part, outcome):
    """What was typed is kept, and shown with its errors, or beside the other text where two people wrote at once."""
    drafts.keep(studio, part.key, "", request.user, request.POST)
    form = outcome.form
    keep_photos(request, studio, form)
    if outcome.conflicts:
        for reason in form.errors.get("photos", []):
            messages.warning(request, reason)
        return settle(request, studio, part, outcome)
    form.opened, form.kept = request.POST.get("opened", ""), True
    return render(request, "studios/part.html", filling(request, studio, part, form))


def keep_photos(request, studio, form) -> None:
    """Photos do not come back into a refused form, and are checked by themselves: they are kept at once."""
    if not form.cleaned_data.get("photos"):
        return
    studio.venue, _new = Venue.objects.get_or_create(studio=studio)
    if attach_all(form, "photos", slot=PHOTO, by=request.user, to=studio.venue):
        messages.info(request, _("The photos are kept and need not be chosen again."))


def save_form(request, studio, part, files=None) -> editing.Outcome:
    screen = SCREENS[part.key]
    return editing.save(
        studio,
        part.key,
        by=request.user,
        form_class=screen.form,
        data=request.POST,
        files=files,
        instance=lambda: screen.locked(studio),
    )


def settle(request, studio, part, outcome):
    """Both texts side by side; the sender chooses for each field, and loses nothing by leaving."""
    data = outcome.form.data
    context = {
        "studio": studio,
        "part": part,
        "conflicts": outcome.conflicts,
        "version": outcome.version,
        "kept": [
            (name, value)
            for name in data
            for value in data.getlist(name)
            if name not in ("csrfmiddlewaretoken", "opened") and not name.startswith("choose-")
        ],
        "opened": outcome.now,
    }
    return render(request, "studios/conflict.html", context, status=409)
