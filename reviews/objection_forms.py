"""What is filled in on the way of an objection: by whoever objects, and by who investigates it."""

from __future__ import annotations

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from records.attachments import CheckedFile, Refused, checked
from records.documents import is_seen
from reviews.forms import Words as TextField
from reviews.models import Objection
from reviews.models.objection import NAMES_WHO_OBJECTS
from reviews.objecting import Words, code_of
from reviews.objection_files import EVIDENCE, FILES, MOST, SEAL, Kept, keep, sha256_of
from reviews.objector import names_who_objects
from studios.inputs import FilesField

MOBILE = re.compile(r"(\+?86)?1[3-9]\d{9}", re.ASCII)
LANDLINE = re.compile(r"(0\d{2,3}|\+?860?\d{2,3})?[2-9]\d{6,7}(x\d{1,6})?", re.ASCII)
EXTENSION = re.compile(r"转|分机|ext\.?", re.IGNORECASE)
BETWEEN_DIGITS = re.compile(r"[\s\-()（）—–.]")


def is_telephone(text: str) -> bool:
    """Whether it can be a Chinese mobile or landline number, however it is written."""
    digits = BETWEEN_DIGITS.sub("", EXTENSION.sub("x", text))
    return bool(MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits))


def is_mail(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


class ObjectionForm(forms.Form):
    """An objection under a real name.

    :ivar kept: the files that an earlier sending left, see ``objection_files``, as far as they are still wanted.
    :ivar fresh: slot and file of those chosen just now, checked; nothing of them is stored before :meth:`keep_fresh`.
    :ivar lost: the names of files that were not kept, to be chosen again.
    """

    application = forms.ChoiceField(
        label=_("Studio"), error_messages={"required": _("Choose the studio that you object to.")}
    )
    name = forms.CharField(
        label=_("Your real name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Give your real name. Objections without a name are not taken up.")},
    )
    contact = forms.CharField(
        label=_("Telephone or mail"),
        help_text=_("A mobile number, a landline with its area code, or a mail address."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
        error_messages={
            "required": _("Give a telephone number or a mail address at which you can be reached.")
        },
    )
    text = TextField(
        label=_("Facts and reasons"),
        help_text=_("What is not right, when and where, and how it can be checked. Leave out your own name."),
        missing=_("Write what you object to and why."),
        rows=8,
    )
    files = FilesField(
        label=_("Evidence"), help_text=_("Five files at most: PDF, JPG, PNG, DOCX or XLSX, 20 MB each.")
    )
    organisation = forms.CharField(
        label=_("Name of the unit"),
        help_text=_("Only where a unit objects, under its seal."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    seal = FilesField(
        label=_("Letter with the seal"),
        help_text=_("The stamped letter as PDF, JPG or PNG."),
        accept=".pdf,.jpg,.jpeg,.png",
    )

    def __init__(self, *args, entries: list[dict], key: str, kept: list[Kept] = (), **kwargs):
        """:param entries: of :meth:`PublicNotice.placed`, those that can be objected to. The page names them by place:
            the key of an application is its number, which in a blind round stands beside no name (ADR 16).
        :param key: of the ticket, to which the files that are kept belong.
        """
        super().__init__(*args, **kwargs)
        self.key, self.kept = key, list(kept)
        self.fresh: list[tuple[str, CheckedFile]] = []
        self.lost: list[str] = []
        self.at_place = {str(one["place"]): one["application"] for one in entries}
        choices = [(str(one["place"]), f"{one['studio']}（{one['unit']}）") for one in entries]
        only = len(choices) == 1
        self.fields["application"].choices = choices if only else [("", _("Please choose")), *choices]

    @property
    def references(self) -> list[dict]:
        """The files that are kept, as the page names them."""
        return [{"value": one.reference(self.key), "file": one} for one in self.kept]

    def clean_application(self) -> int:
        """The key of the application that stands at the place."""
        return self.at_place[self.cleaned_data["application"]]

    def clean_name(self) -> str:
        name = unicodedata.normalize("NFC", self.cleaned_data["name"]).strip()
        letters = [sign for sign in name if unicodedata.category(sign).startswith("L")]
        if len(letters) < 2 or not is_seen(name):
            raise forms.ValidationError(_now("Give your real name, in full."))
        return name

    def clean_contact(self) -> str:
        contact = unicodedata.normalize("NFKC", self.cleaned_data["contact"]).strip()
        if not (is_telephone(contact) or is_mail(contact)):
            raise forms.ValidationError(
                _now("This is neither a telephone number nor a mail address. Please check it.")
            )
        return contact

    def clean(self) -> dict:
        for slot in (SEAL, FILES):
            self._check_files(slot)
        sealed = self._count(SEAL)
        if sealed and not self.cleaned_data.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _now("Give the name of the unit whose seal the letter bears."))
        if self.cleaned_data.get("organisation") and not sealed and "seal" not in self.errors:
            self.add_error("seal", _now("A unit objects under its seal. Add the stamped letter."))
        return self.cleaned_data

    def _count(self, slot: str) -> int:
        return sum(one.slot == slot for one in self.kept) + sum(of == slot for of, _file in self.fresh)

    def _check_files(self, slot: str) -> None:
        """Look at what was chosen; a new letter takes the place of the one before."""
        chosen, most = self.cleaned_data.get(slot) or [], MOST[slot]
        if len(chosen) + (self._count(slot) if slot == FILES else 0) > most:
            self.add_error(slot, _now("At most %(most)s files. Leave out some.") % {"most": most})
            return
        for file in chosen:
            try:
                found = checked(file)
            except Refused as error:
                self.add_error(slot, _now("%(file)s: %(problem)s") % {"file": file.name, "problem": error})
                continue
            if slot == SEAL and found.kind not in ("pdf", "jpg", "png"):
                self.add_error(slot, _now("A scan is a PDF, JPG or PNG file."))
                continue
            if slot == SEAL:
                self.kept = [one for one in self.kept if one.slot != SEAL]
            self.fresh.append((slot, found))

    def leave_out_gone(self) -> None:
        """Files that were kept too long ago are not there any more: said at their place, never passed over."""
        gone = [one for one in self.kept if not one.is_there]
        self.kept = [one for one in self.kept if one not in gone]
        for one in gone:
            if self.is_bound:
                self.add_error(one.slot, _now("Please choose %(file)s again.") % {"file": one.name})
            else:
                self.lost.append(one.name)

    def keep_fresh(self) -> None:
        """Store what was chosen just now, for the form comes back."""
        self.kept += [keep(file, slot) for slot, file in self.fresh]
        self.fresh = []

    def lose_fresh(self) -> None:
        """What was chosen just now and not stored has to be chosen again."""
        self.lost += [file.name for _slot, file in self.fresh]
        self.fresh = []

    @property
    def code(self) -> str:
        """Of what was said, as :func:`reviews.objecting.code_of` makes it; once it is valid."""
        digests = [
            *(one.sha256 for slot in (SEAL, FILES) for one in self.kept if one.slot == slot),
            *(sha256_of(file) for slot in (SEAL, FILES) for of, file in self.fresh if of == slot),
        ]
        return code_of(self.key, self.cleaned_data["application"], Words(**self._said()), digests)

    def words(self) -> Words:
        """What was said, once it is valid."""
        files = [*((one.slot, one.read()) for one in self.kept), *self.fresh]
        return Words(
            **self._said(),
            seal=tuple(file for slot, file in files if slot == SEAL),
            files=tuple(file for slot, file in files if slot == FILES),
        )

    def _said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("name", "contact", "text", "organisation")}


class AboutObjection(forms.Form):
    """What an investigator writes about an objection, and others read: nowhere who objects."""

    def __init__(self, *args, objection: Objection, **kwargs):
        super().__init__(*args, **kwargs)
        self.objection = objection

    def clean(self) -> dict:
        for name, text in list(self.cleaned_data.items()):
            if names_who_objects(self.objection, text):
                self.add_error(name, NAMES_WHO_OBJECTS)
        return self.cleaned_data


class AnswerForm(AboutObjection):
    """The end of an investigation: what was found, and what whoever objected reads."""

    minutes = TextField(
        label=_("Minutes of the investigation"),
        help_text=_("Who was heard and what was looked at, when, and what came out. No name of who objects."),
        missing=_("Write the minutes of the investigation first."),
        rows=8,
    )
    answer = TextField(
        label=_("Answer"),
        help_text=_(
            "Whoever objected reads it with the receipt; once the objection is upheld, the studio reads it too. "
            "Name nobody who is not named in the notice."
        ),
        missing=_("Give the answer."),
        rows=5,
    )


class SetAsideForm(AboutObjection):
    reason = TextField(
        label=_("Reason"),
        help_text=_("Whoever objected reads it with the receipt."),
        missing=_("Give the reason."),
    )


class EvidenceForm(forms.Form):
    """Files of the investigation, such as signed minutes or what somebody handed over."""

    evidence = FilesField(
        label=_("Files to add"),
        help_text=_("PDF, JPG, PNG, DOCX or XLSX, at most 20 MB each"),
        required=True,
        error_messages={"required": _("Choose a file.")},
    )
    slot = EVIDENCE

    def clean_evidence(self) -> list:
        files = self.cleaned_data["evidence"]
        if not files:
            raise forms.ValidationError(_now("Choose a file."))
        try:
            return [checked(file) for file in files]
        except Refused as error:
            raise forms.ValidationError(str(error)) from error
