"""Starting a candidate studio."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from records.pages import number
from studios import starting
from studios.forms import MOST_FOUND, PersonSearch, StartForm


@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """For oneself, or (``?lead=``) for somebody of a unit whose department union one is an officer of."""
    check(request.user, "studios.start_studio")
    lead = lead_of(request)
    if lead is None:
        return choose_lead(request)
    if existing := starting.live_studio_of(lead):
        messages.info(request, _("%(lead)s leads this studio already.") % {"lead": lead.name})
        return redirect(existing)
    form = StartForm(request.POST if request.method == "POST" else None, lead=lead)
    if request.method == "POST" and form.is_valid():
        studio, started = starting.start(lead, by=request.user, **form.cleaned_data)
        if started:
            messages.success(request, _("The studio is started. Fill in the parts in any order."))
        return redirect("studios:parts", studio.pk)
    context = {
        "form": form,
        "facts": lead_in_brief(lead),
        "for_others": bool(starting.may_lead(request.user)),
    }
    return render(request, "studios/start.html", context)


def lead_in_brief(lead) -> list[tuple[str, str]]:
    return [
        (_("Name"), lead.name),
        (_("Unit"), lead.unit.name),
        (_("Professional title"), lead.title),
        (_("Honours"), lead.honour_text),
    ]


def lead_of(request):
    """Who is to lead: the person named in the address, else the one who is signed in; None when it is to be chosen."""
    asked = number(request.GET.get("lead"))
    user = request.user
    if asked not in (0, user.pk):
        check(user, "studios.start_studio_for_others")
        return get_object_or_404(starting.people_of(user), pk=asked)
    if asked or not starting.may_lead(user):
        return user if user.unit_id else None
    return None


def choose_lead(request):
    """An officer says first for whom: for a colleague found by name or staff number, or for oneself."""
    form = PersonSearch(request.GET)
    found = form.find(starting.candidates(starting.people_of(request.user)), MOST_FOUND + 1)
    context = {
        "form": form,
        "found": found[:MOST_FOUND],
        "more": len(found) > MOST_FOUND,
        "asked": form.asked,
    }
    return render(request, "studios/choose_lead.html", context)
