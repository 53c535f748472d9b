"""The figures of a review, against NumPy and SciPy, and by hand where a person can follow."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reviews.aggregation import (
    Criterion,
    Rule,
    Sheet,
    figures,
    results,
    rounded,
    severities,
    total,
    trimmed_mean,
)

RUBRIC = [
    Criterion("team", Decimal(40), 10),
    Criterion("results", Decimal("37.5"), 5),
    Criterion("plan", Decimal("22.5"), 10),
]
RULE = Rule(aggregation="trimmed", quorum=3, pass_mark=Decimal(70), apart=Decimal(20))

mark = st.decimals(0, 5, places=1)
# Tables of totals with ties and with holes: application → expert → points.
table = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.dictionaries(st.sampled_from("12345678"), st.integers(0, 100).map(Fraction), max_size=8),
    max_size=8,
)


def sheet(application: str, expert: str, *marks) -> Sheet:
    given = zip((one.key for one in RUBRIC), marks, strict=True)
    return Sheet(application, expert, {key: Decimal(mark) for key, mark in given if mark is not None})


def of_totals(application: str, *totals: int) -> list[Sheet]:
    """One sheet an expert; each mark is the same share of its top, so the total is what is said."""
    rubric = [(one.key, one.top) for one in RUBRIC]
    return [
        Sheet(application, f"e{n}", {key: Decimal(points) * top / 100 for key, top in rubric})
        for n, points in enumerate(totals, start=1)
    ]


# -- a sheet ---------------------------------------------------------------------------------------


def test_a_total_weighs_each_mark_by_its_top():
    assert total(RUBRIC, sheet("a", "1", 10, 5, 10).marks) == 100
    assert total(RUBRIC, sheet("a", "1", 5, "2.5", 0).marks) == Fraction(155, 4)  # 20 + 18.75 + 0


def test_a_sheet_with_a_missing_mark_has_no_total():
    assert total(RUBRIC, sheet("a", "1", 10, None, 10).marks) is None


# -- figures ---------------------------------------------------------------------------------------


@given(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=12))
def test_figures_agree_with_numpy_and_scipy(values):
    ours = figures([Fraction(value) for value in values])
    theirs = np.array([float(value) for value in values])
    assert float(ours.mean) == pytest.approx(theirs.mean())
    assert float(ours.median) == pytest.approx(np.median(theirs))
    assert (float(ours.low), float(ours.high)) == pytest.approx((theirs.min(), theirs.max()))
    if len(values) > 1:
        assert ours.spread == pytest.approx(theirs.std(ddof=1), abs=1e-9)
    if len(values) > 2:
        trimmed = stats.trim_mean(theirs, 1.5 / len(values))  # scipy takes the whole part: one at each end
        assert float(ours.trimmed) == pytest.approx(float(trimmed))


def test_of_one_number_there_is_no_spread_and_of_none_no_figure():
    assert figures([Fraction(80)]).spread is None
    assert figures([]) is None


def test_one_harsh_judge_does_not_sink_a_file():
    assert trimmed_mean([Fraction(n) for n in (10, 82, 84, 86, 100)]) == 84
    assert trimmed_mean([Fraction(80), Fraction(90)]) == 85


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Fraction(1, 200), "0.01"), (Fraction(2, 3), "0.67"), (84.125, "84.13"), (None, None)],
)
def test_a_figure_is_shown_with_two_decimals_halves_upwards(value, shown):
    assert rounded(value) == (shown and Decimal(shown))


# -- results ---------------------------------------------------------------------------------------


def test_the_best_comes_first_equals_share_a_rank_and_below_the_quorum_there_is_none():
    sheets = [
        *of_totals("b", 80, 80, 80),
        *of_totals("a", 70, 80, 90),
        *of_totals("c", 90, 91, 92),
        *of_totals("d", 99, 99),
        *of_totals("e", 60, 61, 62),
    ]
    found = results(RUBRIC, sheets, RULE, applications=["f"])
    assert [(one.application, one.rank, one.passes) for one in found] == [
        ("c", 1, True),
        ("a", 2, True),
        ("b", 2, True),
        ("e", 4, False),
        ("d", None, False),
        ("f", None, False),
    ]


def test_totals_that_lie_far_apart_are_told():
    sheets = [*of_totals("a", 70, 80, 90), *of_totals("b", 60, 80, 81), *of_totals("c", 50, 90, 95)]
    found = {one.application: one.discrepant for one in results(RUBRIC, sheets, RULE)}
    assert found == {"a": False, "b": True, "c": True}


def test_the_pass_mark_is_reached_exactly():
    exactly, under = of_totals("a", 70, 70, 70), [*of_totals("b", 70, 69, 70, 70)]
    by_mean = replace(RULE, aggregation="mean")
    found = {one.application: one.passes for one in results(RUBRIC, [*exactly, *under], by_mean)}
    assert found == {"a": True, "b": False}


def test_a_criterion_is_reckoned_with_the_marks_there_are():
    sheets = [sheet("a", "1", 10, 5, 10), sheet("a", "2", 5, None, 10)]
    [result] = results(RUBRIC, sheets, RULE)
    assert result.totals == {"1": 100}
    assert {key: (one.count, one.mean) for key, one in result.criteria.items()} == {
        "team": (2, 30),
        "results": (1, Fraction(75, 2)),
        "plan": (2, Fraction(45, 2)),
    }


# -- severity --------------------------------------------------------------------------------------


def test_an_expert_who_gives_ten_points_less_than_everybody_is_ten_below():
    totals = {name: {"x": Fraction(level - 10), "y": Fraction(level), "z": Fraction(level)} for name, level in
              [("a", 80), ("b", 60), ("c", 90)]}  # fmt: skip
    severe = severities(totals)
    assert {expert: round(points, 9) for expert, points in severe.items()} == {
        "x": pytest.approx(-20 / 3),
        "y": pytest.approx(10 / 3),
        "z": pytest.approx(10 / 3),
    }


def test_who_was_given_the_weaker_files_is_not_severe():
    totals = {
        "strong": {"x": Fraction(90), "y": Fraction(90)},
        "weak": {"y": Fraction(50), "z": Fraction(50)},
    }
    assert severities(totals) == {expert: pytest.approx(0, abs=1e-9) for expert in "xyz"}


@given(table)
def test_severities_are_the_least_squares_fit(totals):
    """The same residuals as numpy finds with a column for each application and each expert."""
    ours = severities(totals)
    rows = [(case, expert, float(points)) for case, held in totals.items() for expert, points in held.items()]
    cases, experts = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
    assert sorted(ours) == experts
    if not rows:
        return
    design = np.array(
        [[*(case == one for one in cases), *(expert == one for one in experts)] for case, expert, _ in rows],
        dtype=float,
    )
    given_points = np.array([points for *_, points in rows])
    fitted = design @ np.linalg.lstsq(design, given_points, rcond=None)[0]
    left = {case: [p - ours[e] for c, e, p in rows if c == case] for case in cases}
    own = [np.mean(left[case]) + ours[expert] for case, expert, _ in rows]
    assert own == pytest.approx(fitted, abs=1e-6)


@given(table)
def test_what_is_normalised_is_the_score_of_the_totals_without_severity(totals):
    severe = severities(totals)
    rubric = [Criterion("all", Decimal(100), 100)]
    sheets = [
        Sheet(case, expert, {"all": Decimal(int(points))})
        for case, held in totals.items()
        for expert, points in held.items()
    ]
    for one in results(rubric, sheets, replace(RULE, aggregation="mean")):
        held = totals[one.application]
        assert one.normalised == pytest.approx(np.mean([float(p) - severe[e] for e, p in held.items()]))
