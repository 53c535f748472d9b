"""The structure of a team (Art. 3, second condition) as figures: titles, education, ages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from studios.models import Member, Rank

AGES = ((35, "≤35"), (45, "36–45"), (55, "46–55"), (200, "≥56"))


@dataclass(frozen=True)
class Chart:
    """One chart: pairs of label and number of people, those without any left out."""

    title: Any
    pairs: list[tuple[str, int]]


def team_structure(members: Iterable[Member], on: date | None = None) -> list[Chart]:
    """Three charts over those of the members present on a day (today); none when there is nobody.

    Ages are counted by calendar year, as the condition counts them.
    """
    on = on or timezone.localdate()
    present = [member for member in members if member.is_present(on)]
    people = [(m.rank, m.degree, m.birth_year) for m in present]
    return structure(people, ranks=Rank.choices, degrees=Member.Degree.choices, on=on)


def structure(people: list[tuple[str, str, int | None]], *, ranks, degrees, on: date) -> list[Chart]:
    """The charts of people told as rank, degree and year of birth, each one of the given choices or empty."""
    if not people:
        return []
    held, degree, born = zip(*people, strict=True)
    years = [(words, _("%(years)s years") % {"years": words}) for _most, words in AGES]
    return [
        Chart(_("Titles"), _counted(ranks, held)),
        Chart(_("Structure of education"), _counted(degrees, degree)),
        Chart(_("Ages"), _counted(years, _ages(born, on))),
    ]


def _ages(born: Iterable[int | None], on: date) -> list[str]:
    ages = [on.year - year if year else None for year in born]
    return ["" if age is None else next(words for most, words in AGES if age <= most) for age in ages]


def _counted(choices, values: Iterable[str]) -> list[tuple[str, int]]:
    numbers = Counter(values)
    pairs = [(str(label), numbers[value]) for value, label in choices if numbers[value]]
    return [*pairs, (_("not stated"), numbers[""])] if numbers[""] else pairs
