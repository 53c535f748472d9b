"""What an expert reads of an application: the papers that were frozen, and in a blind round without names.

Everything an expert is shown of the papers, of their files and of other texts about a studio comes through here, so
that a name can slip out in one place only. Of a round that is not blind all of it is as it was handed in.

The files of a blind round that name people by their nature (scans of honours, approvals, proofs of results, rules of
the studio) are withheld; what is shown are the pictures of the place. Why so is argued in docs/adr/0016.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from records.attachments import CONTENT_TYPES, Attachment
from records.moves import DomainError
from reviews import telltale
from reviews.freezing import without_personal
from reviews.models import Endorsement, Snapshot
from reviews.papers import application_form_pdf
from reviews.placeholders import ADDRESS, LEAD, NUMBER, POST, SIGNATORY, Mask

# The part of the papers whose files are shown to an expert who may not know whose they are: pictures of the place.
SHOWN = "place"
WITHHELD = _("Blind review: this file is not shown.")
MARK = "匿名评审"

# What is hidden as a whole: by these a file is found at once, and nobody scores by them.
HIDDEN = {
    "lead": {"post": POST},
    "honours": {"certificate_no": NUMBER},
    "projects": {"number": NUMBER},
    "achievements": {"number": NUMBER},
    "venue": {"address": ADDRESS},
}
# What people typed, and where anything may stand; everything else of the papers are figures, days and fixed words.
TYPED = {
    "studio": ("name", "unit", "direction", "equipment"),
    "lead": ("name", "politics", "title"),
    "honours": ("title", "body"),
    "members": ("name", "title", "duty"),
    "projects": ("name", "funder", "duty"),
    "achievements": ("title", "owner", "share", "recognised_by", "benefit"),
    "budget": ("purpose",),
    "rules": ("title", "version"),
    "plan": ("goals", "first_year", "second_year", "third_year", "outcomes"),
    "files": ("of",),
}


class Withheld(DomainError):
    """A file that an expert of a blind round is not shown."""

    def __init__(self):
        super().__init__(str(WITHHELD))


# -- what the pages ask --------------------------------------------------------------------------


def is_blind(assignment) -> bool:
    """Whether the expert may not know whose papers these are."""
    return assignment.application.round.blind


def papers(assignment) -> Snapshot:
    """The version that the expert reads; in a blind round a copy that is not stored, without names."""
    kept = assignment.snapshot
    if not is_blind(assignment):
        return kept
    shown = mask_data(kept.data, mask_of(assignment))
    return Snapshot(application=kept.application, version=kept.version, data=shown, frozen_at=kept.frozen_at)


def mask_of(assignment) -> Mask:
    """What takes the names out of a text; asked of the database once for each assignment in hand."""
    known = vars(assignment)
    if "_mask" not in known:
        # The same row, with what was fetched with it.
        assignment.snapshot.application = assignment.application
        known["_mask"] = telltale.mask(assignment.snapshot)
    return known["_mask"]


def text(assignment, words: str) -> str:
    """Any other text about the studio as this expert may read it, such as an opinion or the minutes of a visit."""
    return mask_of(assignment)(words) if is_blind(assignment) else words


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


def masked_form(assignment) -> bytes:
    """The application form as this expert reads it, as PDF: nothing personal, and in a blind round no name.

    :raises reviews.papers.TooLong: when it would be a book.
    """
    application = assignment.application
    snapshot = papers(assignment)
    signed = list(application.endorsements.all())
    declared = assignment.snapshot.declared()
    given = {"declared": declared, "endorsements": signed}
    if is_blind(assignment):
        mask = mask_of(assignment)
        given = {
            "declared": declared._replace(name=LEAD if declared.by_lead else SIGNATORY),
            "endorsements": [_Said.of(one, mask) for one in signed],
            "watermark": MARK,
        }
    return application_form_pdf(
        without_personal(snapshot.data),
        number=application.number,
        round_title=application.round.title,
        personal=False,
        **given,
    )


@dataclass(frozen=True)
class _Said:
    """An endorsement as it is printed, by whom is not told."""

    part: str
    opinion: str
    signatory: str
    at: object
    paper_id: int | None

    @classmethod
    def of(cls, endorsement: Endorsement, mask: Mask) -> _Said:
        return cls(
            endorsement.part, mask(endorsement.opinion), SIGNATORY, endorsement.at, endorsement.paper_id
        )


# -- masking, pure -------------------------------------------------------------------------------


def mask_data(data: dict, mask: Mask) -> dict:
    """A copy of a snapshot's data without names: of the same structure, and figures, days and fixed words as they were.

    Masked twice it is as masked once.
    """
    shown = {section: _of_section(section, content, mask) for section, content in data.items()}
    for finding in shown.get("conditions", []):
        for side in ("evidence", "missing"):
            finding[side] = [_of_phrase(phrase, mask) for phrase in finding[side]]
    if "files" in shown:
        shown["files"] = _files(shown["files"])
    return shown


def _of_section(section: str, content, mask: Mask):
    if isinstance(content, list):
        return [_of_row(section, row, mask) for row in content]
    return _of_row(section, content, mask) if isinstance(content, dict) else content


def _of_row(section: str, row: dict, mask: Mask) -> dict:
    hidden, typed = HIDDEN.get(section, {}), TYPED.get(section, ())
    shown = dict(row)
    for name, value in row.items():
        if value and name in hidden:
            shown[name] = hidden[name]
        elif isinstance(value, str) and name in typed:
            shown[name] = mask(value)
    return shown


def _of_phrase(phrase, mask: Mask) -> list:
    """The key of a sentence and its figures, among which may be a title or the address."""
    word, figures = phrase
    shown = {name: mask(value) if name == "title" else value for name, value in figures.items()}
    if shown.get("address"):
        shown["address"] = ADDRESS
    return [word, shown]


def _files(files: list[dict]) -> list[dict]:
    """Files by kind and number, such as 照片1.jpg, and without the checksum by which a file that is known would be
    found.
    """
    counts: Counter = Counter()
    shown = []
    for one in files:
        is_photo = one["part"] == SHOWN
        what = "照片" if is_photo else "附件"
        counts[what] += 1
        ending = one["name"].rpartition(".")[2].lower()
        name = f"{what}{counts[what]}.{ending if ending in CONTENT_TYPES else 'file'}"
        of = ADDRESS if is_photo else one["of"]  # a place is called by its address
        shown.append({**one, "name": name, "sha256": "", "of": of})
    return shown
