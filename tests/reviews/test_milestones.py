"""On which day which milestone: each on its own day when every day is run, and of missed ones only the newest."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.milestones import newest

DUE = date(2029, 4, 30)
BEFORE = (180, 90, 30, 7, 1)


def on(offset: int, **options) -> int | None:
    return newest(DUE, DUE + timedelta(offset), **{"before": BEFORE, "every": 7, **options})


@pytest.mark.parametrize(
    ("day", "milestone"),
    [
        *[(-181, None), (-180, -180), (-91, -180), (-90, -90), (-30, -30), (-8, -30), (-7, -7), (-2, -7)],
        *[(-1, -1), (0, -1), (6, -1), (7, 7), (13, 7), (14, 14), (365, 364)],
    ],
)
def test_the_newest_milestone_that_has_come(day, milestone):
    assert on(day) == milestone


def test_nothing_after_the_day_where_there_is_nothing_every_so_many_days():
    assert {on(day, every=0) for day in range(1, 400)} == {-1}
    assert {on(day, before=(), every=0) for day in range(-400, 400)} == {None}


def test_the_day_itself_may_be_a_milestone():
    assert [on(day, before=(3, 0)) for day in (-1, 0, 1)] == [-3, 0, 0]


def test_what_passed_before_it_began_to_wait_is_no_milestone():
    began = DUE - timedelta(30)
    assert [on(day, since=began) for day in (-30, -8, -7)] == [-30, -30, -7]
    assert [on(day, since=began + timedelta(1)) for day in (-29, -8, -7)] == [None, None, -7]
    assert [on(day, since=DUE + timedelta(8)) for day in (8, 13, 14)] == [None, None, 14]


LISTS = st.lists(st.integers(0, 200), max_size=6).map(tuple)


@given(before=LISTS, every=st.integers(0, 40))
def test_run_every_day_each_milestone_comes_first_on_its_own_day(before, every):
    first = {}
    for day in range(-210, 120):
        first.setdefault(on(day, before=before, every=every), day)
    first.pop(None, None)
    after = set(range(every, 120, every)) if every else set()
    assert first == {offset: offset for offset in {-days for days in before} | after}


@given(before=LISTS, every=st.integers(0, 40), runs=st.sets(st.integers(-210, 120)))
def test_whatever_days_are_missed_a_run_has_at_most_one_to_send_and_never_an_older_one(before, every, runs):
    sent = []
    for day in sorted(runs):
        milestone = on(day, before=before, every=every)
        come = [m for m in (*(-d for d in before), *(range(every, 121, every) if every else ())) if m <= day]
        assert milestone == max(come, default=None)
        if milestone is not None and milestone not in sent:
            sent.append(milestone)
    assert sent == sorted(sent)
