"""What an application came back for, and how far it is mended."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.utils import translation

from reviews.models import Correction, State
from studios import parts
from studios.models import PartVersion


def asked(**where) -> list[Correction]:
    """What the last return asks for, while it is being corrected; with whether the part was saved since.

    :param where: which application, such as ``application=…`` or ``application__studio=…``.
    """
    saves = PartVersion.objects.filter(
        studio=OuterRef("application__studio"), part=OuterRef("part"), version__gt=0
    )
    rows = (
        Correction.objects.filter(application__state=State.RETURNED, **where)
        .select_related("log", "snapshot")
        .defer("snapshot__data")
        .annotate(saved_at=Subquery(saves.values("saved_at")[:1]))
        .order_by("-log_id", "pk")
    )
    last = [one for one in rows if one.log_id == rows[0].log_id]
    for one in last:
        one.title = parts.get(one.part).title
        one.touched = one.saved_at is not None and one.saved_at > one.log.at
    return last


def in_words(corrections: dict[str, str]) -> str:
    """Each part with what is asked of it, a line each, in the language of the record."""
    with translation.override("zh-hans"):
        return "\n".join(f"{parts.get(part).title}：{reason}" for part, reason in corrections.items())


def to_correct(rows: list[Correction]) -> dict[str, str]:
    """Part key → reason, for the parts that were not saved since they came back."""
    return {one.part: one.reason for one in rows if not one.touched}
