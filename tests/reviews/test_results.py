"""What the sheets of a round come to in the database, and when its reviews are complete."""

import io
from datetime import timedelta
from decimal import Decimal

import numpy as np
import openpyxl
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from reviews.models import AssignmentState, Criterion, Moderation
from reviews.office import result_queues
from reviews.results import is_moderated, lacking, missing, of_round, review_of, standings
from reviews.results_exports import Workbook, write
from reviews.results_shown import Line
from tests.factories import officer
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db

APART = "评分相差超过20分。请增加一位专家评分，或组织合议。"


def settled_by_a_talk(application, **fields) -> Moderation:
    facts = {"held_on": timezone.localdate(), "people": "王主席", "minutes": "合议。"}
    return Moderation.objects.create(
        application=application, recorded_by=officer("union_staff"), **{**facts, **fields}
    )


# -- the figures -----------------------------------------------------------------------------------

# A table: application → expert → one mark of ten for each of the criteria, None where there is none.
mark = st.one_of(st.none(), st.integers(0, 20).map(lambda halves: halves / 2))
tied = st.sampled_from([6.0, 7.5, 8.0])
tables = st.lists(
    st.dictionaries(st.integers(0, 4), st.one_of(tied, st.lists(mark, min_size=9, max_size=9)), max_size=5),
    min_size=1,
    max_size=3,
)


@pytest.fixture
def three():
    round_, cases, experts = round_with("甲评", "乙评", "丙评", "丁评", "戊评", applications=3)
    criteria = list(Criterion.objects.filter(rubric=round_.rubric))
    return round_, cases, experts, criteria


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(tables)
def test_figures_on_screen_and_in_excel_agree_with_numpy_and_scipy(three, table):
    """Random sheets with ties and with missing marks."""
    round_, cases, experts, criteria = three
    weights = np.array([float(one.weight) / one.top for one in criteria])
    with transaction.atomic():
        expected = {}
        for case, held in zip(cases, table, strict=False):
            given_marks = {}
            for expert, marks in held.items():
                marks = [marks] * len(criteria) if isinstance(marks, float) else marks
                sheet(case, experts[expert], *marks)
                given_marks[expert] = np.array([np.nan if one is None else one for one in marks]) * weights
            expected[case.pk] = given_marks
        staff = officer("union_staff")
        found = {one.application.pk: Line(one) for one in standings(round_, staff).reviews}
        book = openpyxl.load_workbook(io.BytesIO(write(Workbook(round_, staff))))
        transaction.set_rollback(True)
    rows = {row[1]: row for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)}
    of_criteria = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    for case in cases:
        sheets = list(expected.get(case.pk, {}).values())
        totals = np.array([one.sum() for one in sheets if not np.isnan(one).any()])
        line = found[case.pk]
        assert line.sheets == len(totals)
        shown = [line.figures.mean, line.figures.median, line.figures.trimmed, line.figures.spread]
        shown += [line.figures.low, line.figures.high]
        agrees(shown, figures(totals))
        agrees([line.score], figures(totals)[2:3])  # the policy takes the trimmed mean
        agrees(rows[case.number][7:13], figures(totals))
        for n, row in enumerate([row for row in of_criteria if row[0] == case.number]):
            column = np.array([one[n] for one in sheets if not np.isnan(one[n])])
            agrees(row[6:12], figures(column))


def figures(values: np.ndarray) -> list[float | None]:
    """Mean, median, trimmed mean, spread, lowest, highest as NumPy and SciPy find them."""
    if not len(values):
        return [None] * 6
    trimmed = stats.trim_mean(values, 1.5 / len(values)) if len(values) > 2 else values.mean()
    spread = values.std(ddof=1) if len(values) > 1 else None
    return [values.mean(), np.median(values), float(trimmed), spread, values.min(), values.max()]


def agrees(shown, theirs) -> None:
    for ours, expected in zip(shown, theirs, strict=True):
        if expected is None:
            assert ours is None
        else:
            assert float(ours) == pytest.approx(expected, abs=0.005 + 1e-9)


def test_only_what_was_handed_in_counts():
    round_, [case], [a, b, c] = round_with("甲评", "乙评", "丙评")
    sheet(case, a, 8)
    sheet(case, b, 2, state=AssignmentState.ACCEPTED)
    sheet(case, c, 1, state=AssignmentState.REPLACED)
    [result] = of_round(round_)
    assert result.totals == {a.pk: 80}


def test_a_round_without_a_rubric_has_no_results():
    round_, [case], _experts = round_with("甲评")
    round_.rubric = None
    round_.save()
    assert of_round(round_) == []
    assert [one.result.score for one in standings(round_, officer("union_staff")).reviews] == [None]
    assert missing(case) == ["本轮还没有评审标准。"]


