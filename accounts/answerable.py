"""Who answers for something in the portal: whoever signs in as them acts in their name.

Each package says for its own, in its ``permissions.py``::

    @answerable
    def leads_of_live_studios():
        return Studio.objects.live().values("lead")
"""

from __future__ import annotations

from collections.abc import Callable

ANSWERABLE: list[Callable] = []


def answerable(function: Callable) -> Callable:
    """Register a function that gives a query of the keys of people."""
    ANSWERABLE.append(function)
    return function
