"""Two refreshes of one studio at once: the stored verdicts say what the last commit left.

One refresh has read the papers and not written yet when somebody saves a change and refreshes too. On SQLite
writers queue before they begin, so the twin runs on PostgreSQL only.
"""

import threading

import pytest
from django.utils import timezone

from ledgers import evidence
from ledgers.evidence import refresh
from studios.models import Honour, Studio, Verdict
from tests.factories import StudioFactory
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate
OVERTAKEN = 1.5  # seconds in which the other one could save, refresh and be done, were there no lock


@pytest.fixture
def studio(transactional_db):
    """Its first condition is met, by its one honour."""
    studio = StudioFactory(complete=True)
    refresh(studio, on=TODAY())
    assert of_the_lead(studio) == Verdict.Value.MET
    return studio


def of_the_lead(studio) -> str:
    """The stored verdict on the first condition."""
    return Verdict.objects.get(studio=studio, condition=Verdict.Condition.LEAD).value


def refresh_while_the_honour_is_withdrawn(studio, monkeypatch) -> list:
    """The night's refresh pauses between reading and writing, while the honour is withdrawn and that refreshes too."""
    has_read, other_is_done = threading.Event(), threading.Event()
    findings = evidence.findings

    def read_and_pause(studio, *, on):
        found = findings(studio, on=on)
        if not has_read.is_set():
            has_read.set()
            other_is_done.wait(OVERTAKEN)
        return found

    def withdraw():
        assert has_read.wait(10)
        honour = Honour.objects.get(studio=studio)
        honour.withdrawn_on = TODAY()
        honour.save()  # and, committed, it refreshes
        other_is_done.set()

    monkeypatch.setattr(evidence, "findings", read_and_pause)
    return at_once(lambda: refresh(Studio.objects.get(pk=studio.pk), on=TODAY()), withdraw)


def test_a_refresh_that_read_before_a_change_does_not_write_over_it(studio, monkeypatch):
    assert kinds(refresh_while_the_honour_is_withdrawn(studio, monkeypatch)) == ["done", "done"]
    assert of_the_lead(studio) == Verdict.Value.UNMET
    assert Verdict.objects.filter(studio=studio).count() == 5


@pytest.mark.postgres
def test_without_the_lock_what_was_read_before_the_change_is_written_last_and_stays(studio, monkeypatch):
    monkeypatch.setattr(Studio.objects, "select_for_update", lambda **kwargs: Studio.objects.all())
    assert kinds(refresh_while_the_honour_is_withdrawn(studio, monkeypatch)) == ["done", "done"]
    assert of_the_lead(studio) == Verdict.Value.MET
    assert Honour.objects.get(studio=studio).withdrawn_on == TODAY()
