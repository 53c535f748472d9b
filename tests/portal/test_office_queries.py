"""Every list of the office asks the database as often for thirty rows as for one."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from ledgers.models import Achievement
from records.jobs import Job
from records.outbox import Outbox
from reviews.models import DecisionDocument
from tests.factories import PolicyFactory, RoundFactory, StudioFactory, UserFactory, give_role
from tests.queries import selects

pytestmark = pytest.mark.django_db
FIRST_YEAR = 2030


def a_studio(number: int):
    StudioFactory(complete=True)


def an_achievement(number: int):
    Achievement.objects.create(studio=StudioFactory(), kind="paper", title=f"成果{number}")


def a_round(number: int):
    RoundFactory(on=date(FIRST_YEAR + number, 3, 1))


def a_policy(number: int):
    PolicyFactory(effective_on=date(FIRST_YEAR, 1, 1) + timedelta(days=number))


def a_decision(number: int):
    DecisionDocument.objects.create(
        round=RoundFactory(),
        year=FIRST_YEAR,
        serial=number + 1,
        number=f"校工〔{FIRST_YEAR}〕{number + 1}号",
        title="关于命名的决定",
        named_on=timezone.localdate(),
        issued_on=timezone.localdate(),
        issued_by=UserFactory(),
    )


def a_job(number: int):
    Job.objects.create(kind="x", title=f"批量{number}", started_by=UserFactory())


def a_row_of_the_outbox(number: int):
    Outbox.objects.create(kind="mail", next_try_at=timezone.now())


LISTS = {
    "studios_studio": a_studio,
    "ledgers_achievement": an_achievement,
    "reviews_round": a_round,
    "studios_policy": a_policy,
    "reviews_decisiondocument": a_decision,
    "records_job": a_job,
    "records_outbox": a_row_of_the_outbox,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_the_office_asks_as_often_for_thirty_rows_as_for_one(client, name):
    user = UserFactory()
    for role in (RoleCode.UNION_STAFF, RoleCode.SYSADMIN):
        give_role(user, role)
    client.force_login(user)
    url = reverse(f"admin:{name}_changelist")

    LISTS[name](0)
    selects(client, url)  # what is remembered from the first request on
    one = selects(client, url)
    for number in range(1, 30):
        LISTS[name](number)
    assert selects(client, url) == one
