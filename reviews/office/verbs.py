"""The acts of the office on one application: each a page with a form, whose button calls the model's verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.contrib import admin, messages
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import RoleCode
from accounts.permissions import check
from records.moves import DomainError
from reviews.forms import REFUSALS, ReturnForm, Words, with_number, with_version
from reviews.models import Application, Refusal, State
from reviews.models.deciding import VERBS as MOVE_OF
from reviews.office.beforehand import Beforehand, unmet
from reviews.permissions import PERMISSIONS
from reviews.results import Standings, missing, standings_around
from reviews.views.asking import having_read, posted

DAY = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
DAY["error_messages"] = {"required": _("Give the day."), "invalid": _("Give the day as 2026-03-31.")}


class AcceptForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Stands in the timeline of the application, where the lead reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        required=False,
    )


class TurnAwayForm(forms.Form):
    reason = Words(
        label=REFUSALS[Refusal.UNION][0],
        help_text=_("The lead and the department union read this."),
        missing=REFUSALS[Refusal.UNION][1],
    )


class DecideForm(forms.Form):
    """Approve, hold or reject, with the text in which it is said."""

    decision = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect, error_messages={"required": _("Choose the decision.")}
    )
    text = Words(
        label=_("Text of the decision"),
        help_text=_("The lead and the department union read it; it stays with the application."),
        missing=_("Give the text of the decision."),
    )

    def __init__(self, *args, moves: set[str], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(decision.value, decision.label) for decision, move in MOVE_OF.items() if move in moves]
        self.fields["decision"].choices = choices


class ReviewedForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        help_text=_("For the union leader."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        required=False,
    )


class ReasonForm(forms.Form):
    reason = Words(
        label=_("Reason"),
        help_text=_("The reason is kept with the application."),
        missing=_("Give the reason."),
        rows=3,
    )


class LateForm(forms.Form):
    until = forms.DateField(label=_("Late entry allowed until"), **DAY)
    reason = Words(
        label=_("Reason for late entry"),
        help_text=_("The lead reads it; it stays in the timeline."),
        missing=_("Give the reason for the late entry."),
        rows=3,
    )

    def __init__(self, *args, application: Application, on: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.round, self.on = application.round, on
        self.fields["until"].initial = min(
            max(self.round.closes_on, on) + timedelta(days=7), self.round.decide_by
        )

    def clean_until(self) -> date:
        day = self.cleaned_data["until"]
        if day < self.on:
            raise forms.ValidationError(_now("Give today or a later day."))
        if why := self.round.why_not_late(day):
            raise forms.ValidationError(why)
        return day


@dataclass(frozen=True)
class Verb:
    """One act: what it is called, who may, when it is open, what is asked, what is done, what is said then.

    :param roles: whose work it is, in whatever state the application is.
    :param moves: the moves of the application that it ends in, or that it opens the way to.
    :param lead: what its page says first; a function where it depends on how the application stands.
    :param with_results: whether what experts gave stands beside the form.
    :param with_conditions: whether its page says which of the five conditions are not met.
    """

    label: Promise
    permission: str
    roles: tuple[str, ...]
    moves: tuple[str, ...]
    form: Callable
    act: Callable
    done: Promise
    lead: Promise | str | Callable = ""
    with_results: bool = False
    with_conditions: bool = False

    def is_open(self, user, application: Application) -> bool:
        """Whether this person may press it on this application now."""
        return self.is_in_time(application) and user.has_perm(self.permission, application)

    def label_for(self, application: Application) -> str:
        """What its button says: a decision that waits is changed."""
        changes = self.with_results and application.state == State.PROPOSED
        return _now("Change the decision") if changes else str(self.label)

    def lead_for(self, application: Application) -> str:
        """What its page says first."""
        return str(self.lead(application) if callable(self.lead) else self.lead)

    def is_in_time(self, application: Application) -> bool:
        return any(application.can_move(move) for move in self.moves)


def decide_form(data, applications) -> DecideForm:
    """Offers the decisions that are open for every one of them; one that waits already is there to be changed."""
    moves = {move for move in MOVE_OF.values() if all(one.can_move(move) for one in applications)}
    first = applications[0] if len(applications) == 1 else None
    waits = first is not None and first.state == State.PROPOSED
    initial = {"decision": first.decision, "text": first.decision_text} if waits else {}
    return DecideForm(data, moves=moves, initial=initial)


def lead_of_reversal(application: Application) -> str:
    """What taking a decision back does; only one that was approved stands in a public notice."""
    if application.state == State.APPROVED:
        return _now(
            "The decision was released. It is taken back with its reason, the studio leaves the public notice, "
            "and everybody concerned is told."
        )
    return _now(
        "The decision was released. It is taken back with its reason, and everybody concerned is told."
    )


VERBS = {
    "accept": Verb(
        _("Papers complete, accept"),
        PERMISSIONS["accept"],
        (RoleCode.UNION_STAFF,),
        ("accept",),
        lambda data, application, on: AcceptForm(data),
        lambda application, form, by: application.accept(by=by, note=form.cleaned_data["note"]),
        _("%(studio)s is accepted for review."),
        _(
            "You have looked through the papers and the three opinions, and nothing is missing. "
            "Experts review the application next."
        ),
        with_conditions=True,
    ),
    "return": Verb(
        _("Return for correction"),
        PERMISSIONS["return_for_correction"],
        (RoleCode.UNION_STAFF,),
        ("return_for_correction",),
        lambda data, application, on: ReturnForm(data, application=application, on=on),
        lambda application, form, by: application.return_for_correction(
            form.corrections, by=by, correct_by=form.cleaned_data["correct_by"]
        ),
        _("%(studio)s is returned for correction; the lead and the department union are told."),
        _(
            "Say beside each part what is to be corrected. "
            "Signed opinions stay; handed in again it comes straight back here."
        ),
    ),
    "refuse": Verb(
        _("Refuse the application"),
        PERMISSIONS["refuse"],
        (RoleCode.UNION_STAFF,),
        ("refuse",),
        lambda data, application, on: TurnAwayForm(data),
        lambda application, form, by: application.refuse(by=by, reason=form.cleaned_data["reason"]),
        _("The application of %(studio)s is refused; the lead and the department union are told."),
        _(
            "This ends the application and cannot be taken back. "
            "For papers that can be mended, return it for correction."
        ),
    ),
    "review": Verb(
        _("Complete the expert review"),
        PERMISSIONS["complete_review"],
        (RoleCode.UNION_STAFF,),
        ("complete_review",),
        lambda data, application, on: ReviewedForm(data),
        lambda application, form, by: application.complete_review(by=by, note=form.cleaned_data["note"]),
        _("The expert review of %(studio)s is complete; the union leader decides next."),
        _("All sheets are handed in, the quorum is reached, and marks that lay far apart were dealt with."),
    ),
    "reopen": Verb(
        _("Give back to the experts"),
        PERMISSIONS["reopen_review"],
        (RoleCode.UNION_STAFF,),
        ("reopen_review",),
        lambda data, application, on: ReasonForm(data),
        lambda application, form, by: application.reopen_review(by=by, reason=form.cleaned_data["reason"]),
        _("%(studio)s is under expert review again."),
        _("For a further expert, or when the papers have changed. A decision on hold is void then."),
    ),
    "reverse": Verb(
        _("Take the decision back"),
        PERMISSIONS["reverse"],
        (RoleCode.UNION_LEADER,),
        ("reverse",),
        lambda data, application, on: ReasonForm(data),
        lambda application, form, by: application.reverse(by=by, reason=form.cleaned_data["reason"]),
        _("The decision on %(studio)s is taken back; it is to be decided anew."),
        lead_of_reversal,
    ),
    "decide": Verb(
        _("Decide"),
        PERMISSIONS["approve"],
        (RoleCode.UNION_LEADER,),
        tuple(MOVE_OF.values()),
        lambda data, application, on: decide_form(data, [application]),
        lambda application, form, by: application.decide(
            form.cleaned_data["decision"],
            by=by,
            text=form.cleaned_data["text"],
            seen=form.cleaned_data["seen"],
        ),
        _(
            "The decision on %(studio)s is kept. It becomes known when the decisions of the round are released."
        ),
        _(
            "Nobody outside the office learns of it before the decisions of the round are released together; until "
            "then it can be changed. To who is not approved, say what is to be improved."
        ),
        with_results=True,
    ),
    "late": Verb(
        _("Allow late entry"),
        "reviews.allow_late_entry",
        (RoleCode.UNION_STAFF,),
        ("submit",),
        lambda data, application, on: LateForm(data, application=application, on=on),
        lambda application, form, by: application.allow_late(
            by=by, until=form.cleaned_data["until"], reason=form.cleaned_data["reason"]
        ),
        _("%(studio)s may be handed in late; the lead is told."),
        _("By exception one studio may hand in after the window. The reason is kept."),
    ),
}


def open_verbs(user, application: Application) -> dict[str, Verb]:
    """The acts this person may do on this application now, by their name in the address."""
    return {name: verb for name, verb in VERBS.items() if verb.is_open(user, application)}


@require_http_methods(["GET", "HEAD", "POST"])
def view(request, pk, verb):
    """The page of one act; one that comes too late changes nothing, says so, and keeps what was typed."""
    page = Page(request, VERBS[verb], int(pk))
    if not page.is_open:
        return closed(request, page.act, page.application)
    form = page.form(posted(request))
    if request.method != "POST" or not form.is_valid():
        return page.shown(form)
    act, application = page.act, page.application
    try:
        having_read(application, form, lambda: act.act(application, form, request.user))()
    except DomainError as error:
        return again(request, act, application.pk, form, error)
    messages.success(request, act.done % {"studio": application.studio.name})
    return redirect("admin:reviews_application_change", pk)


class Page:
    """The page of one act on one application, as it stands now."""

    def __init__(self, request, act: Verb, pk: int):
        self.request, self.act, self.pk = request, act, pk
        # Beside the results the application is one of those that they are reckoned from; to act it is enough by itself.
        among = self.results if request.method != "POST" else None
        self.application = among.application(pk) if among else self._row(pk)
        prefetch_related_objects([self.application], "endorsements")  # asked with every permission

    @cached_property
    def results(self) -> Standings | None:
        """The results of its round, for the page on which it is decided."""
        return standings_around(self.pk, self.request.user) if self.act.with_results else None

    def _row(self, pk: int) -> Application:
        rows = Application.objects.visible_to(self.request.user)
        return get_object_or_404(rows.select_related("studio__unit", "studio__lead", "round"), pk=pk)

    @property
    def is_open(self) -> bool:
        return self.act.is_open(self.request.user, self.application)

    @cached_property
    def before(self) -> Beforehand | None:
        return Beforehand(self.application, self.request.user) if self.act.with_results else None

    def form(self, data):
        form = self.act.form(data, self.application, timezone.localdate())
        if not self.before:
            return with_version(form, self.application)
        with_number(form, "read", self.before.last_version)
        return with_number(form, "seen", self.before.last_move)

    def renewed(self, form):
        """The form with what was typed, and with what lies before the person now."""
        form.data = form.data.copy()
        form.data["read"] = self.application.version
        if self.before:
            form.data["seen"] = self.before.last_move
        return form

    def shown(self, form):
        from reviews.office.results import beside

        user, application = self.request.user, self.application
        context = {
            **admin.site.each_context(self.request),
            "opts": Application._meta,
            "title": self.act.label_for(application),
            "verb": self.act,
            "application": application,
            "form": form,
            "back": reverse("admin:reviews_application_change", args=[application.pk]),
            "lead": self.act.lead_for(application),
            "unmet": unmet(application) if self.act.with_conditions else [],
            "beside": beside(user, self.results, application) if self.results else None,
            "before": self.before,
            "missing": missing(application) if "complete_review" in self.act.moves else [],
        }
        return TemplateResponse(self.request, "admin/reviews/verb.html", context)


def again(request, act: Verb, pk: int, form, error: DomainError):
    """The page as it is now, with why nothing was changed and with what was typed; pressed again it counts."""
    page = Page(request, act, pk)
    if not page.is_open:
        return closed(request, act, page.application)
    for sentence in (str(error), *error.problems):
        form.add_error(None, sentence)
    return page.shown(page.renewed(form))


def closed(request, act: Verb, application: Application):
    """What to say when it is not open: 403 to who may not, where it stands to who came too late.

    :raises PermissionDenied: when it is not this person's to do.
    """
    own_case = application.concerns(request.user)
    if act.is_in_time(application) or own_case or not request.user.has_role(*act.roles):
        check(request.user, act.permission, application)
    messages.warning(request, application.why_not(act.moves[0]))
    return redirect("admin:reviews_application_change", application.pk)
