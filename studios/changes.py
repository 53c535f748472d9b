"""Who changed which field of a studio's papers, when: one list over the histories of the studio and all its rows, and
the files that came and went with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from records.attachments import Attachment
from studios.models import BudgetLine, Honour, Member, Project, RuleDocument, Studio, Venue
from studios.rowkinds import PERSONAL

MOST = 200  # changes on one page, the latest; each kind of row is read as far back
UNSEEN = frozenset({"id", "once", "rank", "studio", "started_by"})


class Deed(models.TextChoices):
    ADDED = "+", _("Added")
    CHANGED = "~", _("Changed")
    REMOVED = "-", _("Removed")


@dataclass(frozen=True)
class Change:
    """One deed on one row; ``fields`` holds (label, before, after) and is empty for what came or went."""

    at: datetime
    who: str
    deed: Deed
    what: str
    row: str
    fields: tuple[tuple[str, str, str], ...] = ()


_KEPT: list[type[models.Model]] = [Studio, Honour, Member, Project, Venue, BudgetLine, RuleDocument]


def register(model: type[models.Model]) -> None:
    """Let the rows of a further model, kept by a package above this one, stand in the list."""
    if model not in _KEPT:
        _KEPT.append(model)


def of(studio: Studio, *, personal: bool) -> list[Change]:
    """The latest changes, newest first; one query for each kind of row, and one for the files of all.

    :param personal: whether the reader may see births.
    """
    kept = {model: _records(model, studio) for model in _KEPT}
    found = [change for model, records in kept.items() for change in _of_rows(model, records, personal)]
    found += _of_files(kept)
    return sorted(found, key=lambda change: change.at, reverse=True)[:MOST]


def _records(model, studio: Studio) -> list[models.Model]:
    """What history keeps of the rows of one kind, the oldest first."""
    mine = {"id": studio.pk} if model is Studio else {"studio": studio.pk}
    records = model.history.filter(**mine).select_related("history_user").order_by("-history_id")[:MOST]
    return list(records)[::-1]


def _of_files(kept: dict[type[models.Model], list[models.Model]]) -> list[Change]:
    """The files of these rows, of those too that are gone: who brought each, and who took it away."""
    of_them, kinds = Q(pk__in=[]), ContentType.objects.get_for_models(*kept)
    for model, records in kept.items():
        of_them |= Q(content_type=kinds[model], object_id__in={record.id for record in records})
    files = Attachment.objects.filter(of_them).select_related("uploaded_by", "removed_by")
    changes, what = [], str(Attachment._meta.verbose_name)
    for file in files.order_by("-created_at")[:MOST]:
        changes.append(Change(file.created_at, str(file.uploaded_by or ""), Deed.ADDED, what, file.name))
        if file.removed_at:
            changes.append(Change(file.removed_at, str(file.removed_by or ""), Deed.REMOVED, what, file.name))
    return changes


def _of_rows(model, records: list[models.Model], personal: bool) -> list[Change]:
    earlier: dict[int, models.Model] = {}
    changes = []
    for record in records:
        fields = _differences(model, earlier.get(record.id), record, personal)
        earlier[record.id] = record
        if record.history_type == Deed.CHANGED and not fields:
            continue  # saved as it was
        changes.append(
            Change(
                record.history_date,
                str(record.history_user or ""),
                Deed(record.history_type),
                str(model._meta.verbose_name),
                str(model.__str__(record)),
                tuple(fields),
            )
        )
    return changes


def _differences(model, before, after, personal: bool) -> list[tuple[str, str, str]]:
    if before is None or after.history_type != Deed.CHANGED:
        return []
    return [
        (str(field.verbose_name), _shown(before, field), _shown(after, field))
        for field in after.tracked_fields
        if field.name not in UNSEEN
        and (personal or field.name not in PERSONAL)
        and getattr(before, field.attname) != getattr(after, field.attname)
    ]


def _shown(record, field) -> str:
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    value = getattr(record, field.attname)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return "" if value is None else str(localize(value))
