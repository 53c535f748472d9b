"""The five conditions of Article 3: pure functions of evidence, policy and a day."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from studios.conditions import (
    Evidence,
    HonourFact,
    MemberFact,
    ProjectFact,
    ResultFact,
    examine,
    innovation_projects,
    innovation_results,
    innovation_team,
    led_by_model_worker,
    place_and_budget,
    say,
)
from studios.models import Policy

TODAY = date(2026, 3, 12)
POLICY = Policy(title="试行", effective_on=date(2022, 6, 16))


def honour(level="municipal", **fields):
    return HonourFact("劳动模范", level, 2018, **fields)


def member(rank="middle", born=1985):
    return MemberFact(rank, "master", born)


def project(starts, ends, level="provincial"):
    return ProjectFact(level, starts, ends)


# -- 1: led by a model worker


@pytest.mark.parametrize(
    ("level", "value"),
    [
        ("unit", "unmet"),
        ("university", "unmet"),
        ("municipal", "met"),
        ("provincial", "met"),
        ("national", "met"),
    ],
)
def test_an_honour_counts_from_the_municipal_level_on(level, value):
    assert led_by_model_worker(Evidence(honours=(honour(level),)), POLICY, TODAY).value == value


def test_without_any_honour_the_first_condition_is_not_met():
    assert led_by_model_worker(Evidence(), POLICY, TODAY).missing == (("no_honour", {"level": "municipal"}),)


@pytest.mark.parametrize(
    ("withdrawn", "value"),
    [(date(2026, 3, 13), "met"), (date(2026, 3, 12), "unmet"), (date(2025, 1, 1), "unmet")],
)
def test_an_honour_counts_until_the_day_it_is_withdrawn(withdrawn, value):
    evidence = Evidence(honours=(honour(withdrawn_on=withdrawn),))
    assert led_by_model_worker(evidence, POLICY, TODAY).value == value


def test_the_level_comes_from_the_policy():
    strict = Policy(honour_level="national")
    assert led_by_model_worker(Evidence(honours=(honour("provincial"),)), strict, TODAY).value == "unmet"


# -- 2: an innovation team


@pytest.mark.parametrize(("count", "value"), [(0, "unmet"), (2, "unmet"), (3, "judge"), (12, "judge")])
def test_three_members_are_needed_and_their_structure_is_for_experts(count, value):
    assert innovation_team(Evidence(members=(member(),) * count), POLICY, TODAY).value == value


def test_35_is_counted_by_calendar_year_and_an_unknown_birth_as_nobody_young():
    members = (member(born=1991), member(born=1990), member(born=None, rank="senior"))
    finding = innovation_team(Evidence(members=members), POLICY, TODAY)
    assert finding.evidence == (("team", {"members": 3, "senior": 1, "young": 1}),)


# -- 3: projects in each year


@pytest.mark.parametrize(
    ("starts", "ends", "value"),
    [
        (date(2026, 12, 31), date(2027, 1, 1), "met"),
        (date(2020, 1, 1), date(2026, 1, 1), "met"),
        (date(2020, 1, 1), date(2025, 12, 31), "unmet"),
        (date(2027, 1, 1), date(2028, 1, 1), "unmet"),
    ],
)
def test_a_candidate_owes_a_project_that_runs_on_any_day_of_this_year(starts, ends, value):
    assert innovation_projects(Evidence(projects=(project(starts, ends),)), POLICY, TODAY).value == value


def test_a_project_below_the_provincial_level_does_not_count():
    low = project(date(2026, 1, 1), date(2026, 12, 31), level="municipal")
    assert innovation_projects(Evidence(projects=(low,)), POLICY, TODAY).value == "unmet"


def test_a_named_studio_has_until_the_end_of_the_year_for_this_years_project():
    earlier = project(date(2024, 1, 1), date(2025, 12, 31))
    finding = innovation_projects(Evidence(projects=(earlier,), since=2024), POLICY, TODAY)
    assert (finding.value, finding.missing) == (
        "risk",
        (("project_due", {"level": "provincial", "year": 2026}),),
    )


def test_a_named_studio_that_missed_an_earlier_year_does_not_meet_the_condition():
    gap = (project(date(2024, 1, 1), date(2024, 12, 31)), project(date(2026, 1, 1), date(2026, 12, 31)))
    finding = innovation_projects(Evidence(projects=gap, since=2024), POLICY, TODAY)
    assert (finding.value, finding.missing) == (
        "unmet",
        (("no_project", {"level": "provincial", "year": 2025}),),
    )


def test_a_studio_named_for_a_later_year_owes_this_year_only():
    assert innovation_projects(Evidence(since=2027), POLICY, TODAY).value == "risk"


# -- 4: recognised results in every two years


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2024, 3, 12), "unmet"),
        (date(2024, 3, 13), "met"),
        (date(2026, 3, 12), "met"),
        (date(2026, 3, 13), "unmet"),
        (None, "unmet"),
    ],
)
def test_a_result_counts_for_two_years_from_its_recognition(day, value):
    assert innovation_results(Evidence(results=(ResultFact(day),)), POLICY, TODAY).value == value


def test_two_years_before_29_february_are_28_february():
    leap = date(2028, 2, 29)
    assert (
        innovation_results(Evidence(results=(ResultFact(date(2026, 2, 28)),)), POLICY, leap).value == "unmet"
    )
    assert innovation_results(Evidence(results=(ResultFact(date(2026, 3, 1)),)), POLICY, leap).value == "met"


def test_one_result_is_enough_and_two_are_the_aim():
    one = innovation_results(Evidence(results=(ResultFact(date(2026, 1, 1)),)), POLICY, TODAY)
    two = innovation_results(Evidence(results=(ResultFact(date(2026, 1, 1)),) * 2), POLICY, TODAY)
    assert (one.evidence[0][0], two.evidence[0][0]) == ("results_below_aim", "results")


@pytest.mark.parametrize(
    ("today", "recognised", "lapses"),
    [
        (date(2026, 3, 12), date(2024, 3, 28), "2026-09-01"),
        (date(2026, 7, 1), date(2024, 7, 28), "2027-01-01"),
        (date(2026, 12, 31), date(2025, 1, 15), "2027-06-01"),
    ],
)
def test_a_named_studio_is_warned_half_a_year_before_its_last_result_runs_out(today, recognised, lapses):
    finding = innovation_results(Evidence(results=(ResultFact(recognised),), since=2024), POLICY, today)
    assert (finding.value, finding.missing[0][1]["day"]) == ("risk", lapses)


def test_a_candidate_is_not_warned_of_results_that_run_out():
    evidence = Evidence(results=(ResultFact(date(2024, 3, 28)),))
    assert innovation_results(evidence, POLICY, TODAY).value == "met"


# -- 5: a place and money


def test_place_and_budget_of_this_year_meet_the_condition():
    evidence = Evidence(address="机械楼 A415", area=Decimal("86.0"), budget={2026: Decimal("20000")})
    finding = place_and_budget(evidence, POLICY, TODAY)
    assert (finding.value, finding.missing) == ("met", ())
    assert finding.evidence[0] == ("place", {"address": "机械楼 A415", "area": "86"})


@pytest.mark.parametrize(
    ("evidence", "missing"),
    [
        (Evidence(area=Decimal(86), budget={2026: Decimal(1)}), {"no_address"}),
        (Evidence(address="A415", budget={2026: Decimal(1)}), {"no_area"}),
        (Evidence(address="A415", area=Decimal(86), budget={2025: Decimal(1)}), {"no_budget"}),
        (Evidence(), {"no_address", "no_area", "no_budget"}),
    ],
)
def test_what_is_missing_of_place_and_budget_is_named(evidence, missing):
    finding = place_and_budget(evidence, POLICY, TODAY)
    assert (finding.value, {key for key, _figures in finding.missing}) == ("unmet", missing)


# -- all five


def test_the_five_stand_in_the_order_of_the_article_each_with_its_item():
    assert [finding.article for finding in examine(Evidence(), POLICY, TODAY)] == [
        f"3({n})" for n in range(1, 6)
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_phrase_makes_a_sentence(language):
    evidence = Evidence(
        honours=(honour(),),
        members=(member(),),
        projects=(project(date(2026, 1, 1), date(2026, 2, 1)),),
        results=(ResultFact(date(2026, 1, 1)),),
        address="A415",
        area=Decimal(86),
        budget={2026: Decimal(20000)},
    )
    with translation.override(language):
        for given in (evidence, Evidence()):
            for finding in examine(given, POLICY, TODAY):
                for phrase in (*finding.evidence, *finding.missing):
                    assert "%" not in say(phrase).replace("%%", "")
