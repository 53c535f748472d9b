"""Minutes of talks and visits: a mistake in them is mended with its reason, and what stood there before is kept."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from records.attachments import Attachment, CheckedFile, attach
from records.moves import IllegalMove
from records.templatetags.present import cn_date
from reviews.models import Application, State
from reviews.models.states import required

# While an application is judged: what was found before belongs to the check of the papers, and once the decision is
# known, minutes on which it rests stay as they are. What is on hold is judged still.
JUDGED = frozenset({State.ACCEPTED, State.REVIEWED, State.PROPOSED, State.HELD})
FILES = "files"  # in the log, the files that were taken off
# What the fields of a talk and of a visit are called wherever they are asked for and shown.
LABELS = {
    "kind": gettext_lazy("Kind"),
    "held_on": gettext_lazy("Held on"),
    "place": gettext_lazy("Place of the visit"),
    "people": gettext_lazy("Who took part"),
    "minutes": gettext_lazy("Minutes"),
}


@dataclass(frozen=True)
class Correction:
    """One correction: who, when, why, and what stood there before: as (label, text), and by field as it was stored."""

    by: User
    at: datetime
    reason: str
    before: list[tuple[str, str]]
    stored: dict[str, str | list[str]]


@contextmanager
def judged(application: Application, message: str) -> Iterator[None]:
    """Hold an application that is being judged, so that its decision is not released meanwhile.

    :raises IllegalMove: with ``message`` when it is not judged yet, or no longer.
    """
    with transaction.atomic():
        held = Application.objects.select_for_update(of=("self",)).filter(pk=application.pk)
        if held.values_list("state", flat=True).get() not in JUDGED:
            raise IllegalMove(message)
        yield


@contextmanager
def correctable(application: Application) -> Iterator[None]:
    """As :func:`judged`, for who corrects minutes."""
    message = _(
        "Minutes are corrected while the application is under review and until its decision is released. Nothing was "
        "changed."
    )
    with judged(application, message):
        yield


def keep_files(row: models.Model, slot: str, files: Iterable[CheckedFile], *, by) -> None:
    """Keep files that were checked with a row that is written in the same transaction."""
    for file in files:
        attach(file, row, slot, by=by)


def kept_once(row: models.Model, slot: str, files: Iterable[CheckedFile], *, by, since=None) -> models.Model:
    """Keep a row that is not stored yet, with its files; the one that is there when the same was recorded already.

    The same are the same words of the same person about the same application, with the same files: a form that was
    sent twice. The caller holds the application, so that of two that come together the second finds the first.

    :param since: what was recorded before that moment is another thing.
    """
    files = list(files)
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    facts = {field.attname: getattr(row, field.attname) for field in fields if field.name != "recorded_at"}
    sums = {hashlib.sha256(file.data).hexdigest() for file in files}
    if since:
        facts["recorded_at__gte"] = since
    for there in type(row)._base_manager.filter(**facts).order_by("pk"):
        if {one.sha256 for one in files_with([there])[type(row), there.pk]} == sums:
            return there
    row.save(force_insert=True)
    keep_files(row, slot, files, by=by)
    return row


def correct(row: models.Model, changes: dict, *, by, reason: str, remove: Sequence[Attachment] = ()) -> bool:
    """Write what is otherwise now, with the reason; what stood there before goes to the log of the office.

    :param changes: field → value, as a form has cleaned it.
    :param remove: files that are taken off; they stay stored.
    :returns: whether anything was otherwise.
    :raises DomainError: without a reason.
    """
    reason = required(reason, _("Give the reason."))
    with transaction.atomic():
        now = type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)
        before = {name: getattr(now, name) for name, value in changes.items() if getattr(now, name) != value}
        if not before and not remove:
            return False
        for name in before:
            setattr(row, name, changes[name])
        if before:
            row.save(update_fields=[*before])
        for file in remove:
            file.remove(by=by)
        _log(row, before, [file.name for file in remove], by=by, reason=reason)
    return True


def _log(row: models.Model, before: dict, removed: list[str], *, by, reason: str) -> None:
    """The list of the log names the fields only; what stood in them is read with the row, by who may read it."""
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in before.items()}
    with override(None):  # the log is translated when it is read
        fields = [str(LABELS[name]) for name in before]
    told = [
        {"changed": {"fields": fields}},
        {"before": values | ({FILES: removed} if removed else {}), "reason": reason},
    ]
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=CHANGE,
        change_message=json.dumps(told, ensure_ascii=False),
    )


def corrections(rows: Sequence[models.Model]) -> dict[tuple[type, int], list[Correction]]:
    """(model, key) → its corrections, the first one first, of rows of several kinds in one query."""
    found: dict[tuple[type, int], list[Correction]] = defaultdict(list)
    if not rows:
        return found
    kinds = ContentType.objects.get_for_models(*{type(row) for row in rows})
    wanted = models.Q()
    for model, kind in kinds.items():
        keys = [str(row.pk) for row in rows if type(row) is model]
        wanted |= models.Q(content_type=kind, object_id__in=keys)
    models_of = {kind.pk: model for model, kind in kinds.items()}
    for entry in LogEntry.objects.filter(wanted, action_flag=CHANGE).select_related("user").order_by("pk"):
        model, told = models_of[entry.content_type_id], json.loads(entry.change_message)[-1]
        found[model, int(entry.object_id)].append(
            Correction(
                entry.user, entry.action_time, told["reason"], _before(model, told["before"]), told["before"]
            )
        )
    return found


def _before(model: type[models.Model], values: dict) -> list[tuple[str, str]]:
    lines = []
    for name, value in values.items():
        if name == FILES:
            lines.append((_("Files taken off"), _(", ").join(value)))
            continue
        field = model._meta.get_field(name)
        if isinstance(field, models.DateField):
            value = cn_date(parse_date(value))
        elif field.choices:
            value = str(dict(field.flatchoices).get(value, value))
        lines.append((str(LABELS[name]), value or "—"))
    return lines


def files_with(rows: Sequence[models.Model]) -> dict[tuple[type, int], list[Attachment]]:
    """(model, key) → the files of each row, in the order they came, in one query for rows of several kinds."""
    found: dict[tuple[type, int], list[Attachment]] = defaultdict(list)
    if not rows:
        return found
    kinds = ContentType.objects.get_for_models(*{type(row) for row in rows})
    wanted = models.Q()
    for model, kind in kinds.items():
        wanted |= models.Q(content_type=kind, object_id__in=[row.pk for row in rows if type(row) is model])
    models_of = {kind.pk: model for model, kind in kinds.items()}
    for file in Attachment.objects.current().filter(wanted).order_by("created_at", "pk"):
        found[models_of[file.content_type_id], file.object_id].append(file)
    return found
