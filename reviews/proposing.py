"""Several applications are decided with one text: in one transaction, with what is asked and told for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from records.moves import DomainError
from reviews import conflicts
from reviews.models import Application, ApplicationLog, Assignment, AssignmentState, Snapshot
from reviews.models.deciding import VERBS, given_in_conflict, unseen_by_experts
from reviews.models.snapshot import handed_in_anew
from reviews.models.states import Decision, required
from reviews.notices import tell_of_moves


def with_newest(applications: QuerySet) -> QuerySet:
    """Each with ``marked_version`` and ``last_version``, as :meth:`Application.versions` says them, and with
    ``newest_move``, see :attr:`Application.last_move`.
    """
    versions = Snapshot.objects.filter(application=OuterRef("pk")).order_by("-version")
    moves = ApplicationLog.objects.filter(application=OuterRef("pk")).order_by("-pk")
    sheets = Assignment.objects.filter(application=OuterRef("pk"), state=AssignmentState.HANDED_IN)
    return applications.annotate(
        marked_version=Subquery(sheets.order_by("snapshot__version").values("snapshot__version")[:1]),
        last_version=Subquery(versions.values("version")[:1]),
        newest_move=Subquery(moves.values("pk")[:1]),
    )


def decide_several(
    keys: Iterable[int],
    decision: str,
    *,
    by,
    text: str,
    read: Mapping[int, int] | None = None,
    seen: Mapping[int, int] | None = None,
) -> tuple[list[Application], list[tuple[Application, DomainError]]]:
    """Decide each of them; who has moved on since the page was opened is passed over.

    Beside the state, its log and the notices nothing is asked or written for each by itself.

    :param read: application → the version of the papers on the page; what is not named was on none.
    :param seen: application → :attr:`Application.last_move` as the page showed it.
    :returns: those that are decided, and the others, each with the error that says why not.
    """
    text = required(text, _("Give the text of the decision."))
    done, refused, told = [], [], []
    with transaction.atomic():
        rows = _held(keys)
        tied = conflicts.in_force(rows) if decision == Decision.APPROVE else {}
        for row in rows:
            if row.is_decided(decision, text, by=by):
                done.append(row)
            elif why := _why_not(
                row, decision, (read or {}).get(row.pk), (seen or {}).get(row.pk), tied.get(row.pk, ())
            ):
                refused.append((row, DomainError(why)))
            else:
                row.propose(decision, by=by, text=text, tell=lambda *move: told.append(move))
                done.append(row)
        tell_of_moves(told)
    return done, refused


def _held(keys: Iterable[int]) -> list[Application]:
    """The rows, held until the transaction ends, in the order of their keys as everybody holds them; then read as they
    are now, unit by unit.

    What stands beside a row is asked after it is held: with the lock it would be as it was before the wait.
    """
    rows = Application.objects.filter(pk__in=list(keys)).order_by("pk")
    experts = Prefetch("assignments", Assignment.objects.select_related("expert__unit"))
    held = [row.pk for row in rows.only("pk").select_for_update(of=("self",))]
    return list(
        conflicts.with_facts(with_newest(Application.objects.filter(pk__in=held)))
        .select_related("studio__lead", "studio__unit", "round__policy", "decided_by")
        .prefetch_related("studio__editors", "studio__members", "endorsements", experts)
        .order_by("studio__unit__code", "pk")
    )


def _why_not(
    row: Application, decision: str, read: int | None, seen: int | None, tied: Iterable[tuple]
) -> str:
    """Why this row is not decided; empty when it is. :param tied: see :func:`given_in_conflict`."""
    verb = VERBS[Decision(decision)]
    if not row.can_move(verb):
        return row.why_not(verb)
    if read not in (None, row.last_version or 0):
        return handed_in_anew(row.last_version)
    if seen not in (None, row.newest_move):
        return row.overtaken()
    unseen = unseen_by_experts(decision, row.marked_version, row.last_version or 0)
    return unseen or given_in_conflict(decision, tied)
