"""An expert and others at the same moment: with the lock what was looked at is what is locked; twins without it show
that the races are real.
"""

import threading
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.models import Notice
from records.moves import IllegalMove
from reviews.models import Application, Assignment, AssignmentLog, AssignmentState, Mark, State
from tests.cast import make_cast
from tests.reviews.scoring import accepted, fill_in, fresh, handed_in, marks_of
from tests.reviews.test_races import unguarded_move
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
on_postgres = pytest.mark.postgres


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def change(assignment, points="3", comment="改为低分"):
    """Give the first criterion another mark."""
    one = fresh(assignment)
    one.mark(one.rubric.criteria.first(), by=one.expert, points=Decimal(points), comment=comment)


def unlocked(meeting: threading.Barrier | None = None):
    """``sheet_held`` without its lock: the row is looked at, and written later."""

    @contextmanager
    def sheet_held(self, *, by):
        with transaction.atomic():
            row = fresh(self)
            if not row.can_move("hand_in"):
                raise IllegalMove(self.why_not("hand_in"))
            if meeting:
                meeting.wait(10)
            yield row

    return sheet_held


# -- handing in against a mark ---------------------------------------------------------------------


def hand_in_while_a_mark_changes(assignment) -> list:
    seen = fresh(assignment).fingerprint()
    return at_once(
        lambda: fresh(assignment).hand_in(by=assignment.expert, seen=seen), lambda: change(assignment)
    )


def test_what_is_handed_in_is_what_was_looked_at_whoever_comes_first(cast):
    for _each in range(4):
        assignment = fill_in(accepted())
        looked_at = fresh(assignment).fingerprint()
        handing_in, changing = hand_in_while_a_mark_changes(assignment)
        now = fresh(assignment)
        if now.state == AssignmentState.HANDED_IN:
            assert (handing_in, type(changing)) == (None, IllegalMove)
            assert now.fingerprint() == looked_at
        else:
            assert (type(handing_in), changing) == (IllegalMove, None)
            assert marks_of(now)["lead"] == ("3", "改为低分")


@on_postgres
def test_without_the_lock_a_sheet_is_handed_in_with_a_mark_that_nobody_looked_at(cast, monkeypatch):
    assignment, handed = fill_in(accepted()), threading.Event()
    looked_at, meeting = fresh(assignment).fingerprint(), threading.Barrier(2)
    write = Mark.objects.update_or_create

    def write_late(**values):
        handed.wait(10)
        return write(**values)

    def hand_in():
        fresh(assignment).hand_in(by=assignment.expert, seen=looked_at)
        handed.set()

    monkeypatch.setattr(Assignment, "sheet_held", unlocked(meeting))
    monkeypatch.setattr(Mark.objects, "update_or_create", write_late)
    assert kinds(at_once(hand_in, lambda: change(assignment))) == ["done", "done"]
    now = fresh(assignment)
    assert now.state == AssignmentState.HANDED_IN
    assert now.fingerprint() != looked_at


@contextmanager
def nothing_held(self):
    """In place of a lock."""
    with transaction.atomic():
        yield


# -- handing in twice, and against being opened again ------------------------------------------------


def hand_in_twice(assignment) -> list:
    rows = [fresh(assignment), fresh(assignment)]
    return at_once(*[lambda row=row: row.hand_in(by=assignment.expert) for row in rows])


def test_of_two_who_hand_in_at_once_one_does(cast):
    assignment = fill_in(accepted())
    assert kinds(hand_in_twice(assignment)) == ["IllegalMove", "done"]
    assert AssignmentLog.objects.filter(verb="hand_in").count() == 1


@on_postgres
def test_without_lock_and_conditional_update_it_is_handed_in_twice(cast, monkeypatch):
    assignment = fill_in(accepted())
    monkeypatch.setattr(Assignment, "round_held", nothing_held)
    monkeypatch.setattr(Assignment, "sheet_held", unlocked())
    monkeypatch.setattr(Assignment, "move", unguarded_move(threading.Barrier(2), "hand_in"))
    assert kinds(hand_in_twice(assignment)) == ["done", "done"]
    assert AssignmentLog.objects.filter(verb="hand_in").count() == 2


def hand_in_again_while_staff_open_it(assignment, staff) -> list:
    """The expert presses once more on a page that still shows the sheet open; staff give it back at that moment."""
    stale, rows = fresh(assignment), fresh(assignment)
    stale.state = AssignmentState.ACCEPTED
    return at_once(
        lambda: stale.hand_in(by=assignment.expert), lambda: rows.reopen(by=staff, reason="请核对第三项")
    )


