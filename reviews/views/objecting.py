"""Objections on the public site: the form beside an open notice, and the page on which the answer can be read."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from records.moves import DomainError
from records.pages import number
from records.rates import give_back
from reviews.models import Application, Objection, PublicNotice
from reviews.objecting import file_objection
from reviews.objection_files import forget, referred_to
from reviews.objection_forms import ObjectionForm
from reviews.objection_guard import Ticket, may_try, take_slots

TRAP = "more"  # nobody sees this field; programs fill it in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request, pk):
    """The form; sent in order, it leads to the receipt."""
    notice = get_object_or_404(PublicNotice, pk=pk)
    standing = notice.standing()
    entries = [one for one in notice.entries if one["application"] in standing]
    if not notice.is_open(timezone.localdate()) or not entries:
        messages.warning(request, _("Objections to this public notice are not taken any more."))
        return redirect(notice)
    if request.method != "POST":
        ticket = Ticket.new(notice.pk)
        initial = {"application": str(number(request.GET.get("application")) or "")}
        return _page(request, notice, ObjectionForm(entries=entries, key=ticket.key, initial=initial), ticket)
    return _sent(request, notice, entries)


def _sent(request, notice: PublicNotice, entries: list[dict]):
    known = Ticket.read(request.POST.get("ticket", ""), notice.pk)
    ticket = known or Ticket.new(notice.pk)
    given = {"entries": entries, "key": ticket.key}
    given["kept"] = referred_to(request.POST.getlist("kept"), ticket.key)
    if request.POST.get(TRAP) or not may_try(request):
        # Nothing is looked at, and nothing that was typed is lost.
        form, busy = ObjectionForm(initial=request.POST.dict(), **given), not request.POST.get(TRAP)
        return _page(request, notice, form, ticket, busy=busy, trapped=not busy, status=429 if busy else 200)
    form = ObjectionForm(request.POST, request.FILES, **given)
    if form.is_valid() and (why := _not_yet(known)):
        form.add_error(None, why)
    if form.is_valid() and (objection := _file(request, notice, form)):
        return redirect(f"{objection.get_absolute_url()}?received=1")
    return _page(request, notice, form, ticket)


def _not_yet(ticket: Ticket | None) -> str:
    """What is said to who sends within seconds, or from a page that is too old."""
    if ticket is None:
        return _("This page was open for very long. Please read it through and send it once more.")
    return (
        _("That was very quick. Please read it through and send it once more.") if ticket.is_too_young else ""
    )


def _file(request, notice: PublicNotice, form: ObjectionForm) -> Objection | None:
    """Take it, or say in the form why not."""
    slots = take_slots(request, notice.pk)
    if slots is None:
        form.add_error(None, _("Many objections came in just now. Please send it once more in an hour."))
        return None
    application = Application(pk=number(form.cleaned_data["application"]))
    try:
        objection = file_objection(notice, application, form.words(), on=timezone.localdate(), key=form.key)
    except DomainError as error:
        give_back(slots)
        form.add_error(None, str(error))
        return None
    transaction.on_commit(lambda: forget(form.kept))
    return objection


def _page(request, notice: PublicNotice, form: ObjectionForm, ticket: Ticket, *, status: int = 200, **said):
    context = {"notice": notice, "form": form, "ticket": ticket, "trap": TRAP, **said}
    return render(request, "reviews/notices/object.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def objection(request, code):
    """Where an objection stands and what was answered, for who holds the receipt; nothing of who sent it."""
    found = get_object_or_404(Objection.objects.select_related("notice", "application__studio"), code=code)
    entry = next(one for one in found.notice.entries if one["application"] == found.application_id)
    address = settings.SITE_URL + found.get_absolute_url()
    received = "received" in request.GET
    context = {"objection": found, "entry": entry, "received": received, "address": address}
    response = render(request, "reviews/notices/objection.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
