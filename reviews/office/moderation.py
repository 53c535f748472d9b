"""Marks that lie apart: the minutes of a talk about them, or one more expert of the panel."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from reviews import minutes as kept
from reviews import moderating, panels
from reviews.models import Application, Moderation, Visit
from reviews.office.frame import page, round_for
from reviews.office.results_forms import FurtherForm, MendTalkForm, TalkForm
from reviews.results import REVIEWED, Review, reviews_of, with_experts
from reviews.results_shown import Line
from reviews.views.asking import attempt, posted


def application_for(request, pk: int, application: int) -> Application:
    """An application that experts of this round review or have reviewed.

    :raises PermissionDenied: to whom the office's reviews are not shown.
    """
    round_ = round_for(request, pk)
    rows = round_.applications.visible_to(request.user).filter(state__in=REVIEWED)
    return get_object_or_404(with_experts(rows), pk=application)


def check_reads(user, model, application: Application) -> None:
    """Minutes of a talk are read by those who read the marks, those of a visit by the office.

    :raises PermissionDenied: to everybody else.
    """
    check(user, "reviews.view_visits" if model is Visit else "reviews.view_marks", application)


def review_for(request, pk: int, application: int) -> Review:
    """An application whose marks this person moderates.

    :raises PermissionDenied: to anybody else, and for the own case.
    """
    row = application_for(request, pk, application)
    check(request.user, moderating.PERMISSION, row)
    if not request.user.has_perm("reviews.view_marks", row):
        raise PermissionDenied
    return reviews_of([row], row.round)[0]


def back_to(application: Application) -> str:
    return reverse("admin:reviews_round_result", args=[application.round_id, application.pk])


def asked(request, review: Review, template: str, *, title: str, **context):
    """A page that asks something about the marks of one application, which it shows above."""
    application = review.application
    return page(
        request,
        template,
        application.round,
        title=title,
        application=application,
        line=Line(review),
        back=back_to(application),
        **context,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def talk_view(request, pk, application):
    """The minutes of a talk about marks that lie apart.

    :raises PermissionDenied: to anybody but union staff, and for the own case.
    """
    review = review_for(request, pk, application)
    seen = moderating.sheets_seen(review)
    form = TalkForm(posted(request), request.FILES or None, initial={"seen": seen})
    if request.method == "POST" and form.is_valid():
        given = {"files": form.cleaned_data["files"], "seen": form.cleaned_data["seen"]}
        done = attempt(
            request,
            lambda: moderating.talk(review.application, by=request.user, **form.facts(), **given),
            _("The talk is kept; the marks that lay there are dealt with."),
        )
        if done:
            return redirect(back_to(review.application))
        form.data = form.data | {"seen": seen}  # what was typed stays, beside the sheets that lie there now
    return asked(
        request, review, "admin/reviews/moderation_talk.html", title=_("Talk over the marks"), form=form
    )


@require_http_methods(["GET", "HEAD", "POST"])
def further_view(request, pk, application):
    """One more expert for marks that lie apart: the panel, those in conflict with their reasons.

    :raises PermissionDenied: to anybody but union staff, and for the own case.
    """
    review = review_for(request, pk, application)
    form = FurtherForm(posted(request), round_=review.application.round, on=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        done = attempt(
            request,
            lambda: moderating.ask_further(review.application, by=request.user, **form.cleaned_data),
            _("One more expert is asked. The marks are dealt with once the sheet is handed in."),
        )
        if done:
            return redirect(back_to(review.application))
    return further_page(request, review, form)


def further_page(request, review: Review, form: FurtherForm):
    choices = panels.choices(review.application)
    return asked(
        request,
        review,
        "admin/reviews/moderation_further.html",
        title=_("Ask one more expert"),
        form=form,
        choices=choices,
        is_open=any(not one.against for one in choices),
    )


def talk_of(review: Review, pk: int) -> Moderation:
    talk = next((one for one in review.moderations if one.pk == pk and not one.assignment_id), None)
    if talk is None:
        raise Http404
    return talk


@require_http_methods(["GET", "HEAD", "POST"])
def mend_view(request, pk, application, row):
    """The minutes of a talk are corrected, with the reason.

    :raises PermissionDenied: to anybody but union staff, and for the own case.
    """
    review = review_for(request, pk, application)
    talk = talk_of(review, row)
    files = kept.files_with([talk])[Moderation, talk.pk]
    initial = {name: getattr(talk, name) for name in TalkForm.written}
    form = MendTalkForm(posted(request), request.FILES or None, files=files, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"files": form.cleaned_data["files"], "remove": form.removed()}
        done = attempt(
            request,
            lambda: moderating.correct(
                talk, form.facts(), by=request.user, reason=form.cleaned_data["reason"], **given
            ),
            _("The correction is kept, with what stood there before."),
        )
        if done:
            return redirect(back_to(review.application))
    return asked(
        request, review, "admin/reviews/moderation_talk.html", title=_("Correct the minutes"), form=form
    )
