"""Naming: who, on which day, with which number; looked at as it will be printed, then done in one transaction."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import check
from records.attachments import send
from records.documents import is_seen, listed, missing_glyphs
from records.moves import DomainError
from records.templatetags.present import cn_date
from reviews.actions import certificate_for, far_from, name_studios, not_nameable
from reviews.issuing import draft, title_of_decision
from reviews.models import Application, State
from reviews.notice_days import naming_from
from reviews.office.bulk import Excluded, chosen, numbers_chosen, sort_out
from reviews.office.verbs import DAY
from reviews.permissions import PERMISSIONS
from reviews.views.asking import posted
from studios.articles import linked
from studios.office.certificates import preview_response

PERMISSION = PERMISSIONS["name_studio"]


class NamingForm(forms.Form):
    """The two days of a decision: from when the title holds, and the date of the document."""

    named_on = forms.DateField(
        label=_("Day of naming"),
        help_text=linked(_("The title and its first cycle begin on this day (Articles 8 and 12).")),
        **DAY,
    )
    issued_on = forms.DateField(
        label=_("Date of the decision"),
        help_text=_("Stands under the decision, the certificate and the plaque."),
        **DAY,
    )

    def __init__(self, *args, round_, on: date, first: date = date.min, **kwargs):
        """:param first: the day after all that the naming waits for."""
        super().__init__(*args, **kwargs)
        self.round, self.first = round_, first
        self.fields["named_on"].initial = max(round_.naming_on, first)
        self.fields["issued_on"].initial = on

    def clean_named_on(self) -> date:
        return self._in_range(self.cleaned_data["named_on"])

    def clean_issued_on(self) -> date:
        return self._in_range(self.cleaned_data["issued_on"])

    def _in_range(self, day: date) -> date:
        """Said at its field: the day is near the round, and after all that a naming waits for."""
        if why := far_from(self.round, day):
            raise forms.ValidationError(why)
        if day < self.first:
            said = _now(
                "%(day)s at the earliest: till then the public notice runs, or an objection was not answered."
            )
            raise forms.ValidationError(said % {"day": cn_date(self.first)})
        return day

    def days(self) -> dict[str, date]:
        """The two days as they stand in the form, for the previews; those it began with where one will not do."""
        given = getattr(self, "cleaned_data", {}) if self.is_bound else {}
        return {name: given.get(name) or field.initial for name, field in self.fields.items()}


def nameable(user, applications: list[Application]) -> tuple[list[Application], list[Excluded]]:
    """Those that can stand in one decision, and the others with their reasons."""
    ready, excluded = sort_out(
        user, applications, permission=PERMISSION, in_time=lambda one: one.can_move("name_studio")
    )
    first = ready[0].round_id if ready else None
    fit = []
    for application in ready:
        if application.round_id != first:
            excluded.append(Excluded(application, _now("Of another round: name it in a decision of its own")))
        elif why := not_nameable(application, on=timezone.localdate()):
            excluded.append(Excluded(application, why, open_objection(application)))
        elif lacking := undrawable(application):
            excluded.append(Excluded(application, lacking))
        else:
            fit.append(application)
    return fit, excluded


def open_objection(application: Application) -> str:
    """Where the first objection is dealt with for which the naming waits; empty when it waits for the days alone."""
    pk = min((one.pk for one in application.objections.all() if one.is_open), default=None)
    return reverse("admin:reviews_objection_change", args=[pk]) if pk else ""


def undrawable(application: Application) -> str:
    """The characters of the studio's or the lead's name that the certificate could not show, as a sentence."""
    if not all(map(is_seen, application.named_as())):
        return _now("The name holds nothing that can be seen")
    signs = missing_glyphs("".join(application.named_as()))
    return _now("The certificate font lacks %(characters)s") % {"characters": listed(signs)} if signs else ""


@require_http_methods(["GET", "HEAD", "POST"])
def view(request):
    """The page before a naming, and the naming itself.

    :raises PermissionDenied: to anybody but the union's leaders.
    """
    check(request.user, PERMISSION)
    applications = chosen(request)
    if request.method == "POST" and (document := named_already(applications)):
        return pressed_twice(request, document)
    ready, excluded = nameable(request.user, applications)
    form = form_for(ready, posted(request)) if ready else None
    if form and form.is_valid() and "look" not in request.POST:
        if {one.pk for one in ready} == numbers_chosen(request):
            return perform(request, ready, form)
        form.add_error(None, _now("No studio was named: one of those chosen cannot be named now. See below."))
    context = {
        **admin.site.each_context(request),
        "opts": Application._meta,
        "title": _now("Name studios"),
        "form": form,
        "ready": ready,
        "excluded": excluded,
        **(previews(ready, form.days()) if form else {}),
        "back": f"{reverse('admin:reviews_application_changelist')}?state__exact={State.APPROVED}",
    }
    return TemplateResponse(request, "admin/reviews/naming.html", context)


def form_for(ready: list[Application], data) -> NamingForm:
    """The form of a decision that names these, who are of one round."""
    first = max(map(naming_from, ready))
    return NamingForm(data, round_=ready[0].round, on=timezone.localdate(), first=first)


def previews(ready: list[Application], days: dict[str, date]) -> dict:
    """Where the decision is looked at before, and each certificate and plaque, unit by unit."""
    asked = urlencode({name: day.isoformat() for name, day in days.items()})
    keys = urlencode({"pk": [one.pk for one in ready]}, doseq=True)

    def papers(one: Application) -> dict:
        return {kind: preview_url(one, kind, asked) for kind in ("certificate", "plaque")}

    return {
        "units": [
            {"unit": unit, "studios": [{"application": one, **papers(one)} for one in of_unit]}
            for unit, of_unit in groupby(ready, key=lambda one: one.studio.unit)
        ],
        "decision": f"{reverse('admin:reviews_application_preview_decision')}?{keys}&{asked}",
    }


def preview_url(application: Application, kind: str, asked: str) -> str:
    return f"{reverse('admin:reviews_application_preview', args=[application.pk, kind])}?{asked}"


def named_already(applications: list[Application]):
    """The document that names all of them, if one does: then the button was pressed twice."""
    documents = {one.document for one in applications if one.state == State.NAMED}
    all_named = applications and all(one.state == State.NAMED for one in applications)
    return documents.pop() if all_named and len(documents) == 1 else None


def pressed_twice(request, document):
    facts = {"number": document.number}
    messages.info(
        request, _now("These studios are named already in %(number)s. Nothing was changed.") % facts
    )
    return redirect("admin:reviews_decisiondocument_change", document.pk)


def perform(request, ready: list[Application], form: NamingForm):
    try:
        document = name_studios(ready, by=request.user, on=timezone.localdate(), **form.cleaned_data)
    except DomainError as error:
        messages.error(request, str(error))
        keys = urlencode({"pk": [one.pk for one in ready]}, doseq=True)
        return redirect(f"{reverse('admin:reviews_application_naming')}?{keys}")
    return redirect(f"{reverse('admin:reviews_decisiondocument_change', args=[document.pk])}?named=1")


# -- how it will look -------------------------------------------------------------------------------------------


def asked_days(request, application: Application) -> dict[str, date]:
    """``named_on`` and ``issued_on`` from the address, else the naming day of the round and today."""

    def day(name: str, otherwise: date) -> date:
        try:
            asked = parse_date(request.GET.get(name, "")) or otherwise
        except ValueError:
            return otherwise
        return asked if abs(asked.year - application.round.year) <= 1 else otherwise

    return {
        "named_on": day("named_on", application.round.naming_on),
        "issued_on": day("issued_on", timezone.localdate()),
    }


@require_safe
def preview(request, pk, kind):
    """The certificate or plaque that a naming would bring, watermarked and without a number."""
    check(request.user, "reviews.preview_naming")
    rows = Application.objects.visible_to(request.user).select_related("studio__lead", "round__policy")
    application = get_object_or_404(rows, pk=pk)
    certificate = certificate_for(application, **asked_days(request, application))
    certificate.code = ""  # there is nothing to check yet
    return preview_response(certificate, kind)


@require_safe
def preview_decision(request):
    """The decision that a naming would bring, watermarked and without a number."""
    check(request.user, "reviews.preview_naming")
    applications = [one for one in chosen(request) if one.state == State.APPROVED]
    if not applications:
        return said(_now("Choose at least one approved application."), status=404)
    try:
        pdf = draft(applications, **asked_days(request, applications[0]))
    except DomainError as error:
        return said(str(error), status=409)
    name = f"{title_of_decision(applications[0].round)}_预览.pdf"
    return send(ContentFile(pdf), name, "pdf", inline=True)


def said(sentence: str, *, status: int) -> HttpResponse:
    """A sentence in place of the document that was asked for in a window of its own."""
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
