"""Handing in, again after a return, and taking back."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import check
from reviews import mending, readiness, reading
from reviews.comparing import changes
from reviews.forms import ResubmitForm, SubmitForm, WithdrawForm
from reviews.freezing import freeze
from reviews.models import Correction, State
from reviews.timeline import due_on
from reviews.views.application import submit_label
from reviews.views.asking import application_for, attempt, posted
from studios import parts
from studios.models import Verdict

NOT_MET = (Verdict.Value.UNMET, Verdict.Value.RISK)


@require_http_methods(["GET", "POST"])
@never_cache
def submit(request, pk):
    """What is missing and what to know, the declaration; then it is handed in and frozen."""
    application = application_for(request, pk)
    check(request.user, "reviews.submit_application", application)
    if not application.is_editable:
        messages.info(request, already(application))
        return redirect(application)
    again, on = application.state == State.RETURNED, timezone.localdate()
    context = before_handing_in(application, on)
    untouched = [str(one.title) for one in context["mending"] if not one.changed]
    form = ResubmitForm(posted(request), untouched=untouched) if again else SubmitForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if again:
            act = lambda: application.resubmit(by=request.user, on=on, note=form.cleaned_data["note"])  # noqa: E731
        else:
            act = lambda: application.submit(by=request.user, on=on)  # noqa: E731
        done = attempt(request, act)
        return redirect("reviews:submitted" if done else "reviews:submit", application.pk)
    return render(request, "reviews/submit.html", {"form": form, **context})


def already(application) -> str:
    if application.submitted_at is None:
        return _("This application has ended. Nothing was changed.")
    return _("This application was handed in already, under the number %(number)s. Nothing was changed.") % {
        "number": application.number
    }


def before_handing_in(application, on) -> dict:
    """What stands in the way, each with the page where it is mended, and what is good to know."""
    studio, returned = application.studio, application.state == State.RETURNED
    found = changes_since(application, on)
    return {
        "application": application,
        "studio": studio,
        "mending": mended(application, found) if returned else [],
        "lacking": in_the_way(application, on),
        "unmet": [one for one in studio.verdicts.all() if one.value in NOT_MET],
        "unsaved": unsaved(studio),
        "changes": reading.spell(found, personal=True),
        "next_version": application.version + 1,
        "label": submit_label(application),
        "late": returned and application.correct_by and application.correct_by < on,
    }


def in_the_way(application, on) -> list[dict]:
    """Why it cannot be handed in yet: ``text``, and ``url`` where it can be mended on a page."""
    shut = readiness.window(application, on=on) if application.state == State.DRAFT else []
    lacking = [
        {"text": _("%(part)s: %(problem)s") % {"part": task.part.title, "problem": problem}, "url": task.url}
        for task in parts.tasks(application.studio)
        for problem in task.part.missing(application.studio)
    ]
    nobody = readiness.nobody_left(application, on=on)
    return [*({"text": text, "url": ""} for text in [*shut, *nobody]), *lacking]


def changes_since(application, on) -> list[dict]:
    """What the papers as they stand now would change against what was handed in last."""
    if application.submitted_at is None:
        return []
    now = freeze(application.studio, on=on, policy=application.round.policy)
    return changes(application.snapshot.data, now)


def mended(application, found: list[dict]) -> list[Correction]:
    """What came back, each with whether its part was ``changed``."""
    back, changed = mending.asked(application=application), reading.parts_changed(found)
    for one in back:
        one.changed = one.part in changed
    return back


def unsaved(studio) -> list[dict]:
    """What people typed and have not saved: who, in which part, when."""
    titles = {part.key: part for part in parts.all_parts()}
    return [
        {
            "who": draft.user.name,
            "part": titles[draft.part].title,
            "url": draft.get_absolute_url(),
            "at": draft.updated_at,
        }
        for draft in studio.drafts.select_related("user").order_by("updated_at")
        if draft.part in titles
    ]


@require_safe
def submitted(request, pk):
    """The receipt: number and what comes next."""
    application = application_for(request, pk)
    check(request.user, "reviews.submit_application", application)
    if application.is_editable or application.submitted_at is None:
        return redirect(application)
    context = {
        "application": application,
        "next_day": due_on(application),
        "snapshot": application.snapshot,
    }
    return render(request, "reviews/submitted.html", context)


@require_http_methods(["GET", "POST"])
def withdraw(request, pk):
    """Take the application back, with the reason."""
    application = application_for(request, pk)
    check(request.user, "reviews.withdraw_application", application)
    if not application.can_move("withdraw"):
        messages.error(request, application.why_not("withdraw"))
        return redirect(application)
    form = WithdrawForm(posted(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        attempt(
            request,
            lambda: application.withdraw(by=request.user, reason=reason),
            _("The application is withdrawn. What was filled in is kept in the studio."),
        )
        return redirect(application)
    return render(request, "reviews/withdraw.html", {"application": application, "form": form})
