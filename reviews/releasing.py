"""The decisions of a round become known, all at once; those approved stand in a public notice (Art. 7, 8)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import check
from records.calendar import working_days
from records.moves import DomainError
from reviews.models import Application, Decision, PublicNotice, Round, State

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
        .prefetch_related("studio__editors", "studio__members", "endorsements")
        .order_by("studio__unit__code", "pk")
    )


def release_decisions(round_: Round, *, by, on: date) -> PublicNotice | None:
    """Make all decisions known that wait in a round, and publish the notice of those that are to be named.

    The day of publication does not count (Civil Code, Art. 201): the notice runs from the next working day, for the
    working days that the policy of the round gives.

    :returns: the notice; None when no studio is to be named.
    :raises DomainError: when no decision waits.
    :raises PermissionDenied: when one of them is the person's own case.
    """
    with transaction.atomic():
        Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)  # of two that press, one releases
        rows = list(proposed(round_).select_for_update(of=("self",)))
        if not rows:
            raise DomainError(_("No decision of this round waits for its release."))
        for row in rows:
            check(by, "reviews.release_decisions", row)
        approved = [row for row in rows if row.decision == Decision.APPROVE]
        notice = publish(round_, approved, by=by, on=on) if approved else None
        for row in rows:
            stamps = {"notice": notice} if row.decision == Decision.APPROVE else {}
            row.move(ANNOUNCES[Decision(row.decision)], by=by, note=row.decision_text,
                     released_at=timezone.now(), **stamps)  # fmt: skip
    return notice


def publish(round_: Round, approved: list[Application], *, by, on: date) -> PublicNotice:
    calendar, days = working_days(), round_.policy.notice_days
    starts_on = calendar.first_after(on)
    ends_on = calendar.last_of(days, since=starts_on)
    return PublicNotice.objects.create(
        round=round_,
        serial=round_.notices.count() + 1,
        title=title_of_notice(round_),
        entries=[entry(one) for one in approved],
        days=days,
        published_on=on,
        starts_on=starts_on,
        ends_on=ends_on,
        plan_is_known=calendar.is_published(on, ends_on),
        published_by=by,
    )


def title_of_notice(round_: Round) -> str:
    return f"关于{round_.title}拟命名名单的公示"


def entry(application: Application) -> dict:
    """All that a notice shows of a studio: nothing personal but the name of who leads it (Art. 2)."""
    names = application.named_as()
    return {
        "application": application.pk,
        "number": application.number,
        "studio": names.studio,
        "unit": names.unit,
        "lead": names.lead,
        "kinds": application.snapshot.data["studio"]["kinds"],
    }
