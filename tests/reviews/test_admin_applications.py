"""The office's work queue: found, read, and moved by those whose work it is; several at once too."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from records import agenda
from reviews.models import Application, State
from reviews.office.verbs import VERBS
from tests.factories import ApplicationFactory, RoundFactory, StudioFactory, UserFactory, bring_to, give_role

LIST = reverse("admin:reviews_application_changelist")
OFFICE = {"staff", "staff_member", "leader", "leader_lead", "auditor"}


def page_of(application):
    return reverse("admin:reviews_application_change", args=[application.pk])


def address(application, verb):
    return reverse("admin:reviews_application_verb", args=[application.pk, verb])


def found(client, **asked) -> set[int]:
    return {one.pk for one in client.get(LIST, asked).context["cl"].result_list}


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len([query for query in asked if query["sql"].startswith("SELECT")])


# What each verb needs to be pressed: where the application stands, what is typed, where it stands after that.
def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


PRESSED = {
    "accept": (State.RECOMMENDED, lambda: {"note": "材料齐全。"}, State.ACCEPTED),
    "return": (
        State.RECOMMENDED,
        lambda: {"reason_projects": "请补充立项文件。", "correct_by": day(30)},
        State.RETURNED,
    ),
    "refuse": (State.RECOMMENDED, lambda: {"reason": "不符合条件。"}, State.REFUSED),
    "decide": (State.ACCEPTED, lambda: {"decision": "approve", "text": "同意命名。"}, State.APPROVED),
    "late": (State.DRAFT, lambda: {"until": day(60), "reason": "出国访问。"}, State.DRAFT),
}


def test_every_verb_is_tried():
    assert set(PRESSED) == set(VERBS)


# -- the list ---------------------------------------------------------------------------------------------------


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
    one = queries(client, LIST)
    for _number in range(29):
        Application.objects.create(studio=StudioFactory(), round=RoundFactory(), started_by=cast.staff)
    assert queries(client, LIST) == one <= 10


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


# -- the desk ---------------------------------------------------------------------------------------------------


def test_the_desk_shows_what_was_handed_in_not_what_is_edited_since(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    cast.studio.direction = "后来改写的方向"
    cast.studio.save()
    page = sign_in(cast.staff).get(page_of(application)).content.decode()
    assert "高精度装备的故障诊断" in page
    assert "后来改写的方向" not in page


def test_the_desk_shows_corrections_and_what_they_changed(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    application.return_for_correction(
        {"plan": "请写明目标。"}, by=cast.staff, correct_by=timezone.localdate() + timedelta(days=9)
    )
    studio = application.studio
    studio.plan_goals = "三年内形成两项标准"
    studio.save()
    fresh = Application.objects.get(pk=application.pk)
    fresh.resubmit(by=cast.lead, on=timezone.localdate(), note="已改")
    page = sign_in(cast.staff).get(page_of(application)).content.decode()
    assert "请写明目标。" in page
    assert "三年内形成一套诊断方法" in page
    assert "三年内形成两项标准" in page


def test_the_desk_is_at_most_12_queries_with_everything_on_it(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    application.return_for_correction(
        {"plan": "请写明目标。"}, by=cast.staff, correct_by=timezone.localdate() + timedelta(days=9)
    )
    Application.objects.get(pk=application.pk).resubmit(by=cast.lead, on=timezone.localdate())
    assert queries(sign_in(cast.staff), page_of(application)) <= 12


def test_papers_that_were_tampered_with_are_said_to_be(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    snapshot = application.snapshot
    client = sign_in(cast.staff)
    assert "存档材料与提交时不一致" not in client.get(page_of(application)).content.decode()
    snapshot.data["studio"]["direction"] = "改过的方向"
    snapshot.save()
    assert "存档材料与提交时不一致" in client.get(page_of(application)).content.decode()


def test_telephone_mail_and_birth_are_for_those_who_need_them(cast, sign_in):
    cast.lead.phone, cast.lead.email, cast.lead.birth_year, cast.lead.birth_month = (
        "13812345678",
        "gong@example.edu.cn",
        1969,
        11,
    )
    cast.lead.save()
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    private = {"13812345678", "gong@example.edu.cn", "1969.11", "1997"}

    def shown(user):
        page = sign_in(user).get(page_of(application)).content.decode()
        return {text for text in private if text in page}

    assert shown(cast.staff) == private
    assert shown(cast.leader) == shown(cast.auditor) == set()


# -- the verbs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_exactly_those_press_a_verb_whose_work_it_is(cast, sign_in, verb):
    state, data, after = PRESSED[verb]
    worker = RoleCode.UNION_LEADER if verb == "decide" else RoleCode.UNION_STAFF
    application = bring_to(ApplicationFactory(studio=cast.studio), state)
    allowed = {"leader", "leader_lead"} if worker == RoleCode.UNION_LEADER else {"staff"}
    for name, user in cast.everybody().items():
        if name in allowed:
            continue
        client = sign_in(user)
        assert client.get(address(application, verb)).status_code in (302, 403, 404), name
        assert client.post(address(application, verb), data()).status_code in (302, 403, 404), name
        application.refresh_from_db()
        assert (application.state, application.late_until) == (state, None), name
    user = cast.leader if worker == RoleCode.UNION_LEADER else cast.staff
    response = sign_in(user).post(address(application, verb), data())
    assert (response.status_code, response.url) == (302, page_of(application))
    application.refresh_from_db()
    assert application.state == after
    assert application.log.order_by("-pk").first().actor == user


@pytest.mark.parametrize("state", State.values)
def test_a_verb_out_of_time_changes_nothing_and_says_where_it_stands(cast, sign_in, state):
    application = bring_to(ApplicationFactory(studio=cast.studio), state)
    for verb, act in VERBS.items():
        user = cast.leader if verb == "decide" else cast.staff
        if act.is_open(user, application):
            continue
        logged = application.log.count()
        response = sign_in(user).post(address(application, verb), PRESSED[verb][1](), follow=True)
        application.refresh_from_db()
        assert (application.state, application.late_until, application.log.count()) == (
            state,
            None,
            logged,
        ), verb
        if state == State.SUBMITTED and verb in ("return", "refuse"):
            assert response.status_code == 403, "it is with the unit"
        else:
            assert "当前状态" in response.content.decode(), verb


def test_pressed_twice_it_moves_once(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    client = sign_in(cast.staff)
    for _press in range(2):
        assert client.post(address(application, "accept"), {"note": ""}).status_code == 302
    assert application.log.filter(verb="accept").count() == 1


@pytest.mark.parametrize(
    ("verb", "data", "field"),
    [
        ("return", {"correct_by": "2099-01-01"}, "reason_lead"),
        ("return", {"reason_plan": "请改", "correct_by": "2020-01-01"}, "correct_by"),
        ("refuse", {"reason": "  "}, "reason"),
        ("decide", {"decision": "approve", "text": ""}, "text"),
        ("decide", {"text": "同意"}, "decision"),
        ("decide", {"decision": "named", "text": "同意"}, "decision"),
        ("late", {"until": "2020-01-01", "reason": "晚了"}, "until"),
        ("late", {"until": "2099-01-01", "reason": "晚了"}, "until"),
        ("late", {"until": day(30), "reason": ""}, "reason"),
    ],
)
def test_what_is_lacking_is_said_at_its_field_and_changes_nothing(cast, sign_in, verb, data, field):
    application = bring_to(ApplicationFactory(studio=cast.studio), PRESSED[verb][0])
    response = sign_in(cast.leader if verb == "decide" else cast.staff).post(address(application, verb), data)
    assert set(response.context["form"].errors) == {field}
    assert f'href="#id_{field}' in response.content.decode()
    assert Application.objects.get(pk=application.pk).state == application.state


def test_a_late_entry_before_the_round_has_closed_is_refused_with_the_reason(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    response = sign_in(cast.staff).post(address(application, "late"), {"until": day(1), "reason": "出国"})
    page = response.content.decode()
    assert set(response.context["form"].errors) == {"until"}
    assert "申报截止" in page
    assert "出国</textarea>" in page
    assert Application.objects.get().late_until is None


def test_the_day_that_is_offered_for_a_late_entry_will_do(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    client, url = sign_in(cast.staff), address(application, "late")
    offered = client.get(url).context["form"]["until"].initial
    assert offered == application.round.closes_on + timedelta(days=7)
    assert client.post(url, {"until": offered.isoformat(), "reason": "出国"}).status_code == 302
    assert Application.objects.get().late_until == offered


def test_on_hold_is_decided_later_but_not_held_again(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, held=True)
    form = sign_in(cast.leader).get(address(application, "decide")).context["form"]
    assert [value for value, _label in form.fields["decision"].choices] == ["approve", "reject"]


def test_nobody_of_the_office_acts_on_the_own_case(cast, sign_in):
    application = ApplicationFactory(studio=cast.own_studio, accepted=True)
    client = sign_in(cast.leader_lead)
    assert "此件与本人有关" in client.get(page_of(application)).content.decode()
    assert (
        client.post(address(application, "decide"), {"decision": "approve", "text": "同意"}).status_code
        == 403
    )
    application.refresh_from_db()
    assert application.state == State.ACCEPTED


def test_the_own_case_is_marked_in_the_queue(cast, sign_in):
    ApplicationFactory(studio=cast.own_studio, accepted=True)
    ApplicationFactory(studio=cast.studio, accepted=True)
    shown = {
        name: sign_in(getattr(cast, name)).get(LIST).content.decode().count("本人回避")
        for name in ("leader_lead", "leader", "staff")
    }
    assert shown == {"leader_lead": 1, "leader": 0, "staff": 0}


# -- several at once --------------------------------------------------------------------------------------------


def bulk(verb):
    return reverse("admin:reviews_application_bulk", args=[verb])


def test_the_actions_lead_to_the_page_that_shows_them_first(cast, sign_in):
    one = ApplicationFactory(studio=cast.studio, recommended=True)
    response = sign_in(cast.staff).post(LIST, {"action": "accept_several", "_selected_action": [one.pk]})
    assert response.url == f"{bulk('accept')}?pk={one.pk}"
    one.refresh_from_db()
    assert one.state == State.RECOMMENDED


def test_actions_are_offered_to_those_whose_work_it_is(cast, sign_in):
    ApplicationFactory(studio=cast.studio, recommended=True)

    def offered(user):
        form = sign_in(user).get(LIST).context["action_form"]
        return {value for value, _label in form.fields["action"].choices if value} if form else set()

    assert offered(cast.staff) == {"accept_several"}
    assert offered(cast.leader) == {"decide_several", "name_several"}
    assert offered(cast.auditor) == set()


def test_several_are_accepted_and_the_others_are_named_with_their_reasons(cast, sign_in):
    one = ApplicationFactory(recommended=True)
    own = ApplicationFactory(studio=cast.studio, recommended=True)
    draft = ApplicationFactory()
    client = sign_in(cast.staff_member)
    keys = {"pk": [one.pk, own.pk, draft.pk]}
    page = client.get(bulk("accept"), keys)
    assert [row.pk for row in page.context["ready"]] == [one.pk]
    assert {row.application.pk: row.reason for row in page.context["excluded"]} == {
        own.pk: "与本人有关，应由他人办理",
        draft.pk: "当前状态为“填写中”",
    }
    assert client.post(bulk("accept"), keys).status_code == 302
    assert list(Application.objects.order_by("pk").values_list("pk", "state")) == [
        (one.pk, State.ACCEPTED),
        (own.pk, State.RECOMMENDED),
        (draft.pk, State.DRAFT),
    ]


def test_several_are_decided_with_one_text(cast, sign_in):
    chosen = [ApplicationFactory(accepted=True) for _number in range(2)]
    data = {"pk": [one.pk for one in chosen], "decision": "approve", "text": "经研究，同意命名。"}
    sign_in(cast.leader).post(bulk("decide"), data)
    decided = Application.objects.values_list("state", "decision_text", "decided_by")
    assert list(decided) == [(State.APPROVED, "经研究，同意命名。", cast.leader.pk)] * 2


def test_with_one_on_hold_among_them_holding_is_not_offered(cast, sign_in):
    chosen = [ApplicationFactory(accepted=True), ApplicationFactory(held=True)]
    data = {"pk": [one.pk for one in chosen], "decision": "hold", "text": "再议"}
    response = sign_in(cast.leader).post(bulk("decide"), data)
    assert set(response.context["form"].errors) == {"decision"}
    assert set(Application.objects.values_list("state", flat=True)) == {State.ACCEPTED, State.HELD}


def test_the_page_of_several_asks_the_same_number_of_queries_for_1_and_for_8(cast, sign_in):
    client = sign_in(cast.staff)
    keys = [ApplicationFactory(recommended=True).pk]
    one = queries(client, f"{bulk('accept')}?pk={keys[0]}")
    keys += [ApplicationFactory(recommended=True).pk for _number in range(7)]
    assert queries(client, f"{bulk('accept')}?{'&'.join(f'pk={key}' for key in keys)}") == one <= 12


@pytest.mark.parametrize(
    ("verb", "workers"), [("accept", {"staff", "staff_member"}), ("decide", {"leader", "leader_lead"})]
)
def test_who_opens_the_page_of_several(cast, sign_in, verb, workers):
    opened = {
        name for name, user in cast.everybody().items() if sign_in(user).get(bulk(verb)).status_code == 200
    }
    assert opened == workers


@pytest.mark.parametrize("keys", ["", "pk=", "pk=x&pk=-1", "pk=99999999999999999999"])
def test_nonsense_in_the_address_chooses_nothing(cast, sign_in, keys):
    response = sign_in(cast.staff).get(f"{bulk('accept')}?{keys}")
    assert response.status_code == 200
    assert response.context["ready"] == response.context["excluded"] == []


# -- the queues on the index ------------------------------------------------------------------------------------


def test_the_queues_count_what_waits_for_whom(cast):
    today = timezone.localdate()
    late = RoundFactory(decide_by=today + timedelta(days=50))
    for state in ("recommended", "accepted", "accepted", "held", "approved", "draft"):
        ApplicationFactory(round=late, **({state: True} if state != "draft" else {}))

    def counts(user, on=today):
        return {queue.title: (queue.count, queue.late) for queue in agenda.queues.of(user, on)}

    staff = counts(cast.staff)
    assert (staff["待审核材料"], staff["待核对的盖章申报表"], staff["待制发的证书"]) == (
        (1, 0),
        (0, 0),
        (0, 0),
    )
    assert counts(cast.leader) == {
        "待决定的申报": (2, 0),
        "暂缓决定的申报": (1, 0),
        "待命名的工作室": (1, 0),
    }
    assert counts(cast.leader, on=today + timedelta(days=51))["待决定的申报"] == (2, 2)
    assert counts(cast.finance) == counts(cast.auditor) == counts(cast.lead) == {}


def test_each_queue_leads_to_the_rows_it_counts(cast, sign_in):
    for state in ("recommended", "accepted", "held", "approved"):
        ApplicationFactory(**{state: True})
    somebody = UserFactory(roles=[(RoleCode.UNION_STAFF,)])
    give_role(somebody, RoleCode.UNION_LEADER)
    client = sign_in(somebody)
    for queue in agenda.queues.of(somebody, timezone.localdate()):
        assert client.get(queue.url).context["cl"].result_count == queue.count, queue.title
