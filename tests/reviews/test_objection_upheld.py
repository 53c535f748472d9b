"""What the studio and the public read once an objection is upheld: that it is, and the answer; nobody who objects."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, RoleCode
from records.moves import DomainError, IllegalMove
from reviews.models import Application, State
from reviews.releasing import release_decisions
from tests.factories import give_role
from tests.reviews.noticing import SECRETS, objected, on_notice

pytestmark = pytest.mark.django_db
ANSWER = "经核查，该项目立项时间早于申报表所填。"


@pytest.fixture
def application(cast) -> Application:
    return on_notice(studio=cast.studio)


def answered(application, cast, verb: str):
    objection = objected(application, text="标记异议正文")
    objection.take_on(by=cast.staff)
    getattr(objection, verb)(by=cast.staff, minutes="标记核查记录", answer=ANSWER)
    return objection


def page(client, application) -> str:
    return client.get(reverse("reviews:application", args=[application.pk])).content.decode()


def test_the_lead_reads_outcome_and_answer_and_not_who_objected(cast, sign_in, application):
    objection = answered(application, cast, "uphold")
    shown = page(sign_in(cast.lead), application)
    for said in (objection.number, ANSWER, "成立"):
        assert said in shown, said
    for hidden in (*SECRETS, "标记异议正文", "标记核查记录"):
        assert hidden not in shown, hidden


def test_it_stays_there_when_it_was_decided_anew(cast, sign_in, application):
    answered(application, cast, "uphold")
    Application.objects.get().decide("reject", by=cast.leader, text="不予命名。")
    assert ANSWER in page(sign_in(cast.lead), application)


def test_of_one_that_was_dismissed_or_is_open_the_studio_reads_nothing(cast, sign_in, application):
    answered(application, cast, "dismiss")
    waiting = objected(application, text="标记另一件")
    shown = page(sign_in(cast.lead), application)
    for hidden in (ANSWER, waiting.number, "标记"):
        assert hidden not in shown, hidden


def test_the_public_notice_says_that_the_studio_was_taken_out_for_it(cast, application):
    other = on_notice()
    answered(application, cast, "uphold")
    shown = Client().get(application.notice.get_absolute_url()).content.decode()
    assert shown.count("异议经核查成立，已撤出公示") == 1
    for hidden in (*SECRETS, ANSWER, "标记"):
        assert hidden not in shown, hidden
    assert "异议经核查成立" not in Client().get(other.notice.get_absolute_url()).content.decode()


# -- wherever the application stands by then ---------------------------------------------------------------------------


def stand_at(application, cast, state: str) -> None:
    """From its notice to another state, by the verbs that lead there."""
    application.reverse(by=cast.leader, reason="先行撤回。")
    if state == State.PROPOSED:
        application.decide("approve", by=cast.leader, text="核实后同意。")
    if state in (State.HELD, State.REJECTED):
        application.decide("hold" if state == State.HELD else "reject", by=cast.leader, text="另议。")
        release_decisions(application.round, by=cast.staff, on=timezone.localdate())
    if state == State.ACCEPTED:
        application.reopen_review(by=cast.staff, reason="请专家再看。")
    assert Application.objects.get().state == state


def upheld_at(application, cast, state: str):
    objection = objected(application)
    objection.take_on(by=cast.staff)
    stand_at(application, cast, state)
    objection.uphold(by=cast.staff, minutes="查实。", answer=ANSWER)
    return objection


@pytest.mark.parametrize("state", [State.REVIEWED, State.PROPOSED, State.HELD])
def test_every_decision_since_the_review_is_put_back_and_the_row_says_so(cast, application, state):
    objection = upheld_at(application, cast, state)
    now = Application.objects.get()
    assert (now.state, now.decision, now.decided_by, now.released_at) == (State.REVIEWED, "", None, None)
    last = now.log.last()
    assert (last.verb, last.from_state, last.to_state, last.note, last.actor) == (
        "uphold_objection",
        state,
        State.REVIEWED,
        objection.number,
        cast.staff,
    )
    with pytest.raises(DomainError, match="没有待公布的决定"):
        release_decisions(now.round, by=cast.staff, on=timezone.localdate())


def test_a_decision_on_a_page_from_before_the_answer_changes_nothing(cast, application):
    objection = objected(application)
    objection.take_on(by=cast.staff)
    stand_at(application, cast, State.PROPOSED)
    seen = application.last_move
    objection.uphold(by=cast.staff, minutes="查实。", answer=ANSWER)
    with pytest.raises(IllegalMove):
        application.decide("approve", by=cast.leader, text="同意。", seen=seen)
    assert Application.objects.get().state == State.REVIEWED


def test_with_the_experts_it_stays_there_and_whoever_decides_reads_of_it(cast, sign_in, application):
    objection = upheld_at(application, cast, State.ACCEPTED)
    now = Application.objects.get()
    assert (now.state, now.log.last().verb, now.log.last().note) == (
        State.ACCEPTED,
        "uphold_objection",
        objection.number,
    )
    assert ANSWER in page(sign_in(cast.lead), application)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.PROPOSED, "由校工会重新决定"),
        (State.ACCEPTED, "作出决定时可以看到"),
        (State.REJECTED, "不再另行决定"),
    ],
)
def test_staff_are_told_once_and_what_holds_by_then(cast, application, state, said):
    colleague = give_role(cast.stranger, RoleCode.UNION_STAFF).user
    objection = objected(application)
    objection.take_on(by=cast.staff)
    stand_at(application, cast, state)
    before = set(Notice.objects.values_list("pk", flat=True))
    objection.uphold(by=cast.staff, minutes="查实。", answer=ANSWER)
    told = Notice.objects.exclude(pk__in=before).filter(recipient=colleague)
    assert [said in one.body for one in told] == [True]
    assert Application.objects.get().state == (State.REVIEWED if state == State.PROPOSED else state)
