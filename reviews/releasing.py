"""The decisions of a round become known, all at once; those approved stand in a public notice (Art. 7, 8)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import check
from records.documents import require_glyphs
from records.moves import DomainError
from reviews.models import Application, Decision, PublicNotice, Round, Snapshot, State
from reviews.notice_days import NoticeDays, notice_days
from reviews.notices import tell_of_moves

NUMERALS = "一二三四五六七八九十"
ANNOUNCES = {
    Decision.APPROVE: "announce_approval",
    Decision.HOLD: "announce_hold",
    Decision.REJECT: "announce_rejection",
}


def proposed(round_: Round):
    """The decisions of a round that wait for their release."""
    return (
        Application.objects.filter(round=round_, state=State.PROPOSED)
        .select_related("studio__lead", "studio__unit", "round__policy")
        .prefetch_related("studio__editors", "studio__members", "endorsements", _papers())
        .order_by("studio__unit__code", "studio__pinyin", "pk")
    )


def _papers() -> Prefetch:
    return Prefetch("snapshots", Snapshot.objects.order_by("-version"), to_attr="versions_read")


def as_it_lay(applications: Iterable[Application]) -> str:
    """What lay before whoever releases: it is another text once a decision or its words have changed."""
    rows = sorted((one.pk, one.decision, one.decision_text) for one in applications)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:32]


def release_decisions(round_: Round, *, by, on: date, read: str | None = None) -> PublicNotice | None:
    """Make all decisions known that wait in a round, and publish the notice of those that are to be named.

    The day of publication does not count (Civil Code, Art. 201): the notice runs from the next working day, for the
    working days that the policy of the round gives.

    :param read: as :func:`as_it_lay` said when the page was opened; None for a release from no page.
    :returns: the notice; None when no studio is to be named.
    :raises DomainError: when no decision waits, when one has changed since it was read, and when the notice could not
        show a name.
    :raises PermissionDenied: when one of them is the person's own case.
    """
    with transaction.atomic():
        Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)  # of two that press, one releases
        held = proposed(round_).select_for_update(of=("self",)).order_by("pk")  # as everybody holds them
        rows = sorted(held, key=lambda one: (one.studio.unit.code, one.studio.pinyin, one.pk))
        if not rows:
            raise DomainError(_("No decision of this round waits for its release."))
        for row in rows:
            check(by, "reviews.release_decisions", row)
        if read not in (None, as_it_lay(rows)):
            raise DomainError(
                _(
                    "The decisions have changed since this page was opened. Read them again before the release."
                )
            )
        approved = [row for row in rows if row.decision == Decision.APPROVE]
        notice = publish(round_, approved, by=by, on=on) if approved else None
        told = []
        for row in rows:
            stamps = {"notice": notice} if row.decision == Decision.APPROVE else {}
            row.move(ANNOUNCES[Decision(row.decision)], by=by, note=row.decision_text,
                     tell=lambda *move: told.append(move), released_at=timezone.now(), **stamps)  # fmt: skip
        tell_of_moves(told)
    return notice


def publish(round_: Round, approved: list[Application], *, by, on: date) -> PublicNotice:
    notice = draft(round_, approved, run=notice_days(on, round_.policy.notice_days))
    require_drawable(notice)
    notice.published_by = by
    notice.save(force_insert=True)
    return notice


def draft(round_: Round, approved: list[Application], *, run: NoticeDays) -> PublicNotice:
    """The notice that a release would publish, with the days for which it runs; keeps nothing."""
    serial = round_.notices.count() + 1
    return PublicNotice(
        round=round_,
        serial=serial,
        title=title_of_notice(round_, serial),
        entries=[entry(one) for one in approved],
        days=run.days,
        published_on=run.published_on,
        starts_on=run.starts_on,
        ends_on=run.ends_on,
        plan_is_known=run.plan_is_known,
    )


def require_drawable(notice: PublicNotice) -> None:
    """Refuse a notice before it is published whose file could not show a name.

    :raises records.documents.MissingGlyph: naming the studio and the characters.
    """
    require_glyphs(notice.title, whose=notice.title)
    for one in notice.entries:
        for text in (one["studio"], one["lead"], one["unit"], *one["kinds"]):
            require_glyphs(text, whose=one["studio"])


def title_of_notice(round_: Round, serial: int) -> str:
    """Of a further notice of a round with its number, such as （第二批）: no two of a round are called the same."""
    title = f"关于{round_.title}拟命名名单的公示"
    numeral = NUMERALS[serial - 1] if serial <= len(NUMERALS) else str(serial)
    return title if serial == 1 else f"{title}（第{numeral}批）"


def entry(application: Application) -> dict:
    """All that a notice shows of a studio: nothing personal but the name of who leads it (Art. 2)."""
    names, read = application.named_as(), getattr(application, "versions_read", None)
    snapshot = read[0] if read else application.snapshot
    return {
        "application": application.pk,
        "number": application.number,
        "studio": names.studio,
        "unit": names.unit,
        "lead": names.lead,
        "kinds": snapshot.data["studio"]["kinds"],
    }
