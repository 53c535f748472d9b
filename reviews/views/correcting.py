"""Sending back for correction, and refusing."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reviews import permissions
from reviews.forms import RefuseForm, ReturnForm, with_version
from reviews.views.asking import application_for, attempt, check_not_own, having_read, posted, refusal


@require_http_methods(["GET", "POST"])
def return_for_correction(request, pk):
    """A reason beside each part that is to be corrected, and by when."""
    application = application_for(request, pk)
    if too_late(request, application, "return_for_correction"):
        return redirect(application)
    form = ReturnForm(posted(request), application=application, on=timezone.localdate())
    form = with_version(form, application)
    if request.method == "POST" and form.is_valid():
        send_back = lambda: application.return_for_correction(  # noqa: E731
            form.corrections, by=request.user, correct_by=form.cleaned_data["correct_by"]
        )
        done = _("Returned. The lead reads each reason beside its part.")
        attempt(request, having_read(application, form, send_back), done)
        return redirect(application)
    return render(request, "reviews/return.html", {"application": application, "form": form})


@require_http_methods(["GET", "POST"])
def refuse(request, pk):
    """The unit does not recommend it, or staff do not take it in; with the reason."""
    application = application_for(request, pk)
    if too_late(request, application, "refuse"):
        return redirect(application)
    office = permissions.refuses_as(request.user, application)
    form = with_version(RefuseForm(posted(request), office=office), application)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        end_it = lambda: application.refuse(by=request.user, reason=reason)  # noqa: E731
        done = _("The application is refused. The lead is told the reason.")
        attempt(request, having_read(application, form, end_it), done)
        return redirect(application)
    context = {"application": application, "form": form, "word": refusal(request.user, application)}
    return render(request, "reviews/refuse.html", context)


def too_late(request, application, verb: str) -> bool:
    """Whether the application has moved on from where this person could send it back, or they have signed it and could
    no longer refuse it; then says so.

    :raises PermissionDenied: for who never could.
    """
    user, permission = request.user, permissions.PERMISSIONS[verb]
    if user.has_perm(permission, application) and application.can_move(verb):
        return False
    once_could = (permissions.signs_for_unit | permissions.is_union_staff).test(user, application)
    if not once_could or permissions.own_case.test(user, application):
        check_not_own(user, permission, application)
    if application.can_move(verb) and permissions.has_signed.test(user, application):
        said = _("You have signed in favour of it. A mistake in the papers is mended by returning them.")
    else:
        said = application.why_not(verb)
    messages.error(request, said)
    return True
