"""What the review of a round asks of staff, on the index of the office."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode, User
from reviews.models import Assignment
from reviews.office.queues import applications
from tests.factories import ApplicationFactory, give_role
from tests.reviews.review import assigned, expert_of, under_review

pytestmark = pytest.mark.django_db
LACK, BACK, LATE = "缺少专家的申报", "谢绝或回避的专家，待替换", "逾期未交的评分"


def queues(user, on=None) -> dict:
    found = applications(user, on or timezone.localdate())
    return {one.title: one for one in found if one.title in (LACK, BACK, LATE)}


def counts(user) -> tuple[int, int, int]:
    found = queues(user)
    return found[LACK].count, found[BACK].count, found[LATE].count


def test_staff_read_what_lacks_experts_whom_to_replace_and_who_is_late(cast):
    experts = [expert_of(f"专家{n}") for n in range(5)]
    application = under_review(*experts)
    assert counts(cast.staff) == (1, 0, 0)
    rows = [assigned(application, expert) for expert in experts]
    assert counts(cast.staff) == (0, 0, 0)
    rows[0].recuse(by=experts[0], reason="同门")
    assert counts(cast.staff) == (1, 1, 0)
    Assignment.objects.filter(pk=rows[1].pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert counts(cast.staff) == (1, 1, 1)


def test_each_queue_leads_to_its_list(cast):
    application = under_review(expert_of("周评"))
    found = queues(cast.staff)
    here = reverse("admin:reviews_round_panel", args=[application.round_id])
    assert found[LACK].url == f"{here}?show=lacking"
    assert found[LATE].url == reverse("admin:reviews_assignment_changelist") + "?standing=late"


def test_it_is_late_once_the_day_of_the_experts_is_over(cast):
    application = under_review(expert_of("周评"))
    day = application.round.review_by
    assert queues(cast.staff, day)[LACK].late == 0
    assert queues(cast.staff, day + timedelta(days=1))[LACK].late == 1


def test_the_own_case_is_counted_by_itself(cast):
    application = under_review(expert_of("周评"), studio=cast.studio)
    found = queues(cast.staff_member)
    assert (found[LACK].count, found[LACK].aside) == (0, 1)
    row = assigned(application, application.round.panel.get().expert)
    Assignment.objects.filter(pk=row.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert (queues(cast.staff)[LATE].count, queues(cast.staff_member)[LATE].count) == (1, 0)


def test_nobody_else_has_these_queues(cast):
    under_review(expert_of("周评"))
    assert {name for name, user in cast.everybody().items() if queues(user)} == {"staff", "staff_member"}


def test_the_queues_of_applications_are_one_query(cast, django_assert_num_queries):
    expert = expert_of("周评")
    application = under_review(expert)
    assigned(application, expert)
    list(applications(cast.staff, timezone.localdate()))
    with django_assert_num_queries(1):
        list(applications(cast.staff, timezone.localdate()))
    for _each in range(3):
        ApplicationFactory(accepted=True, round=application.round)
    with django_assert_num_queries(1):
        list(applications(cast.staff, timezone.localdate()))


def test_who_reviews_an_application_themselves_leaves_its_experts_to_others(cast):
    expert = expert_of("吴评")
    application = under_review(expert, expert_of("周评"))
    assigned(application, expert)
    give_role(expert, RoleCode.UNION_STAFF)  # afterwards: who works in the office is asked for nothing
    staff = User.objects.get(pk=expert.pk)
    assert (queues(staff)[LACK].count, queues(staff)[LACK].aside) == (0, 1)
