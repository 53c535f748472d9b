"""Where a unit stands: its path is the codes from the top of the university down to its own, ``/010/01001/``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import Unit

TOO_DEEP = _("Too many units stand above each other here. Choose a unit higher up.")
IN_A_RING = _("A unit cannot stand below itself.")
_LOCK = 1907  # of PostgreSQL's advisory locks, the one that stands for the tree


def lock() -> None:
    """Until the end of the transaction nobody else changes the tree: who asks later waits here and then reads it anew.

    A lock of rows would not do: two units that are put below each other at once are written by nobody but their own
    mover. SQLite has one writer anyway.

    :raises RuntimeError: outside a transaction.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("tree.lock() belongs inside the transaction that changes the tree")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def path_of(unit: Unit) -> str:
    """The path that the unit has once it is saved, as far as the parent in hand knows its own."""
    return f"{unit.parent.path if unit.parent else '/'}{unit.code}/"


def codes(path: str) -> set[str]:
    """``/1/2/`` → the codes ``1`` and ``2``: of the unit and of all above it."""
    return set(path.split("/")) - {""}


def prefixes(path: str) -> list[str]:
    """``/1/2/`` → ``/1/``, ``/1/2/``."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: i + 1]) + "/" for i in range(len(parts))]


def below(units: Iterable[Unit], way: str = "") -> Q:
    """What is of one of these units or of one below it; nothing where there are no units.

    :param way: how the query comes to the unit, such as ``"studio__unit__"``.
    """
    found = Q(pk__in=[])
    for unit in units:
        found |= Q(**{f"{way}path__startswith": unit.path})
    return found


def longest_path(unit: Unit) -> int:
    """How long the longest path becomes, of the unit and of those below it, once it is saved."""
    length = len(path_of(unit))
    if unit.pk:
        below = type(unit).objects.filter(path__startswith=unit.path)
        length += (below.aggregate(most=Max(Length("path")))["most"] or 0) - len(unit.path)
    return length
