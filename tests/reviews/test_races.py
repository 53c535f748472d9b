"""Two at once: with the guard exactly one passes; its twin, without the guard, shows that the race is real.

Real threads on real connections. On SQLite writers queue before they begin, so the twins run on PostgreSQL only.
"""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from records import numbers
from records.moves import IllegalMove, Movable
from records.numbers import NumberSequence, next_number
from reviews import actions
from reviews.actions import name_studios
from reviews.models import (
    Application,
    ApplicationLog,
    Correction,
    DecisionDocument,
    Endorsement,
    PaperForm,
    Part,
    Snapshot,
    State,
)
from studios.models import Certificate, Cycle
from tests.cast import make_cast
from tests.factories import ApplicationFactory, RoundFactory
from tests.reviews.test_paper_forms import SIGNED, png
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
on_postgres = pytest.mark.postgres
TODAY = timezone.localdate


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def fresh(application) -> Application:
    return Application.objects.select_related("studio__lead", "round__policy").get(pk=application.pk)


def unguarded_move(meeting, first):
    """``Movable.move`` as one would write it without a thought: look at the row in hand, then write.

    :param first: the verb before whose writing both wait for each other.
    """

    def move(self, verb, *, by, note="", to=None, **stamps):
        legal, origin = self.MOVES[verb], self.state
        if origin not in legal.origins:
            raise IllegalMove(self.why_not(verb))
        if verb == first:
            meeting.wait(10)
        self.state = to or next(iter(legal.targets))
        type(self)._base_manager.filter(pk=self.pk).update(state=self.state, **stamps)
        return self.log.create(actor=by, verb=verb, from_state=origin, to_state=self.state, note=note)

    return move


# -- handing in twice ---------------------------------------------------------------------------------------------


def hand_in_twice(cast, application) -> list:
    return at_once(*[lambda: fresh(application).submit(by=cast.lead, on=TODAY())] * 2)


def test_of_two_who_hand_in_at_once_one_does(cast):
    application = ApplicationFactory(studio=cast.studio)
    results = hand_in_twice(cast, application)
    assert kinds(results) == ["IllegalMove", "done"]
    assert ApplicationLog.objects.filter(verb="submit").count() == 1
    assert Snapshot.objects.count() == 1


@on_postgres
def test_without_the_lock_both_freeze_the_same_version_and_one_falls_over_it(cast, monkeypatch):
    meeting = threading.Barrier(2)

    @contextmanager
    def unlocked(self, verb):
        meeting.wait(10)
        with transaction.atomic():
            yield self

    application = ApplicationFactory(studio=cast.studio)
    monkeypatch.setattr(Application, "locked", unlocked)
    assert kinds(hand_in_twice(cast, application)) == ["IntegrityError", "done"]
    assert [one.version for one in Snapshot.objects.all()] == [1]


def withdraw_twice(cast, application) -> list:
    rows = [fresh(application), fresh(application)]
    return at_once(*[lambda row=row: row.withdraw(by=cast.lead, reason="明年再报") for row in rows])


