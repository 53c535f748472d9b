"""What the database itself keeps of studios, their rows and their titles: each rule from either side."""

from datetime import date
from types import SimpleNamespace

import pytest

from studios.models import (
    BudgetLine,
    Cycle,
    Draft,
    Editor,
    IssuedPaper,
    Member,
    PartVersion,
    Policy,
    Presence,
    Project,
    Verdict,
)
from tests.constraints import assert_kept_both_ways, like, named_constraints
from tests.factories import StudioFactory, UserFactory
from tests.studios.certificates import certify

BEGIN, NEXT_DAY, END = date(2026, 5, 1), date(2026, 5, 2), date(2029, 4, 30)


@pytest.fixture
def there(db):
    """A named studio with one row of everything that stands once; ``policy``, ``project`` and ``budget_line`` are not
    there yet.
    """
    certificate, person = certify(), UserFactory()
    studio, cycle = certificate.studio, certificate.cycle
    next_cycle = Cycle.objects.create(
        studio=studio, number=2, policy=cycle.policy, starts_on=BEGIN, ends_on=END
    )
    (next_certificate,) = like(certificate, {"cycle": next_cycle, "serial": 2, "number": "2026-002"})
    return SimpleNamespace(
        studio=studio,
        other_studio=StudioFactory(),
        other=UserFactory(),
        cycle=cycle,
        certificate=certificate,
        next_certificate=next_certificate,
        editor=Editor.objects.create(studio=studio, user=person),
        member=Member.objects.create(studio=studio, user=person, name=person.name),
        draft=Draft.objects.create(studio=studio, part="team", row="members:0", user=person),
        version=PartVersion.objects.create(studio=studio, part="team", version=3),
        presence=Presence.objects.create(studio=studio, part="team", user=person),
        paper=IssuedPaper.objects.create(
            certificate=certificate, kind="plaque", file="issued/a.pdf", sha256="a" * 64, size=1
        ),
        verdict=Verdict.objects.create(studio=studio, condition=1, value="met"),
        policy=Policy(effective_on=date(2027, 1, 1), title="2027年版"),
        project=Project(studio=studio, name="装备可靠性提升", level="provincial"),
        budget_line=BudgetLine(studio=studio, year=2026, purpose="实验耗材", source="unit"),
    )


RUNS = {"starts_on": BEGIN, "ends_on": NEXT_DAY}


def within(there, least: int, most: int, *names: str) -> tuple[list, list]:
    """Policies at the ends of what a number may be, and one step further."""
    return (
        like(there.policy, *({name: number} for name in names for number in (least, most))),
        like(there.policy, *({name: number} for name in names for number in (least - 1, most + 1))),
    )


