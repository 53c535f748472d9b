"""Deciding, releasing, naming and objecting at the same moment: with the guard one passes, or both agree; each twin
shows that without it they would not.

Real threads on real connections. On SQLite writers queue before they begin, so the twins run on PostgreSQL only.
"""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.query import QuerySet
from django.urls import reverse
from django.utils import timezone

from records.moves import DomainError, Movable
from reviews import actions, objecting, releasing
from reviews.actions import name_studios
from reviews.models import (
    Application,
    ApplicationLog,
    Assignment,
    AssignmentState,
    DecisionDocument,
    Objection,
    PublicNotice,
    State,
)
from reviews.objecting import Words, file_objection
from reviews.releasing import as_it_lay, proposed, release_decisions
from tests.cast import make_cast
from tests.factories import ApplicationFactory, reviewed_by
from tests.reviews.test_races import eight_times, unguarded_move
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
on_postgres = pytest.mark.postgres
TODAY = timezone.localdate


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def fresh(application) -> Application:
    return Application.objects.select_related("studio__lead", "round__policy", "notice").get(
        pk=application.pk
    )


def meeting_before(monkeypatch, where, name, times: int = 1):
    """Whoever calls this function waits there for somebody else, who comes by as well; how they meet."""
    meeting, real = threading.Barrier(2), getattr(where, name)

    def wait_and_go_on(*args, **kwargs):
        for _time in range(times):
            meeting.wait(10)
        return real(*args, **kwargs)

    monkeypatch.setattr(where, name, wait_and_go_on)
    return meeting


# -- two decide ---------------------------------------------------------------------------------------------------


def decide_twice(cast, application) -> list:
    rows = [fresh(application), fresh(application)]
    acts = [("approve", "同意命名。"), ("reject", "成果不足。")]
    return at_once(
        *[
            lambda row=row, act=act: row.decide(act[0], by=cast.leader, text=act[1])
            for row, act in zip(rows, acts, strict=True)
        ]
    )


def test_of_two_first_decisions_at_once_one_counts_and_is_the_one_in_the_log(cast):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    assert kinds(decide_twice(cast, application)) == ["IllegalMove", "done"]
    [row] = ApplicationLog.objects.filter(to_state=State.PROPOSED)
    assert (row.verb, row.note) == (fresh(application).decision, fresh(application).decision_text)


@on_postgres
def test_without_lock_and_conditional_update_both_decide_and_the_log_says_two_things(cast, monkeypatch):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    meeting = threading.Barrier(2)

    @contextmanager
    def unlocked(self, verb):
        with transaction.atomic():
            yield self

    monkeypatch.setattr(Application, "locked", unlocked)
    monkeypatch.setattr(
        Movable, "move", lambda self, verb, **kwargs: unguarded_move(meeting, verb)(self, verb, **kwargs)
    )
    assert kinds(decide_twice(cast, application)) == ["done", "done"]
    assert set(ApplicationLog.objects.filter(to_state=State.PROPOSED).values_list("verb", flat=True)) == {
        "approve",
        "reject",
    }


# -- deciding while it is released --------------------------------------------------------------------------------


def test_what_is_released_is_what_was_decided_last_or_nothing_is_decided_any_more(cast):
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    row = fresh(application)
    released, decided = at_once(
        lambda: release_decisions(application.round, by=cast.staff, on=TODAY()),
        lambda: row.decide("reject", by=cast.leader, text="改为不同意。"),
    )
    now = fresh(application)
    last = now.log.order_by("pk").last()
    if isinstance(decided, DomainError):
        assert (now.state, now.known_decision) == (State.APPROVED, "approve")
    else:
        assert (now.state, now.known_decision) == (State.REJECTED, "reject")
        assert released is None
    assert last.note == now.decision_text


@on_postgres
def test_without_the_lock_other_words_are_released_than_those_that_were_decided(cast, monkeypatch):
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    row = fresh(application)
    meeting = meeting_before(monkeypatch, releasing, "publish", times=2)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **kwargs: self.all())

    def decide():
        meeting.wait(10)
        row.decide("approve", by=cast.leader, text="改后的意见。")
        meeting.wait(10)

    results = at_once(lambda: release_decisions(application.round, by=cast.staff, on=TODAY()), decide)
    assert kinds(results) == ["done", "done"]
    now = fresh(application)
    assert now.decision_text == "改后的意见。"
    assert now.log.get(verb="announce_approval").note == "同意命名。"


# -- releasing twice ----------------------------------------------------------------------------------------------


def release_twice(cast, application) -> list:
    return at_once(*[lambda: release_decisions(application.round, by=cast.staff, on=TODAY())] * 2)


