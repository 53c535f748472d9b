"""What staff change of one assignment: the expert, the day, a sheet given back; each with its form and its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from records.pages import number
from reviews import panel_changes, panels
from reviews.forms import Words
from reviews.models import HOLDING, UNDER_WAY, Assignment
from reviews.office.verbs import DAY
from reviews.whence import place_of


class ReplaceForm(forms.Form):
    reason = Words(
        label=_("Reason"),
        help_text=_("It stays with the assignment. The expert is told that it is over, not why."),
        missing=_("Give the reason."),
        rows=3,
    )
    substitute = forms.ChoiceField(
        label=_("Who takes over"),
        widget=forms.RadioSelect,
        required=False,
        help_text=_("The least busy stand first; whose conflict is known is not offered."),
    )

    def __init__(self, *args, choices: list[panels.Choice], **kwargs):
        super().__init__(*args, **kwargs)
        free = [one for one in choices if not one.against]
        self.is_without_choice = not free
        self.fields["substitute"].choices = [
            *((one.expert.pk, said_of(one)) for one in free),
            ("", _now("Nobody yet; I choose later")),
        ]
        self.fields["substitute"].initial = free[0].expert.pk if free else ""


def said_of(choice: panels.Choice) -> str:
    words = _now("%(name)s, %(place)s, holds %(load)s applications")
    return words % {
        "name": choice.expert.name,
        "place": place_of(choice.expert),
        "load": choice.load,
    }


class ReopenForm(forms.Form):
    reason = Words(
        label=_("Reason"), help_text=_("The expert reads it."), missing=_("Give the reason."), rows=3
    )


class PutOffForm(forms.Form):
    until = forms.DateField(label=_("Due on"), **DAY)
    reason = Words(label=_("Reason"), missing=_("Give the reason."), rows=3)


@dataclass(frozen=True)
class Change:
    """One act on an assignment: what it is called, what is asked, what is done, and what is said then.

    :param starts_from: the states in which it is offered.
    """

    label: Promise
    lead: Promise
    starts_from: frozenset[str]
    form: Callable
    act: Callable
    done: Callable[[Assignment, forms.Form], str]


def named(words: Promise) -> Callable[[Assignment, forms.Form], str]:
    """What is said of an act: a sentence with the name of the expert."""
    return lambda row, form: words % {"name": row.expert.name}


def still_lacking(row: Assignment) -> int:
    """How many experts the application lacks once this one has left and nobody takes over."""
    rows = row.application.assignments.all()
    held = sum(one.state in HOLDING and one.pk != row.pk for one in rows)
    return max(0, row.application.round.policy.experts_each - held)


def said_after_replacing(row: Assignment, form: ReplaceForm) -> str:
    """Who was replaced, and that nobody takes over where it is so."""
    done = _now("%(name)s was replaced.") % {"name": row.expert.name}
    if form.cleaned_data["substitute"]:
        return done
    lacking = still_lacking(row)
    alone = ngettext(
        "Nobody takes over yet; the application now lacks %(count)s expert.",
        "Nobody takes over yet; the application now lacks %(count)s experts.",
        lacking,
    )
    enough = _now("Nobody takes over; the application still has enough experts.")
    return f"{done}{alone % {'count': lacking} if lacking else enough}"


def _replace(assignment: Assignment, form: ReplaceForm, by: User) -> None:
    substitute = number(form.cleaned_data["substitute"]) or None
    panel_changes.replace(assignment, by=by, reason=form.cleaned_data["reason"], substitute=substitute)


CHANGES = {
    "replace": Change(
        _("Replace the expert"),
        _("The assignment ends and stays in the record with its reason. Marks given so far count no more."),
        Assignment.MOVES["replace"].origins,
        lambda data, row: ReplaceForm(data, choices=panels.choices(row.application)),
        _replace,
        said_after_replacing,
    ),
    "reopen": Change(
        _("Give the sheet back"),
        _("The expert can change the sheet and hands it in again."),
        Assignment.MOVES["reopen"].origins,
        lambda data, row: ReopenForm(data),
        lambda row, form, by: panel_changes.reopen(row, by=by, reason=form.cleaned_data["reason"]),
        named(_("The sheet is open to %(name)s again.")),
    ),
    "put_off": Change(
        _("Put off the day"),
        _("Of this sheet only; the expert is told."),
        UNDER_WAY,
        lambda data, row: PutOffForm(data, initial={"until": row.due_on}),
        lambda row, form, by: panel_changes.put_off(row, by=by, **form.cleaned_data),
        named(_("%(name)s has more time.")),
    ),
}
