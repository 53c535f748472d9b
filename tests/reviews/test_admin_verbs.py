"""The acts of the office on one application: pressed by those whose work it is, in time, with what they need."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from reviews.models import Application, State
from reviews.office.verbs import VERBS
from tests.factories import ApplicationFactory, bring_to, reviewed_by


def page_of(application):
    return reverse("admin:reviews_application_change", args=[application.pk])


def address(application, verb):
    return reverse("admin:reviews_application_verb", args=[application.pk, verb])


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
    "review": (State.ACCEPTED, lambda: {"note": "三份评分，意见一致。"}, State.REVIEWED),
    "reopen": (State.REVIEWED, lambda: {"reason": "再请一位专家。"}, State.ACCEPTED),
    "reverse": (State.REJECTED, lambda: {"reason": "依据的证书有误。"}, State.REVIEWED),
    "decide": (State.REVIEWED, lambda: {"decision": "approve", "text": "同意命名。"}, State.PROPOSED),
    "late": (State.DRAFT, lambda: {"until": day(60), "reason": "出国访问。"}, State.DRAFT),
}


LEADERS_WORK = {"decide", "reverse"}


def reached(studio, state) -> Application:
    """Under expert review the sheets are in, so that the review may be completed."""
    application = bring_to(ApplicationFactory(studio=studio), state)
    if state == State.ACCEPTED:
        reviewed_by(application, 8, 8, 8)
    return application


def test_every_verb_is_tried():
    assert set(PRESSED) == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_exactly_those_press_a_verb_whose_work_it_is(cast, sign_in, verb):
    state, data, after = PRESSED[verb]
    worker = RoleCode.UNION_LEADER if verb in LEADERS_WORK else RoleCode.UNION_STAFF
    application = reached(cast.studio, state)
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
    application = reached(cast.studio, state)
    for verb, act in VERBS.items():
        user = cast.leader if verb in LEADERS_WORK else cast.staff
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
        ("reopen", {"reason": " "}, "reason"),
        ("reverse", {"reason": ""}, "reason"),
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
    user = cast.leader if verb in LEADERS_WORK else cast.staff
    response = sign_in(user).post(address(application, verb), data)
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
    application = ApplicationFactory(studio=cast.own_studio, reviewed=True)
    client = sign_in(cast.leader_lead)
    assert "此件与本人有关" in client.get(page_of(application)).content.decode()
    assert (
        client.post(address(application, "decide"), {"decision": "approve", "text": "同意"}).status_code
        == 403
    )
    application.refresh_from_db()
    assert application.state == State.REVIEWED


def test_a_review_that_is_not_complete_is_left_as_it_is_and_says_what_is_lacking(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, accepted=True)
    reviewed_by(application, 9, 6)
    client = sign_in(cast.staff)
    opened = client.get(address(application, "review")).content.decode()
    page = client.post(address(application, "review"), {"note": ""}, follow=True)
    said = page.content.decode()
    for words in ("已提交2份评分表，至少需要3份", "评分相差超过20分"):
        assert words in opened
        assert words in said
    assert "专家评审还没有完成" in said
    assert 'name="note"' not in opened
    application.refresh_from_db()
    assert application.state == State.ACCEPTED
