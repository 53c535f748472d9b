"""A sheet is handed in while the marks are talked over: with the guard the talk does not settle a sheet it did not
have; and a talk that is sent twice at once is kept once. Their twins, without the guard, show that the races are real.
"""

import threading
import time
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.utils import timezone

from reviews import expert_notices, minutes, moderating
from reviews.models import Assignment, AssignmentState, Moderation
from reviews.results import missing, review_of
from tests.factories import officer
from tests.reviews.standing import round_with, sheet
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
APART = "评分相差超过20分。请增加一位专家评分，或组织合议。"


@pytest.fixture
def scene(monkeypatch):
    """Three sheets far apart and a fourth that is being handed in: it bears its time, and is not committed yet."""
    _round, [case], experts = round_with("甲评", "乙评", "丙评", "丁评")
    for expert, points in zip(experts, (9, 5, 8), strict=False):
        sheet(case, expert, points)
    last = sheet(case, experts[3], 8, state=AssignmentState.ACCEPTED)
    staff, seen = officer("union_staff"), moderating.sheets_seen(review_of(case))
    stamped, talked = threading.Event(), threading.Event()
    told = expert_notices.tell_of_move

    def tell_late(assignment, log):
        told(assignment, log)
        stamped.set()
        talked.wait(3)

    monkeypatch.setattr(expert_notices, "tell_of_move", tell_late)

    def hand_in():
        row = Assignment.objects.select_related("application__round__rubric", "expert").get(pk=last.pk)
        row.hand_in(by=row.expert)

    def talk():
        stamped.wait(10)
        try:
            facts = {"held_on": timezone.localdate(), "people": "王主席", "minutes": "合议。"}
            moderating.talk(case, by=staff, seen=seen, **facts)
        finally:
            talked.set()

    return case, hand_in, talk


def test_a_talk_settles_no_sheet_that_it_did_not_have(scene):
    case, hand_in, talk = scene
    came, talked = at_once(hand_in, talk)
    assert (came, kinds([talked])) == (None, ["IllegalMove"])
    assert not Moderation.objects.exists()
    assert missing(case) == [APART]


@pytest.fixture
def pressed_twice(monkeypatch):
    """Marks far apart, and a talk about them that takes its time between being written and being committed."""
    _round, [case], experts = round_with("甲评", "乙评", "丙评")
    for expert, points in zip(experts, (9, 5, 8), strict=True):
        sheet(case, expert, points)
    staff, keep = officer("union_staff"), minutes.keep_files

    def keep_late(*args, **kwargs):
        time.sleep(0.7)
        keep(*args, **kwargs)

    monkeypatch.setattr(minutes, "keep_files", keep_late)
    facts = {"held_on": timezone.localdate(), "people": "王主席", "minutes": "合议。"}
    return [lambda: moderating.talk(case, by=staff, **facts)] * 2


def test_a_talk_sent_twice_at_once_is_kept_once(pressed_twice):
    assert kinds(at_once(*pressed_twice)) == ["done", "done"]
    assert Moderation.objects.count() == 1


@contextmanager
def unguarded(application, *, by):
    with transaction.atomic():
        yield review_of(application)


@pytest.mark.postgres
def test_without_the_guard_it_would_be_kept_twice(pressed_twice, monkeypatch):
    meeting, keep = threading.Barrier(2), minutes.keep_files

    def keep_together(*args, **kwargs):
        meeting.wait(10)  # both are written before either is committed
        keep(*args, **kwargs)

    monkeypatch.setattr(minutes, "keep_files", keep_together)
    monkeypatch.setattr(moderating, "discrepant", unguarded)
    at_once(*pressed_twice)
    assert Moderation.objects.count() == 2


@pytest.mark.postgres
def test_without_the_guard_the_sheet_would_be_settled_unseen(scene, monkeypatch):
    case, hand_in, talk = scene
    monkeypatch.setattr(moderating, "discrepant", unguarded)
    assert kinds(at_once(hand_in, talk)) == ["done", "done"]
    assert len(review_of(case).sheets) == 4
    assert missing(case) == []
