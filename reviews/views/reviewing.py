"""The expert's side of a review: the list, the declaration before it, the file, and the ways out."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import RoleCode
from records.attachments import Attachment
from records.pages import keyset_page
from records.templatetags.present import moment, state
from records.views import send_or_404
from reviews import masking
from reviews.expert_access import LIST_ORDER, READS, assignment_for, bars, opened, with_progress
from reviews.models import UNDER_WAY, Application, Assignment, AssignmentState
from reviews.models import State as Stage
from reviews.scoring_forms import DeclineForm, RecuseForm
from reviews.views import scoring
from reviews.views.asking import attempt, posted
from studios.unsent import keeps_unsent

A_PAGE = 25


@require_safe
@never_cache
def reviews(request):
    """The person's own assignments: what is to be done, the earliest due first, then all others."""
    if not request.user.has_role(RoleCode.EXPERT):
        raise PermissionDenied(_("Only experts review applications."))
    own = Assignment.objects.filter(expert=request.user)
    own = own.select_related("application__studio", "application__round")
    waiting = with_progress(own.under_way()).order_by(*LIST_ORDER)
    rest = own.exclude(state__in=UNDER_WAY, application__state=Stage.ACCEPTED)
    done, newer, older = keyset_page(request, rest, size=A_PAGE, key="application_id")
    context = {
        "waiting": [waiting_row(one) for one in waiting],
        "done": [done_row(one) for one in done],
        "newer": newer,
        "older": older,
        "on": timezone.localdate(),
    }
    return render(request, "reviews/reviewing/list.html", context)


def waiting_row(one: Assignment) -> dict:
    """A line of the list: how far the sheet is, and by when it is due."""
    progress = {"round": one.application.round.title, "done": one.given, "all": one.criteria}
    return {
        **row(one),
        "detail": _("%(round)s · %(done)s of %(all)s criteria scored") % progress,
        "due": one.due_on,
    }


def done_row(one: Assignment) -> dict:
    """A line of the list: when it was handed in; or that the application is withdrawn or not under review now."""
    detail = one.application.round.title
    if one.handed_in_at:
        handed_in = {"round": detail, "time": moment(one.handed_in_at)}
        detail = _("%(round)s · handed in %(time)s") % handed_in
    elif one.is_withdrawn:
        detail = _("%(round)s · nothing more to do") % {"round": detail}
        return {**row(one), "detail": detail, "state": one.application.get_state_display(), "look": ""}
    elif one.state in UNDER_WAY:
        detail = _("%(round)s · not under expert review now") % {"round": detail}
    return {**row(one), "detail": detail}


def row(one: Assignment) -> dict:
    shown = state(one)
    return {
        "title": one.title,
        "url": one.get_absolute_url(),
        "state": shown["label"],
        "look": shown["look"],
    }


@partial(keeps_unsent, there=lambda application: Application.objects.filter(pk=application).exists())
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def assignment(request, application):
    """One review, as far as it is: to be declared, to be scored, handed in, or over."""
    one = assignment_for(request, application)
    if request.method == "POST":
        return scoring.save(request, one)
    if one.state not in (*READS, AssignmentState.INVITED):
        return over(request, one)
    if found := bars(one):
        context = {
            "assignment": one,
            "reasons": [why for why in found if why],
            "may_recuse": one.can_move("recuse"),
        }
        return render(request, "reviews/reviewing/barred.html", context)
    if one.state in READS:
        return scoring.page(request, one)
    return declaration(request, one) if one.is_under_review else over(request, one)


def declaration(request, one: Assignment):
    """What the expert has to know to say that there is no relation, and nothing of the file beyond it."""
    data = one.snapshot.data
    people = [
        (_("Lead"), data["lead"]["name"]),
        (_("Unit"), data["studio"]["unit"]),
        (_("Members of the team"), _("、").join(member["name"] for member in data["members"])),
    ]
    blind = masking.is_blind(one)
    context = {
        "assignment": one,
        "blind": blind,
        "people": [] if blind else people,
        "on": timezone.localdate(),
    }
    return render(request, "reviews/reviewing/declare.html", context)


def over(request, one: Assignment):
    """There is nothing to review here any more; with what the expert said, if it was the expert who ended it."""
    own = one.log.filter(actor=one.expert, verb__in=("decline", "recuse")).last()
    context = {"assignment": one, "reason": own.note if own else ""}
    return render(request, "reviews/reviewing/over.html", context)


@require_POST
def accept(request, application):
    """The declaration that there is no relation, with which the file opens."""
    one = assignment_for(request, application)
    if one.state != AssignmentState.ACCEPTED and not bars(one):  # pressed twice it is declared once
        attempt(request, lambda: one.accept(by=request.user))
    return redirect(one)


@require_http_methods(["GET", "POST"])
def recuse(request, application):
    """A relation is declared; staff name another expert."""
    page = Answer("recuse", RecuseForm, "reviews/reviewing/recuse.html")
    return answer(request, application, page, _("You are recused. Staff have been told."))


@require_http_methods(["GET", "POST"])
def decline(request, application):
    page = Answer("decline", DeclineForm, "reviews/reviewing/decline.html")
    return answer(request, application, page, _("You have declined. Staff have been told."))


class Answer(NamedTuple):
    """A way out of an assignment: the verb, its form and the page that asks for the reason."""

    verb: str
    form: type[Form]
    template: str


def answer(request, application: int, page: Answer, done: str):
    """Ask for the reason, then end the assignment with it."""
    one = assignment_for(request, application)
    if not one.can_move(page.verb):
        messages.error(request, one.why_not(page.verb))
        return redirect(one)
    form = page.form(posted(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        attempt(request, lambda: getattr(one, page.verb)(by=request.user, reason=reason), done)
        return redirect(one)
    return render(request, page.template, {"assignment": one, "form": form})


@require_safe
@xframe_options_sameorigin
def file(request, application, file):
    """A file of the papers, shown in place where browsers can; nothing before the declaration."""
    one = opened(request, application)
    entry = next((found for found in masking.papers(one).data["files"] if found["id"] == str(file)), None)
    if entry is None:
        raise Http404
    try:
        stored, name = masking.open_file(one, entry)
    except (masking.Withheld, Attachment.DoesNotExist) as error:
        raise Http404 from error
    return send_or_404(stored, name, name.rpartition(".")[2].lower(), inline="download" not in request.GET)
