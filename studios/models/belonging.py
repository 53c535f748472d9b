"""Who belongs to the team of a studio on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Q


def present(on: date, way: str = "") -> Q:
    """Members who have joined by the day and have not left by then; ``Member.is_present`` says the same of one.

    :param way: how the query comes to the members, such as ``"members__"``.
    """
    joined = Q(**{f"{way}joined_on": None}) | Q(**{f"{way}joined_on__lte": on})
    return joined & (Q(**{f"{way}left_on": None}) | Q(**{f"{way}left_on__gt": on}))
