"""What is asked about talks, further experts, visits and defences."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from records.attachments import Attachment, CheckedFile, Refused, checked
from records.templatetags.present import cn_date
from reviews.forms import Words
from reviews.minutes import LABELS
from reviews.models import Round, Visit
from reviews.models.moderation import not_in_the_future
from reviews.moderating import further_days
from reviews.office.verbs import DAY
from reviews.results_shown import SHOW
from studios.inputs import FILES_HINT, FilesField

LONGEST_MINUTES = 10_000
PICTURES = ("jpg", "png")
LISTS = {
    "": _("All"),
    "passing": _("Reach the pass mark"),
    "failing": _("Below the pass mark"),
    "below_quorum": _("Below the quorum"),
    "apart": _("Marks apart, to be dealt with"),
    "ready": _("Review can be completed"),
}


class NarrowForm(forms.Form):
    """Which of the results are shown."""

    q = forms.CharField(label=_("Studio, lead, pinyin or staff number"), required=False, max_length=60)
    show = forms.ChoiceField(
        label=_("Which"), required=False, choices=[(key, LISTS[key]) for key in ("", *SHOW)]
    )

    def asked(self) -> dict[str, str]:
        """What :func:`reviews.results_exports.narrowed` takes; nothing where nothing sensible was asked."""
        found = self.cleaned_data if self.is_valid() else {}
        return {"show": found.get("show", ""), "text": found.get("q", "")}


class MinutesForm(forms.Form):
    """The day, the people and the minutes, which a talk and a visit have alike."""

    held_on = forms.DateField(label=LABELS["held_on"], validators=[not_in_the_future], **DAY)
    people = forms.CharField(
        label=LABELS["people"],
        max_length=300,
        help_text=_("Names and offices, such as 王主席、李教授（召集）."),
        error_messages={"required": _("Say who took part.")},
    )
    minutes = forms.CharField(
        label=LABELS["minutes"],
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LONGEST_MINUTES,
        error_messages={"required": _("Write down what was said and found.")},
    )

    def _checked(self, name: str, *, pictures: bool) -> list[CheckedFile]:
        """The files of a field, each looked at by what it is.

        :raises ValidationError: naming each one that is not taken.
        """
        taken, refused = [], []
        for file in self.cleaned_data[name]:
            try:
                one = checked(file)
            except Refused as error:
                refused.append(self._refusal(file, str(error)))
                continue
            if pictures and one.kind not in PICTURES:
                refused.append(self._refusal(file, _now("It is not a JPG or PNG picture.")))
            taken.append(one)
        if refused:
            raise ValidationError(refused)
        return taken

    def _refusal(self, file, reason: str) -> str:
        return _now("“%(file)s” was not taken: %(reason)s") % {"file": file.name, "reason": reason}

    def facts(self) -> dict:
        """What is written into the row."""
        return {name: self.cleaned_data[name] for name in self.written}


class TalkForm(MinutesForm):
    written = ("held_on", "people", "minutes")
    files = FilesField(label=_("Signed minutes and other files"), help_text=FILES_HINT)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_files(self) -> list[CheckedFile]:
        return self._checked("files", pictures=False)


class VisitForm(MinutesForm):
    written = ("kind", "held_on", "place", "people", "minutes")
    kind = forms.ChoiceField(label=LABELS["kind"], choices=Visit.Kind.choices, widget=forms.RadioSelect)
    place = forms.CharField(label=LABELS["place"], max_length=100, required=False)
    photos = FilesField(
        label=_("Photos"),
        help_text=_("JPG or PNG, at most 20 MB each"),
        accept=".jpg,.jpeg,.png",
    )
    field_order = ["kind", "held_on", "place", "people", "minutes", "photos"]

    def clean_photos(self) -> list[CheckedFile]:
        return self._checked("photos", pictures=True)


class Mending(forms.Form):
    """Put before one of the forms above: what was recorded is corrected, with the reason."""

    def __init__(self, *args, files: list[Attachment], **kwargs):
        super().__init__(*args, **kwargs)
        self.kept = {str(file.pk): file for file in files}
        if self.kept:
            self.fields["remove"] = forms.MultipleChoiceField(
                label=_("Take off these files"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(key, file.name) for key, file in self.kept.items()],
            )
        self.fields["reason"] = Words(
            label=_("Reason for the correction"),
            help_text=_("What stood there before is kept beside it, with your name and this reason."),
            missing=_("Give the reason."),
            rows=2,
        )

    def removed(self) -> list[Attachment]:
        return [self.kept[key] for key in self.cleaned_data.get("remove", [])]


class MendTalkForm(Mending, TalkForm):
    pass


class MendVisitForm(Mending, VisitForm):
    pass


class FurtherForm(forms.Form):
    """One more expert of the panel; those in conflict are shown with the reason and cannot be chosen."""

    expert = forms.IntegerField(
        error_messages=dict.fromkeys(["required", "invalid"], _("Choose one expert."))
    )
    due_on = forms.DateField(label=_("Sheet due on"), **DAY)

    def __init__(self, *args, round_: Round, on: date, **kwargs):
        due_on, self.last = further_days(round_, on=on)
        super().__init__(*args, initial={"due_on": due_on}, **kwargs)
        self.on = on

    def clean_due_on(self) -> date:
        day = self.cleaned_data["due_on"]
        if not self.on <= day <= self.last:
            raise ValidationError(
                _now("Give a day from today on and not after %(last)s, when the union decides.")
                % {"last": cn_date(self.last)}
            )
        return day
