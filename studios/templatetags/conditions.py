"""The five conditions as they are shown wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from studios.articles import link
from studios.conditions import ARTICLES, Finding, say
from studios.models import Verdict

register = template.Library()


@register.inclusion_tag("components/conditions.html")
def conditions(found: Iterable[Finding | Verdict]) -> dict:
    """Findings just worked out, or verdicts as stored: label, verdict, evidence, what is missing, article."""
    return {
        "conditions": [
            {
                "label": Verdict.Condition(one.condition).label,
                "look": one.value,
                "verdict": Verdict.Value(one.value).label,
                "evidence": [say(tuple(phrase)) for phrase in one.evidence],
                "missing": [say(tuple(phrase)) for phrase in one.missing],
                "article": link(ARTICLES[one.condition]),
            }
            for one in found
        ]
    }
