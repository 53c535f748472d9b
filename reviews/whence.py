"""Where experts come from: the unit of those of the university, what an outsider's invitation says of the others."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from accounts.models import User

OUTSIDE = "outside"  # the unit of those invited from elsewhere whose house is not told
_HOUSE = re.compile(r"\S{2,}?(?:大学|学院|学校|中学|研究院|研究所|医院|公司|集团|工会|中心|厂|局)")


def place_of(expert: User) -> str:
    """Where an expert comes from; of outsiders where they work and their post, as entered when they were invited."""
    if expert.unit_id:
        return expert.unit.name
    if post := expert.post.strip():
        return _("%(post)s (from outside)") % {"post": post}
    return _("from outside the university")


def unit_of(expert: User) -> str:
    """By what the experts of one application are told apart: the code of the unit, for outsiders the house that their
    post begins with (复旦大学 of 复旦大学机械学院教授), where one can be read there.
    """
    if expert.unit_id:
        return expert.unit.code
    house = _HOUSE.match(expert.post.strip())
    return f"{OUTSIDE}:{house[0]}" if house else OUTSIDE


def is_outside(unit: str) -> bool:
    """Whether a unit as :func:`unit_of` gives it is one of outsiders."""
    return unit.partition(":")[0] == OUTSIDE
