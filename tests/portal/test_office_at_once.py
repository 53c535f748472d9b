"""The same form of the office sent eight times at once is one row, and nobody sees an error page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, RoleCode, Unit, User
from records.jobs import Job
from reviews.models import Round, State
from studios.models import Certificate, Policy
from tests.factories import ApplicationFactory, PolicyFactory, RoundFactory, UserFactory, officer
from tests.studios.certificates import certify
from tests.studios.test_editing_races import TIMES, all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


def as_opened(client, url) -> dict:
    """What a form of the office sends when its button is pressed as soon as it is opened."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = [form[name] for form in forms for name in form.fields]
    values = {field.html_name: field.value() for field in fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def send(client, user, url, **typed) -> set[int]:
    """Fill in and send it eight times at once; the statuses of the answers."""
    client.force_login(user)
    return set(all_at_once(user, [(url, {**as_opened(client, url), **typed, "_save": "1"})] * TIMES))


def test_eight_units_are_one(client):
    url = reverse("admin:accounts_unit_add")
    answers = send(client, officer(RoleCode.SYSADMIN), url, code="88", name="船舶学院", kind="college")
    assert answers <= {200, 302}
    assert Unit.objects.filter(code="88").count() == 1


def test_eight_people_are_one(client):
    url = reverse("admin:accounts_user_add")
    unit = UserFactory().unit_id
    answers = send(client, officer(RoleCode.SYSADMIN), url, staff_no="30001", name="龚䶮", unit=unit)
    assert answers <= {200, 302}
    assert User.objects.filter(staff_no="30001").count() == 1


def test_a_role_given_eight_times_is_given_once(client):
    person = UserFactory()
    url = reverse("admin:accounts_user_change", args=[person.pk])
    typed = {"roles-TOTAL_FORMS": 1, "roles-0-code": RoleCode.UNION_STAFF, "roles-0-user": person.pk}
    answers = send(client, officer(RoleCode.SYSADMIN), url, **typed)
    assert answers <= {200, 302}
    assert list(Role.objects.filter(user=person).values_list("code", flat=True)) == [RoleCode.UNION_STAFF]


def test_eight_rounds_are_one(client):
    PolicyFactory()
    answers = send(client, officer(RoleCode.UNION_STAFF), reverse("admin:reviews_round_add"))
    assert answers <= {200, 302}
    assert Round.objects.count() == 1


def test_eight_versions_of_the_policy_are_one(client):
    PolicyFactory()
    day = TODAY + timedelta(days=400)
    url = reverse("admin:studios_policy_add")
    answers = send(client, officer(RoleCode.SYSADMIN), url, effective_on=str(day), title="调整人数")
    assert answers <= {200, 302}
    assert Policy.objects.filter(effective_on=day).count() == 1


def test_a_late_entry_allowed_eight_times_is_told_once(client):
    closed = RoundFactory(
        year=TODAY.year, opens_on=TODAY - timedelta(days=60), closes_on=TODAY - timedelta(days=1)
    )
    application = ApplicationFactory(round=closed)
    url = reverse("admin:reviews_application_verb", args=[application.pk, "late"])
    data = {"until": str(TODAY + timedelta(days=3)), "reason": "领衔人在外执行任务。"}
    assert set(all_at_once(officer(RoleCode.UNION_STAFF), [(url, data)] * TIMES)) == {302}
    assert application.log.filter(verb="allow_late").count() == 1


@pytest.mark.parametrize("verb", ["accept", "decide"])
def test_an_act_pressed_eight_times_stands_once_in_the_timeline(verb):
    before, after, code = {
        "accept": (State.RECOMMENDED, State.ACCEPTED, RoleCode.UNION_STAFF),
        "decide": (State.REVIEWED, State.PROPOSED, RoleCode.UNION_LEADER),
    }[verb]
    application = ApplicationFactory(reach=before)
    url = reverse("admin:reviews_application_verb", args=[application.pk, verb])
    data = {"note": "", "decision": "approve", "text": "同意命名。"}
    assert set(all_at_once(officer(code), [(url, data)] * TIMES)) == {302}
    assert application.log.filter(to_state=after).count() == 1


def test_a_batch_started_eight_times_is_one_job():
    certify()
    data = {
        "action": "issue_many",
        "confirm": "1",
        "_selected_action": list(Certificate.objects.values_list("pk", flat=True)),
    }
    url = reverse("admin:studios_certificate_changelist")
    assert set(all_at_once(officer(RoleCode.UNION_STAFF), [(url, data)] * TIMES)) == {302}
    assert Job.objects.count() == 1
