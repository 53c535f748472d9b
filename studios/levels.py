"""Levels of honours, projects and results, low to high (DOMAIN §2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    UNIT = "unit", _("Unit level")
    UNIVERSITY = "university", _("University level")
    MUNICIPAL = "municipal", _("Municipal level")
    PROVINCIAL = "provincial", _("Provincial level")
    NATIONAL = "national", _("National level")


_RANK = {level: rank for rank, level in enumerate(Level)}


def reaches(level: str, least: str) -> bool:
    """Whether ``level`` is ``least`` or above."""
    return bool(level) and _RANK[Level(level)] >= _RANK[Level(least)]
