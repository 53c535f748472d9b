"""The decision document as a file: made once after the naming, kept as it is."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from records import outbox
from reviews.models import Application, DecisionDocument, Round
from reviews.papers import decision_pdf


def announce(document: DecisionDocument) -> None:
    """Have the file made after the commit; part of the transaction of the naming."""
    outbox.put("decision", {"document": document.pk}, key=f"decision:{document.pk}")


@outbox.handles("decision", label=_("decision document"))
def make_announced(row: outbox.Outbox) -> None:
    document = DecisionDocument.objects.filter(pk=row.payload["document"]).first()
    if document is not None:
        issue(document)


def issue(document: DecisionDocument) -> None:
    """Make the file of a decision, unless it is made; of two that make it at once one counts.

    :raises records.documents.MissingGlyph: when a name bears a character that the font lacks.
    """
    if document.file:
        return
    pdf = decision_pdf(
        number=document.number,
        title=document.title,
        units=document.studios_by_unit(),
        issued_on=document.issued_on,
        naming_on=document.named_on,
    )
    storage = document.file.storage
    name = storage.save(f"decisions/{document.year}/{uuid.uuid4().hex}.pdf", ContentFile(pdf))
    mine = DecisionDocument.objects.filter(pk=document.pk, file="")
    if not mine.update(file=name, sha256=hashlib.sha256(pdf).hexdigest()):
        storage.delete(name)
    document.refresh_from_db(fields=["file", "sha256"])


def title_of_decision(round_: Round) -> str:
    return f"关于命名{round_.year}年度{settings.UNIVERSITY}劳模创新工作室的决定"


def draft(applications: Iterable[Application], *, named_on: date, issued_on: date) -> bytes:
    """The decision that naming these would bring, with a watermark and without number or signature; keeps nothing.

    :param applications: of one round, in the order of their units.
    :raises records.documents.MissingGlyph: when a name bears a character that the font lacks.
    """
    rows = list(applications)
    units = [
        (unit.name, [one.named_as().studio for one in of_unit])
        for unit, of_unit in groupby(rows, key=lambda one: one.studio.unit)
    ]
    title = title_of_decision(rows[0].round)
    return decision_pdf(
        number="", title=title, units=units, issued_on=issued_on, naming_on=named_on, preview=True
    )


def file_name(document: DecisionDocument) -> str:
    """校工〔2026〕5号_关于命名….pdf."""
    return f"{document.number}_{document.title}.pdf".replace("/", "_")
