"""The address of a list in the office asks for what the list offers, and finds out nothing else."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from records.filters import DeclaredFilters
from records.jobs import Job
from records.outbox import Outbox
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:accounts_user_changelist")
OUTBOX = reverse("admin:records_outbox_changelist")
JOBS = reverse("admin:records_job_changelist")
OURS = {"accounts", "records", "studios", "ledgers", "reviews"}


def own_admins():
    return [one for model, one in admin.site._registry.items() if model._meta.app_label in OURS]


@pytest.fixture
def staff(client):
    person = UserFactory(roles=[("union_staff",)], phone="13900001234", birth_year=1961)
    client.force_login(person)
    client.person = person
    return client


def test_every_list_of_ours_takes_its_own_filters_only():
    assert own_admins()
    assert [type(one).__name__ for one in own_admins() if not isinstance(one, DeclaredFilters)] == []


@pytest.mark.parametrize(
    ("url", "lookup", "right", "wrong"),
    [
        (PEOPLE, "password__startswith", "md5", "argon2"),
        (PEOPLE, "phone__startswith", "139", "138"),
        (PEOPLE, "phone", "13900001234", "13900001235"),
        (PEOPLE, "email__contains", "@", "?"),
        (PEOPLE, "birth_year", "1961", "1962"),
        (PEOPLE, "unit__people__password__startswith", "md5", "argon2"),
        (PEOPLE, "id__in", "1", "0"),
        (OUTBOX, "payload__body__regex", "key", "nothing"),
        (OUTBOX, "kind__startswith", "let", "x"),
        (JOBS, "started_by__password__startswith", "md5", "argon2"),
        (JOBS, "created_at__gte", "2020-01-01", "2099-01-01"),
    ],
)
def test_hidden_columns_cannot_be_asked_for(staff, url, lookup, right, wrong):
    Outbox.objects.create(kind="letter", payload={"to": "a@sjd.example", "body": "http://x/key"})
    Job.objects.create(kind="x", title="x", state=Job.State.WAITING, started_by=staff.person)
    assert [staff.get(url, {lookup: word}).status_code for word in (right, wrong)] == [400, 400]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"year": "2026", "month": "11", "day": "22"}, 200),
        ({"year": "2026", "month": "2", "day": "31"}, 302),
        ({"year": "99999999999"}, 400),
        ({"year": "１"}, 400),
        ({"year": "1"}, 400),
        ({"year": "9999"}, 400),
        ({"year": "2026", "month": "13"}, 400),
        ({"year": "2026", "month": "1", "day": "0"}, 400),
    ],
)
def test_a_list_by_dates_takes_dates_only(staff, asked, status):
    lookups = {f"created_at__{part}": value for part, value in asked.items()}
    assert staff.get(JOBS, lookups).status_code == status


def test_an_order_by_a_hidden_column_is_not_taken(staff):
    for year in (1980, 1950, 1970):
        UserFactory(birth_year=year)

    def listed(**asked):
        return [one.pk for one in staff.get(PEOPLE, asked).context["cl"].result_list]

    assert listed(o="birth_year") == listed(o="-birth_year")
    assert sorted(listed()) == sorted(listed(o="birth_year"))
    assert len(listed()) == 4


def test_what_a_list_offers_still_filters(staff):
    Job.objects.create(kind="x", title="x", state=Job.State.WAITING)
    over = Job.objects.create(kind="x", title="x", state=Job.State.DONE, finished_at=timezone.now())
    today = timezone.localdate()
    asked = {"state__in": "done,failed", "created_at__year": today.year, "created_at__month": today.month}
    assert [job.pk for job in staff.get(JOBS, asked).context["cl"].result_list] == [over.pk]
    for address, parameters in [
        (PEOPLE, {"role": "union_staff", "account": "active", "unit__id__exact": staff.person.unit_id}),
        (OUTBOX, {"standing": "open", "kind": "letter"}),
    ]:
        assert staff.get(address, parameters).status_code == 200


def test_each_link_that_a_filter_draws_is_taken(cast, client):
    """The filters' own links, of every list, as somebody who sees it."""
    from accounts.models import RoleCode
    from tests.factories import give_role

    everywhere = UserFactory()
    for code in RoleCode.OFFICE:
        give_role(everywhere, code)
    client.force_login(everywhere)
    drawn = 0
    for one in own_admins():
        url = reverse(f"admin:{one.opts.app_label}_{one.opts.model_name}_changelist")
        for spec in client.get(url).context["cl"].filter_specs:
            for choice in spec.choices(client.get(url).context["cl"]):
                assert client.get(url + choice["query_string"]).status_code == 200, (url, choice)
                drawn += 1
    assert drawn > 20
