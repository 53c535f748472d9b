"""A public notice as a file, in the layout of an official notice; made from the notice and nothing else."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from itertools import groupby

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from records import documents
from reviews.models import ApplicationLog, PublicNotice, State
from studios.certificates import qr_code

KEPT_SECONDS = 24 * 60 * 60


def notice_pdf(notice: PublicNotice, *, preview: bool = False) -> bytes:
    """The notice on A4, with the studios by unit and a QR code that leads to its page.

    :param preview: a watermark and no code, for a notice that is not published.
    :raises records.documents.MissingGlyph: when a name holds a character that the font lacks.
    """
    context = texts(notice) | {"preview": preview}
    for text in (context["title"], *_names(notice)):
        documents.require_glyphs(text, whose=text)
    if not preview:
        context |= {"address": address_of(notice), "qr": qr_code(address_of(notice))}
    return documents.render_pdf("notice", context)


def kept_pdf(notice: PublicNotice) -> bytes:
    """As :func:`notice_pdf` of a published one; typeset once a day however many ask for it."""
    key = f"notice-pdf:{notice.pk}:{digest(notice)}"
    if (pdf := cache.get(key)) is None:
        pdf = notice_pdf(notice)
        cache.set(key, pdf, KEPT_SECONDS)
    return pdf


def digest(notice: PublicNotice) -> str:
    """Changes with whatever the file shows."""
    shown = json.dumps([texts(notice), address_of(notice)], sort_keys=True, default=str)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


def texts(notice: PublicNotice) -> dict:
    """Everything the file shows."""
    out = taken_out(notice)
    entries = [{**one, "out_on": out.get(one["application"])} for one in numbered(notice)]
    return {
        "university": settings.UNIVERSITY,
        "union": settings.UNION,
        "contact": settings.UNION_CONTACT,
        "title": notice.title,
        "title_lines": title_lines(notice.title),
        "units": by_unit(entries),
        "out": len(out),
        "left": len(entries) - len(out),
        "blind": notice.round.blind,
        "count": len(notice.entries),
        "days": notice.days,
        "published_on": notice.published_on,
        "starts_on": notice.starts_on,
        "ends_on": notice.ends_on,
        "plan_is_known": notice.plan_is_known,
    }


def taken_out(notice: PublicNotice) -> dict[int, date]:
    """The applications that were taken out of a notice since its publication, each with the day; of one that is not
    published none. Two queries, one when all stand.
    """
    listed = {one["application"] for one in notice.entries}
    gone = listed - notice.standing() if notice.created_at and notice.pk else set()
    if not gone:
        return {}
    left = ApplicationLog.objects.filter(
        application__in=gone, from_state=State.APPROVED, at__gte=notice.created_at
    ).exclude(to_state__in=(State.APPROVED, State.NAMED))
    days = {
        row.application_id: timezone.localdate(row.at) for row in left.order_by("-pk")
    }  # the first one counts
    return {application: days[application] for application in sorted(gone & days.keys())}


def numbered(notice: PublicNotice) -> list[dict]:
    """The entries as the public reads them. In a blind round the experts know the papers by their number, and may have
    them again after an objection: there it stands beside no name, and each has its place in the notice instead.
    """
    if not notice.round.blind:
        return notice.entries
    return [{**one, "number": str(place)} for place, one in enumerate(notice.entries, start=1)]


def by_unit(entries: list[dict]) -> list[tuple[str, list[dict]]]:
    """The studios of each unit, in the order in which the notice lists them."""
    return [(unit, list(rows)) for unit, rows in groupby(entries, key=lambda one: one["unit"])]


def title_lines(title: str) -> list[str]:
    """A long title on two lines, broken before a whole expression and near the middle."""
    if len(title) <= 18:
        return [title]
    starts = [at for at in range(4, len(title) - 4) if title.startswith(("劳模", "拟命名", "评选"), at)]
    cut = min(starts or [len(title) // 2], key=lambda at: abs(at - len(title) / 2))
    return [title[:cut], title[cut:]]


def address_of(notice: PublicNotice) -> str:
    return settings.SITE_URL + reverse("reviews:notice", args=[notice.pk])


def file_name(notice: PublicNotice) -> str:
    return f"{notice.title}.pdf".replace("/", "_")


def _names(notice: PublicNotice) -> list[str]:
    return [text for one in notice.entries for text in (one["studio"], one["lead"], one["unit"])]
