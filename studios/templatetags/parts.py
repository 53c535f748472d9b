"""The task list of a studio's papers, and how an article is cited."""

from __future__ import annotations

from django import template

from studios import parts
from studios.articles import link, link_in
from studios.models import Studio

register = template.Library()
register.filter("cite", link)
register.filter("cited", link_in)
register.filter("done", parts.complete)

LOOKS = {"complete": "met", "started": "risk", "to_correct": "unmet"}


@register.simple_tag
def tasks_of(studio: Studio, corrections: dict[str, str] | None = None) -> list[parts.Task]:
    """The parts of the papers with their state; ``corrections`` names those that came back, with the reason."""
    return parts.tasks(studio, corrections or None)


@register.simple_tag
def way_back(studio: Studio) -> parts.Way:
    """Where a part leads back to: the application it is filled in for, else the list of the parts."""
    return parts.way_back(studio)


@register.simple_tag
def standing_of(studio: Studio) -> str:
    """Why changes of the papers count for nothing at present; empty while they do."""
    return parts.standing(studio)


@register.filter
def look(progress: str) -> str:
    return LOOKS.get(progress, "")


@register.filter
def next_open(tasks: list[parts.Task]) -> parts.Task | None:
    """The part to go on with: the first that came back, else the first that is not complete."""
    back = [task for task in tasks if task.progress == parts.Progress.TO_CORRECT]
    unfinished = [task for task in tasks if task.progress != parts.Progress.COMPLETE]
    return (back or unfinished or [None])[0]
