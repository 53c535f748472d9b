"""Reviews that staff bring to their end: marks that lie apart are dealt with, and what is complete is completed.

The home page asks on every visit, so the database adds up the sheets; the exact reckoning is that of
:mod:`reviews.results`, and a test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import DecimalField, Exists, ExpressionWrapper, F, Max, OuterRef, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import RoleCode
from reviews import conflicts
from reviews.models import UNDER_WAY, Application, Assignment, AssignmentState, Moderation, Round, State
from reviews.results import with_experts

# Far below what half a mark of the smallest weight comes to, and far above what adding up in floats may be off.
CLOSE = Decimal("0.000001")


def reviews(user, on):
    """Applications under review with marks that lie apart, and those whose review can be completed, by round."""
    from reviews.office.queues import queue, weighed

    if not user.has_role(RoleCode.UNION_STAFF):
        return
    apart, ready = waiting()
    kept = Assignment.objects.keeping_away(user).filter(application=OuterRef("pk"))
    rows = weighed(Application.objects.filter(pk__in=apart | ready), user, Exists(kept))
    titles = {
        "apart": (apart, _("Marks that lie apart, to be dealt with")),
        "ready": (ready, _("Expert reviews that can be completed")),
    }
    for show, (keys, title) in titles.items():
        here = [row for row in rows if row.pk in keys]
        for round_ in sorted({row.round for row in here}, key=lambda one: one.year) or [None]:
            own = [row for row in here if row.round == round_]
            yield queue(title, own, "decide_by", place_of(round_, show), on)


def place_of(round_: Round | None, show: str) -> str:
    if round_ is None:
        return reverse("admin:reviews_round_changelist")
    return f"{reverse('admin:reviews_round_results', args=[round_.pk])}?show={show}#ranking"


def waiting() -> tuple[set[int], set[int]]:
    """The keys of the applications under review whose marks lie apart and nobody has dealt with it, and of those whose
    review can be completed; in one query, and a few more where there are any of the latter: of these the conflicts are
    asked that became known since.
    """
    by_application = defaultdict(list)
    for row in sheets():
        by_application[row["application"]].append(row)
    apart = {key for key, rows in by_application.items() if lies_apart(rows)}
    ready = {
        key
        for key, rows in by_application.items()
        if key not in apart
        and not any(row["state"] in UNDER_WAY for row in rows)
        and len(totals_of(rows)) >= rows[0]["quorum"]
    }
    return apart, ready - conflicts.in_force(with_experts(Application.objects.filter(pk__in=ready))).keys()


def sheets():
    """Every assignment of what is under review, with the total of the sheet that was handed in."""
    counts = F("marks__points") * F("marks__criterion__weight") / F("marks__criterion__top")
    talk = Moderation.objects.filter(application=OuterRef("application"), assignment=None).order_by()
    talk = talk.values("application").annotate(last=Max("recorded_at")).values("last")
    rows = Assignment.objects.filter(application__state=State.ACCEPTED).order_by()
    return rows.values(
        "application",
        "state",
        "handed_in_at",
        quorum=F("application__round__policy__experts_quorum"),
        most=F("application__round__policy__marks_apart"),
        further=F("moderation"),
        talk=Subquery(talk),
    ).annotate(
        total=Sum(ExpressionWrapper(counts, output_field=DecimalField(max_digits=20, decimal_places=10)))
    )


def handed_in(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["state"] == AssignmentState.HANDED_IN]


def totals_of(rows: list[dict]) -> list[Decimal]:
    return [row["total"] for row in handed_in(rows) if row["total"] is not None]


def lies_apart(rows: list[dict]) -> bool:
    """Whether the marks of one application lie apart and nobody has dealt with it."""
    totals = totals_of(rows)
    if not totals or max(totals) - min(totals) <= rows[0]["most"] + CLOSE:
        return False
    last = max(row["handed_in_at"] for row in handed_in(rows))
    settled = [row["handed_in_at"] for row in handed_in(rows) if row["further"]]
    settled += [rows[0]["talk"]] if rows[0]["talk"] else []
    return all(moment < last for moment in settled)
