"""A round whose experts have handed in, as tests of its results look at it."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from reviews.models import Application, Assignment, AssignmentLog, AssignmentState, Criterion, Mark, Round
from tests.factories import ApplicationFactory, officer
from tests.reviews.review import expert_of, open_review


def round_with(*names: str, applications: int = 1) -> tuple[Round, list[Application], list]:
    """A round under review, its applications and the experts of its panel."""
    experts = [expert_of(name) for name in names]
    cases = [ApplicationFactory(accepted=True) for _number in range(applications)]
    round_ = open_review(cases[0].round, *experts)
    return round_, [Application.objects.get(pk=case.pk) for case in cases], experts


def sheet(application, expert, *marks, comment="材料可证。", state=AssignmentState.HANDED_IN) -> Assignment:
    """The sheet of an expert: one mark for every criterion, or one for each; ``None`` leaves it out."""
    criteria = list(Criterion.objects.filter(rubric__rounds=application.round))
    given = marks if len(marks) > 1 else marks * len(criteria)
    now = timezone.now()
    row = Assignment.objects.create(
        application=application,
        snapshot=application.snapshot,
        expert=expert,
        state=state,
        due_on=timezone.localdate() + timedelta(days=5),
        assigned_by=officer("union_staff"),
        handed_in_at=now if state == AssignmentState.HANDED_IN else None,
        overall=f"总体评价：{comment}",
    )
    AssignmentLog.objects.create(
        assignment=row, actor=officer("union_staff"), verb="assign", from_state="", to_state="invited"
    )
    Mark.objects.bulk_create(
        Mark(assignment=row, criterion=criterion, points=Decimal(str(mark)), comment=comment)
        for criterion, mark in zip(criteria, given, strict=True)
        if mark is not None
    )
    return row