def test_of_two_releases_at_once_one_releases_and_there_is_one_notice(cast):
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    assert kinds(release_twice(cast, application)) == ["DomainError", "done"]
    assert PublicNotice.objects.count() == 1
    assert ApplicationLog.objects.filter(verb="announce_approval").count() == 1


@on_postgres
def test_without_the_locks_two_notices_take_one_number_and_one_release_falls_over_it(cast, monkeypatch):
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    meeting_before(monkeypatch, releasing, "require_drawable")
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **kwargs: self.all())
    assert kinds(release_twice(cast, application)) == ["IntegrityError", "done"]


def test_eight_presses_on_release_are_one(cast):
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    address = reverse("admin:reviews_round_release", args=[application.round_id])
    read = as_it_lay(proposed(application.round))
    assert eight_times(cast.staff, address, read=read) == {302}
    assert PublicNotice.objects.count() == 1
    assert ApplicationLog.objects.filter(verb="announce_approval").count() == 1


# -- completing a review while a sheet is given back --------------------------------------------------------------


def complete_while_a_sheet_is_given_back(cast, application) -> list:
    row, sheet = fresh(application), application.assignments.first()
    return at_once(
        lambda: row.complete_review(by=cast.staff),
        lambda: sheet.reopen(by=cast.staff, reason="请补充理由。"),
    )


def open_sheets(application) -> int:
    return application.assignments.exclude(state=AssignmentState.HANDED_IN).count()


def test_a_review_is_complete_or_a_sheet_is_open_but_not_both(cast):
    application = ApplicationFactory(studio=cast.studio, accepted=True)
    reviewed_by(application, 8, 8, 8)
    completed, reopened = complete_while_a_sheet_is_given_back(cast, application)
    assert sum(isinstance(one, DomainError) for one in (completed, reopened)) == 1
    expected = (State.REVIEWED, 0) if isinstance(reopened, DomainError) else (State.ACCEPTED, 1)
    assert (fresh(application).state, open_sheets(application)) == expected


@on_postgres
def test_without_holding_the_application_a_complete_review_has_an_open_sheet(cast, monkeypatch):
    application = ApplicationFactory(studio=cast.studio, accepted=True)
    reviewed_by(application, 8, 8, 8)
    meeting, missing = threading.Barrier(2), Application.missing_before_reviewed

    def look_and_wait(self):
        found = missing(self)
        meeting.wait(10)
        return found

    @contextmanager
    def unheld(self):
        with transaction.atomic():
            meeting.wait(10)
            yield

    monkeypatch.setattr(Application, "missing_before_reviewed", look_and_wait)
    monkeypatch.setattr(Assignment, "under_review", unheld)
    assert kinds(complete_while_a_sheet_is_given_back(cast, application)) == ["done", "done"]
    assert (fresh(application).state, open_sheets(application)) == (State.REVIEWED, 1)


# -- naming while somebody objects --------------------------------------------------------------------------------

SAID = Words(name="钱真", contact="13900001111", text="成果归属有误。")


def name_while_somebody_objects(cast, application) -> list:
    """At midnight: the objection is of the last day, the naming of the day after."""
    row, last = fresh(application), application.notice.ends_on
    return at_once(
        lambda: name_studios(
            [row], by=cast.leader, named_on=TODAY(), issued_on=TODAY(), on=last + timedelta(days=1)
        ),
        lambda: file_objection(row.notice, row, SAID, on=last),
    )


def test_an_objection_at_the_moment_of_a_naming_stops_it_or_comes_too_late(cast):
    application = ApplicationFactory(studio=cast.studio, approved=True)
    named, objected = name_while_somebody_objects(cast, application)
    assert sum(isinstance(one, DomainError) for one in (named, objected)) == 1
    expected = (State.NAMED, 0) if isinstance(objected, DomainError) else (State.APPROVED, 1)
    assert (fresh(application).state, Objection.objects.count()) == expected
    assert DecisionDocument.objects.count() == (fresh(application).state == State.NAMED)


@on_postgres
def test_without_the_lock_a_studio_is_named_over_an_open_objection(cast, monkeypatch):
    application = ApplicationFactory(studio=cast.studio, approved=True)
    monkeypatch.setattr(Application.objects, "select_for_update", lambda **kwargs: Application.objects.all())
    meeting = meeting_before(monkeypatch, actions, "_decision_document")
    number = objecting.next_number

    def wait_and_number(*args):
        meeting.wait(10)
        return number(*args)

    monkeypatch.setattr(objecting, "next_number", wait_and_number)
    assert kinds(name_while_somebody_objects(cast, application)) == ["done", "done"]
    assert fresh(application).state == State.NAMED
    assert Objection.objects.open().count() == 1
