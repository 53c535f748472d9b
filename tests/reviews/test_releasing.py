"""The decisions of a round become known together; those approved stand in a public notice that runs working days."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Notice, RoleCode
from records.calendar import CalendarDay
from records.moves import DomainError
from reviews.models import Application, ApplicationLog, PublicNotice, State
from reviews.releasing import publish, release_decisions
from tests.factories import ApplicationFactory, RoundFactory, give_role

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def decided(decision: str, cast, **fields) -> Application:
    application = ApplicationFactory(reviewed=True, **fields)
    application.decide(decision, by=cast.leader, text=f"{decision}：经研究决定。")
    return application


def states() -> dict[int, str]:
    return dict(Application.objects.values_list("pk", "state"))


def release(application, cast, *, by=None) -> PublicNotice | None:
    return release_decisions(application.round, by=by or cast.staff, on=TODAY())


# -- all or none --------------------------------------------------------------------------------------------------


def test_all_decisions_of_a_round_become_known_at_once_and_nothing_else_moves(cast):
    rows = {decision: decided(decision, cast) for decision in ("approve", "hold", "reject")}
    waiting = ApplicationFactory(reviewed=True)
    elsewhere = decided("reject", cast, round=RoundFactory(year=TODAY().year + 1))
    notice = release(waiting, cast)
    assert states() == {
        rows["approve"].pk: State.APPROVED,
        rows["hold"].pk: State.HELD,
        rows["reject"].pk: State.REJECTED,
        waiting.pk: State.REVIEWED,
        elsewhere.pk: State.PROPOSED,
    }
    for decision, row in rows.items():
        row.refresh_from_db()
        assert row.known_decision == decision
        assert row.known_decision_text == row.decision_text == f"{decision}：经研究决定。"
        last = row.log.last()
        assert (last.actor, last.note) == (cast.staff, row.decision_text)
    assert dict(Application.objects.values_list("pk", "notice")) == {
        **dict.fromkeys(states()),
        rows["approve"].pk: notice.pk,
    }


def test_one_own_case_among_them_and_nobody_hears_anything_from_this_person(cast):
    other, own = decided("approve", cast), decided("reject", cast, studio=cast.studio)
    told = Notice.objects.count()
    with pytest.raises(PermissionDenied):
        release(other, cast, by=cast.staff_member)
    assert states() == {other.pk: State.PROPOSED, own.pk: State.PROPOSED}
    assert not PublicNotice.objects.exists()
    assert Notice.objects.count() == told
    release(other, cast)
    assert states() == {other.pk: State.APPROVED, own.pk: State.REJECTED}


def test_who_signed_for_a_unit_does_not_release_the_decision_on_it(cast):
    application = decided("approve", cast, studio=cast.studio)
    give_role(cast.party, RoleCode.UNION_STAFF)
    with pytest.raises(PermissionDenied):
        release(application, cast, by=cast.party)
    assert states() == {application.pk: State.PROPOSED}


def test_exactly_staff_and_leaders_may_release(cast):
    application = decided("approve", cast, studio=cast.studio)
    may = {
        name
        for name, user in cast.everybody().items()
        if user.has_perm("reviews.release_decisions", application)
    }
    assert may == {"staff", "leader", "leader_lead"}


def test_released_twice_it_is_released_once(cast):
    application = decided("approve", cast)
    release(application, cast)
    logged = ApplicationLog.objects.count()
    with pytest.raises(DomainError, match="本轮没有待公布的决定"):
        release(application, cast)
    assert PublicNotice.objects.count() == 1
    assert ApplicationLog.objects.count() == logged


@pytest.mark.parametrize("state", [State.ACCEPTED, State.REVIEWED, State.APPROVED, State.HELD])
def test_where_nothing_waits_nothing_is_released(cast, state):
    application = ApplicationFactory(reach=state)
    with pytest.raises(DomainError, match="本轮没有待公布的决定"):
        release(application, cast)
    assert states() == {application.pk: state}


def test_without_anybody_to_be_named_there_is_no_notice(cast):
    rejected = decided("reject", cast)
    assert release(rejected, cast) is None
    assert not PublicNotice.objects.exists()
    assert states() == {rejected.pk: State.REJECTED}


# -- the notice ---------------------------------------------------------------------------------------------------


def test_the_notice_shows_of_a_studio_what_its_template_has_and_nothing_personal_beyond(cast):
    cast.studio.service = True
    cast.studio.save()
    one = decided("approve", cast, studio=cast.studio)
    decided("reject", cast)
    notice = release(one, cast)
    assert notice.entries == [
        {
            "application": one.pk,
            "number": one.number,
            "studio": "龚䶮劳模创新工作室",
            "unit": "机械与动力工程学院",
            "lead": "龚䶮",
            "kinds": ["科技创新", "服务创新"],
        }
    ]


def test_the_notice_says_what_was_handed_in_whatever_is_typed_since(cast):
    one = decided("approve", cast, studio=cast.studio)
    cast.studio.name, cast.studio.management = "特级劳模创新工作室", True
    cast.studio.save()
    [entry] = release(one, cast).entries
    assert (entry["studio"], entry["kinds"]) == ("龚䶮劳模创新工作室", ["科技创新"])


def test_the_studios_stand_in_the_order_of_their_units(cast):
    later, earlier = (decided("approve", cast, studio__lead__unit__code=code) for code in ("00900", "00100"))
    assert [entry["application"] for entry in release(later, cast).entries] == [earlier.pk, later.pk]


def test_decisions_that_come_later_stand_in_a_second_notice(cast):
    first = decided("approve", cast)
    held = decided("hold", cast)
    one = release(first, cast)
    held.refresh_from_db()
    held.decide("approve", by=cast.leader, text="补充材料后同意。")
    two = release(held, cast)
    assert [(one.serial, len(one.entries)), (two.serial, len(two.entries))] == [(1, 1), (2, 1)]
    assert dict(Application.objects.values_list("pk", "notice")) == {first.pk: one.pk, held.pk: two.pk}


def test_what_was_taken_back_and_approved_again_runs_its_days_again(cast):
    application = ApplicationFactory(approved=True)
    earlier = application.notice
    application.reverse(by=cast.leader, reason="依据有误。")
    again_decided = Application.objects.get(pk=application.pk)
    again_decided.decide("approve", by=cast.leader, text="核实后同意。")
    again = release(again_decided, cast)
    again_decided.refresh_from_db()
    assert again_decided.notice == again != earlier
    assert again.ends_on > TODAY() > earlier.ends_on


# -- its days -----------------------------------------------------------------------------------------------------

# Published → first and last of five working days, by the plans of the State Council. The day of publication does not
# count (Civil Code, Art. 201).
RUNS = {
    "an ordinary Monday": (date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 16)),
    "an ordinary Friday": (date(2026, 3, 13), date(2026, 3, 16), date(2026, 3, 20)),
    "a Saturday": (date(2026, 3, 14), date(2026, 3, 16), date(2026, 3, 20)),
    # 2026: off from 15 to 23 February; worked on Saturdays 14 and 28 February.
    "before Spring Festival, the Saturday worked": (date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 27)),
    "on the last day before Spring Festival": (date(2026, 2, 14), date(2026, 2, 24), date(2026, 2, 28)),
    "in Spring Festival": (date(2026, 2, 18), date(2026, 2, 24), date(2026, 2, 28)),
    # 2025: off from 28 January to 4 February; worked on 26 January and 8 February.
    "over Spring Festival 2025": (date(2025, 1, 24), date(2025, 1, 26), date(2025, 2, 7)),
    # 2026: off from 1 to 5 May, worked on Saturday 9 May.
    "on the eve of 1 May": (date(2026, 4, 30), date(2026, 5, 6), date(2026, 5, 11)),
    "over 1 May": (date(2026, 4, 27), date(2026, 4, 28), date(2026, 5, 7)),
    # 2025: off from 1 to 5 May, worked on Sunday 27 April.
    "over 1 May 2025, the Sunday worked": (date(2025, 4, 25), date(2025, 4, 27), date(2025, 5, 6)),
}


@pytest.mark.parametrize(("published", "first", "last"), RUNS.values(), ids=RUNS)
def test_the_notice_runs_working_days_from_the_next_one_on(cast, published, first, last):
    notice = publish(RoundFactory(), [], by=cast.staff, on=published)
    assert (notice.days, notice.published_on, notice.starts_on, notice.ends_on, notice.plan_is_known) == (
        5,
        published,
        first,
        last,
        True,
    )


def test_the_policy_of_the_round_says_how_many_days(cast):
    round_ = RoundFactory()
    round_.policy.notice_days = 7
    notice = publish(round_, [], by=cast.staff, on=date(2026, 3, 9))
    assert (notice.days, notice.ends_on) == (7, date(2026, 3, 18))


def test_a_day_that_the_office_has_entered_goes_before_the_plan(cast):
    CalendarDay.objects.create(day=date(2026, 3, 10), works=False, reason="校庆")
    CalendarDay.objects.create(day=date(2026, 3, 14), works=True, reason="校庆调休")
    notice = publish(RoundFactory(), [], by=cast.staff, on=date(2026, 3, 9))
    assert (notice.starts_on, notice.ends_on) == (date(2026, 3, 11), date(2026, 3, 16))


def test_where_no_plan_is_out_yet_weekdays_count_and_the_notice_knows_it(cast):
    notice = publish(RoundFactory(), [], by=cast.staff, on=date(2060, 3, 8))
    assert (notice.starts_on, notice.ends_on) == (date(2060, 3, 9), date(2060, 3, 15))
    assert notice.plan_is_known is False


def test_objections_are_taken_from_the_publication_to_the_end_of_the_last_day(cast):
    notice = publish(RoundFactory(), [], by=cast.staff, on=date(2026, 4, 30))
    days = [date(2026, 4, 29) + timedelta(days=n) for n in range(14)]
    open_ = [day for day in days if notice.is_open(day)]
    assert (open_[0], open_[-1], len(open_)) == (date(2026, 4, 30), date(2026, 5, 11), 12)
    assert [day for day in days if notice.is_over(day)] == [date(2026, 5, 12)]
    assert list(PublicNotice.objects.open(date(2026, 5, 11))) == [notice]
    assert list(PublicNotice.objects.open(date(2026, 5, 12))) == []


def test_each_state_that_a_release_leads_to_is_reached_by_it_alone():
    """Only the release makes a decision known: nothing else leads to these states, but for papers that come back."""
    for state, verbs in {
        State.APPROVED: {"announce_approval"},
        State.HELD: {"announce_hold", "resubmit"},
        State.REJECTED: {"announce_rejection"},
    }.items():
        assert {verb for verb, move in Application.MOVES.items() if state in move.targets} == verbs
