"""Site visits and defences: recorded at the desk of an application, and corrected with the reason."""

from __future__ import annotations

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from reviews import minutes as kept
from reviews import visits
from reviews.models import Application, Visit
from reviews.office.frame import page
from reviews.office.moderation import application_for
from reviews.office.results_forms import MendVisitForm, VisitForm
from reviews.views.asking import attempt, posted


def desk_of(application: Application) -> str:
    return f"{reverse('admin:reviews_application_change', args=[application.pk])}#visits"


@require_http_methods(["GET", "HEAD", "POST"])
def record_view(request, pk, application):
    """What was seen on the spot or said before the experts, with photos.

    :raises PermissionDenied: to anybody but union staff, and for the own case.
    """
    row = application_for(request, pk, application)
    check(request.user, visits.PERMISSION, row)
    form = VisitForm(posted(request), request.FILES or None, initial={"kind": Visit.Kind.VISIT})
    if request.method == "POST" and form.is_valid():
        photos = form.cleaned_data["photos"]
        done = attempt(
            request,
            lambda: visits.record(row, by=request.user, photos=photos, **form.facts()),
            _("The visit to %(studio)s is kept.") % {"studio": row.studio.name},
        )
        if done:
            return redirect(desk_of(row))
    return asked(request, row, form, title=_("Record a visit or defence"))


@require_http_methods(["GET", "HEAD", "POST"])
def mend_view(request, pk, application, row):
    """What was recorded of a visit is corrected, with the reason.

    :raises PermissionDenied: to anybody but union staff, and for the own case.
    """
    of = application_for(request, pk, application)
    check(request.user, visits.PERMISSION, of)
    visit = get_object_or_404(of.visits.select_related("application"), pk=row)
    photos = kept.files_with([visit])[Visit, visit.pk]
    initial = {name: getattr(visit, name) for name in VisitForm.written}
    form = MendVisitForm(posted(request), request.FILES or None, files=photos, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"photos": form.cleaned_data["photos"], "remove": form.removed()}
        done = attempt(
            request,
            lambda: visits.correct(
                visit, form.facts(), by=request.user, reason=form.cleaned_data["reason"], **given
            ),
            _("The correction is kept, with what stood there before."),
        )
        if done:
            return redirect(desk_of(of))
    return asked(request, of, form, title=_("Correct what was recorded"))


def asked(request, application: Application, form, *, title: str):
    return page(
        request,
        "admin/reviews/visit.html",
        application.round,
        title=title,
        application=application,
        form=form,
        back=desk_of(application),
    )
