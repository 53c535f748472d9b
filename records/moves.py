"""Guarded state changes and their log.

A model that moves names its states as ``TextChoices``, its legal moves in one table ``MOVES`` and its log
model's related name in ``LOG``. A verb on the model (``application.accept(by=user)``) says what is stamped
and calls
:meth:`Movable.move`, which is the only place where a state is written.
"""

from __future__ import annotations

from collections.abc import Set
from contextlib import contextmanager
from typing import ClassVar, NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class DomainError(Exception):
    """Something a person may not do, or not now; ``str(error)`` is a sentence for that person.

    :param problems: what is missing, one sentence each, when there is more than one thing to say.
    """

    def __init__(self, message: str, problems: tuple[str, ...] = ()):
        super().__init__(message)
        self.problems = tuple(problems)


class IllegalMove(DomainError):
    """The row is not, or no longer, in a state from which this move starts."""


class Moves(NamedTuple):
    """One legal move: the states it starts from and the states it may end in."""

    origins: frozenset[str]
    targets: frozenset[str]


def moves(**table: tuple[Set, Set | str]) -> dict[str, Moves]:
    """The table of legal moves, written as ``verb=({from, …}, to)`` or ``verb=({from, …}, {to, …})``."""
    return {
        verb: Moves(frozenset(origins), frozenset({targets} if isinstance(targets, str) else targets))
        for verb, (origins, targets) in table.items()
    }


class Movable(models.Model):
    """A row with a ``state`` that changes by :meth:`move` only."""

    MOVES: ClassVar[dict[str, Moves]] = {}
    LOG: ClassVar[str] = "log"

    class Meta:
        abstract = True

    def can_move(self, verb: str) -> bool:
        return self.state in self.MOVES[verb].origins

    def move(self, verb: str, *, by, note: str = "", to: str | None = None, **stamps) -> models.Model:
        """Change the state by ``verb`` and write the log row, both or neither.

        The change is one ``UPDATE … WHERE state IN (origins)``: of two people who press at once, or of a
        stale page and a fresh one, exactly one moves the row.

        :param by: the user who acts, or None when the calendar does.
        :param to: which of several targets; may be left out when the table names one.
        :param stamps: further fields written with the state.
        :returns: the log row.
        :raises IllegalMove: when the row is in no state from which ``verb`` starts.
        """
        legal = self.MOVES[verb]
        target = to if to is not None else next(iter(legal.targets))
        if target not in legal.targets:
            raise ValueError(f"{verb} does not end in {target}")
        origin = self.state
        with transaction.atomic():
            rows = type(self)._base_manager.filter(pk=self.pk, state__in=legal.origins)
            # Among several origins the log has to name the true one, so the row must still be where we
            # saw it.
            moved = origin in legal.origins and rows.filter(state=origin).update(state=target, **stamps)
            if not moved:
                raise IllegalMove(self.why_not(verb))
            self.state = target
            for field, value in stamps.items():
                setattr(self, field, value)
            return getattr(self, self.LOG).create(
                actor=by, verb=verb, from_state=origin, to_state=target, note=note, at=timezone.now()
            )

    @contextmanager
    def locked(self, verb: str):
        """Hold the row while ``verb`` is prepared; gives the row as it stands now.

        :raises IllegalMove: when it is in no state (any more) from which the verb starts.
        """
        with transaction.atomic():
            row = type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
            if not row.can_move(verb):
                raise IllegalMove(self.why_not(verb))
            self.state = row.state
            yield row

    def why_not(self, verb: str) -> str:
        """The sentence for a move that came too late or too early, with where the row stands now."""
        now = type(self)._base_manager.filter(pk=self.pk).values_list("state", flat=True).first()
        label = dict(type(self)._meta.get_field("state").flatchoices).get(now, "")
        return _("This is not possible now: the current state is “%(state)s”. Nothing was changed.") % {
            "state": label
        }


class MoveLog(models.Model):
    """Who moved it, when, from where to where, with what words. Rows are written once and never changed."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=gettext_lazy("who"),
    )
    verb = models.CharField(gettext_lazy("move"), max_length=30)
    from_state = models.CharField(gettext_lazy("from state"), max_length=20)
    to_state = models.CharField(gettext_lazy("to state"), max_length=20)
    note = models.TextField(gettext_lazy("comment"), blank=True)
    at = models.DateTimeField(gettext_lazy("when"), default=timezone.now)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]
