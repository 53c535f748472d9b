"""What is to be done, by whom: each package says its part, the home page and the office's index gather it.

A package writes a module ``agenda.py``, which is found by itself::

    from records import agenda

    @agenda.tasks
    def corrections(user, on):
        for application in Application.objects.returned().of(user):
            yield agenda.Task(_("Correct …"), url, due=application.correct_by)

    @agenda.queues
    def completeness(user, on):
        if user.has_role(RoleCode.UNION_STAFF):
            yield agenda.Queue(_("To be checked"), Application.objects.recommended().count(), url)

Each function runs on every home page of everybody: ask for the role first, then one query at most.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One thing that waits for this person, what it is about, where it is done, and by when."""

    title: str
    url: str
    detail: str = ""
    due: dt.date | None = None


@dataclass(frozen=True)
class Queue:
    """A list of the office that somebody works through: how many wait, how many of them are late; and how many more
    stand in the list that this person has to leave to others (``aside``).
    """

    title: str
    count: int
    url: str
    detail: str = ""
    late: int = 0
    aside: int = 0


@dataclass(frozen=True)
class Figure:
    """One large figure and the list behind it.

    :ivar parts: the figures that add up to this one, each with its own list.
    """

    value: str | int
    label: str
    url: str
    late: bool = False
    parts: tuple[Figure, ...] = ()


class Registry:
    """Functions ``(user, on) -> items`` in the order in which they were registered; used as a decorator."""

    def __init__(self):
        self.functions: list[Callable[..., Iterable]] = []

    def __call__(self, function: Callable[..., Iterable]) -> Callable[..., Iterable]:
        self.functions.append(function)
        return function

    def of(self, user, on: dt.date) -> Iterator:
        """Everything the packages say to this person on that day."""
        for function in self.functions:
            yield from function(user, on)


tasks = Registry()
queues = Registry()
figures = Registry()


def tasks_of(user, on: dt.date) -> list[Task]:
    """What waits for the person, the earliest due first, what has no date last."""
    return sorted(tasks.of(user, on), key=lambda task: (task.due is None, task.due or on))
