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
from records.rates import give_back
from reviews.models import Application, Objection, PublicNotice
from reviews.objecting import file_objection
from reviews.objection_files import forget, referred_to
from reviews.objection_forms import ObjectionForm
from reviews.objection_guard import Ticket, may_keep, may_try, take_slots

TRAP = "more"  # nobody sees this field; programs fill it in
TRAPPED, BUSY, OLD = "trapped", "busy", "old"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request, pk):
    """The form; sent in order, it leads to the receipt."""
    notice = get_object_or_404(PublicNotice, pk=pk)
    standing = notice.standing()
    entries = [one for one in notice.placed() if one["application"] in standing]
    if not notice.is_open(timezone.localdate()) or not entries:
        messages.warning(request, _("Objections to this public notice are not taken any more."))
        return redirect(notice)
    if request.method != "POST":
        ticket = Ticket.new(notice.pk)
        initial = {"application": request.GET.get("application", "")}
        return _page(request, notice, ObjectionForm(entries=entries, key=ticket.key, initial=initial), ticket)
    return _sent(request, notice, entries)


def _sent(request, notice: PublicNotice, entries: list[dict]):
    known = Ticket.read(request.POST.get("ticket", ""), notice.pk)
    ticket = known.again() if known else Ticket.new(notice.pk)
    kept = referred_to(request.POST.getlist("kept"), ticket.key)
    given = {"entries": entries, "key": ticket.key, "kept": kept}
    if why := _stopped(request, known):
        # Nothing is looked at or stored, and nothing that was typed is lost.
        form = ObjectionForm(initial=request.POST.dict(), **given)
        form.lost = [file.name for name in request.FILES for file in request.FILES.getlist(name)]
        if known is None and request.POST.getlist("kept"):
            form.lost.append(_("the files that were here already"))
        form.leave_out_gone()
        return _page(request, notice, form, ticket, status=429 if why == BUSY else 200, stopped=why)
    form = ObjectionForm(request.POST, request.FILES, **given)
    if objection := _taken(request, notice, form, known):
        transaction.on_commit(lambda: forget(kept))
        return redirect(f"{objection.get_absolute_url()}?received=1")
    if form.fresh and may_keep(request):
        form.keep_fresh()
    form.lose_fresh()
    return _page(request, notice, form, ticket)


def _stopped(request, ticket: Ticket | None) -> str:
    """Why what was sent is not even looked at; empty when it is."""
    if request.POST.get(TRAP):
        return TRAPPED
    if not may_try(request):
        return BUSY
    return OLD if ticket is None or ticket.is_too_old else ""


def _taken(request, notice: PublicNotice, form: ObjectionForm, ticket: Ticket) -> Objection | None:
    """The objection, also one that was sent in the same words before; None when the form says why not."""
    if form.is_valid() and (sent := Objection.objects.filter(code=form.code).first()):
        return sent
    form.leave_out_gone()
    if form.is_valid() and ticket.is_too_young:
        form.add_error(
            None, _("That was very quick. Nothing is lost: please send it once more just as it is.")
        )
    return _file(request, notice, form) if form.is_valid() else None


def _file(request, notice: PublicNotice, form: ObjectionForm) -> Objection | None:
    """Take it, or say in the form why not."""
    slots = take_slots(request, notice.pk)
    if slots is None:
        form.lose_fresh()
        form.add_error(None, _("Many objections came in just now. Please send it once more in an hour."))
        return None
    application = Application(pk=form.cleaned_data["application"])
    try:
        return file_objection(notice, application, form.words(), on=timezone.localdate(), key=form.key)
    except DomainError as error:
        give_back(slots)
        form.add_error(None, str(error))
        return None


def _page(
    request, notice: PublicNotice, form: ObjectionForm, ticket: Ticket, *, status: int = 200, stopped=""
):
    context = {"notice": notice, "form": form, "ticket": ticket, "trap": TRAP, "stopped": stopped}
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
