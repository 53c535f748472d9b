"""Co-editors: added by name or staff number, removed, and told of either."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import check
from records.moves import DomainError
from records.pages import number
from studios import parts, sharing
from studios.forms import PersonSearch
from studios.models import Editor
from studios.views.fetching import studio_or_404


def studio_to_manage(request, pk):
    studio = studio_or_404(request, pk)
    check(request.user, "studios.manage_editors", studio)
    return studio


@require_http_methods(["GET", "HEAD"])
def editors(request, pk):
    """Who helps to fill in the papers, and how to ask somebody else."""
    studio = studio_to_manage(request, pk)
    form = PersonSearch(request.GET)
    there = {studio.lead_id, *(editor.user_id for editor in studio.editors.all())}
    people = User.objects.filter(is_active=True).exclude(pk__in=there)
    context = {
        "studio": studio,
        "heading": parts.heading(studio),
        "form": form,
        "asked": form.asked,
        "found": form.find(people),
        "editors": studio.editors.select_related("user__unit").order_by("added_at"),
    }
    return render(request, "studios/editors.html", context)


@require_POST
def add_editor(request, pk):
    """Let somebody help to fill in the papers."""
    studio = studio_to_manage(request, pk)
    person = get_object_or_404(User, pk=number(request.POST.get("user")), is_active=True)
    if person.pk != studio.lead_id:
        try:
            sharing.add_editor(studio, person, by=request.user)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("%(person)s may now fill in the papers and has been told.") % {"person": person}
            )
    return redirect("studios:editors", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_editor(request, pk, editor):
    """Asked once more before somebody may no longer edit."""
    studio = studio_to_manage(request, pk)
    found = get_object_or_404(Editor.objects.select_related("user"), pk=editor, studio=studio)
    if request.method == "POST":
        sharing.remove_editor(found, by=request.user)
        messages.success(
            request, _("%(person)s may no longer edit the papers and has been told.") % {"person": found.user}
        )
        return redirect("studios:editors", pk)
    context = {
        "title": _("Remove %(person)s as co-editor?") % {"person": found.user},
        "text": _("What was entered stays. The person is told."),
        "label": _("Remove"),
        "back": request.path.partition("editors/")[0] + "editors/",
    }
    return render(request, "studios/confirm.html", context)
