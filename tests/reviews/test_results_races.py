"""A sheet is handed in while the marks are talked over: with the guard the talk does not settle a sheet it did not
have; its twin, without the guard, shows that the race is real.
"""

import threading
from contextlib import contextmanager

import pytest
from django.utils import timezone

from reviews import expert_notices, moderating
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


@pytest.mark.postgres
def test_without_the_guard_the_sheet_would_be_settled_unseen(scene, monkeypatch):
    case, hand_in, talk = scene

    @contextmanager
    def unguarded(application, *, by):
        yield review_of(application)

    monkeypatch.setattr(moderating, "discrepant", unguarded)
    assert kinds(at_once(hand_in, talk)) == ["done", "done"]
    assert len(review_of(case).sheets) == 4
    assert missing(case) == []
