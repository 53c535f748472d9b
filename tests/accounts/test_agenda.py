"""What waits for the system administrator stands on the home page and in the office, and for nobody else."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from records import agenda
from records.outbox import Outbox
from tests.factories import UserFactory, officer

pytestmark = pytest.mark.django_db


def queues(user) -> dict[str, int]:
    return {queue.title: queue.count for queue in agenda.queues.of(user, timezone.localdate())}


def test_the_system_administrator_sees_who_is_not_activated_and_what_was_given_up(client):
    somebody = UserFactory()
    somebody.set_unusable_password()
    somebody.save()
    Outbox.objects.create(kind="mail", next_try_at=None, error="refused", attempts=9)
    Outbox.objects.create(kind="mail", next_try_at=timezone.now())
    keeper = officer(RoleCode.SYSADMIN)
    assert queues(keeper) == {"待启用的账号": 1, "多次重试未成功的邮件和任务": 1}
    client.force_login(keeper)
    for queue in agenda.queues.of(keeper, timezone.localdate()):
        assert client.get(queue.url).context["cl"].result_count == queue.count
    page = client.get(reverse("admin:index")).content.decode()
    assert "待启用的账号" in page


def test_it_is_nobody_else_s_business():
    for role in (RoleCode.AUDITOR, RoleCode.FINANCE, RoleCode.UNION_LEADER, RoleCode.UNION_STAFF):
        assert not {"待启用的账号", "多次重试未成功的邮件和任务"} & set(queues(officer(role)))
