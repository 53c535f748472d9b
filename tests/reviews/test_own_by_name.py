"""A member who is listed by name alone: whose own case it is then, in the selection as for the certificate."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import RoleCode, User
from reviews.models import Application
from reviews.office.queues import to_act_on
from studios.models import Member, Studio
from studios.own_cases import own_cases, own_now
from tests.factories import ApplicationFactory, StudioFactory, UserFactory

pytestmark = pytest.mark.django_db
OFFICE_WORK = {
    "allow_late_entry",
    "check_paper_form",
    "accept_application",
    "decide_application",
    "name_application",
}


def fresh(application) -> Application:
    return Application.objects.get(pk=application.pk)


def office_work_of(person, application) -> set[str]:
    return {work for work in OFFICE_WORK if person.has_perm(f"reviews.{work}", fresh(application))}


def bearing(name, unit, *codes) -> User:
    """Somebody of the union's office in a unit."""
    return UserFactory(name=name, unit=unit, roles=[(code,) for code in codes])


@pytest.mark.parametrize("kept", [True, False], ids=["still there", "taken away since"])
def test_a_leader_of_another_unit_who_is_a_member_by_name_alone_decides_nothing(kept, cast):
    Member.objects.create(studio=cast.studio, name=" ".join(cast.leader.name))
    application = ApplicationFactory(studio=cast.studio, accepted=True)
    if not kept:
        cast.studio.members.filter(user=None).delete()
    assert office_work_of(cast.leader, application) == set()
    assert to_act_on(Application.objects.all(), cast.leader) == []


def test_a_mere_name_is_that_of_the_one_who_bears_it_in_the_unit(cast):
    """Of two who bear it the colleague is meant, and the other one goes on."""
    Member.objects.create(studio=cast.studio, name=cast.leader.name)
    colleague = bearing(cast.leader.name, cast.unit, RoleCode.UNION_LEADER)
    application = ApplicationFactory(studio=cast.studio, accepted=True)
    assert [application.concerns(one) for one in (cast.leader, colleague)] == [False, True]
    assert to_act_on(Application.objects.all(), cast.leader) == [application]
    assert to_act_on(Application.objects.all(), colleague) == []
    assert own_now(Studio.objects.all(), colleague) == {cast.studio.pk}
    assert own_now(Studio.objects.all(), cast.leader) == set()


def test_who_is_a_member_of_a_draft_by_name_alone_does_not_let_it_in_late(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    url = reverse("admin:reviews_application_verb", args=[application.pk, "late"])
    words = {"until": application.round.closes_on + timedelta(days=3), "reason": "住院", "read": 0}
    Member.objects.create(studio=cast.studio, name=cast.staff.name)
    assert sign_in(cast.staff).post(url, words).status_code == 403
    assert fresh(application).late_until is None
    assert (
        sign_in(cast.staff)
        .get(reverse("admin:reviews_application_changelist"))
        .content.decode()
        .count("本人回避")
    )
    cast.studio.members.filter(name=cast.staff.name).delete()
    assert sign_in(cast.staff).post(url, words).status_code == 302
    assert fresh(application).late_until == words["until"]


@pytest.mark.parametrize("unit", ["unit", "other_unit"])
@pytest.mark.parametrize("way", ["account", "name"])
@pytest.mark.parametrize("kept", [True, False], ids=["still there", "taken away since"])
def test_nobody_issues_the_certificate_of_the_own_case(kept, way, unit, cast, sign_in):
    own, colleague = (bearing(name, getattr(cast, unit), RoleCode.UNION_STAFF) for name in ("双喜", "四喜"))
    row = Member.objects.create(
        studio=cast.studio, user=own if way == "account" else None, name=f"{own.name[0]} {own.name[1]}"
    )
    ApplicationFactory(studio=cast.studio, named=True)
    if not kept:
        row.delete()
    certificate = cast.studio.certificates.get()
    one = reverse("admin:studios_certificate_issue", args=[certificate.pk])
    several = reverse("admin:studios_certificate_changelist")
    chosen = {"action": "issue_many", "_selected_action": [certificate.pk]}
    page = sign_in(own).post(several, chosen)
    assert [(one.pk, str(why)[:2]) for one, why in page.context["left_out"]] == [(certificate.pk, "本人")]
    assert sign_in(own).post(one).status_code == 403
    assert certificate.papers.count() == 0
    assert sign_in(colleague).post(several, chosen).context["left_out"] == []
    assert sign_in(colleague).post(one).status_code == 302
    assert certificate.papers.count() == 2


def test_of_1_and_of_8_studios_it_is_asked_in_as_many_queries_which_are_the_own_case(
    cast, django_assert_num_queries
):
    def put_in(studio):
        Member.objects.create(studio=studio, name=cast.leader.name)
        return ApplicationFactory(studio=studio, accepted=True).studio

    put_in(cast.studio)
    for count in (1, 8):
        while Studio.objects.exclude(applications=None).count() < count:
            put_in(StudioFactory(complete=True))
        person = User.objects.select_related("unit").get(pk=cast.leader.pk)
        with django_assert_num_queries(3):
            assert len(own_cases(Studio.objects.exclude(applications=None), person)) == count
        person = User.objects.select_related("unit").get(pk=cast.leader.pk)
        assert person.has_role(RoleCode.UNION_LEADER)
        with django_assert_num_queries(2):
            assert to_act_on(Application.objects.all(), person) == []


@pytest.mark.parametrize(
    "spelled", ["阿依古丽·买买提", "阿依古丽 ・ 买买提", "阿依 古丽．买买提", "阿依古丽•买买提"]
)
def test_a_name_is_found_however_it_is_spelled(spelled, cast):
    person = UserFactory(name="阿依古丽‧买买提", unit=cast.unit)
    Member.objects.create(studio=cast.studio, name=spelled)
    assert own_now(Studio.objects.all(), person) == {cast.studio.pk}
    assert cast.studio.concerns(person)
