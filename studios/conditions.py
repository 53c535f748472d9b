"""The five basic conditions of Article 3, as five small pure functions.

Each takes the :class:`Evidence`, the policy in force and a day, and returns a :class:`Finding`. Nothing
here reads the database or the clock. Findings carry phrase keys and figures, not sentences, so that a
stored verdict reads in whatever language it is shown in; :func:`say` makes the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from studios.levels import Level, reaches
from studios.models.title import Verdict

Condition = Verdict.Condition
Value = Verdict.Value

ARTICLES = {condition: f"3({condition.value})" for condition in Condition}


@dataclass(frozen=True)
class HonourFact:
    title: str
    level: str
    year: int
    withdrawn_on: date | None = None


@dataclass(frozen=True)
class MemberFact:
    """Somebody who belongs to the team on the day."""

    rank: str
    degree: str
    birth_year: int | None


@dataclass(frozen=True)
class ProjectFact:
    level: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class ResultFact:
    recognised_on: date | None


@dataclass(frozen=True)
class Evidence:
    """What is known of a studio: ``since`` is the first year in which it owes a project (its naming), None for
    a candidate.
    """

    honours: tuple[HonourFact, ...] = ()
    members: tuple[MemberFact, ...] = ()
    projects: tuple[ProjectFact, ...] = ()
    results: tuple[ResultFact, ...] = ()
    address: str = ""
    area: Decimal | None = None
    budget: dict[int, Decimal] = field(default_factory=dict)
    since: int | None = None


Phrase = tuple[str, dict]


@dataclass(frozen=True)
class Finding:
    """The verdict on one condition: what speaks for it, and what is missing."""

    condition: Condition
    value: Value
    evidence: tuple[Phrase, ...] = ()
    missing: tuple[Phrase, ...] = ()

    @property
    def article(self) -> str:
        return ARTICLES[self.condition]


PHRASES = {
    "honour": _("%(year)s, %(title)s (%(level)s)"),
    "no_honour": _("An honour of the lead at %(level)s or above is missing."),
    "team": _("%(members)s members, %(senior)s with senior titles, %(young)s aged 35 or under"),
    "few_members": _("The team needs at least %(least)s members besides the lead; there are %(members)s."),
    "projects": _("%(count)s projects at %(level)s or above run in %(year)s"),
    "no_project": _("No project at %(level)s or above runs in %(year)s."),
    "project_due": _("No project at %(level)s or above runs in %(year)s yet; enter one by 31 December."),
    "results": _("%(count)s recognised results in the last two years"),
    "results_below_aim": _("%(count)s recognised results in the last two years; the aim is %(aim)s"),
    "few_results": _(
        "At least %(least)s results recognised by somebody outside are needed in every two years; "
        "there are %(count)s."
    ),
    "results_lapse": _(
        "After %(day)s the two-year window holds %(count)s recognised results; at least %(least)s are needed."
    ),
    "place": _("%(address)s, %(area)s m²"),
    "budget": _("Budget for %(year)s: %(amount)s yuan"),
    "no_address": _("The address of the place is missing."),
    "no_area": _("The floor area is missing."),
    "no_budget": _("The dedicated budget for %(year)s is missing."),
}


def say(phrase: Phrase) -> str:
    """The sentence for a phrase, in the reader's language."""
    key, figures = phrase
    shown = {name: Level(value).label if name == "level" else value for name, value in figures.items()}
    return PHRASES[key] % shown


def tally(values: Iterable[str]) -> tuple[str, str]:
    """How many conditions are met, of how many, and the words for it: ``4 / 5`` and “met, 1 for expert judgement”.

    What is left to experts is neither met nor missing, and so it is counted by itself.
    """
    values = list(values)
    met, judged = values.count(Value.MET), values.count(Value.JUDGE)
    words = _now("met, %(judged)s for expert judgement") % {"judged": judged} if judged else _now("Met")
    return f"{met} / {len(values)}", words


def led_by_model_worker(evidence: Evidence, policy, on: date) -> Finding:
    """At least one honour at the policy's level or above that has not been withdrawn (Art. 3, first
    condition).
    """
    counting = [
        honour
        for honour in evidence.honours
        if reaches(honour.level, policy.honour_level)
        and not (honour.withdrawn_on and honour.withdrawn_on <= on)
    ]
    if not counting:
        return Finding(Condition.LEAD, Value.UNMET, missing=(("no_honour", {"level": policy.honour_level}),))
    best = sorted(counting, key=lambda honour: honour.year, reverse=True)
    return Finding(
        Condition.LEAD,
        Value.MET,
        tuple(("honour", {"year": h.year, "title": h.title, "level": h.level}) for h in best),
    )


