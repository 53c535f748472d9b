"""Which version of the policy counts for a studio: the one that was in force when its cycle or its round was opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from studios.models import HOLDS_TITLE, Policy, Studio

_ROUNDS: list[Callable[[Studio], Policy | None]] = []


def register_round(function: Callable[[Studio], Policy | None]) -> Callable:
    """Register ``function(studio)``, which gives the policy of the round in which a studio applies, or None."""
    _ROUNDS.append(function)
    return function


def policy_for(studio: Studio, *, on: date) -> Policy:
    """The policy by which a studio is measured on a day.

    With a title it is the one of its cycle, without it that of the round in which it applies, else the version in
    force.

    :raises Policy.DoesNotExist: when it comes to the last and no version has taken effect by then.
    """
    if studio.state in HOLDS_TITLE:
        cycles = list(studio.cycles.select_related("policy").order_by("number"))
        begun = [cycle for cycle in cycles if cycle.starts_on <= on]
        if cycles:
            return (begun[-1] if begun else cycles[0]).policy
    else:
        for function in _ROUNDS:
            if policy := function(studio):
                return policy
    return Policy.objects.in_force(on)
