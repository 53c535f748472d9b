"""The office's work queue: who sees it, how an application is found in it, and what waits on the index."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from records import agenda
from reviews.models import Application, PaperForm, State
from tests.factories import ApplicationFactory, RoundFactory, StudioFactory, UserFactory, give_role
from tests.queries import selects

LIST = reverse("admin:reviews_application_changelist")
OFFICE = {"staff", "staff_member", "leader", "leader_lead", "auditor"}


def page_of(application):
    return reverse("admin:reviews_application_change", args=[application.pk])


def found(client, **asked) -> set[int]:
    return {one.pk for one in client.get(LIST, asked).context["cl"].result_list}


def test_who_sees_the_queue_and_the_desk(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    everybody = cast.everybody().items()
    assert {name for name, user in everybody if sign_in(user).get(LIST).status_code == 200} == OFFICE
    assert {
        name for name, user in everybody if sign_in(user).get(page_of(application)).status_code == 200
    } == OFFICE


@pytest.mark.parametrize("asked", ["龚䶮", "gongyan", "gyl", "gong yan", "G0001", "number"])
def test_an_application_is_found(cast, sign_in, asked):
    cast.lead.staff_no = "G0001"
    cast.lead.save()
    application = ApplicationFactory(studio=cast.studio)
    ApplicationFactory(studio=cast.own_studio)
    assert found(sign_in(cast.staff), q=application.number if asked == "number" else asked) == {
        application.pk
    }


def test_a_studio_of_another_name_is_found_by_its_lead(cast, sign_in):
    cast.studio.name, cast.studio.name_reason = "智能制造劳模创新工作室", "学校统一命名"
    cast.studio.save()
    application = ApplicationFactory(studio=cast.studio)
    client = sign_in(cast.staff)
    assert (
        found(client, q="龚䶮") == found(client, q="gongyan") == found(client, q="znzz") == {application.pk}
    )
    assert found(client, q="王婷不在") == set()


def test_filters(cast, sign_in):
    cast.studio.management = True
    cast.studio.save()
    one = ApplicationFactory(studio=cast.studio, submitted=True)
    other = ApplicationFactory(studio=StudioFactory(complete=True, lead__unit=cast.other_unit))
    client = sign_in(cast.staff)
    assert found(client, state__exact="submitted") == {one.pk}
    assert found(client, unit=cast.other_unit.pk) == {other.pk}
    assert found(client, kind="management") == {one.pk}
    assert found(client, kind="technology") == {one.pk, other.pk}
    assert found(client, round__id__exact=one.round_id) == {one.pk, other.pk}


def test_the_list_asks_the_same_number_of_queries_with_1_and_with_30_rows(cast, sign_in):
    client = sign_in(cast.staff)
    ApplicationFactory(studio=cast.studio, recommended=True)
    one = selects(client, LIST)
    for _number in range(29):
        Application.objects.create(studio=StudioFactory(), round=RoundFactory(), started_by=cast.staff)
    assert selects(client, LIST) == one <= 10


def test_how_long_it_has_been_waiting_counts_from_the_last_move(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    application.log.update(at=timezone.now() - timedelta(days=20))
    application.log.filter(verb="complete_endorsement").update(at=timezone.now() - timedelta(days=9))
    page = sign_in(cast.staff).get(LIST).content.decode()
    assert "9天" in page
    assert "20天" not in page


def test_nobody_adds_changes_or_deletes_an_application_by_hand(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    client = sign_in(cast.staff)
    assert client.get(reverse("admin:reviews_application_add")).status_code == 403
    assert (
        client.post(
            reverse("admin:reviews_application_delete", args=[application.pk]), {"post": "yes"}
        ).status_code
        == 403
    )
    client.post(page_of(application), {"state": "named"})
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


def test_the_own_case_is_marked_in_the_queue(cast, sign_in):
    ApplicationFactory(studio=cast.own_studio, reviewed=True)
    ApplicationFactory(studio=cast.studio, reviewed=True)
    shown = {
        name: sign_in(getattr(cast, name)).get(LIST).content.decode().count("本人回避")
        for name in ("leader_lead", "leader", "staff")
    }
    assert shown == {"leader_lead": 1, "leader": 0, "staff": 0}


# -- the queues on the index ------------------------------------------------------------------------------------


def test_the_queues_count_what_waits_for_whom(cast):
    today = timezone.localdate()
    late = RoundFactory(decide_by=today + timedelta(days=50))
    states = ("recommended", "accepted", "reviewed", "reviewed", "held", "approved", "proposed", "draft")
    for state in states:
        ApplicationFactory(round=late, **({state: True} if state != "draft" else {}))

    def counts(user, on=today):
        return {queue.title: (queue.count, queue.late) for queue in agenda.queues.of(user, on)}

    staff = counts(cast.staff)
    queues = ("待审核材料", "专家评审中的申报", "待公布的决定", "待核对的盖章申报表", "待制发的证书")
    assert [staff[title] for title in queues] == [(1, 0), (1, 0), (1, 0), (0, 0), (0, 0)]
    assert counts(cast.leader) == {
        "待决定的申报": (2, 0),
        "暂缓决定的申报": (1, 0),
        "待命名的工作室": (1, 0),
        "待核查的异议": (0, 0),
    }
    assert counts(cast.leader, on=today + timedelta(days=51))["待决定的申报"] == (2, 2)
    assert counts(cast.finance) == counts(cast.auditor) == counts(cast.lead) == {}


def test_a_queue_counts_what_the_person_may_act_on(cast):
    """Neither the own case, now or by the papers handed in, nor what they have signed themselves."""
    ApplicationFactory(studio=cast.studio, recommended=True)
    ApplicationFactory(recommended=True)
    signed = ApplicationFactory(recommended=True)
    signer = signed.endorsements.get(part="party").by
    give_role(signer, RoleCode.UNION_STAFF)

    def waiting(user) -> int:
        return {queue.title: queue.count for queue in agenda.queues.of(user, timezone.localdate())}[
            "待审核材料"
        ]

    assert {"staff": waiting(cast.staff), "staff_member": waiting(cast.staff_member)} == {
        "staff": 3,
        "staff_member": 2,
    }
    assert waiting(signer) == 2
    cast.studio.members.filter(user=cast.staff_member).delete()
    assert waiting(cast.staff_member) == 2  # the papers that were handed in name them


def test_what_the_person_stands_aside_from_is_counted_by_itself(cast, sign_in):
    """The list behind shows it too, marked: count and list say the same."""
    ApplicationFactory(studio=cast.studio, recommended=True)
    ApplicationFactory(recommended=True)
    client = sign_in(cast.staff_member)
    waiting = next(agenda.queues.of(cast.staff_member, timezone.localdate()))
    assert (waiting.title, waiting.count, waiting.aside) == ("待审核材料", 1, 1)
    assert client.get(waiting.url).context["cl"].result_count == waiting.count + waiting.aside
    assert "另有 1 件本人回避" in client.get("/admin/").content.decode()
    assert "本人回避" not in sign_in(cast.staff).get("/admin/").content.decode()


def test_a_stamped_form_that_one_may_not_check_is_counted_by_itself(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    PaperForm.objects.create(
        application=application,
        snapshot=application.snapshot,
        uploaded_by=cast.department,
        party_name="许航远",
        party_opinion="同意。",
    )
    queues = {
        user: next(queue for queue in agenda.queues.of(user, timezone.localdate()) if "盖章" in queue.title)
        for user in (cast.staff, cast.staff_member)
    }
    assert {user: (queue.count, queue.aside) for user, queue in queues.items()} == {
        cast.staff: (1, 0),
        cast.staff_member: (0, 1),
    }
    page = sign_in(cast.staff_member).get(queues[cast.staff_member].url)
    assert page.context["cl"].result_count == 1


LISTED = {
    "待审核材料",
    "专家评审中的申报",
    "待决定的申报",
    "待公布的决定",
    "暂缓决定的申报",
    "待命名的工作室",
    "待核查的异议",
    "待核对的盖章申报表",
    "待制发的证书",
}


def test_each_queue_leads_to_the_rows_it_counts(cast, sign_in):
    for state in ("recommended", "accepted", "reviewed", "held", "approved", "proposed"):
        ApplicationFactory(**{state: True})
    somebody = UserFactory(roles=[(RoleCode.UNION_STAFF,)])
    give_role(somebody, RoleCode.UNION_LEADER)
    client = sign_in(somebody)
    queues = [
        one for one in agenda.queues.of(somebody, timezone.localdate()) if one.title in LISTED
    ]  # of the panel and the results their own tests speak
    assert {one.title for one in queues} == LISTED
    for queue in queues:
        page = client.get(queue.url).context
        # The decisions that wait stand on the page of their release, all else in a list.
        shown = page["cl"].result_count if "cl" in page else len(page["release"].rows)
        assert shown == queue.count, queue.title
