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
    present = [
        m for m in members if not (m.left_on and m.left_on <= on) and not (m.joined_on and m.joined_on > on)
    ]
    if not present:
        return []
    return [
        Chart(
            _("Titles"),
            _counted([(value, label) for value, label in Rank.choices], [m.rank for m in present]),
        ),
        Chart(_("Structure of education"), _counted(Member.Degree.choices, [m.degree for m in present])),
        Chart(
            _("Ages"),
            _counted(
                [(words, _("%(years)s years") % {"years": words}) for _most, words in AGES],
                _ages(present, on),
            ),
        ),
    ]


def _ages(members: list[Member], on: date) -> list[str]:
    ages = [on.year - member.birth_year if member.birth_year else None for member in members]
    return ["" if age is None else next(words for most, words in AGES if age <= most) for age in ages]


def _counted(choices, values: list[str]) -> list[tuple[str, int]]:
    numbers = Counter(values)
    pairs = [(str(label), numbers[value]) for value, label in choices if numbers[value]]
    return [*pairs, (_("not stated"), numbers[""])] if numbers[""] else pairs
