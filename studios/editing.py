"""Several people edit one part: who is there, and how no text of anybody is lost.

A form carries a short digest of each value it was opened with (``opened``). When it comes back, a field that its
sender did not touch keeps what somebody else saved meanwhile; a field that both changed is shown with both texts, and
the sender chooses.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F, Model, OuterRef, Q, Subquery
from django.forms import ModelForm
from django.http import QueryDict
from django.utils import timezone

from studios.inputs import FilesField
from studios.models import PartVersion, Presence, Studio
from studios.models.editing import PRESENT_FOR
from studios.opened import as_text, digest, read_token, stored

THEIRS = "theirs"


def opened(form: ModelForm) -> str:
    """The token of a form as it is shown: a digest of each value it opens with."""
    return json.dumps({name: digest(stored(form, name)) for name in _names(form)})


def as_sent(form: ModelForm) -> str:
    """The token of a page whose form was just saved and stays open: what its sender sees is what counts."""
    return json.dumps({name: digest(as_text(form.cleaned_data.get(name))) for name in _names(form)})


def _names(form: ModelForm) -> list[str]:
    return [name for name, one in form.fields.items() if not isinstance(one, FilesField)]


@dataclass(frozen=True)
class Conflict:
    """A field that two people changed: what is saved now, and what its sender wrote."""

    name: str
    label: str
    theirs: str
    mine: str


@dataclass
class Outcome:
    """What became of a form that came in: ``saved``, or refused with errors, or with conflicts to settle."""

    form: ModelForm
    sent: ModelForm
    saved: bool = False
    conflicts: list[Conflict] = field(default_factory=list)
    version: PartVersion | None = None
    now: str = ""  # the token of what is saved at this moment


def save(
    studio: Studio,
    key: str,
    *,
    by,
    form_class: type[ModelForm],
    data: QueryDict,
    files=None,
    instance: Callable[[], Model],
) -> Outcome:
    """Save a form unless it has errors, or somebody else changed what its sender changed as well.

    :param key: what is saved: the part, or ``kind:pk`` for a row.
    :param instance: gives the row as it stands in the database now; asked again for each form that is bound.
    """
    with transaction.atomic():
        version, _new = PartVersion.objects.select_for_update().get_or_create(studio=studio, part=key)
        sent = form_class(data, files, instance=instance())
        if not sent.is_valid():
            return Outcome(sent, sent, version=version)
        shown = form_class(instance=instance())
        merged, conflicts = _merge(sent, shown, data)
        form = form_class(merged, files, instance=instance()) if merged is not data else sent
        outcome = Outcome(form, sent, conflicts=conflicts, version=version, now=opened(shown))
        if conflicts or not form.is_valid():
            return outcome
        form.save()
        PartVersion.objects.filter(pk=version.pk).update(
            version=F("version") + 1, saved_by=by, saved_at=timezone.now()
        )
        outcome.saved = True
    return outcome


def note_saved(studio: Studio, part: str, by) -> None:
    """A part counts as saved also when one of its rows was added, changed, pasted or removed, or lost a file."""
    version, _new = PartVersion.objects.get_or_create(studio=studio, part=part)
    PartVersion.objects.filter(pk=version.pk).update(
        version=F("version") + 1, saved_by=by, saved_at=timezone.now()
    )


def _merge(sent: ModelForm, shown: ModelForm, data: QueryDict) -> tuple[QueryDict, list[Conflict]]:
    """The posted data with what others saved in the fields its sender left alone, and the fields both changed."""
    base = read_token(data.get("opened", ""))
    merged, conflicts = data, []
    for name in _names(sent):
        mine, theirs = as_text(sent.cleaned_data.get(name)), stored(shown, name)
        if mine == theirs or (digest(theirs) == base.get(name) and data.get(f"choose-{name}") != THEIRS):
            continue
        if digest(mine) == base.get(name) or data.get(f"choose-{name}") == THEIRS:
            merged = merged.copy() if merged is data else merged
            _put(merged, shown, name)
        else:
            conflicts.append(_conflict(sent, shown, name))
    return merged, conflicts


def _put(data: QueryDict, shown: ModelForm, name: str) -> None:
    """Write the saved value into the data as its widget would have sent it."""
    value = shown[name].value()
    value = value if isinstance(value, list) else shown.fields[name].widget.format_value(value)
    data.setlist(name, [str(one) for one in value] if isinstance(value, list) else [value or ""])


def _conflict(sent: ModelForm, shown: ModelForm, name: str) -> Conflict:
    labels = dict(getattr(shown.fields[name], "choices", ()))

    def words(text: str) -> str:
        return "\n".join(str(labels.get(line, line)) for line in text.split("\n"))

    mine = as_text(sent.cleaned_data.get(name))
    return Conflict(name, shown[name].label, words(stored(shown, name)), words(mine))


def touch(studio: Studio, part: str, user) -> None:
    """The person has this part open now."""
    Presence.objects.bulk_create(
        [Presence(studio=studio, part=part, user=user, seen_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["studio", "part", "user"],
        update_fields=["seen_at"],
    )


def others(studio: Studio, part: str, user) -> list[str]:
    """The names of the others who have this part open."""
    return look_around(studio, part, user).others


@dataclass(frozen=True)
class Around:
    """Who else has a part open, and when it was saved last."""

    others: list[str]
    saved_at: datetime | None = None


def look_around(studio: Studio, part: str, user) -> Around:
    """Asked by somebody who has :func:`touch`-ed the part, in one query."""
    saved = PartVersion.objects.filter(studio=OuterRef("studio"), part=OuterRef("part"), version__gt=0)
    here = Q(user=user) | Q(seen_at__gte=timezone.now() - PRESENT_FOR)
    found = list(
        Presence.objects.filter(here, studio=studio, part=part)
        .annotate(saved_at=Subquery(saved.values("saved_at")))
        .order_by("user__name")
        .values_list("user", "user__name", "saved_at")
    )
    names = [name for pk, name, _at in found if pk != user.pk]
    return Around(names, found[0][2] if found else None)