def test_many_reviews_are_asked_in_as_many_queries_as_one():
    _round, cases, experts = round_with("甲评", "乙评", "丙评", applications=3)
    for case in cases:
        for expert, points in zip(experts, (9, 5, 8), strict=True):
            sheet(case, expert, points)
    counts = []
    for rows in (cases[:1], cases):
        with CaptureQueriesContext(connection) as asked:
            assert lacking(rows) == {row.pk: [APART] for row in rows}
        counts.append(len(asked))
    assert counts[0] == counts[1]


# -- when a review is complete ---------------------------------------------------------------------


def apart(*marks):
    """An application with these sheets; the first and the second lie far apart."""
    names = "甲评", "乙评", "丙评", "丁评", "戊评"
    _round, [case], experts = round_with(*names)
    return (
        case,
        experts,
        [sheet(case, expert, points) for expert, points in zip(experts, marks, strict=False)],
    )


def test_marks_that_lie_apart_have_to_be_dealt_with():
    case, _experts, _sheets = apart(9, 5, 8)
    assert missing(case) == [APART]
    settled_by_a_talk(case)
    assert missing(case) == []
    assert is_moderated(case)


def test_exactly_as_far_apart_as_the_policy_allows_is_not_apart():
    case, _experts, _sheets = apart(9, 7, 8)
    assert missing(case) == []


def test_a_sheet_that_comes_after_the_talk_asks_for_another():
    case, experts, _sheets = apart(9, 5, 8)
    settled_by_a_talk(case)
    sheet(case, experts[3], 8)
    assert missing(case) == [APART]
    settled_by_a_talk(case)
    assert missing(case) == []


def test_a_sheet_that_is_taken_away_after_the_talk_leaves_it_settled():
    case, _experts, sheets = apart(9, 5, 8, 8)
    settled_by_a_talk(case)
    sheets[3].replace(by=officer("union_staff"), reason="任务调整")
    assert missing(case) == []


def test_one_more_sheet_settles_it_once_it_is_handed_in():
    case, experts, _sheets = apart(9, 5, 8)
    further = sheet(case, experts[3], 7, state=AssignmentState.ACCEPTED)
    Moderation.objects.create(application=case, assignment=further, recorded_by=officer("union_staff"))
    assert missing(case) == ["还有1位专家没有提交评分。请等待，或更换专家。", APART]
    type(further).objects.filter(pk=further.pk).update(
        state=AssignmentState.HANDED_IN, handed_in_at=timezone.now()
    )
    assert missing(case) == []


@pytest.mark.parametrize("end", ["declined", "recused", "replaced"])
def test_a_further_expert_who_is_gone_neither_settles_it_nor_bars_another(end):
    case, experts, _sheets = apart(9, 5, 8)
    gone = sheet(case, experts[3], 7, state=end)
    Moderation.objects.create(application=case, assignment=gone, recorded_by=officer("union_staff"))
    assert missing(case) == [APART]
    further = sheet(case, experts[4], 7)
    Moderation.objects.create(application=case, assignment=further, recorded_by=officer("union_staff"))
    assert missing(case) == []


def test_below_the_quorum_a_review_is_not_complete():
    case, _experts, _sheets = apart(9, 8)
    assert missing(case) == ["已提交2份评分表，至少需要3份。"]


def test_the_review_of_an_application_is_read_anew_whatever_is_at_hand():
    case, experts, _sheets = apart(8, 8, 8)
    case.assignments.all()
    stale = review_of(case)
    sheet(case, experts[3], 2)
    assert (len(stale.sheets), len(review_of(case).sheets)) == (3, 4)


# -- what waits for staff --------------------------------------------------------------------------


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_the_queue_counts_what_the_results_say(three, data):
    """The database adds up for the home page what is reckoned exactly elsewhere."""
    round_, cases, experts, _criteria = three
    with transaction.atomic():
        for case in cases:
            states = st.sampled_from(["handed_in", "handed_in", "handed_in", "accepted", "declined"])
            for expert in experts:
                if data.draw(st.booleans()):
                    row = sheet(
                        case, expert, data.draw(st.sampled_from([5, 6.5, 7, 8, 9])), state=data.draw(states)
                    )
                    if data.draw(st.integers(0, 4)) == 0:
                        Moderation.objects.create(
                            application=case, assignment=row, recorded_by=officer("union_staff")
                        )
            if data.draw(st.booleans()):
                early = timezone.now() - timedelta(days=data.draw(st.integers(0, 1)))
                settled_by_a_talk(case, recorded_at=early)
        reviews = standings(round_, officer("union_staff")).reviews
        expected = (
            {one.application.pk for one in reviews if one.is_discrepant},
            {one.application.pk for one in reviews if not one.missing()},
        )
        found = result_queues.waiting()
        transaction.set_rollback(True)
    assert found == expected


def test_a_mark_may_be_any_half():
    case, _experts, sheets = apart(7.5, 7.5, 7.5)
    assert {mark.points for mark in sheets[0].marks.all()} == {Decimal("7.5")}
    assert Line(review_of(case)).score == Decimal("75.00")