def test_of_two_withdrawals_at_once_one_counts(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    assert kinds(withdraw_twice(cast, application)) == ["IllegalMove", "done"]
    assert ApplicationLog.objects.filter(verb="withdraw").count() == 1


@on_postgres
def test_without_the_conditional_update_it_is_withdrawn_twice(cast, monkeypatch):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    monkeypatch.setattr(Movable, "move", unguarded_move(threading.Barrier(2), "withdraw"))
    assert kinds(withdraw_twice(cast, application)) == ["done", "done"]
    assert ApplicationLog.objects.filter(verb="withdraw").count() == 2


# -- the two last signatures --------------------------------------------------------------------------------------


def sign_the_last_two(cast, application) -> list:
    return at_once(
        lambda: fresh(application).endorse(Part.PARTY, by=cast.party, opinion="同意"),
        lambda: fresh(application).endorse(Part.ADMINISTRATION, by=cast.administration, opinion="同意"),
    )


def one_signature(cast) -> Application:
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    application.endorse(Part.RECOMMENDATION, by=cast.department, opinion="同意")
    return application


def test_the_two_last_signatures_at_once_complete_it_once(cast):
    application = one_signature(cast)
    assert kinds(sign_the_last_two(cast, application)) == ["done", "done"]
    assert fresh(application).state == State.RECOMMENDED
    assert ApplicationLog.objects.filter(verb="complete_endorsement").count() == 1


@on_postgres
def test_without_the_lock_neither_of_two_last_signatures_sees_the_other_and_it_stays_open(cast, monkeypatch):
    meeting, complete = threading.Barrier(2), Application.complete_if_signed

    @contextmanager
    def unlocked(self):
        with transaction.atomic():
            yield self.snapshot

    def wait_and_complete(self, *, by):
        meeting.wait(10)
        complete(self, by=by)
        meeting.wait(10)

    application = one_signature(cast)
    monkeypatch.setattr(Application, "locked_for_signing", unlocked)
    monkeypatch.setattr(Application, "complete_if_signed", wait_and_complete)
    assert kinds(sign_the_last_two(cast, application)) == ["done", "done"]
    assert Endorsement.objects.count() == 3
    assert fresh(application).state == State.SUBMITTED


# -- naming twice -------------------------------------------------------------------------------------------------


def name_twice(cast, application) -> list:
    return at_once(
        *[
            lambda: name_studios(
                [fresh(application)], by=cast.leader, named_on=TODAY(), issued_on=TODAY(), on=TODAY()
            )
        ]
        * 2
    )


def test_of_two_namings_at_once_one_names_and_gives_one_number(cast):
    application = ApplicationFactory(studio=cast.studio, approved=True)
    assert kinds(name_twice(cast, application)) == ["IllegalMove", "done"]
    assert [model.objects.count() for model in (Cycle, Certificate, DecisionDocument)] == [1, 1, 1]
    assert set(NumberSequence.objects.values_list("name", "last")) == {("decision", 1), ("certificate", 1)}


@on_postgres
def test_without_lock_and_conditional_update_two_decisions_name_the_same_studio(cast, monkeypatch):
    application = ApplicationFactory(studio=cast.studio, approved=True)
    monkeypatch.setattr(Movable, "move", unguarded_move(threading.Barrier(2), "name_it"))
    monkeypatch.setattr(Application.objects, "select_for_update", lambda **kwargs: Application.objects.all())
    # The sequence is guarded too, and one would wait there for the other's end.
    counter = iter(range(1, 100))
    monkeypatch.setattr(actions, "next_number", lambda name, year: next(counter))
    assert kinds(name_twice(cast, application)) == ["done", "done"]
    assert [model.objects.count() for model in (Cycle, Certificate, DecisionDocument)] == [2, 2, 2]


# -- numbers ------------------------------------------------------------------------------------------------------


def draw(keep: bool = True) -> int:
    with transaction.atomic():
        number = numbers.next_number("certificate", 2026)
        if not keep:
            transaction.set_rollback(True)
    return number


def test_eight_numbers_drawn_at_once_have_no_gap_and_no_double(cast):
    assert sorted(at_once(*[draw] * 8)) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_number_that_is_not_used_is_given_again(cast):
    at_once(draw, draw, draw, lambda: draw(keep=False), lambda: draw(keep=False))
    with transaction.atomic():
        assert next_number("certificate", 2026) == 4


@on_postgres
def test_counting_up_without_the_row_lock_gives_doubles(cast, monkeypatch):
    """The row is locked by counting up in the database; the twin reads the number first and then writes it."""
    meeting = threading.Barrier(2)

    def read_before(field):
        last = NumberSequence.objects.values_list(field, flat=True).get()
        meeting.wait(10)
        return last

    draw()
    monkeypatch.setattr(numbers, "F", read_before)
    assert at_once(draw, draw) == [2, 2]


# -- eight identical requests -------------------------------------------------------------------------------------


def eight_times(user, address, **sent) -> set[int]:
    """Eight identical posts at once, from eight windows of one person; the statuses of the answers."""
    first = Client()
    first.force_login(user)
    session = first.cookies["sessionid"].value

    def press():
        client = Client()
        client.cookies["sessionid"] = session
        given = {key: value() if callable(value) else value for key, value in sent.items()}
        return client.post(address, given).status_code

    results = at_once(*[press] * 8)
    assert all(isinstance(one, int) for one in results), results
    return set(results)


def page(name, application) -> str:
    return reverse(f"reviews:{name}", args=[application.pk])


def test_eight_starts_are_one_application(cast):
    RoundFactory()
    assert eight_times(cast.lead, reverse("reviews:start", args=[cast.studio.pk])) == {302}
    assert Application.objects.count() == 1
    assert ApplicationLog.objects.count() == 1


def test_eight_submissions_are_one(cast):
    application = ApplicationFactory(studio=cast.studio)
    assert eight_times(cast.lead, page("submit", application), declaration="on") == {302}
    assert Snapshot.objects.count() == 1
    assert ApplicationLog.objects.filter(verb="submit").count() == 1


def test_eight_signatures_are_one(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    assert eight_times(cast.party, page("sign", application), part="party", opinion="同意") == {302}
    assert Endorsement.objects.count() == 1


def test_eight_returns_are_one(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    day = (TODAY() + timedelta(days=9)).isoformat()
    address = page("return", application)
    assert eight_times(
        cast.department, address, reason_team="请补充", reason_plan="写具体", correct_by=day
    ) == {302}
    assert sorted(Correction.objects.values_list("part", flat=True)) == ["plan", "team"]
    assert ApplicationLog.objects.filter(verb="return_for_correction").count() == 1


def test_eight_resubmissions_are_one_further_version(cast):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    assert eight_times(cast.lead, page("submit", application), declaration="on", note="已改") == {302}
    assert list(Snapshot.objects.values_list("version", flat=True)) == [1, 2]


def test_eight_uploads_are_one_form_that_waits(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    assert eight_times(cast.department, page("stamped", application), scan=png, **SIGNED) == {302}
    assert PaperForm.objects.count() == 1


def test_eight_withdrawals_are_one(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    assert eight_times(cast.lead, page("withdraw", application), reason="明年再报") == {302}
    assert ApplicationLog.objects.filter(verb="withdraw").count() == 1


def test_eight_namings_are_one(cast):
    application = ApplicationFactory(studio=cast.studio, approved=True)
    day = application.round.naming_on.isoformat()
    sent = {"pk": application.pk, "named_on": day, "issued_on": day}
    assert eight_times(cast.leader, reverse("admin:reviews_application_naming"), **sent) == {302}
    assert [model.objects.count() for model in (Cycle, Certificate, DecisionDocument)] == [1, 1, 1]
