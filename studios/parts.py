"""The seven parts of a studio's papers, as the task list shows them.

Six belong to this package; ``ledgers`` registers the results. A part knows how far it is filled in and
what is
missing before the papers can be handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from studios.models import KINDS, RuleDocument, Studio, Venue


class Progress(models.TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    STARTED = "started", _("In progress")
    COMPLETE = "complete", _("Complete")
    TO_CORRECT = "to_correct", _("To be corrected")


@dataclass(frozen=True)
class Part:
    """One part: ``missing`` says what still has to be entered, ``begun`` whether anything is there.

    :param condition: the number of the condition of Article 3 it gives evidence for, if any.
    :param article: the article it rests on.
    """

    key: str
    title: str
    position: int
    article: str
    missing: Callable[[Studio], list[str]]
    begun: Callable[[Studio], bool]
    condition: int | None = None

    def progress(self, studio: Studio) -> Progress:
        if not self.missing(studio):
            return Progress.COMPLETE
        return Progress.STARTED if self.begun(studio) else Progress.NOT_STARTED


_PARTS: dict[str, Part] = {}


def register(part: Part) -> None:
    _PARTS[part.key] = part


def all_parts() -> list[Part]:
    """The parts in the order of the form."""
    return sorted(_PARTS.values(), key=lambda part: part.position)


def get(key: str) -> Part:
    """:raises KeyError: for a key that no package has registered."""
    return _PARTS[key]


def _lead_missing(studio: Studio) -> list[str]:
    problems = []
    if not any(getattr(studio, kind) for kind in KINDS):
        problems.append(_now("Choose at least one kind of innovation."))
    if not studio.founded_on:
        problems.append(_now("Give the day the studio was founded."))
    if not studio.direction.strip():
        problems.append(_now("Describe the direction of work."))
    if not studio.honours.exists():
        problems.append(_now("Enter at least one honour of the lead."))
    return problems


def _team_missing(studio: Studio) -> list[str]:
    return [] if studio.members.filter(left_on=None).exists() else [_now("Enter the members of the team.")]


def _projects_missing(studio: Studio) -> list[str]:
    return [] if studio.projects.exists() else [_now("Enter at least one project.")]


def _place_missing(studio: Studio) -> list[str]:
    venue = Venue.objects.filter(studio=studio).first()
    problems = []
    if not (venue and venue.address.strip()):
        problems.append(_now("Give the address of the place."))
    if not (venue and venue.area):
        problems.append(_now("Give the floor area."))
    if not studio.budget_lines.exists():
        problems.append(_now("Enter the dedicated budget."))
    return problems


def _rules_missing(studio: Studio) -> list[str]:
    held = set(studio.rule_documents.values_list("kind", flat=True))
    lacking = [str(label) for kind, label in RuleDocument.Kind.choices if kind not in held]
    return (
        [_now("Rules are missing for: %(kinds)s.") % {"kinds": _now(", ").join(lacking)}] if lacking else []
    )


PLAN = ("plan_goals", "plan_first_year", "plan_second_year", "plan_third_year", "plan_outcomes")


def _plan_missing(studio: Studio) -> list[str]:
    return [
        _now("Fill in “%(field)s”.") % {"field": studio._meta.get_field(field).verbose_name}
        for field in PLAN
        if not getattr(studio, field).strip()
    ]


register(
    Part(
        "lead",
        _("Lead and honours"),
        1,
        "3(1)",
        _lead_missing,
        lambda s: bool(s.direction or s.founded_on or s.honours.exists()),
        condition=1,
    )
)
register(Part("team", _("Team"), 2, "3(2)", _team_missing, lambda s: s.members.exists(), condition=2))
register(
    Part(
        "projects",
        _("Innovation projects"),
        3,
        "3(3)",
        _projects_missing,
        lambda s: s.projects.exists(),
        condition=3,
    )
)
register(
    Part(
        "place",
        _("Place and budget"),
        5,
        "3(5)",
        _place_missing,
        lambda s: (
            s.budget_lines.exists() or Venue.objects.filter(studio=s).exclude(address="", area=None).exists()
        ),
        condition=5,
    )
)
register(Part("rules", _("Rules of the studio"), 6, "9", _rules_missing, lambda s: s.rule_documents.exists()))
register(
    Part(
        "plan",
        _("Three-year plan"),
        7,
        "12",
        _plan_missing,
        lambda s: any(getattr(s, f).strip() for f in PLAN),
    )
)
