"""Who changed which field of a studio's papers, when: one list over the histories of the studio and all its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

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
    """The latest changes, newest first; one query for each kind of row.

    :param personal: whether the reader may see births.
    """
    found = [change for model in _KEPT for change in _of_model(model, studio, personal)]
    return sorted(found, key=lambda change: change.at, reverse=True)[:MOST]


def _of_model(model, studio: Studio, personal: bool) -> list[Change]:
    mine = {"id": studio.pk} if model is Studio else {"studio": studio.pk}
    records = list(model.history.filter(**mine).select_related("history_user").order_by("-history_id")[:MOST])
    earlier: dict[int, models.Model] = {}
    changes = []
    for record in reversed(records):
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
