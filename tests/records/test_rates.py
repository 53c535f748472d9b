"""So many in so long: exact, also when many ask at the same moment."""

import threading
import time

import pytest
import time_machine
from django.core.cache import cache
from django.db import connections

from records.rates import Rate, give_back

START = "2026-03-12T09:00:00+08:00"
FIVE = Rate(5, 900)


def at_once(times: int, act) -> list:
    """What ``act`` returned in each of so many threads that start together."""
    barrier, results = threading.Barrier(times), []

    def run():
        try:
            barrier.wait(60)
            results.append(act())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db
def test_as_many_as_were_said_and_each_name_for_itself():
    assert [bool(FIVE.take("one")) for _ in range(7)] == [True] * 5 + [False] * 2
    assert FIVE.take("another")


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [0, 10, 14])
def test_no_stretch_of_time_has_more_wherever_it_begins(minutes):
    """The turn of the window that is in a slot's key, at 09:15, changes nothing."""
    with time_machine.travel(START, tick=False) as clock:
        clock.shift(minutes * 60)
        taken = []
        for minute in range(40):
            if FIVE.take("one"):
                taken.append(minute)
            clock.shift(60)
    assert taken == [*range(5), *range(15, 20), *range(30, 35)]


@pytest.mark.django_db
def test_what_is_given_back_is_free_again():
    slots = [FIVE.take("one") for _ in range(5)]
    give_back(slots[:2])
    assert [bool(FIVE.take("one")) for _ in range(3)] == [True, True, False]


@pytest.mark.django_db
def test_it_says_when_there_is_a_slot_again():
    with time_machine.travel(START, tick=False) as clock:
        began = time.time()
        assert FIVE.free_at("one") == began
        for _ in range(5):
            FIVE.take("one")
            clock.shift(60)
        assert FIVE.free_at("one") == began + 900


@pytest.mark.django_db(transaction=True)
def test_of_twenty_four_at_once_five_pass():
    assert sum(slot is not None for slot in at_once(24, lambda: FIVE.take("one"))) == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_slots_more_would_pass():
    """The twin: a count that is read and written back."""
    together = threading.Barrier(24)

    def counted():
        count = cache.get("count", 0)
        together.wait(60)
        cache.set("count", count + 1, 900)
        return count < 5

    assert sum(at_once(24, counted)) > 5
