"""The page on which a studio names people who should not review it."""

from __future__ import annotations

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from records.pages import number
from reviews import relations
from reviews.views.asking import application_for, attempt, posted


class RelationForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=60, error_messages={"required": _("Give the name of the person.")}
    )
    unit = forms.CharField(
        label=_("Unit"),
        max_length=60,
        required=False,
        help_text=_("Where the person works, as far as you know."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=120,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Such as a quarrel, a shared business, or a relative in the team. The office reads it."),
        error_messages={"required": _("Give the reason.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request, pk):
    """Who was named, and the form to name somebody; who is on the panel is not told.

    :raises PermissionDenied: to who does not work on the application.
    """
    application = application_for(request, pk)
    check(request.user, relations.PERMISSION, application)
    if "take_back" in request.POST:
        key = number(request.POST["take_back"])
        attempt(request, lambda: relations.take_back(application, key, by=request.user))
        return redirect("reviews:relations", pk)
    form = RelationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        done = _("%(name)s is in the list.") % {"name": form.cleaned_data["name"]}
        if attempt(
            request, lambda: relations.declare(application, by=request.user, **form.cleaned_data), done
        ):
            return redirect("reviews:relations", pk)
    context = {
        "application": application,
        "form": form,
        "named": relations.of_the_studio(application),
        "is_open": application.state in relations.OPEN,
        "most": relations.MOST,
    }
    return render(request, "reviews/relations.html", context)
