"""The papers of an award file, row by row."""

import io
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import RoleCode
from reviews import award, minutes
from reviews.award_rows import applications_of, contents
from reviews.models import Moderation, Visit
from tests.factories import ApplicationFactory, officer
from tests.reviews.noticing import objected, on_notice, published
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    _round, [application], experts = round_with("甲评")
    sheet(application, experts[0], 8)
    return application


def held(round_) -> dict:
    return contents(round_, applications_of(round_), at=timezone.now())


def test_what_stood_in_the_minutes_before_is_in_it_with_reason_person_and_time(case):
    staff = officer(RoleCode.UNION_STAFF)
    facts = {"application": case, "held_on": timezone.localdate(), "people": "李教授", "recorded_by": staff}
    talk = Moderation.objects.create(**facts, minutes="维持原分。")
    visit = Visit.objects.create(**facts, minutes="设备在用。", place="机械楼")
    minutes.correct(talk, {"minutes": "逐项核对。"}, by=staff, reason="笔误")
    minutes.correct(talk, {"people": "王主席"}, by=staff, reason="漏写")
    minutes.correct(visit, {"place": "化工楼"}, by=staff, reason="地点写错")
    found = held(case.round)["moderations"]
    [of_talk], [of_visit] = found["moderations"], found["visits"]
    assert (of_talk["minutes"], of_talk["people"], of_visit["place"]) == ("逐项核对。", "王主席", "化工楼")
    told = [
        [(row["by"], row["reason"], row["before"]) for row in one["corrections"]]
        for one in (of_talk, of_visit)
    ]
    assert told == [
        [
            (staff.name, "笔误", {"minutes": "维持原分。"}),
            (staff.name, "漏写", {"people": "李教授"}),
        ],
        [(staff.name, "地点写错", {"place": "机械楼"})],
    ]
    [first, second] = [row["at"] for row in of_talk["corrections"]]
    assert talk.recorded_at < first < second


def queries_of(round_) -> int:
    with CaptureQueriesContext(connection) as queries:
        award.pack(round_, io.BytesIO(), at=timezone.now())
    return len(queries)


def test_the_file_asks_the_same_with_1_and_with_3_objections():
    first = on_notice()
    others = [ApplicationFactory(proposed=True, round=first.round) for _number in range(2)]
    published(*others)
    objected(first)
    one = queries_of(first.round)
    for other in others:
        objected(other)
    assert queries_of(first.round) == one


def test_what_goes_out_is_written_without_the_screens_of_the_office():
    """Domain modules of reviews import no screens; only ``admin`` does, where Django finds them."""
    modules = [path for path in Path(award.__file__).parent.glob("*.py") if path.stem != "admin"]
    found = {
        path.stem
        for path in modules
        if re.search(r"^\s*(from|import) reviews\.office\b", path.read_text(), re.M)
    }
    assert found == set()
