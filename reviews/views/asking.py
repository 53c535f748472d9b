"""What every view of this package does first and last: fetch what may be seen, say how an act ended."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.permissions import check
from records.moves import DomainError
from reviews.models import Application, Endorsement, Refusal
from reviews.permissions import own_case, refuses_as
from studios.models import Editor


def application_for(request, pk: int) -> Application:
    """The application with all that its pages ask of it, or 404 when the person may not see it."""
    rows = Application.objects.visible_to(request.user).select_related(
        "studio__lead__unit", "studio__unit", "round__policy", "document", "notice"
    )
    editors = Prefetch("studio__editors", Editor.objects.select_related("user__unit"))
    given = Prefetch("endorsements", Endorsement.objects.select_related("snapshot", "paper"))
    application = get_object_or_404(rows.prefetch_related(editors, given), pk=pk)
    if application.studio.lead_id != request.user.pk:  # whose own case it is without asking
        prefetch_related_objects([application.studio], "members")
    return application


def check_not_own(user, permission: str, application: Application) -> None:
    """As ``check``; a person whose own case it is reads why.

    :raises PermissionDenied: with the sentence for the reader.
    """
    if not user.has_perm(permission, application) and own_case.test(user, application):
        raise PermissionDenied(_("This is your own studio. Nobody acts on their own case."))
    check(user, permission, application)


def refusal(user, application: Application) -> str:
    """What it is called when this person ends the application: each office has its own word."""
    words = {
        Refusal.UNION: _("Do not accept the application"),
        Refusal.RECOMMENDATION: _("Do not recommend"),
    }
    return words.get(refuses_as(user, application), _("Do not agree to the application"))


def posted(request):
    """What was sent, for a form; None when the page is only asked for."""
    return request.POST if request.method == "POST" else None


def having_read(application: Application, form, act: Callable[[], object]) -> Callable[[], object]:
    """``act``, unless the papers were handed in anew since the form was opened; see :func:`forms.with_version`."""

    def do():
        with application.as_read(form.cleaned_data["read"]):
            return act()

    return do


def attempt(request, act: Callable[[], object], done: str = "") -> bool:
    """Do it and say so, or say why it could not be done; whether it was done.

    Of two who press at once, and of a stale page, the second one reads how things stand.
    """
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
        for problem in error.problems:
            messages.error(request, problem)
        return False
    if done:
        messages.success(request, done)
    return True
