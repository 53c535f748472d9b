"""A template of ours that asks for a variable nobody gave it fails the test that renders it."""

import sys
from pathlib import Path

from django.conf import settings
from django.template.base import FilterExpression, Node, Variable

FALLBACKS = {"default", "default_if_none"}


class UndefinedVariable(Exception):
    """Named in the message: the variable and the template that asks for it."""


class FailsWhenAsked(str):
    """Stands as ``string_if_invalid``: an empty string that Django asks for its truth before it uses it.

    Templates of other packages (the admin's lean on undefined variables) get the empty string as always, and
    so does an expression that names its own fallback.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        frame = sys._getframe(1)
        expression = frame.f_locals.get("self")
        if frame.f_code.co_name != "resolve" or not isinstance(expression, FilterExpression):
            return False
        if not isinstance(expression.var, Variable):
            return False
        if expression.filters and expression.filters[0][0].__name__ in FALLBACKS:
            return False
        origin = where_it_stands(frame)
        if origin is not None and ours(origin):
            raise UndefinedVariable(f"{expression.token!r} in {origin}")
        return False


def where_it_stands(frame) -> str | None:
    """The template whose node is being rendered in ``frame`` or above it."""
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return node.origin.name
        frame = frame.f_back
    return None


def ours(origin: str) -> bool:
    path = Path(origin)
    return path.is_relative_to(settings.BASE_DIR) and ".venv" not in path.parts
