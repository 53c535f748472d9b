"""Files that come with a form, and how they are listed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model
from django.forms import ModelForm
from django.urls import reverse
from django.utils.translation import gettext as _

from records.attachments import Attachment, Refused, attach, checked

PHOTO = "photo"
MOST_PHOTOS = 6


@dataclass(frozen=True)
class FileLine:
    """One file as a list shows it."""

    id: object
    name: str
    url: str
    kind: str
    size: int
    is_picture: bool

    @classmethod
    def of(cls, file: Attachment) -> FileLine:
        return cls(
            file.pk, file.name, reverse("records:file", args=[file.pk]), file.kind, file.size, file.is_picture
        )


def files_of(target: Model | None) -> list[FileLine]:
    """The files of a record, in the order they came."""
    if target is None or target.pk is None:
        return []
    return [FileLine.of(file) for file in Attachment.objects.current().of(target)]


def attach_all(form: ModelForm, name: str, *, slot: str, by, to: Model | None = None) -> bool:
    """Keep the files that came with a form; those not taken are named at the field.

    :param to: the stored row they belong to, where it is not the form's own.
    :returns: whether all were taken.
    """
    refused = {}
    for file in form.cleaned_data.get(name) or []:
        if reason := keep(file, to or form.instance, slot, by=by):
            refused[file.name] = reason
    for file, reason in refused.items():
        form.add_error(name, _("“%(file)s” was not taken: %(reason)s") % {"file": file, "reason": reason})
    return not refused


def keep(file, target: Model, slot: str, *, by) -> str:
    """Keep one file; the reason when it is not taken."""
    try:
        kept = attach(checked(file), target, slot, by=by, most=MOST_PHOTOS if slot == PHOTO else None)
    except Refused as error:
        return str(error)
    if slot == PHOTO and not kept.is_picture:
        kept.file.delete(save=False)
        kept.delete()
        return _("It is not a JPG or PNG picture.")
    return ""
