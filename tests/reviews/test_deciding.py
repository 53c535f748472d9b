"""From the experts' sheets to a decision: nobody decides past the experts, and a decision stands with its reasons."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Notice
from records.moves import DomainError, IllegalMove
from reviews.models import Application, Assignment, AssignmentState, Decision, Moderation, State
from reviews.models.deciding import PAPERS_CHANGED
from reviews.office.verbs import open_verbs
from tests.factories import ApplicationFactory, RoundFactory, expert_at, reviewed_by

TODAY = timezone.localdate
pytestmark = pytest.mark.django_db
BEYOND_THE_EXPERTS = {State.REVIEWED, State.PROPOSED, State.APPROVED, State.HELD, State.REJECTED, State.NAMED}
UNDECIDED = ("", "", None, None, None)


@pytest.fixture
def accepted(cast):
    return ApplicationFactory(studio=cast.studio, accepted=True)


def fresh(application) -> Application:
    return Application.objects.get(pk=application.pk)


def lacking(application) -> list[str]:
    """Why the review cannot be completed, as staff read it when they try."""
    with pytest.raises(DomainError) as refused:
        application.complete_review(by=None)
    assert fresh(application).state == State.ACCEPTED
    return list(refused.value.problems)


def decided(application) -> tuple:
    row = fresh(application)
    return row.decision, row.decision_text, row.decided_by, row.decided_at, row.released_at


# -- no way round the experts -------------------------------------------------------------------------------------


def test_there_is_one_way_to_a_decision_and_it_leads_by_the_experts():
    """Whatever leads beyond the experts starts beyond them, but for the one move that asks for their sheets."""
    into = {
        verb
        for verb, move in Application.MOVES.items()
        if move.targets & BEYOND_THE_EXPERTS and not move.origins <= BEYOND_THE_EXPERTS
    }
    # Handed in anew, an application comes back to where it was returned from.
    assert into == {"complete_review", "resubmit"}


@pytest.mark.parametrize("decision", Decision)
def test_nothing_is_decided_while_experts_review(cast, accepted, decision):
    reviewed_by(accepted, 8, 8, 8)
    with pytest.raises(IllegalMove):
        accepted.decide(decision, by=cast.leader, text="同意命名。")
    assert (fresh(accepted).state, decided(accepted)) == (State.ACCEPTED, UNDECIDED)
    assert set(open_verbs(cast.leader, accepted)) == set()


def test_a_round_without_a_rubric_has_not_been_reviewed(accepted):
    assert lacking(accepted) == ["本轮还没有评审标准。"]


def test_below_the_quorum_the_review_is_not_complete(cast, accepted):
    reviewed_by(accepted, 8, 8)
    assert lacking(accepted) == ["已提交2份评分表，至少需要3份。"]
    reviewed_by(accepted, 8)
    accepted.complete_review(by=cast.staff)
    assert fresh(accepted).state == State.REVIEWED


def test_the_quorum_is_the_one_of_the_rounds_own_policy(cast, accepted):
    type(accepted.round.policy).objects.update(experts_quorum=2)
    reviewed_by(accepted, 8, 8)
    application = fresh(accepted)
    application.complete_review(by=cast.staff)
    assert application.state == State.REVIEWED


@pytest.mark.parametrize("state", [AssignmentState.INVITED, AssignmentState.ACCEPTED])
def test_whoever_is_still_at_work_is_waited_for_or_replaced(cast, accepted, state):
    reviewed_by(accepted, 8, 8, 8)
    fourth = asked(accepted, by=cast.staff)
    if state == AssignmentState.ACCEPTED:
        fourth.accept(by=fourth.expert)
    assert lacking(accepted) == ["还有1位专家没有提交评分。请等待，或更换专家。"]
    fourth.replace(by=cast.staff, reason="逾期未交")
    accepted.complete_review(by=cast.staff)
    assert fresh(accepted).state == State.REVIEWED


def asked(application, *, by) -> Assignment:
    """One more expert of the panel, invited."""
    expert = expert_at(application, application.assignments.count())
    return application.assignments.create(
        snapshot=application.snapshot,
        expert=expert,
        due_on=application.round.decide_by,
        assigned_by=by,
    )


# -- marks far apart ----------------------------------------------------------------------------------------------

APART = ["评分相差超过20分。请增加一位专家评分，或组织合议。"]


def talk(application, *, by) -> Moderation:
    return Moderation.objects.create(
        application=application,
        held_on=TODAY(),
        people="评审组全体",
        minutes="逐项讨论，各自说明了理由。",
        recorded_by=by,
    )


def test_marks_that_lie_just_within_the_bound_need_no_talk(cast, accepted):
    reviewed_by(accepted, 9, 8, 7)  # 90 and 70: twenty points, and not more
    accepted.complete_review(by=cast.staff)
    assert fresh(accepted).state == State.REVIEWED


def test_marks_far_apart_are_talked_over_before_anybody_decides(cast, accepted):
    reviewed_by(accepted, 9, 8, 6)
    assert lacking(accepted) == APART
    talk(accepted, by=cast.staff)
    accepted.complete_review(by=cast.staff)
    assert fresh(accepted).state == State.REVIEWED


def test_a_talk_before_the_last_sheet_does_not_settle_it(cast, accepted):
    reviewed_by(accepted, 9, 8, 6)
    talk(accepted, by=cast.staff)
    sheet = accepted.assignments.last()
    sheet.reopen(by=cast.staff, reason="请补充理由。")
    sheet.hand_in(by=sheet.expert)
    assert lacking(accepted) == APART
    talk(accepted, by=cast.staff)
    accepted.complete_review(by=cast.staff)


def test_a_further_expert_settles_it_with_the_sheet_and_not_with_the_invitation(cast, accepted):
    reviewed_by(accepted, 9, 8, 6)
    further = asked(accepted, by=cast.staff)
    Moderation.objects.create(application=accepted, assignment=further, recorded_by=cast.staff)
    assert lacking(accepted) == ["还有1位专家没有提交评分。请等待，或更换专家。", *APART]
    further.replace(by=cast.staff, reason="时间不便")
    assert lacking(accepted) == APART
    fifth = reviewed_by(accepted, 8)
    Moderation.objects.create(application=accepted, assignment=fifth, recorded_by=cast.staff)
    accepted.complete_review(by=cast.staff)


# -- until the release --------------------------------------------------------------------------------------------


def test_a_decision_is_changed_until_its_release_and_each_change_is_kept(cast):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    said = [
        ("approve", "同意命名。"),
        ("reject", "成果不足。"),
        ("hold", "补充材料后再议。"),
        ("approve", "同意。"),
    ]
    for decision, text in said:
        application.decide(decision, by=cast.leader, text=text)
        row = fresh(application)
        assert (row.state, row.decision, row.decision_text) == (State.PROPOSED, decision, text)
        assert (row.decided_by, row.released_at, row.known_decision, row.known_decision_text) == (
            cast.leader,
            None,
            "",
            "",
        )
    log = application.log.filter(actor=cast.leader).values_list("verb", "note", "to_state")
    assert list(log) == [(decision, text, "proposed") for decision, text in said]


def test_pressed_twice_it_is_decided_once_and_another_word_is_another_decision(cast):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    for text in ("同意命名。", " 同意命名。 ", "同意命名，请按时公示。"):
        fresh(application).decide("approve", by=cast.leader, text=text)
    said = application.log.filter(verb="approve").values_list("note", flat=True)
    assert list(said) == ["同意命名。", "同意命名，请按时公示。"]


def test_who_has_not_seen_a_decision_does_not_change_it(cast):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    stale = fresh(application)
    application.decide("approve", by=cast.leader, text="同意命名。")
    with pytest.raises(IllegalMove):
        stale.decide("reject", by=cast.leader_lead, text="成果不足。")
    assert fresh(application).decision == "approve"


@pytest.mark.parametrize("reached", [State.APPROVED, State.REJECTED])
@pytest.mark.parametrize("decision", Decision)
def test_what_is_released_is_not_decided_over_again_without_a_reversal(cast, reached, decision):
    application = ApplicationFactory(studio=cast.studio, reach=reached)
    before = decided(application)
    with pytest.raises(IllegalMove):
        application.decide(decision, by=cast.leader, text="改判。")
    assert (fresh(application).state, decided(application)) == (reached, before)


def test_what_is_on_hold_is_approved_or_rejected_later_and_waits_for_the_next_release(cast):
    application = ApplicationFactory(studio=cast.studio, held=True)
    assert application.known_decision == "hold"
    with pytest.raises(IllegalMove):
        application.decide("hold", by=cast.leader, text="再议。")
    application.decide("reject", by=cast.leader, text="材料仍不足。")
    row = fresh(application)
    assert (row.state, row.known_decision, row.known_decision_text) == (State.PROPOSED, "", "")


def test_a_decision_has_its_words(cast):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    with pytest.raises(DomainError, match="请填写决定意见"):
        application.decide("approve", by=cast.leader, text="  ")
    assert fresh(application).state == State.REVIEWED


# -- taking back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reached", [State.APPROVED, State.HELD, State.REJECTED])
def test_what_was_released_is_taken_back_with_a_reason_that_stays(cast, reached):
    application = ApplicationFactory(studio=cast.studio, reach=reached)
    for reason in ("", "  \n"):
        with pytest.raises(DomainError, match="请填写原因"):
            application.reverse(by=cast.leader, reason=reason)
    assert fresh(application).state == reached
    application.reverse(by=cast.leader, reason="  依据的证书有误。 ")
    assert (fresh(application).state, decided(application)) == (State.REVIEWED, UNDECIDED)
    row = application.log.last()
    assert (row.verb, row.actor, row.from_state, row.note) == (
        "reverse",
        cast.leader,
        reached,
        "依据的证书有误。",
    )
    told = Notice.objects.get(recipient=cast.lead, subject__contains="撤回")
    assert "依据的证书有误。" in told.body


@pytest.mark.parametrize("reached", [State.REVIEWED, State.PROPOSED, State.NAMED])
def test_what_is_not_released_or_named_already_is_not_taken_back(cast, reached):
    application = ApplicationFactory(studio=cast.studio, reach=reached)
    with pytest.raises(IllegalMove):
        application.reverse(by=cast.leader, reason="依据有误。")
    assert fresh(application).state == reached


def test_a_rejection_stands_once_the_studio_has_applied_again(cast):
    rejected = ApplicationFactory(studio=cast.studio, rejected=True)
    next_year = RoundFactory(on=date(TODAY().year + 1, 6, 1))
    again = ApplicationFactory(studio=cast.studio, round=next_year)
    with pytest.raises(DomainError) as refused:
        rejected.reverse(by=cast.leader, reason="依据有误。")
    assert refused.value.problems == ("该工作室已重新申报。",)
    assert fresh(rejected).state == State.REJECTED
    again.withdraw(by=cast.lead, reason="等待更正。")
    rejected.reverse(by=cast.leader, reason="依据有误。")
    assert fresh(rejected).state == State.REVIEWED


# -- back to the experts ------------------------------------------------------------------------------------------


def states_of(application) -> list[tuple]:
    return list(application.assignments.order_by("pk").values_list("state", "snapshot__version"))


@pytest.fixture
def half_reviewed(cast, accepted):
    """Two sheets handed in, one begun, one expert who declined."""
    reviewed_by(accepted, 8, 8)
    begun, declined = asked(accepted, by=cast.staff), asked(accepted, by=cast.staff)
    begun.accept(by=begun.expert)
    declined.decline(by=declined.expert, reason="出差")
    return accepted


def test_papers_handed_in_anew_go_to_the_experts_again_with_their_sheets_open(cast, half_reviewed):
    application = half_reviewed
    application.return_for_correction({"projects": "请补充立项文件。"}, by=cast.staff)
    application.resubmit(by=cast.lead, on=TODAY())
    assert application.state == State.ACCEPTED
    assert states_of(application) == [("accepted", 2), ("accepted", 2), ("accepted", 2), ("declined", 1)]
    assert set(application.assignments.values_list("handed_in_at", flat=True)) == {None}
    first, _second, begun, _declined = application.assignments.order_by("pk")
    assert (first.log.last().verb, first.log.last().note) == ("reopen", PAPERS_CHANGED)
    assert begun.log.last().verb == "accept"
    assert first.marks.filter(points__isnull=False).exists()  # to be looked at again, not to be given again
    assert Notice.objects.filter(recipient=first.expert, body__contains=PAPERS_CHANGED).count() == 1


def test_given_back_to_the_experts_without_new_papers_the_sheets_stay_closed(cast):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    with pytest.raises(DomainError, match="请填写原因"):
        application.reopen_review(by=cast.staff, reason=" ")
    application.reopen_review(by=cast.staff, reason="再请一位专家。")
    assert states_of(application) == [("handed_in", 1)] * 3


def test_papers_mended_while_on_hold_go_back_to_the_experts_and_the_hold_is_void(cast):
    application = ApplicationFactory(studio=cast.studio, held=True)
    application.return_for_correction({"projects": "请补充立项文件。"}, by=cast.staff)
    application.resubmit(by=cast.lead, on=TODAY())
    assert application.state == State.HELD
    application.reopen_review(by=cast.staff, reason="材料已补充。")
    assert (fresh(application).state, decided(application)) == (State.ACCEPTED, UNDECIDED)
    assert states_of(application) == [("accepted", 2)] * 3


def test_an_expert_hands_in_again_only_while_the_application_is_with_the_experts(cast):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    sheet = application.assignments.first()
    with pytest.raises(IllegalMove):
        sheet.reopen(by=cast.staff, reason="请补充理由。")
    assert sheet.log.filter(verb="reopen").count() == 0


def test_the_day_of_the_review_is_not_in_the_future(cast, accepted):
    minutes = talk(accepted, by=cast.staff)
    minutes.held_on = TODAY() + timedelta(days=1)
    with pytest.raises(ValidationError) as refused:
        minutes.full_clean()
    assert set(refused.value.message_dict) == {"held_on"}
