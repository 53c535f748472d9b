"""The recommendation and the two sign-offs (Art. 8)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reviews import permissions, reading
from reviews.forms import SignForm, with_version
from reviews.models import Part, State
from reviews.views.asking import application_for, attempt, having_read, posted, refusal


@require_http_methods(["GET", "POST"])
@never_cache
def sign(request, pk):
    """Read the papers, write the opinion, sign; each person one part, nobody on their own case."""
    application = application_for(request, pk)
    open_parts = permissions.open_signatures(request.user, application)
    if not open_parts:
        messages.error(request, why_not_sign(request.user, application))
        return redirect(application)
    form = with_version(SignForm(posted(request), open_parts=open_parts), application)
    if request.method == "POST" and form.is_valid():
        part, opinion = form.cleaned_data["part"], form.cleaned_data["opinion"]
        sign_it = lambda: application.endorse(part, by=request.user, opinion=opinion)  # noqa: E731
        done = _("Signed: %(part)s.") % {"part": Part(part).label}
        attempt(request, having_read(application, form, sign_it), done)
        return redirect(application)
    label = Part(open_parts[0]).label if len(open_parts) == 1 else ""
    context = {
        "form": form,
        "open_label": label,
        "refuse_label": refusal(request.user, application),
        **to_read(request.user, application),
    }
    return render(request, "reviews/sign.html", context)


def to_read(user, application) -> dict:
    """The papers that are signed, and what they changed since the version before."""
    personal = user.has_perm("reviews.view_personal", application)
    papers = reading.papers(application, personal=personal)
    return {"application": application, "studio": application.studio, **papers}


def why_not_sign(user, application) -> str:
    """The sentence for somebody who has an office in the unit and yet cannot sign.

    :raises PermissionDenied: for who has none, and on one's own case.
    """
    if permissions.own_case.test(user, application):
        raise PermissionDenied(_("This is your own studio. Nobody acts on their own case."))
    if not permissions.signs_for_unit.test(user, application):
        raise PermissionDenied(_("Only the department union and the leaders of the unit sign."))
    if permissions.has_signed.test(user, application):
        return _("You have signed already. The three parts are signed by three different people.")
    if application.state != State.SUBMITTED:
        return application.why_not("complete_endorsement")
    return _("This part is signed already.")