def innovation_team(evidence: Evidence, policy, on: date) -> Finding:
    """Enough members; whether their structure is “relatively rational” is for experts (Art. 3, second
    condition).
    """
    present = evidence.members
    figures = {
        "members": len(present),
        "senior": sum(member.rank == "senior" for member in present),
        "young": sum(
            member.birth_year is not None and on.year - member.birth_year <= 35 for member in present
        ),
    }
    seen = (("team", figures),) if present else ()
    if len(present) < policy.members_least:
        short = {"least": policy.members_least, "members": len(present)}
        return Finding(Condition.TEAM, Value.UNMET, seen, (("few_members", short),))
    return Finding(Condition.TEAM, Value.JUDGE, seen)


def innovation_projects(evidence: Evidence, policy, on: date) -> Finding:
    """Enough projects at the policy's level in each year (Art. 3, third condition).

    A candidate owes the current year; a named studio owes each year since it was named, and has until 31
    December for the current one.
    """
    years = range(min(evidence.since or on.year, on.year), on.year + 1)
    counts = {
        year: sum(
            reaches(p.level, policy.project_level) and p.starts_on.year <= year <= p.ends_on.year
            for p in evidence.projects
        )
        for year in years
    }
    level = policy.project_level
    seen = tuple(("projects", {"count": n, "level": level, "year": year}) for year, n in counts.items() if n)
    short = [year for year, n in counts.items() if n < policy.projects_a_year]
    if not short:
        return Finding(Condition.PROJECTS, Value.MET, seen)
    if short == [on.year] and evidence.since is not None:
        return Finding(
            Condition.PROJECTS, Value.RISK, seen, (("project_due", {"level": level, "year": on.year}),)
        )
    return Finding(
        Condition.PROJECTS,
        Value.UNMET,
        seen,
        tuple(("no_project", {"level": level, "year": year}) for year in short),
    )


def innovation_results(evidence: Evidence, policy, on: date) -> Finding:
    """Enough results recognised by somebody outside within the two years up to the day (Art. 3, fourth
    condition).

    At risk: still enough, but not in half a year unless a further one comes.
    """
    count = results_within(evidence.results, on)
    least, aim = policy.results_in_two_years, policy.results_aim
    if count < least:
        return Finding(
            Condition.RESULTS, Value.UNMET, missing=(("few_results", {"least": least, "count": count}),)
        )
    key = "results" if count >= aim else "results_below_aim"
    seen = ((key, {"count": count, "aim": aim}),)
    if evidence.since is not None:
        later = date(on.year + (on.month > 6), (on.month + 5) % 12 + 1, 1)
        left = sum(
            _years_before(later, 2) < r.recognised_on <= on for r in evidence.results if r.recognised_on
        )
        if left < least:
            lapse = {"day": later.isoformat(), "count": left, "least": least}
            return Finding(Condition.RESULTS, Value.RISK, seen, (("results_lapse", lapse),))
    return Finding(Condition.RESULTS, Value.MET, seen)


def results_within(results: tuple[ResultFact, ...], on: date) -> int:
    """Recognised results in the two years that end on the day."""
    since = _years_before(on, 2)
    return sum(since < result.recognised_on <= on for result in results if result.recognised_on)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def place_and_budget(evidence: Evidence, policy, on: date) -> Finding:
    """A fixed place and a dedicated budget for the current year (Art. 3, fifth condition)."""
    missing: list[Phrase] = []
    seen: list[Phrase] = []
    if evidence.address and evidence.area:
        seen.append(("place", {"address": evidence.address, "area": f"{evidence.area.normalize():f}"}))
    if not evidence.address:
        missing.append(("no_address", {}))
    if not evidence.area:
        missing.append(("no_area", {}))
    if amount := evidence.budget.get(on.year):
        seen.append(("budget", {"year": on.year, "amount": f"{amount:,.2f}"}))
    else:
        missing.append(("no_budget", {"year": on.year}))
    return Finding(Condition.MEANS, Value.UNMET if missing else Value.MET, tuple(seen), tuple(missing))


RULES = (led_by_model_worker, innovation_team, innovation_projects, innovation_results, place_and_budget)


def examine(evidence: Evidence, policy, on: date) -> list[Finding]:
    """The five findings, in the order of Article 3."""
    return [rule(evidence, policy, on) for rule in RULES]
