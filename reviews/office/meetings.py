"""Talks, further experts, visits and defences as the pages of the office show them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from records.attachments import Attachment
from reviews import minutes as kept
from reviews.models import Application, Moderation, Visit


def meeting(
    application: Application,
    row: Moderation | Visit,
    files: list[Attachment],
    mended: list,
    *,
    may_mend: bool,
) -> dict:
    """One of them with its files and corrections.

    :param may_mend: whether the reader may correct what was recorded, as long as the application is judged.
    """
    open_ = may_mend and application.state in kept.JUDGED
    is_visit = isinstance(row, Visit)
    further = None if is_visit else row.assignment
    name = f"admin:reviews_round_{'visit' if is_visit else 'talk'}_change"
    where = [application.round_id, application.pk]
    lines = [
        {"file": file, "url": reverse("admin:reviews_round_file", args=[*where, file.pk])} for file in files
    ]
    return {
        "row": row,
        "is_visit": is_visit,
        "title": row.get_kind_display() if is_visit else _("One more expert") if further else _("Talk"),
        "place": row.place if is_visit else "",
        "further": further,
        "photos": [one for one in lines if one["file"].is_picture],
        "files": [one for one in lines if not one["file"].is_picture],
        "mended": mended,
        "mend": reverse(name, args=[*where, row.pk]) if open_ and not further else "",
    }


def visits_of(application: Application, *, may_mend: bool) -> list[dict]:
    """The visits to one application, the first one first."""
    rows = list(application.visits.select_related("recorded_by"))
    files, mended = kept.files_with(rows), kept.corrections(rows)
    return [
        meeting(application, one, files[Visit, one.pk], mended[Visit, one.pk], may_mend=may_mend)
        for one in rows
    ]
