"""What an expert reads of an application: the papers that were frozen, and in a blind round without names.

Everything an expert is shown of the papers, of their files and of other texts about a studio comes through here, so
that a name can slip out in one place only. Of a round that is not blind all of it is as it was handed in.

The files of a blind round that name people by their nature (scans of honours, approvals, proofs of results, rules of
the studio) are withheld; what is shown are the pictures of the place. Why so is argued in docs/adr/0016.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from records.attachments import Attachment
from records.moves import DomainError
from reviews.models import Snapshot

# The part of the papers whose files are shown to an expert who may not know whose they are: pictures of the place.
SHOWN = "place"
WITHHELD = _("Blind review: this file is not shown.")


class Withheld(DomainError):
    """A file that an expert of a blind round is not shown."""

    def __init__(self):
        super().__init__(str(WITHHELD))


def is_blind(assignment) -> bool:
    """Whether the expert may not know whose papers these are."""
    return assignment.application.round.blind


def papers(assignment) -> Snapshot:
    """The version that the expert reads; in a blind round a copy that is not stored, without names."""
    kept = assignment.snapshot
    if not is_blind(assignment):
        return kept
    return Snapshot(
        application=kept.application, version=kept.version, data=masked(assignment), frozen_at=kept.frozen_at
    )


def masked(assignment) -> dict:
    """The data of the papers without names."""
    return dict(assignment.snapshot.data)


def text(assignment, words: str) -> str:
    """Any other text about the studio as this expert may read it, such as an opinion or the minutes of a visit."""
    return words


def file_name(assignment, name: str, position: int) -> str:
    """The name under which a file is listed and saved: in a blind round its kind and number, such as 照片2.jpg.

    :param position: its place among the files of its kind, from 1 on.
    """
    if not is_blind(assignment):
        return name
    kind = name.rpartition(".")[2].lower()
    return f"{'照片' if kind in ('jpg', 'png') else '附件'}{position}.{kind}"


def withheld(assignment, entry: dict) -> str:
    """Why the expert is not shown a file, in a sentence to stand in its place; empty when they are.

    :param entry: one of the ``files`` of the papers.
    """
    return str(WITHHELD) if is_blind(assignment) and entry["part"] != SHOWN else ""


def open_file(assignment, entry: dict):
    """The stored file and the name under which it is sent; pictures were freed of place, camera and comments when they
    came.

    :param entry: one of the ``files`` of :func:`papers`, which bear the name under which they are listed.
    :raises Withheld: for a file that is not shown in a blind round.
    :raises records.attachments.Attachment.DoesNotExist: when there is no such file.
    """
    if withheld(assignment, entry):
        raise Withheld
    return Attachment.objects.get(pk=entry["id"]).file, entry["name"]
