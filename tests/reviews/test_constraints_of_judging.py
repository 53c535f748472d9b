"""What the database itself keeps of panels, rubrics, sheets, notices and objections: each rule from either side."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone

from reviews.models import Moderation, Objection, Relation, Visit
from tests.constraints import assert_kept_both_ways, like
from tests.factories import ApplicationFactory, RoundFactory, StudioFactory, UserFactory

ONE_DAY = timedelta(days=1)
SIGNED_BY, DECIDED_BY = date(2031, 3, 1), date(2031, 3, 31)
A_ROUND = {
    "year": 2031,
    **dict.fromkeys(("opens_on", "closes_on", "endorse_by"), SIGNED_BY),
    **dict.fromkeys(("decide_by", "naming_on"), DECIDED_BY),
}


@pytest.fixture
def there(db):
    """An approved application in its notice, with the round, the panel and the sheets by which it came there; a talk,
    a visit, a relation and an objection that are not written yet.
    """
    application, person, today = ApplicationFactory(approved=True), UserFactory(), timezone.localdate()
    assignment = application.assignments.first()
    mark, free = assignment.marks.order_by("pk")[:2]
    free.delete()
    recorded = {"application": application, "recorded_by": person}
    talk = Moderation(**recorded, held_on=today, people="评审组全体", minutes="逐项讨论，各自保留意见。")
    told = {"name": "钱真", "contact": "13900001111", "text": "成果归属有误。"}
    objection = Objection(notice=application.notice, application=application, number="YY-1", **told)
    relation = Relation(
        studio=application.studio, name="周评", person=person, reason="合作过课题", declared_by=person
    )
    relation.save()
    return SimpleNamespace(
        application=application,
        round=application.round,
        next_round=RoundFactory(**A_ROUND),
        panelist=application.round.panel.first(),
        relation=relation,
        rubric=application.round.rubric,
        criterion=mark.criterion,
        assignment=assignment,
        mark=mark,
        free=free.criterion,
        talk=talk,
        visit=Visit(**recorded, held_on=today, people="评审组二人", minutes="设备与材料一致。"),
        notice=application.notice,
        objection=objection,
        person=person,
        answered={
            "state": "dismissed",
            "minutes": "查阅了原件。",
            "answer": "不成立。",
            "answered_at": timezone.now(),
            "answered_by": person,
        },
    )


def without(given: dict, *needed: str) -> list[dict]:
    """As often as there are needed fields, all of it but one, which is empty."""
    return [{**given, field: None if field.startswith("answered_") else ""} for field in needed]


def of_notice(there, *days: tuple[int, int, int], **fields) -> list:
    """Notices of these days after today: published, first, last."""
    today = timezone.localdate()
    return like(
        there.notice,
        *(
            dict(
                zip(
                    ("published_on", "starts_on", "ends_on"),
                    (today + n * ONE_DAY for n in three),
                    strict=True,
                )
            )
            | {"serial": 2, **fields}
            for three in days
        ),
    )


# Rule → rows inside it, rows outside it.
RULES = {
    "experts_review_between_sign_offs_and_decision": lambda there: (
        like(there.next_round, *({"year": 2032, "review_by": day} for day in (None, SIGNED_BY, DECIDED_BY))),
        like(
            there.next_round,
            *({"year": 2032, "review_by": day} for day in (SIGNED_BY - ONE_DAY, DECIDED_BY + ONE_DAY)),
        ),
    ),
    "an_expert_sits_once_on_a_panel": lambda there: (
        like(there.panelist, {"expert": there.person}, {"round": there.next_round}),
        like(there.panelist, {}),
    ),
    "an_expert_takes_at_least_one": lambda there: (
        like(there.panelist, {"expert": there.person, "most": 1}, {"expert": there.person, "most": None}),
        like(there.panelist, {"expert": there.person, "most": 0}),
    ),
    "a_relation_is_declared_once_by_each": lambda there: (
        like(
            there.relation,
            {"name": "吴评"},
            {"studio": StudioFactory()},
            {"declared_by": there.application.studio.lead},
        ),
        like(there.relation, {}, {"reason": "师生"}),
    ),
    "a_relation_says_what_it_is": lambda there: (
        like(there.relation, {"name": "吴评", "person": None}),
        like(there.relation, {"name": ""}, {"name": "吴评", "reason": ""}),
    ),
    "the_ends_of_a_scale_lie_apart": lambda there: (
        like(
            there.rubric,
            {"title": "甲", "low_end": 0, "high_end": 1},
            {"title": "甲", "low_end": 99, "high_end": 100},
        ),
        like(
            there.rubric,
            {"title": "甲", "low_end": 50, "high_end": 50},
            {"title": "甲", "low_end": 30, "high_end": 101},
        ),
    ),
    "a_criterion_stands_once_in_a_rubric": lambda there: (
        like(there.criterion, {"key": "further"}),
        like(there.criterion, {}, {"title": "另一项"}),
    ),
    "a_criterion_counts_for_something": lambda there: (
        like(there.criterion, {"key": "further", "weight": Decimal("0.5"), "top": 1}),
        like(there.criterion, {"key": "further", "weight": 0}, {"key": "further", "top": 0}),
    ),
    "an_expert_is_assigned_once": lambda there: (
        like(there.assignment, {"expert": there.person}),
        like(there.assignment, {}, {"state": "replaced"}),
    ),
    "what_an_expert_handed_in_has_its_time": lambda there: (
        like(
            there.assignment,
            {"expert": there.person},
            {"expert": there.person, "state": "accepted", "handed_in_at": None},
        ),
        like(there.assignment, {"expert": there.person, "handed_in_at": None}),
    ),
    "a_criterion_is_marked_once": lambda there: (
        like(there.mark, {"criterion": there.free}),
        like(there.mark, {}, {"points": None}),
    ),
    "a_mark_lies_on_a_scale": lambda there: (
        like(there.mark, *({"criterion": there.free, "points": points} for points in (None, 0, 100))),
        like(
            there.mark,
            *({"criterion": there.free, "points": Decimal(points)} for points in ("-0.5", "100.5")),
        ),
    ),
    "a_talk_has_its_day_people_and_minutes": lambda there: (
        like(there.talk, {}, {"assignment": there.assignment, "held_on": None, "people": "", "minutes": ""}),
        like(there.talk, {"held_on": None}, {"people": ""}, {"minutes": ""}),
    ),
    "a_visit_has_people_and_minutes": lambda there: (
        like(there.visit, {}, {"kind": "defence", "place": "三号会议室"}),
        like(there.visit, {"people": ""}, {"minutes": ""}),
    ),
    "notices_of_a_round_are_numbered": lambda there: (
        like(there.notice, {"serial": 2}, {"round": there.next_round}),
        like(there.notice, {}, {"title": "更正公示"}),
    ),
    "a_notice_runs_after_its_publication": lambda there: (
        of_notice(there, (0, 1, 1), (0, 3, 9)),
        of_notice(there, (0, 0, 5), (1, 0, 5), (0, 2, 1)) + of_notice(there, (0, 1, 1), days=0),
    ),
    "who_objects_gives_name_contact_and_reasons": lambda there: (
        like(there.objection, {}, {"organisation": "学院工会"}),
        like(there.objection, {"name": ""}, {"contact": ""}, {"text": ""}),
    ),
    "an_objection_ends_with_its_answer": lambda there: (
        like(
            there.objection,
            {},
            {"state": "investigated", "minutes": "已约谈。"},
            there.answered,
            {**there.answered, "state": "upheld"},
            {**there.answered, "state": "set_aside", "minutes": ""},
        ),
        like(
            there.objection,
            *without(there.answered, "answer", "answered_at", "answered_by"),
            {**there.answered, "state": "received"},
            {**there.answered, "state": "investigated"},
            {"answer": "不成立。"},
        ),
    ),
    "what_was_investigated_has_minutes": lambda there: (
        like(there.objection, there.answered, {**there.answered, "state": "set_aside", "minutes": ""}),
        like(
            there.objection,
            {**there.answered, "minutes": ""},
            {**there.answered, "minutes": "", "state": "upheld"},
        ),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_database_keeps_each_rule(rule, there):
    assert_kept_both_ways(rule, *RULES[rule](there))
