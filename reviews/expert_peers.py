"""The other sheets of an application, for who has handed in: without names, in an order that tells nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from reviews import masking
from reviews.expert_sheet import Line, Tally, tally
from reviews.models import Assignment, AssignmentState, Mark


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


@dataclass(frozen=True)
class Panel:
    """The own sheet and the others, criterion by criterion."""

    own: list[Line]
    peers: list[Peer]

    def rows(self) -> list[tuple[Line, list[tuple[int, Line]]]]:
        """Each criterion with the own mark and those of the others, by their number."""
        return [(line, [(one.number, one.line(line.criterion)) for one in self.peers]) for line in self.own]


def panel(own: Assignment, *, comments: bool) -> Panel:
    """All sheets that are handed in, in one query: on such a sheet no criterion is without its mark.

    :param own: that of the expert who looks; nothing is shown before it is handed in.
    :param comments: whether the round shows more than the marks.
    """
    if own.state != AssignmentState.HANDED_IN:
        return Panel([], [])
    sheets: dict[Assignment, list[Line]] = defaultdict(list)
    marks = Mark.objects.filter(assignment__application=own.application_id)
    marks = marks.filter(assignment__state=AssignmentState.HANDED_IN).select_related(
        "assignment", "criterion"
    )
    for mark in marks.order_by("criterion__position", "criterion"):
        mark.criterion.rubric = own.rubric
        sheets[mark.assignment].append(Line(mark.criterion, mark.points, mark.comment))
    mine = sheets.pop(own, [])
    others = sorted(sheets, key=lambda other: _shuffled(own, other))
    found = [
        _peer(number, own, other, sheets[other], comments=comments)
        for number, other in enumerate(others, start=1)
    ]
    return Panel(mine, found)


def _shuffled(own: Assignment, other: Assignment) -> str:
    """Always the same order for one reader, and another one for each, from which nobody can tell who is who."""
    return salted_hmac("reviews.expert_peers", f"{own.pk}:{other.pk}").hexdigest()


def _peer(number: int, own: Assignment, other: Assignment, sheet: list[Line], *, comments: bool) -> Peer:
    def words(text: str) -> str:
        return masking.text(own, text) if comments and text else ""

    lines = {line.criterion.pk: replace(line, comment=words(line.comment)) for line in sheet}
    return Peer(number, tally(sheet), lines, words(other.overall))
