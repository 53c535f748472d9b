"""The five conditions as they are shown wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext_lazy as _

from studios.conditions import Finding, say
from studios.models import Verdict

register = template.Library()

ARTICLES = {
    1: _("Article 3, first condition"),
    2: _("Article 3, second condition"),
    3: _("Article 3, third condition"),
    4: _("Article 3, fourth condition"),
    5: _("Article 3, fifth condition"),
}


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
                "article": ARTICLES[one.condition],
            }
            for one in found
        ]
    }
