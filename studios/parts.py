"""The seven parts of a studio's papers, as the task list shows them.

Six belong to this package; ``ledgers`` registers the results. A part knows how far it is filled in and what
is missing before the papers can be handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from studios.models import HOLDS_TITLE, KINDS, RuleDocument, Studio, Venue
from studios.models.belonging import present


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
    :param holds: the rows it asks after, by their name on ``Studio``; lets pages learn all of it in one
        query.
    """

    key: str
    title: str
    position: int
    article: str
    missing: Callable[[Studio], list[str]]
    begun: Callable[[Studio], bool]
    condition: int | None = None
    holds: tuple[str, ...] = ()

    def progress(self, studio: Studio) -> Progress:
        if not self.missing(studio):
            return Progress.COMPLETE
        return Progress.STARTED if self.begun(studio) else Progress.NOT_STARTED


@dataclass(frozen=True)
class Task:
    """One line of the task list; ``reason`` is why it came back, when it came back."""

    part: Part
    url: str
    progress: Progress
    reason: str = ""


@dataclass(frozen=True)
class Way:
    """Where the papers go from here: one button of the task list.

    :param back: what a part's link back says, when the papers are filled in on the way there.
    :param state: how what lies at the end of the way stands, in words; ``look`` as the state component takes it.
    """

    label: str
    url: str
    back: str = ""
    state: str = ""
    look: str = ""


_PARTS: dict[str, Part] = {}
_NOTES: list[Callable[[Studio, str], list[str]]] = []
_CORRECTIONS: list[Callable[[Studio], dict[str, str]]] = []
_WAYS: list[Callable] = []
_HOMES: list[Callable] = []
_STANDINGS: list[Callable[[Studio], str]] = []


def register(part: Part) -> None:
    _PARTS[part.key] = part


def all_parts() -> list[Part]:
    """The parts in the order of the form."""
    return sorted(_PARTS.values(), key=lambda part: part.position)


def get(key: str) -> Part:
    """:raises KeyError: for a key that no package has registered."""
    return _PARTS[key]


def register_notes(function: Callable[[Studio, str], list[str]]) -> Callable:
    """Register ``function(studio, part_key) -> sentences`` that stand beside a part, such as why it was returned."""
    _NOTES.append(function)
    return function


def notes(studio: Studio, key: str) -> list[str]:
    return [sentence for function in _NOTES for sentence in function(studio, key)]


def register_corrections(function: Callable[[Studio], dict[str, str]]) -> Callable:
    """Register ``function(studio) -> {part_key: reason}``: the parts that came back to be corrected."""
    _CORRECTIONS.append(function)
    return function


def corrections_of(studio: Studio) -> dict[str, str]:
    return {key: reason for function in _CORRECTIONS for key, reason in function(studio).items()}


def register_way(function: Callable) -> Callable:
    """Register ``function(studio, user) -> Way | None``: what can be done with the papers once they are filled in."""
    _WAYS.append(function)
    return function


def ways(studio: Studio, user) -> list[Way]:
    return [way for function in _WAYS if (way := function(studio, user))]


def register_home(function: Callable) -> Callable:
    """Register ``function(studio) -> Way | None``: what the papers are filled in for at present."""
    _HOMES.append(function)
    return function


def filled_in_for(studio: Studio) -> Way | None:
    """What the papers are filled in for at present, with how it stands; to be shown to who may see it."""
    return next((way for function in _HOMES if (way := function(studio))), None)


def register_standing(function: Callable[[Studio], str]) -> Callable:
    """Register ``function(studio) -> sentence``: why changes count for nothing now, or empty."""
    _STANDINGS.append(function)
    return function


def standing(studio: Studio) -> str:
    """The first such sentence, to stand above the papers."""
    return next((sentence for function in _STANDINGS if (sentence := function(studio))), "")


def heading(studio: Studio) -> str:
    """What the parts are called together: papers for an application, or what is kept of a studio that is named."""
    return _now("Records of the studio") if studio.state in HOLDS_TITLE else _now("Papers")


def way_back(studio: Studio) -> Way:
    """Where a part leads back to: to what the papers are filled in for, else to the list of the parts."""
    homes = [way for function in _HOMES if (way := function(studio)) and way.back]
    home = Way(heading(studio), reverse("studios:parts", args=[studio.pk]), heading(studio))
    return (homes or [home])[0]


