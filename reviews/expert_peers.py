"""The other sheets of an application, for who has handed in: without names, in an order that tells nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from reviews import masking
from reviews.expert_sheet import Line, Tally, tally
from reviews.models import Assignment, AssignmentState


@dataclass(frozen=True)
class Peer:
    """One other sheet. :ivar number: its place among those that are shown, which is no rank and no date."""

    number: int
    tally: Tally
    lines: dict[int, Line]
    overall: str

    def comments(self) -> list[tuple[str, str]]:
        """Criterion and comment, of those that were commented; the overall comment last."""
        found = [(one.criterion.title, one.comment) for one in self.lines.values() if one.comment]
        return [*found, (_("Overall comment"), self.overall)] if self.overall else found

    def line(self, criterion) -> Line:
        return self.lines[criterion.pk]


def peers(own: Assignment, sheet: list[Line], *, comments: bool) -> list[Peer]:
    """The sheets that others have handed in, in two queries.

    :param own: that of the expert who looks; nothing is shown before it is handed in.
    :param sheet: its lines, for the criteria.
    :param comments: whether the round shows more than the marks.
    """
    if own.state != AssignmentState.HANDED_IN:
        return []
    others = Assignment.objects.filter(application=own.application_id, state=AssignmentState.HANDED_IN)
    rows = sorted(others.exclude(pk=own.pk).prefetch_related("marks"), key=lambda one: _shuffled(own, one))
    return [_peer(number, own, one, sheet, comments=comments) for number, one in enumerate(rows, start=1)]


def _shuffled(own: Assignment, other: Assignment) -> str:
    """Always the same order for one reader, and another one for each, from which nobody can tell who is who."""
    return salted_hmac("reviews.expert_peers", f"{own.pk}:{other.pk}").hexdigest()


def _peer(number: int, own: Assignment, other: Assignment, sheet: list[Line], *, comments: bool) -> Peer:
    def words(text: str) -> str:
        return masking.text(own, text) if comments else ""

    given = other.given()
    lines = {}
    for line in sheet:
        mark = given.get(line.criterion.pk)
        shown = (mark.points, words(mark.comment)) if mark else (None, "")
        lines[line.criterion.pk] = replace(line, points=shown[0], comment=shown[1])
    return Peer(number, tally(lines.values()), lines, words(other.overall))
