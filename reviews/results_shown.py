"""The figures of results as they are shown: rounded once, the same on screen and in Excel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from reviews.aggregation import Criterion as Weighed
from reviews.aggregation import Figures, points, rounded
from reviews.models import Assignment, Criterion, Mark, State
from reviews.results import Review, Severity
from studios.models import Policy

KEYS = ("mean", "median", "trimmed", "spread", "low", "high")


@dataclass(frozen=True)
class Shown:
    """Figures, each rounded to two decimals or None."""

    mean: Decimal | None = None
    median: Decimal | None = None
    trimmed: Decimal | None = None
    spread: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    count: int = 0

    @classmethod
    def of(cls, figures: Figures | None) -> Shown:
        if figures is None:
            return cls()
        return cls(**{key: rounded(getattr(figures, key)) for key in KEYS}, count=figures.count)


class Line:
    """One application in the ranking of a round."""

    def __init__(self, review: Review):
        self.review, self.application, self.result = review, review.application, review.result
        self.quorum = self.application.round.policy.experts_quorum
        self.figures = Shown.of(self.result.figures)
        self.score = rounded(self.result.score)
        self.normalised = rounded(self.result.normalised)
        self.rank = self.result.rank
        self.sheets = len(self.result.totals)

    @cached_property
    def is_open(self) -> bool:
        """Whether its marks lie apart and this is still to be dealt with: its score may not stay."""
        return self.application.state == State.ACCEPTED and self.review.is_discrepant

    @cached_property
    def standing(self) -> tuple[str, str]:
        """Whether it reaches the pass mark, and the look of that; nothing is said below the quorum, and nothing for
        good while marks that lie apart wait.
        """
        if not self.result.quorum:
            return _("Below the quorum"), ""
        if self.is_open:
            return (_("Passes for now") if self.result.passes else _("Below the pass mark for now")), "risk"
        return (_("Passes"), "met") if self.result.passes else (_("Below the pass mark"), "unmet")

    @cached_property
    def apart(self) -> tuple[str, str]:
        """Whether its marks lie apart, and the look of that; empty words where they do not."""
        if not self.result.discrepant:
            return "", ""
        return (
            (_("Far apart, dealt with"), "met")
            if self.review.moderated
            else (_("Far apart, to be dealt with"), "risk")
        )

    @cached_property
    def totals(self) -> list[tuple[Assignment, Decimal]]:
        """What each sheet comes to, in the order in which they came."""
        return [
            (one, rounded(self.result.totals[one.expert_id]))
            for one in self.review.sheets
            if one.expert_id in self.result.totals
        ]

    @cached_property
    def dots(self) -> list[Decimal]:
        return sorted(points for _sheet, points in self.totals)


@dataclass(frozen=True)
class SeverityLine:
    """One expert against the panel, as it is shown."""

    severity: Severity
    mean: Decimal
    points: Decimal
    share: float  # of the half of the bar, 0 to 100

    @property
    def expert(self):
        return self.severity.expert

    @property
    def signed(self) -> str:
        """The points with their sign; nothing is nothing."""
        return f"{self.points:+}".replace("-", "−") if self.points else "0.00"

    @property
    def half(self) -> float:
        """How long its bar is: a half of the drawing is for either side."""
        return self.share / 2

    @property
    def words(self) -> str:
        if not self.points:
            return _("as the panel")
        return _("above the panel") if self.points > 0 else _("below the panel")

    @property
    def start(self) -> float:
        """Where its bar begins, from 0 at the left to 100."""
        return 50 if self.points > 0 else 50 - self.half


def severity_lines(severities: Iterable[Severity]) -> list[SeverityLine]:
    rows = [(one, rounded(one.points)) for one in severities]
    most = max((abs(points) for _one, points in rows), default=0) or 1
    return [
        SeverityLine(one, rounded(one.mean), points + 0, float(abs(points) / most * 100))
        for one, points in rows
    ]


@dataclass(frozen=True)
class Given:
    """What one expert gave for one criterion, and what it counts for."""

    assignment: Assignment
    mark: Decimal
    counts: Decimal
    comment: str


@dataclass(frozen=True)
class CriterionLine:
    """One criterion of one application: its figures in points of the whole, and what each expert gave."""

    criterion: Criterion
    figures: Shown
    given: list[Given]

    @property
    def weight(self) -> str:
        return f"{self.criterion.weight.normalize():f}"

    @property
    def drawn(self) -> dict[str, float]:
        """Lowest, mean and highest as a part of the points that the criterion counts for, 0 to 100."""
        keys = ("low", "mean", "high")
        return {
            key: round(float((getattr(self.figures, key) or 0) / self.criterion.weight * 100), 1)
            for key in keys
        }


def criterion_lines(line: Line, criteria: list[Criterion], marks: Iterable[Mark]) -> list[CriterionLine]:
    """Criterion by criterion, of the sheets that were handed in.

    :param marks: of this application, whosever they are; each bears its ``assignment_id``.
    """
    by_cell = {(one.assignment_id, one.criterion_id): one for one in marks}
    found = []
    for criterion in criteria:
        weighed = Weighed(criterion.key, criterion.weight, criterion.top)
        given = []
        for sheet in line.review.sheets:
            mark = by_cell.get((sheet.pk, criterion.pk))
            if mark is not None and mark.points is not None:
                counts = rounded(points(weighed, mark.points))
                given.append(Given(sheet, mark.points, counts, mark.comment))
        figures = Shown.of(line.result.criteria.get(criterion.key))
        found.append(CriterionLine(criterion, figures, given))
    return found


def aggregation_name(policy: Policy) -> str:
    """How the policy puts marks together, in words."""
    return str(policy.get_aggregation_display())


# -- what is narrowed to -----------------------------------------------------------------------------------------

SHOW = ("passing", "failing", "below_quorum", "apart", "ready")


def is_among(line: Line, show: str) -> bool:
    """Whether an application belongs to one of the lists of the results page; all belong to no list at all.

    What passes or fails only until its marks are dealt with is in neither of these two lists, but in that of marks
    apart.
    """
    review, under_review = line.review, line.application.state == State.ACCEPTED
    return {
        "passing": line.result.passes and not line.is_open,
        "failing": line.result.quorum and not line.result.passes and not line.is_open,
        "below_quorum": not line.result.quorum,
        "apart": line.is_open,
        "ready": under_review and not review.missing(),
    }.get(show, True)