# Rule → rows inside it, rows outside it.
RULES = {
    "one_live_studio_a_lead": lambda there: (
        like(there.studio, {"lead": there.other}, {"state": "revoked"}, {"state": "closed"}),
        like(there.studio, {}, {"state": "candidate"}, {"state": "rectifying"}),
    ),
    "a_co_editor_is_named_once": lambda there: (
        like(there.editor, {"user": there.other}, {"studio": there.other_studio}),
        like(there.editor, {}, {"added_by": there.other}),
    ),
    "one_draft_a_form_and_person": lambda there: (
        like(
            there.draft,
            {"studio": there.other_studio},
            {"part": "place"},
            {"row": ""},
            {"user": there.other},
        ),
        like(there.draft, {}, {"data": {"name": "宋青"}}),
    ),
    "one_version_row_a_part": lambda there: (
        like(there.version, {"studio": there.other_studio}, {"part": "place"}),
        like(there.version, {}, {"version": 4}),
    ),
    "one_presence_a_part_and_person": lambda there: (
        like(there.presence, {"studio": there.other_studio}, {"part": "place"}, {"user": there.other}),
        like(there.presence, {}),
    ),
    "quorum_fits_the_experts": lambda there: (
        like(there.policy, {"experts_each": 5, "experts_quorum": 5}),
        like(there.policy, {"experts_each": 5, "experts_quorum": 6}),
    ),
    "policies_take_effect_until_2100": lambda there: (
        like(there.policy, {"effective_on": date(2100, 12, 31)}),
        like(there.policy, {"effective_on": date(2101, 1, 1)}, {"effective_on": date.max}),
    ),
    "a_cycle_has_one_to_ten_years": lambda there: within(there, 1, 10, "cycle_years"),
    "the_naming_day_is_in_every_year": lambda there: (
        like(there.policy, {"naming_month": 1, "naming_day": 1}, {"naming_month": 12, "naming_day": 28}),
        like(there.policy, {"naming_month": 0}, {"naming_month": 13}, {"naming_day": 0}, {"naming_day": 29}),
    ),
    "the_days_of_a_policy_can_be_waited_for": lambda there: (
        like(
            there.policy,
            {"endorse_days": 1, "notice_days": 1, "overdue_reminder_days": 1},
            {"endorse_days": 90, "notice_days": 60, "overdue_reminder_days": 365},
        ),
        like(
            there.policy,
            *({name: 0} for name in ("endorse_days", "notice_days", "overdue_reminder_days")),
            {"endorse_days": 91},
            {"notice_days": 61},
            {"overdue_reminder_days": 366},
        ),
    ),
    "a_ban_lasts_ten_years_at_most": lambda there: (
        like(there.policy, {"ban_after_refusal": 0, "ban_after_revocation": 10}),
        like(there.policy, {"ban_after_refusal": 11}, {"ban_after_revocation": 11}),
    ),
    "marks_and_shares_are_of_a_hundred": lambda there: (
        like(
            there.policy,
            {"pass_mark": 0, "excellent_percent": 0, "marks_apart": 1},
            {"pass_mark": 100, "excellent_percent": 100, "marks_apart": 100},
        ),
        like(
            there.policy,
            {"pass_mark": "100.01"},
            {"pass_mark": "-0.01"},
            {"excellent_percent": 101},
            {"marks_apart": "0.99"},
            {"marks_apart": "100.01"},
        ),
    ),
    "people_retire_between_40_and_80": lambda there: within(
        there, 40, 80, "retirement_male", "retirement_female"
    ),
    "a_member_is_listed_once": lambda there: (
        like(
            there.member,
            {"studio": there.other_studio},
            {"user": there.other},
            {"user": None},
            {"left_on": NEXT_DAY},
        ),
        like(there.member, {}, {"name": "王婷"}),
    ),
    "members_leave_after_they_join": lambda there: (
        like(
            there.member,
            {"joined_on": BEGIN, "left_on": BEGIN},
            {"joined_on": None, "left_on": BEGIN},
            {"joined_on": BEGIN, "user": there.other},
        ),
        like(there.member, {"joined_on": NEXT_DAY, "left_on": BEGIN}),
    ),
    "projects_end_after_they_start": lambda there: (
        like(there.project, {"starts_on": BEGIN, "ends_on": BEGIN}),
        like(there.project, {"starts_on": NEXT_DAY, "ends_on": BEGIN}),
    ),
    "funding_is_not_below_nought": lambda there: (
        like(there.project, *({**RUNS, "amount": amount} for amount in (None, 0, "0.01"))),
        like(there.project, {**RUNS, "amount": "-0.01"}),
    ),
    "budget_lines_are_above_nought": lambda there: (
        like(there.budget_line, {"amount": "0.01"}),
        like(there.budget_line, {"amount": 0}, {"amount": "-0.01"}),
    ),
    "cycles_are_numbered_once": lambda there: (
        like(there.cycle, {"number": 3}, {"studio": there.other_studio}),
        like(there.cycle, {}, {"number": 2}),
    ),
    "cycles_end_after_they_start": lambda there: (
        like(there.cycle, {"number": 3, "ends_on": NEXT_DAY}),
        like(there.cycle, {"number": 3, "ends_on": BEGIN}),
    ),
    "certificate_numbers_are_given_once": lambda there: (
        like(there.next_certificate, {}, {"serial": 1, "year": 2029}),
        like(there.next_certificate, {"serial": 1}),
    ),
    "certificates_end_after_they_start": lambda there: (
        like(there.next_certificate, {"ends_on": NEXT_DAY}),
        like(there.next_certificate, {"ends_on": BEGIN}),
    ),
    "a_revocation_has_day_and_reason": lambda there: (
        like(there.next_certificate, {}, {"revoked_on": END, "revoked_reason": "弄虚作假"}),
        like(there.next_certificate, {"revoked_on": END}, {"revoked_reason": "弄虚作假"}),
    ),
    "each_paper_is_made_once": lambda there: (
        like(there.paper, {"kind": "certificate"}),
        like(there.paper, {}, {"file": "issued/b.pdf"}),
    ),
    "one_verdict_a_condition": lambda there: (
        like(there.verdict, {"condition": 2}, {"studio": there.other_studio}),
        like(there.verdict, {}, {"value": "unmet"}),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_database_keeps_each_rule(rule, there):
    assert_kept_both_ways(rule, *RULES[rule](there))


def test_every_rule_is_in_the_table():
    assert set(RULES) == named_constraints("studios")
