"""What the database itself keeps of rounds, applications and signatures: each rule from either side.

Those of experts, notices and objections stand in :mod:`tests.reviews.test_constraints_of_judging`.
"""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from reviews.models import DecisionDocument, Endorsement, PaperForm, Part, PublicNotice, Round
from tests.constraints import assert_kept_both_ways, like, named_constraints
from tests.factories import ApplicationFactory, PolicyFactory, StudioFactory, UserFactory
from tests.reviews.test_constraints_of_judging import RULES as RULES_OF_JUDGING

DAY = date(2030, 3, 1)
THE_DAY_BEFORE, THE_DAY_AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
WINDOWS = ("opens_on", "closes_on", "endorse_by", "decide_by", "naming_on")


@pytest.fixture
def there(db):
    """An application that was handed in, with its recommendation given online and a stamped form that waits; a round
    and an application that are not there yet.
    """
    handed_in, person = ApplicationFactory(submitted=True), UserFactory()
    snapshot, now = handed_in.snapshot, timezone.now()
    policy = PolicyFactory()
    next_round = Round(year=2030, title="2030年评选", policy=policy, **dict.fromkeys(WINDOWS, DAY))
    stamped = PaperForm.objects.create(
        application=handed_in,
        snapshot=snapshot,
        uploaded_by=person,
        party_name="赵书恒",
        party_opinion="同意",
    )
    signed = Endorsement.objects.create(
        application=handed_in,
        part=Part.RECOMMENDATION,
        opinion="同意推荐",
        by=person,
        signatory=person.name,
        snapshot=snapshot,
    )
    document = DecisionDocument.objects.create(
        round=handed_in.round,
        year=2030,
        serial=5,
        number="校工〔2030〕5号",
        title="命名决定",
        named_on=DAY,
        issued_on=DAY,
        issued_by=person,
    )
    notice = PublicNotice.objects.create(
        round=handed_in.round,
        serial=1,
        title="公示",
        days=5,
        published_on=DAY,
        starts_on=THE_DAY_AFTER,
        ends_on=THE_DAY_AFTER,
        published_by=person,
    )
    (draft,) = like(
        handed_in, {"studio": StudioFactory(), "state": "draft", "submitted_at": None, "submitted_by": None}
    )
    return SimpleNamespace(
        handed_in=handed_in,
        snapshot=snapshot,
        correction=handed_in.corrections.model(
            application=handed_in, log=handed_in.log.last(), snapshot=snapshot, part="team"
        ),
        signed=signed,
        stamped=stamped,
        signed_on_paper=Endorsement.objects.create(
            application=handed_in,
            part=Part.PARTY,
            opinion="同意",
            signatory="赵书恒",
            snapshot=snapshot,
            paper=stamped,
        ),
        document=document,
        notice=notice,
        draft=draft,
        other=UserFactory(),
        next_round=next_round,
        handing_in={"submitted_at": now, "submitted_by": person},
        decided={"decision_text": "同意命名。", "decided_at": now, "decided_by": person},
        late={"late_until": DAY, "late_reason": "住院", "late_allowed_by": person},
    )


def without(given: dict) -> list[dict]:
    """As often as there are fields, all of them but one."""
    return [{key: value for key, value in given.items() if key != left_out} for left_out in given]


def in_year(year: int) -> dict:
    """A year with all its days within it."""
    return {"year": year, **dict.fromkeys(WINDOWS, date(year, 3, 1))}


def decisions(there, *pairs: tuple[str, str]) -> list[dict]:
    """What was handed in, decided and released, with each state and decision."""
    words = {**there.handing_in, **there.decided, "document": there.document, "notice": there.notice}
    words["released_at"] = there.decided["decided_at"]
    return [{**words, "state": state, "decision": decision} for state, decision in pairs]


