"""From marks to a ranking: pure, exact, and the same wherever it is worked out again (Art. 7).

A sheet is what one expert handed in for one application: criterion → mark. Its total is the sum of mark ÷ top × weight
over the rubric, 0 to 100 points. All figures are exact fractions until :func:`rounded` shows them, so that two machines
agree to the last digit; only what is normalised for severity, which is never ranked by, is worked out in floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm, sqrt
from statistics import median as _median

import numpy as np

WHOLE = 100  # what the weights of a rubric come to

Marks = Mapping[str, Decimal]


@dataclass(frozen=True)
class Criterion:
    """:param weight: points of the whole that it counts for. :param top: its highest mark; the lowest is 0."""

    key: str
    weight: Decimal
    top: int


@dataclass(frozen=True)
class Sheet:
    application: str
    expert: str
    marks: Marks


@dataclass(frozen=True)
class Rule:
    """How a round puts marks together.

    :param aggregation: ``mean``, ``median`` or ``trimmed``.
    :param quorum: how many sheets an application needs before its score counts.
    :param pass_mark: the score from which it passes, in points; no quota (Art. 7).
    :param apart: how far the highest and the lowest total may lie apart before they are talked over, in points.
    """

    aggregation: str
    quorum: int
    pass_mark: Decimal
    apart: Decimal


@dataclass(frozen=True)
class Figures:
    """What some numbers come to. :param spread: the sample standard deviation, None for fewer than two."""

    count: int
    mean: Fraction
    median: Fraction
    trimmed: Fraction
    spread: float | None
    low: Fraction
    high: Fraction


def whole_parts(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """The values as whole numbers over one denominator: whole numbers add up many times faster."""
    over = lcm(*(value.denominator for value in values))
    return [value.numerator * (over // value.denominator) for value in values], over


def mean(values: Sequence[Fraction]) -> Fraction:
    parts, over = whole_parts(values)
    return Fraction(sum(parts), over * len(values))


def median(values: Sequence[Fraction]) -> Fraction:
    return Fraction(_median(values))


def trimmed_mean(values: Sequence[Fraction]) -> Fraction:
    """The mean without one highest and one lowest; the plain mean of fewer than three."""
    return mean(sorted(values)[1:-1] if len(values) > 2 else values)


def spread(values: Sequence[Fraction]) -> float | None:
    """The sample standard deviation; None for fewer than two."""
    if len(values) < 2:
        return None
    parts, over = whole_parts(values)
    n = len(parts)
    return sqrt(Fraction(n * sum(part * part for part in parts) - sum(parts) ** 2, n * (n - 1) * over**2))


AGGREGATIONS: dict[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "mean": mean,
    "median": median,
    "trimmed": trimmed_mean,
}


def figures(values: Sequence[Fraction]) -> Figures | None:
    """None when there is nothing to reckon with."""
    if not values:
        return None
    return Figures(
        count=len(values),
        mean=mean(values),
        median=median(values),
        trimmed=trimmed_mean(values),
        spread=spread(values),
        low=min(values),
        high=max(values),
    )


@lru_cache(maxsize=10_000)
def points(criterion: Criterion, mark: Decimal) -> Fraction:
    """What a mark counts for. Marks are halves, so the same few come again and again."""
    return Fraction(mark) / criterion.top * Fraction(criterion.weight)


def total(rubric: Sequence[Criterion], marks: Marks) -> Fraction | None:
    """The points of a sheet, 0 to 100; None while a mark is missing."""
    if any(criterion.key not in marks for criterion in rubric):
        return None
    parts, over = whole_parts([points(criterion, marks[criterion.key]) for criterion in rubric])
    return Fraction(sum(parts), over)


@dataclass(frozen=True)
class Result:
    """Where one application stands.

    :param score: its totals, put together by the rule of the round; None before the first sheet.
    :param normalised: the same after each expert's severity is taken out; for reading, not for ranking.
    :param rank: 1 for the best; equals share a rank. None below the quorum.
    """

    application: str
    totals: Mapping[str, Fraction]
    figures: Figures | None
    criteria: Mapping[str, Figures | None]
    score: Fraction | None
    normalised: float | None
    rank: int | None
    quorum: bool
    discrepant: bool
    passes: bool


def results(
    rubric: Sequence[Criterion], sheets: Iterable[Sheet], rule: Rule, applications: Iterable[str] = ()
) -> list[Result]:
    """The result of each application, the best first, those below the quorum last, equals by their key.

    :param applications: those to be listed even without a sheet.
    """
    of: dict[str, list[Sheet]] = {key: [] for key in applications}
    for sheet in sheets:
        of.setdefault(sheet.application, []).append(sheet)
    totals = {key: _totals(rubric, held) for key, held in of.items()}
    severe = severities(totals)
    put_together = AGGREGATIONS[rule.aggregation]
    scores = {key: put_together([*held.values()]) for key, held in totals.items() if held}
    counted = sorted(
        (score for key, score in scores.items() if len(totals[key]) >= rule.quorum), reverse=True
    )
    places: dict[Fraction, int] = {}
    for place, score in enumerate(counted, start=1):
        places.setdefault(score, place)
    found = []
    for key, held in totals.items():
        score, quorum = scores.get(key), len(held) >= rule.quorum
        found.append(
            Result(
                application=key,
                totals=held,
                figures=figures([*held.values()]),
                criteria={
                    one.key: figures(
                        [points(one, sheet.marks[one.key]) for sheet in of[key] if one.key in sheet.marks]
                    )
                    for one in rubric
                },
                score=score,
                normalised=_normalised(held, severe, put_together),
                rank=places.get(score) if quorum and score is not None else None,
                quorum=quorum,
                discrepant=bool(held) and max(held.values()) - min(held.values()) > Fraction(rule.apart),
                passes=quorum and score is not None and score >= Fraction(rule.pass_mark),
            )
        )
    return sorted(found, key=lambda one: (one.rank is None, one.rank or 0, one.application))


def _totals(rubric: Sequence[Criterion], sheets: list[Sheet]) -> dict[str, Fraction]:
    reckoned = {sheet.expert: total(rubric, sheet.marks) for sheet in sheets}
    return {expert: points for expert, points in reckoned.items() if points is not None}


def _normalised(held, severe, put_together) -> float | None:
    if not held:
        return None
    return float(put_together([points - Fraction(severe[expert]) for expert, points in held.items()]))


def severities(totals: Mapping[str, Mapping[str, Fraction]]) -> dict[str, float]:
    """How many points each expert gives above (+) or below (−) the panel on the same applications.

    The least-squares fit of total = application + expert, since nobody marks everything: who was given the weaker
    files is not taken for severe. Within a group of experts linked by common applications the severities sum to 0.

    :param totals: application → expert → points.
    :returns: expert → points.
    """
    experts = sorted({expert for held in totals.values() for expert in held})
    at = {expert: n for n, expert in enumerate(experts)}
    # The applications' own levels are eliminated; what is left are the normal equations of the experts.
    normal, given = np.zeros((len(experts), len(experts))), np.zeros(len(experts))
    for held in totals.values():
        rows = [at[expert] for expert in held]
        values = np.array([float(points) for points in held.values()])
        if not rows:
            continue
        given[rows] += values - values.mean()
        normal[np.ix_(rows, rows)] += np.eye(len(rows)) - 1 / len(rows)
    fitted = np.linalg.pinv(normal, hermitian=True) @ given
    return {expert: float(fitted[n]) for expert, n in at.items()}


def rounded(value: Fraction | float | None, places: str = "0.01") -> Decimal | None:
    """A figure as it is shown: two decimals, halves upwards."""
    if value is None:
        return None
    exact = Fraction(value)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(places), ROUND_HALF_UP)
