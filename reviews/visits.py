"""Site visits and defences: recorded with the day, the people, photos and minutes, and read in the office.

Experts do not read them: minutes may name those who review with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from accounts.permissions import check
from records.attachments import Attachment, CheckedFile
from reviews import minutes as kept
from reviews.models import Application, Visit

PHOTO = "photo"  # the slot of the pictures
PERMISSION = "reviews.record_visit"
JUDGED = kept.JUDGED  # the states in which visits are recorded and corrected


def record(
    application: Application,
    *,
    by,
    kind: str,
    held_on: date,
    people: str,
    minutes: str,
    place: str = "",
    photos: Iterable[CheckedFile] = (),
) -> Visit:
    """Keep what was seen or said, with its photos; the same sent twice is kept once.

    :raises PermissionDenied: to whom it is not to record, such as for the own case.
    :raises IllegalMove: when the application is not being judged.
    """
    check(by, PERMISSION, application)
    too_late = _("A visit is recorded while the application is under review and until it is decided.")
    with kept.judged(application, too_late):
        row = Visit(
            application=application,
            kind=kind,
            held_on=held_on,
            place=place,
            people=people,
            minutes=minutes,
            recorded_by=by,
        )
        return kept.kept_once(row, PHOTO, photos, by=by)


def correct(row: Visit, changes: dict, *, by, reason: str, photos=(), remove=()) -> bool:
    """Mend what was recorded; what stood there before is kept.

    :returns: whether anything was otherwise.
    :raises IllegalMove: once the decision is released.
    :raises DomainError: without a reason.
    """
    check(by, PERMISSION, row.application)
    with kept.correctable(row.application):
        kept.keep_files(row, PHOTO, photos, by=by)
        return kept.correct(row, changes, by=by, reason=reason, remove=remove) or bool(photos)


def with_photos(visits: Iterable[Visit]) -> list[tuple[Visit, list[Attachment]]]:
    """Each visit with its photos, in one query for all of them."""
    rows = list(visits)
    files = kept.files_with(rows)
    return [(row, files[Visit, row.pk]) for row in rows]
