"""How experts are shown, the same on every page of the office."""

from django import template

from reviews import whence

register = template.Library()


@register.filter
def place(expert) -> str:
    """Where an expert comes from."""
    return whence.place_of(expert)