def tasks(studio: Studio, corrections: dict[str, str] | None = None) -> list[Task]:
    """The task list of a studio.

    :param corrections: part key → reason, for the parts that came back to be corrected; asked of the
        packages when it is not given.
    """
    corrections = corrections_of(studio) if corrections is None else corrections
    return [
        Task(
            part,
            reverse("studios:part", args=[studio.pk, part.key]),
            Progress.TO_CORRECT if part.key in corrections else part.progress(studio),
            corrections.get(part.key, ""),
        )
        for part in all_parts()
    ]


def complete(tasks: list[Task]) -> int:
    """How many parts are complete."""
    return sum(task.progress == Progress.COMPLETE for task in tasks)


def with_holdings(studios):
    """The studios with their lead, unit and place, and with what the parts ask after, in one query."""
    relations = {name for part in all_parts() for name in part.holds}
    rows = {name: Studio._meta.get_field(name).related_model for name in relations}
    return studios.select_related("lead", "unit", "venue").annotate(
        **{
            f"holds_{name}": Exists(model._base_manager.filter(_counting(name), studio=OuterRef("pk")))
            for name, model in rows.items()
        },
        **{
            f"holds_rules_{kind}": Exists(RuleDocument.objects.filter(studio=OuterRef("pk"), kind=kind))
            for kind in RuleDocument.Kind.values
        },
    )


def remembered(studio: Studio, name: str, ask: Callable):
    """What ``ask()`` finds of a studio that :func:`with_holdings` fetched for a page, asked once; else asked anew."""
    known = vars(studio)
    if "holds_honours" not in known:
        return ask()
    if name not in known:
        known[name] = ask()
    return known[name]


def holds(studio: Studio, relation: str) -> bool:
    """Whether the studio has any such row; asks the database unless :func:`with_holdings` did."""
    known = vars(studio).get(f"holds_{relation}")
    return getattr(studio, relation).filter(_counting(relation)).exists() if known is None else known


def _counting(relation: str) -> Q:
    """Which rows count as held: members only while they belong to the team."""
    return present(timezone.localdate()) if relation == "members" else Q()


def _venue(studio: Studio) -> Venue | None:
    if "holds_budget_lines" in vars(studio):
        return getattr(studio, "venue", None)
    return Venue.objects.filter(studio=studio).first()


def _lead_missing(studio: Studio) -> list[str]:
    problems = []
    if not any(getattr(studio, kind) for kind in KINDS):
        problems.append(_now("Choose at least one kind of innovation."))
    if not studio.founded_on:
        problems.append(_now("Give the day the studio was founded."))
    if not studio.direction.strip():
        problems.append(_now("Describe the direction of work."))
    if not holds(studio, "honours"):
        problems.append(_now("Enter at least one honour of the lead."))
    return problems


def _team_missing(studio: Studio) -> list[str]:
    return [] if holds(studio, "members") else [_now("Enter the members of the team.")]


def _projects_missing(studio: Studio) -> list[str]:
    return [] if holds(studio, "projects") else [_now("Enter at least one project.")]


def _place_missing(studio: Studio) -> list[str]:
    venue = _venue(studio)
    problems = []
    if not (venue and venue.address.strip()):
        problems.append(_now("Give the address of the place."))
    if not (venue and venue.area):
        problems.append(_now("Give the floor area."))
    if not holds(studio, "budget_lines"):
        problems.append(_now("Enter the dedicated budget."))
    return problems


def _place_begun(studio: Studio) -> bool:
    venue = _venue(studio)
    return holds(studio, "budget_lines") or bool(venue and (venue.address or venue.area))


def _rules_missing(studio: Studio) -> list[str]:
    known = vars(studio)
    if "holds_budget_lines" in known:
        held = {kind for kind in RuleDocument.Kind.values if known[f"holds_rules_{kind}"]}
    else:
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
        lambda s: bool(s.direction or s.founded_on or holds(s, "honours")),
        condition=1,
        holds=("honours",),
    )
)
register(
    Part(
        "team",
        _("Team"),
        2,
        "3(2)",
        _team_missing,
        lambda s: holds(s, "members"),
        condition=2,
        holds=("members",),
    )
)
register(
    Part(
        "projects",
        _("Innovation projects"),
        3,
        "3(3)",
        _projects_missing,
        lambda s: holds(s, "projects"),
        condition=3,
        holds=("projects",),
    )
)
register(
    Part(
        "place",
        _("Place and budget"),
        5,
        "3(5)",
        _place_missing,
        _place_begun,
        condition=5,
        holds=("budget_lines",),
    )
)
register(
    Part(
        "rules",
        _("Rules of the studio"),
        6,
        "9",
        _rules_missing,
        lambda s: holds(s, "rule_documents"),
        holds=("rule_documents",),
    )
)
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
