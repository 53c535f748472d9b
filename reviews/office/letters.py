"""Objections that came on paper, entered in the office with the day on which the letter arrived."""

from __future__ import annotations

from datetime import date

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from records.moves import DomainError
from records.templatetags.present import cn_date
from reviews.models import Objection, PublicNotice, State
from reviews.objecting import file_objection
from reviews.objection_files import forget, referred_to
from reviews.objection_forms import ObjectionForm
from reviews.objection_guard import Ticket
from reviews.office.verbs import DAY
from reviews.views.asking import posted

RECORD = "reviews.record_objection"


class LetterForm(ObjectionForm):
    """An objection that came on paper, entered in the office; the same is asked of it as on the public page."""

    received_on = forms.DateField(
        label=_("Day of receipt"),
        help_text=_(
            "The day on which the letter arrived, within the days of the notice; it may be entered later."
        ),
        **DAY,
    )
    field_order = ["received_on"]
    OTHERWISE = {
        "name": (_("Real name"), _("As it is signed; of a unit who signs or brings the letter.")),
        "text": (_("Facts and reasons"), _("Copy the letter. Leave out the name of who objects.")),
        "files": (
            _("Scans"),
            _("Letter and evidence. Five files at most: PDF, JPG, PNG, DOCX or XLSX, 20 MB each."),
        ),
    }

    def __init__(self, *args, notice, on: date, **kwargs):
        """:param on: today; no letter has arrived after it."""
        super().__init__(*args, **kwargs)
        self.notice, self.on = notice, on
        for name, (label, help_text) in self.OTHERWISE.items():
            self.fields[name].label, self.fields[name].help_text = label, help_text
        self.fields["received_on"].initial = min(on, notice.ends_on)

    def clean_received_on(self) -> date:
        day = self.cleaned_data["received_on"]
        if day > self.on:
            raise forms.ValidationError(_now("This day has not come yet."))
        if not self.notice.is_open(day):
            raise forms.ValidationError(
                _now("Objections to this notice are taken from %(first)s to %(last)s.")
                % {"first": cn_date(self.notice.published_on), "last": cn_date(self.notice.ends_on)}
            )
        return day


def standing(user, notice: PublicNotice) -> dict:
    """The applications to which this person may enter an objection, by key; those of the own case others enter."""
    rows = notice.applications.filter(state=State.APPROVED).select_related("studio__unit", "studio__lead")
    rows = rows.prefetch_related("studio__editors", "studio__members", "endorsements")
    return {one.pk: one for one in rows if user.has_perm(RECORD, one)}


@require_http_methods(["GET", "HEAD", "POST"])
def record(request, pk):
    """The form for a letter; entered, it leads to the objection.

    :raises PermissionDenied: to anybody but union staff and leaders.
    """
    check(request.user, RECORD)
    notice = get_object_or_404(PublicNotice, pk=pk)
    applications = standing(request.user, notice)
    ticket = Ticket.read(request.POST.get("ticket", ""), notice.pk) or Ticket.new(notice.pk)
    kept = referred_to(request.POST.getlist("kept"), ticket.key)
    form = LetterForm(
        posted(request),
        request.FILES or None,
        entries=[one for one in notice.placed() if one["application"] in applications],
        key=ticket.key,
        kept=kept,
        notice=notice,
        on=timezone.localdate(),
    )
    if request.method == "POST" and (objection := _recorded(request, form, applications)):
        transaction.on_commit(lambda: forget(kept))
        done = _now(
            "The objection is entered as %(number)s. Tell who objects the number, and this address, where the "
            "answer can be read: %(address)s"
        )
        address = settings.SITE_URL + objection.get_absolute_url()
        messages.success(request, done % {"number": objection.number, "address": address})
        return redirect("admin:reviews_objection_change", objection.pk)
    return _page(request, notice, form, ticket)


def _recorded(request, form: LetterForm, applications: dict) -> Objection | None:
    """The objection, also one that was sent in the same words before; None when the form says why not."""
    valid = form.is_valid()
    if valid and (sent := Objection.objects.filter(code=form.code).first()):
        return sent
    form.leave_out_gone()
    if not form.is_valid():
        form.keep_fresh()
        return None
    application, on = applications[form.cleaned_data["application"]], form.cleaned_data["received_on"]
    try:
        return file_objection(form.notice, application, form.words(), on=on, key=form.key, by=request.user)
    except DomainError as error:
        form.add_error(None, str(error))
        form.keep_fresh()
        return None


def _page(request, notice: PublicNotice, form: LetterForm, ticket: Ticket):
    context = {
        **admin.site.each_context(request),
        "opts": PublicNotice._meta,
        "title": _now("Enter an objection that came on paper"),
        "notice": notice,
        "form": form,
        "ticket": ticket,
        "back": reverse("admin:reviews_publicnotice_change", args=[notice.pk]),
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "admin/reviews/objection_letter.html", context)
