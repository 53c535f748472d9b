"""Gathers what the five conditions need, and keeps the stored verdicts up to date."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Min, Sum
from django.utils import timezone

from studios.conditions import Evidence, Finding, HonourFact, MemberFact, ProjectFact, ResultFact, examine
from studios.models import HOLDS_TITLE, LIVE, Policy, Studio, Venue, Verdict
from studios.ruling import policy_for


def gather(studio: Studio, *, on: date) -> Evidence:
    """The evidence of a studio for a day, as it stands in the database now (7 queries)."""
    venue = Venue.objects.filter(studio=studio).first()
    since = None
    if studio.state in HOLDS_TITLE:
        first = studio.cycles.aggregate(first=Min("starts_on"))["first"]
        since = first.year if first else None
    return Evidence(
        honours=tuple(HonourFact(h.title, h.level, h.year, h.withdrawn_on) for h in studio.honours.all()),
        members=tuple(MemberFact(m.rank, m.degree, m.birth_year) for m in studio.members.present(on)),
        projects=tuple(ProjectFact(p.level, p.starts_on, p.ends_on) for p in studio.projects.all()),
        results=tuple(ResultFact(a.recognised_on) for a in studio.achievements.all()),
        address=venue.address if venue else "",
        area=venue.area if venue else None,
        budget=dict(studio.budget_lines.order_by().values_list("year").annotate(Sum("amount"))),
        since=since,
    )


def findings(studio: Studio, *, on: date, policy: Policy | None = None) -> list[Finding]:
    """The five findings on a studio on a day, by the policy that counts for it when none is given."""
    return examine(gather(studio, on=on), policy or policy_for(studio, on=on), on)


def refresh(studio: Studio, *, on: date) -> None:
    """Store the verdicts of a studio, so that lists over many studios only read."""
    with transaction.atomic():
        # Two commits at once refresh one after the other, and the second reads what the first left.
        Studio.objects.select_for_update(of=("self",)).get(pk=studio.pk)
        for finding in findings(studio, on=on):
            Verdict.objects.update_or_create(
                studio=studio,
                condition=finding.condition,
                defaults={
                    "value": finding.value,
                    "evidence": finding.evidence,
                    "missing": finding.missing,
                    "refreshed_at": timezone.now(),
                },
            )


def refresh_all(on: date) -> int:
    """Store the verdicts of every live studio; what beat runs each night. Returns how many studios."""
    count = 0
    for studio in Studio.objects.filter(state__in=LIVE).iterator(chunk_size=200):
        refresh(studio, on=on)
        count += 1
    return count
