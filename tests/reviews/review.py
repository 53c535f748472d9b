"""A round in which experts review: its rubric, its panel, and what a test asks of them."""

from datetime import timedelta

from accounts.models import RoleCode
from reviews.models import Assignment, Panelist, Round
from reviews.panels import assign
from reviews.rubrics import create_default
from tests.factories import ApplicationFactory, UnitFactory, UserFactory, officer


def expert_of(name: str, unit=None, **fields):
    """An expert of a unit, or of one of their own."""
    return UserFactory(name=name, unit=unit or UnitFactory(), roles=[(RoleCode.EXPERT,)], **fields)


def open_review(round_: Round, *experts) -> Round:
    """Let these experts review the round by the default rubric until ten days before its decision."""
    round_.rubric = create_default()
    round_.review_by = round_.decide_by - timedelta(days=10)
    round_.save()
    for expert in experts:
        Panelist.objects.create(round=round_, expert=expert)
    return round_


def under_review(*experts, **fields):
    """An accepted application whose round has these experts on its panel."""
    application = ApplicationFactory(accepted=True, **fields)
    open_review(application.round, *experts)
    return application


def assigned(application, expert) -> Assignment:
    """Staff ask the expert; a colleague does where the expert is of the staff too: nobody assigns themselves."""
    staff = officer(RoleCode.UNION_STAFF)
    by = UserFactory(roles=[(RoleCode.UNION_STAFF,)]) if staff == expert else staff
    [assignment] = assign([(application.pk, expert.pk)], application.round, by=by)
    return assignment