STANDING = [("approved", "approve"), ("named", "approve"), ("held", "hold"), ("rejected", "reject")]
# Rule → rows inside it, rows outside it.
RULES = {
    "rounds_begin_in_2023": lambda there: (
        like(there.next_round, in_year(2023)),
        like(there.next_round, in_year(2022)),
    ),
    "rounds_are_held_until_2100": lambda there: (
        like(there.next_round, in_year(2100)),
        like(there.next_round, in_year(2101)),
    ),
    "the_days_of_a_round_are_near_its_year": lambda there: (
        like(there.next_round, {"opens_on": date(2029, 1, 1), "naming_on": date(2031, 12, 31)}),
        like(
            there.next_round,
            {"opens_on": date(2028, 12, 31)},
            {"opens_on": date(1, 1, 1)},
            {"naming_on": date(2032, 1, 1)},
            {"naming_on": date.max},
        ),
    ),
    "the_windows_of_a_round_follow_each_other": lambda there: (
        like(there.next_round, {}, {"opens_on": THE_DAY_BEFORE}, {"naming_on": THE_DAY_AFTER}),
        like(there.next_round, *({window: THE_DAY_AFTER} for window in WINDOWS[:-1]))
        + like(there.next_round, *({window: THE_DAY_BEFORE} for window in WINDOWS[1:])),
    ),
    "snapshots_are_numbered_once": lambda there: (
        like(there.snapshot, {"version": 2}),
        like(there.snapshot, {}, {"data": {}}),
    ),
    "a_return_has_a_reason": lambda there: (
        like(there.correction, {"reason": "请补充"}),
        like(there.correction, {"reason": ""}),
    ),
    "one_open_application_a_round": lambda there: (
        like(there.handed_in, {"state": "withdrawn"}, {"state": "refused"}, {"studio": StudioFactory()}),
        like(there.handed_in, {}, {"state": "draft"}, {"state": "returned", "returned_from": "submitted"}),
    ),
    "a_decision_comes_with_text_day_and_name": lambda there: (
        like(there.draft, {}, {"decision": "hold", **there.decided}),
        like(
            there.draft, {"decision": "hold"}, there.decided, *without({"decision": "hold", **there.decided})
        ),
    ),
    "a_late_entry_has_a_reason": lambda there: (
        like(there.draft, {}, there.late),
        like(there.draft, *without(there.late)),
    ),
    "what_was_handed_in_says_by_whom": lambda there: (
        like(there.draft, {}, {"state": "withdrawn"}, {"state": "submitted", **there.handing_in}),
        like(there.draft, *({"state": "submitted", **part} for part in ({}, *without(there.handing_in)))),
    ),
    "a_return_knows_where_from": lambda there: (
        like(there.draft, {"state": "returned", "returned_from": "submitted", **there.handing_in}),
        like(there.draft, {"state": "returned", **there.handing_in}),
    ),
    "a_named_studio_has_its_document": lambda there: (
        like(there.draft, *decisions(there, ("named", "approve"))),
        like(there.draft, *({**one, "document": None} for one in decisions(there, ("named", "approve")))),
    ),
    "what_was_decided_stands_in_its_state": lambda there: (
        like(
            there.draft,
            *decisions(
                there,
                ("approved", "approve"),
                ("named", "approve"),
                ("held", "hold"),
                ("rejected", "reject"),
                ("withdrawn", "hold"),
                ("proposed", "approve"),
            ),
            *({**one, "released_at": None} for one in decisions(there, ("proposed", "reject"))),
        ),
        like(
            there.draft,
            *decisions(
                there, ("approved", "hold"), ("named", "reject"), ("held", "approve"), ("rejected", "hold")
            ),
            *(
                {"state": state, "notice": there.notice, **there.handing_in}
                for state in ("approved", "held", "rejected", "proposed")
            ),
            *({**one, "released_at": None} for one in decisions(there, *STANDING)),
        ),
    ),
    "only_a_decision_is_released": lambda there: (
        like(there.draft, {}, *decisions(there, ("withdrawn", "hold"))),
        like(there.draft, {"released_at": timezone.now()}),
    ),
    "what_was_approved_stands_in_a_notice": lambda there: (
        like(there.draft, *decisions(there, ("approved", "approve"))),
        like(there.draft, *({**one, "notice": None} for one in decisions(there, ("approved", "approve")))),
    ),
    "document_numbers_are_given_once": lambda there: (
        like(
            there.document,
            {"number": "校工〔2030〕6号", "serial": 6},
            {"number": "校工〔2031〕5号", "year": 2031},
        ),
        like(there.document, {"number": "校工会〔2030〕5号"}),
    ),
    "each_part_is_signed_once": lambda there: (
        like(there.signed, {"by": there.other, "part": Part.ADMINISTRATION}),
        like(there.signed, {"by": there.other}),
    ),
    "three_parts_are_signed_by_three_people": lambda there: (
        like(there.signed, {"part": Part.ADMINISTRATION, "by": there.other}),
        like(there.signed, {"part": Part.ADMINISTRATION}),
    ),
    "three_people_sign_on_paper": lambda there: (
        like(there.signed_on_paper, {"part": Part.ADMINISTRATION, "signatory": "钱行知"}),
        like(there.signed_on_paper, {"part": Part.ADMINISTRATION}),
    ),
    "an_endorsement_has_opinion_and_name": lambda there: (
        like(there.signed, {"part": Part.ADMINISTRATION, "by": there.other}),
        like(
            there.signed,
            {"part": Part.ADMINISTRATION, "by": there.other, "opinion": ""},
            {"part": Part.ADMINISTRATION, "by": there.other, "signatory": ""},
        ),
    ),
    "an_endorsement_is_online_or_on_paper": lambda there: (
        like(
            there.signed,
            {"part": Part.ADMINISTRATION, "by": there.other},
            {"part": Part.ADMINISTRATION, "by": None, "paper": there.stamped},
        ),
        like(
            there.signed,
            {"part": Part.ADMINISTRATION, "by": None},
            {"part": Part.ADMINISTRATION, "by": there.other, "paper": there.stamped},
        ),
    ),
    "one_paper_form_waits_for_its_check": lambda there: (
        like(there.stamped, {"state": "checked"}, {"state": "turned_down"}),
        like(there.stamped, {}),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_database_keeps_each_rule(rule, there):
    assert_kept_both_ways(rule, *RULES[rule](there))


def test_every_rule_is_in_the_table():
    assert not set(RULES) & set(RULES_OF_JUDGING)
    assert set(RULES) | set(RULES_OF_JUDGING) == named_constraints("reviews")
