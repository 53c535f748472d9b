"""What people fill in on the way of an application."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.names import bare
from records.attachments import CheckedFile, Refused, checked
from reviews.models import Application, Part, Refusal, Round, State
from studios import parts
from studios.models import Studio

LONGEST_TEXT = 2000


UNDER_WAY = "open"  # all states in which an application has not ended


class SearchForm(forms.Form):
    """Narrows the list of applications."""

    q = forms.CharField(label=_("Studio, lead, pinyin or staff number"), required=False, max_length=60)
    round = forms.ModelChoiceField(
        Round.objects.all(), label=_("Round"), required=False, empty_label=_("All rounds")
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All states")), (UNDER_WAY, _("Under way")), *State.choices],
    )

    def filter(self, applications):
        """The applications that match; all of them where nothing sensible was asked."""
        if not self.is_valid():
            return applications
        asked = self.cleaned_data
        if asked["q"]:
            applications = applications.filter(studio__in=Studio.objects.search(asked["q"]))
        if asked["round"]:
            applications = applications.filter(round=asked["round"])
        if asked["state"] == UNDER_WAY:
            applications = applications.open()
        elif asked["state"]:
            applications = applications.filter(state=asked["state"])
        return applications


class Words(forms.CharField):
    """A text of some lines that has to be given."""

    def __init__(self, *, missing, rows: int = 4, **kwargs):
        super().__init__(
            widget=forms.Textarea(attrs={"rows": rows}),
            max_length=LONGEST_TEXT,
            error_messages={"required": missing},
            **kwargs,
        )


def with_version(form: forms.Form, application: Application) -> forms.Form:
    """The form with a hidden field ``read``: the version of the papers that lies before whoever fills it in.

    :meth:`Application.as_read` refuses what is done on an earlier one.
    """
    return with_number(form, "read", application.version)


def with_number(form: forms.Form, name: str, number: int) -> forms.Form:
    """The form with a hidden field: the number by which is known what lay before whoever fills it in."""
    form.fields[name] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=number)
    return form


class SubmitForm(forms.Form):
    """The declaration with which the papers are handed in."""

    declaration = forms.BooleanField(
        label=_("I have checked the papers; what they say is true and the files belong to them."),
        error_messages={"required": _("Confirm that the papers are true.")},
    )


class ResubmitForm(SubmitForm):
    note = forms.CharField(
        label=_("What was corrected"),
        help_text=_("Those who check the papers read this beside the list of changes."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_TEXT,
        required=False,
    )
    field_order = ["note", "declaration"]

    def __init__(self, *args, untouched: list[str] = (), **kwargs):
        """:param untouched: the parts that came back and stand as they were; then a word is owed."""
        super().__init__(*args, **kwargs)
        self.untouched = untouched
        self.fields["note"].needed = bool(untouched)

    def clean_note(self) -> str:
        note = self.cleaned_data["note"]
        if self.untouched and not note:
            raise forms.ValidationError(
                _now("%(parts)s: returned and not changed. Say here why.")
                % {"parts": _now(", ").join(self.untouched)}
            )
        return note


class WithdrawForm(forms.Form):
    reason = Words(label=_("Reason for the withdrawal"), missing=_("Give the reason for the withdrawal."))


# What the reason is called, and what is said where it is missing, by the word that each office has for it.
NOT_AGREED = (_("Why you do not agree"), _("Say why you do not agree."))
REFUSALS = {
    Refusal.RECOMMENDATION: (_("Why it is not recommended"), _("Say why it is not recommended.")),
    Refusal.PARTY: NOT_AGREED,
    Refusal.ADMINISTRATION: NOT_AGREED,
    Refusal.UNION: (_("Why the application is not taken up"), _("Say why the application is not taken up.")),
}


class RefuseForm(forms.Form):
    def __init__(self, *args, office: str, **kwargs):
        """:param office: for which the application is ended, as :func:`reviews.permissions.refuses_as` says."""
        super().__init__(*args, **kwargs)
        label, missing = REFUSALS.get(office, NOT_AGREED)
        self.fields["reason"] = Words(label=label, help_text=_("The lead reads this."), missing=missing)


class SignForm(forms.Form):
    """The opinion with which one part is signed; who holds several offices chooses for which."""

    part = forms.ChoiceField(
        label=_("You sign as"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose for whom you sign.")},
    )
    opinion = Words(
        label=_("Opinion"),
        help_text=_("It stands on the application form with your name and the date."),
        missing=_("Give an opinion."),
    )

    def __init__(self, *args, open_parts: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["part"].choices = [(part, Part(part).label) for part in open_parts]
        if len(open_parts) == 1:
            self.fields["part"].widget = forms.HiddenInput()
            self.fields["part"].initial = open_parts[0]


class ReturnForm(forms.Form):
    """A reason beside each part that is to be corrected, at least one, and the day by which."""

    correct_by = forms.DateField(
        label=_("To be corrected by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the day."), "invalid": _("Give the day as 2026-03-31.")},
    )

    def __init__(self, *args, application: Application, on: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["correct_by"].initial = max(application.round.closes_on, on + timedelta(days=7))
        self.reasons = {part.key: f"reason_{part.key}" for part in parts.all_parts()}
        for part in parts.all_parts():
            self.fields[self.reasons[part.key]] = forms.CharField(
                label=part.title,
                widget=forms.Textarea(attrs={"rows": 2}),
                max_length=LONGEST_TEXT,
                required=False,
            )
            self.fields[self.reasons[part.key]].needed = True  # one of them is, so none is called optional
        self.order_fields([*self.reasons.values(), "correct_by"])

    def clean_correct_by(self) -> date:
        day = self.cleaned_data["correct_by"]
        if day <= self.on:
            raise forms.ValidationError(_now("Give a day after today, so that there is time to correct."))
        return day

    def clean(self) -> dict:
        if not self.corrections:
            self.add_error(next(iter(self.reasons.values())), _now("Give a reason beside at least one part."))
        return self.cleaned_data

    @property
    def corrections(self) -> dict[str, str]:
        """Part key → reason, for the parts that have one."""
        return {key: text for key, name in self.reasons.items() if (text := self.cleaned_data.get(name, ""))}


class Signatory(forms.CharField):
    """A name as names are compared, and as it is kept: one sign may become several, so it is measured after that."""

    def to_python(self, value) -> str:
        return bare(super().to_python(value))


class StampedForm(forms.Form):
    """The scan of the stamped form, and for each part that is signed on it the name and the opinion."""

    scan = forms.FileField(
        label=_("Scan of the stamped form"),
        help_text=_("PDF, JPG or PNG; all pages in one file."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={
            "required": _("Choose the scan."),
            "empty": _("The file is empty. Please choose it again."),
        },
    )

    def __init__(
        self,
        *args,
        open_parts: list[str],
        taken_names: set[str] = frozenset(),
        own_names: set[str] = frozenset(),
        **kwargs,
    ):
        """:param taken_names: who has signed already; ``own_names``: whose own case it is, as names are compared."""
        super().__init__(*args, **kwargs)
        self.open_parts = open_parts
        self.taken_names = {bare(name) for name in taken_names}
        self.own_names = own_names
        for part in open_parts:
            self.fields[f"{part}_name"] = Signatory(label=_("Signed by"), max_length=60, required=False)
            self.fields[f"{part}_opinion"] = forms.CharField(
                label=_("Opinion as written on the form"),
                widget=forms.Textarea(attrs={"rows": 2}),
                max_length=LONGEST_TEXT,
                required=False,
            )
            self.fields[f"{part}_name"].needed = self.fields[f"{part}_opinion"].needed = True

    def groups(self) -> list[dict]:
        """The fields of each part, for the page."""
        return [
            {"title": Part(part).label, "name": self[f"{part}_name"], "opinion": self[f"{part}_opinion"]}
            for part in self.open_parts
        ]

    def clean_scan(self) -> CheckedFile:
        try:
            scan = checked(self.cleaned_data["scan"])
        except Refused as error:
            raise forms.ValidationError(str(error)) from error
        if scan.kind not in ("pdf", "jpg", "png"):
            raise forms.ValidationError(_now("A scan is a PDF, JPG or PNG file."))
        return scan

    def clean(self) -> dict:
        names = set(self.taken_names)
        for part in self.open_parts:
            name, opinion = self._words(part)
            if f"{part}_name" in self.errors:
                continue
            if opinion and not name:
                self._object(part, "name", _now("Give the name of the person who signed."))
            elif name and not opinion:
                self._object(part, "opinion", _now("Give the opinion as it stands on the form."))
            elif name and name in names:
                message = _now("The recommendation and the two sign-offs come from three different people.")
                self._object(part, "name", message)
            elif name in self.own_names:
                message = _now(
                    "“%(name)s” leads, co-edits or belongs to the studio and does not sign for it. Another person of "
                    "this name signs online."
                )
                self._object(part, "name", message % {"name": name})
            names.add(name)
        if not self.errors and not self.signed:
            self.add_error(f"{self.open_parts[0]}_name", _now("Say which parts are signed on the form."))
        return self.cleaned_data

    def _object(self, part: str, field: str, problem: str) -> None:
        """Say what is wrong in the fields of a part, which are called alike in all three."""
        words = _now("%(part)s: %(problem)s") % {"part": Part(part).label, "problem": problem}
        self.add_error(f"{part}_{field}", words)

    def _words(self, part: str) -> tuple[str, str]:
        return self.cleaned_data.get(f"{part}_name", ""), self.cleaned_data.get(f"{part}_opinion", "")

    @property
    def signed(self) -> dict[str, tuple[str, str]]:
        """Part → (name, opinion), for the parts that are signed on the form."""
        return {part: self._words(part) for part in self.open_parts if self._words(part)[0]}