def test_a_sheet_that_is_given_back_is_open_or_was_handed_in_anew_after_it(cast):
    for _each in range(4):
        assignment = handed_in()
        pressing, opening = hand_in_again_while_staff_open_it(assignment, cast.staff)
        verbs = list(assignment.log.order_by("pk").values_list("verb", flat=True))[2:]
        assert opening is None
        now = fresh(assignment)
        if pressing is None:  # it came after the opening, and counts
            assert (verbs, now.state) == (["hand_in", "reopen", "hand_in"], "handed_in")
        else:
            assert isinstance(pressing, IllegalMove)
            assert (verbs, now.state) == (["hand_in", "reopen"], "accepted")
        assert (now.handed_in_at is None) == (now.state == "accepted")


@on_postgres
def test_without_lock_and_conditional_update_a_sheet_is_handed_in_that_lies_handed_in(cast, monkeypatch):
    """Both look, then both write: the log tells of two handings-in with no opening between them."""
    assignment = handed_in()
    meeting, written = threading.Barrier(2), threading.Event()

    def look_and_write(self, verb, *, by, note="", **stamps):
        if not self.can_move(verb):
            raise IllegalMove(self.why_not(verb))
        meeting.wait(10)
        if verb == "reopen":
            written.wait(10)
        origin, self.state = self.state, next(iter(self.MOVES[verb].targets))
        Assignment.objects.filter(pk=self.pk).update(state=self.state, **stamps)
        transaction.on_commit(written.set)
        return self.log.create(actor=by, verb=verb, from_state=origin, to_state=self.state, note=note)

    @contextmanager
    def not_held(self, *, by=None):
        with transaction.atomic():
            yield self

    monkeypatch.setattr(Assignment, "sheet_held", not_held)
    monkeypatch.setattr(Assignment, "under_review", not_held)
    monkeypatch.setattr(Assignment, "move", look_and_write)
    assert kinds(hand_in_again_while_staff_open_it(assignment, cast.staff)) == ["done", "done"]
    verbs = list(assignment.log.order_by("pk").values_list("verb", flat=True))[2:]
    assert verbs == ["hand_in", "hand_in", "reopen"]


# -- the two last sheets -----------------------------------------------------------------------------


def the_last_two() -> list[Assignment]:
    first = fill_in(accepted("周评"))
    return [first, fill_in(accepted("吴评", application=first.application))]


def hand_in_both(pair) -> list:
    rows = [fresh(one) for one in pair]
    return at_once(*[lambda row=row: row.hand_in(by=row.expert) for row in rows])


def of_the_last_sheet():
    return Notice.objects.filter(subject__endswith="的专家评审已全部提交")


def test_of_two_last_sheets_at_once_one_is_the_last_and_staff_are_told(cast):
    assert kinds(hand_in_both(the_last_two())) == ["done", "done"]
    assert of_the_last_sheet().filter(recipient=cast.staff).count() == 1


@on_postgres
def test_without_the_lock_on_the_application_neither_is_the_last(cast, monkeypatch):
    meeting, pair = threading.Barrier(2), the_last_two()
    move = Assignment.move

    def together(self, verb, **kwargs):
        meeting.wait(10)  # both read that the other is still at work, then both write
        log = move(self, verb, **kwargs)
        meeting.wait(10)
        return log

    monkeypatch.setattr(Assignment, "round_held", nothing_held)
    monkeypatch.setattr(Assignment, "under_review", nothing_held)
    monkeypatch.setattr(Assignment, "move", together)
    assert kinds(hand_in_both(pair)) == ["done", "done"]
    assert not of_the_last_sheet().exists()


# -- the application moves on ------------------------------------------------------------------------


def test_a_sheet_is_handed_in_before_the_application_goes_back_or_not_at_all(cast):
    for _each in range(3):
        assignment = fill_in(accepted())
        application = Application.objects.get(pk=assignment.application_id)
        handing_in, _back = at_once(
            lambda: fresh(assignment).hand_in(by=assignment.expert),  # noqa: B023
            lambda: application.return_for_correction({"plan": "请补充。"}, by=cast.staff),  # noqa: B023
        )
        application.refresh_from_db()
        assert application.state == State.RETURNED
        log = assignment.log.filter(verb="hand_in").first()
        back = application.log.get(verb="return_for_correction")
        if log is None:
            assert isinstance(handing_in, IllegalMove)
        else:
            assert handing_in is None
            assert log.at <= back.at


def test_marks_of_two_windows_at_once_are_both_kept(cast):
    assignment = accepted()
    first, second = assignment.rubric.criteria.all()[:2]

    def give(criterion):
        one = fresh(assignment)
        one.mark(criterion, by=one.expert, points=Decimal(8), comment="")

    results = at_once(lambda: give(first), lambda: give(second), lambda: give(first))
    assert kinds(results) == ["done"] * 3
    assert Mark.objects.filter(assignment=assignment).count() == 2
