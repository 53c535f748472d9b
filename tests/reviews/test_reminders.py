"""Reminders: who is reminded of what, on which day, once; nobody of what is done, and nobody in their own case."""

import json
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notice, RoleCode, Side
from records.attachments import checked
from records.outbox import Outbox
from reviews import reminders as reminders_module
from reviews.actions import upload_paper_form
from reviews.models import Application, Part
from reviews.reminders import remind
from studios.models import Cycle, Editor, Policy, Studio
from studios.models import State as StudioState
from tests.cast import make_cast
from tests.factories import (
    ApplicationFactory,
    RoundFactory,
    StudioFactory,
    UserFactory,
    bring_to,
    give_role,
    signatories,
)
from tests.reviews.test_paper_forms import png
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
WORK_ON_IT = {"lead", "co_editor"}


def day(after: int):
    return TODAY + timedelta(after)


def told(on) -> dict[str, Notice]:
    """User name → the new notice of a day's run; each person gets at most one."""
    before = set(Notice.objects.values_list("pk", flat=True))
    count = remind(on)
    new = Notice.objects.exclude(pk__in=before).select_related("recipient")
    found = {notice.recipient.username: notice for notice in new}
    assert len(found) == len(new) == count
    return found


def reminders():
    return Notice.objects.exclude(milestone="")


def every_day(first: int, last: int) -> dict[int, set[str]]:
    """Run each day from the ``first`` to the ``last`` from today: on which of them whom was written to."""
    runs = {after: set(told(day(after))) for after in range(first, last + 1)}
    return {after: people for after, people in runs.items() if people}


@pytest.fixture
def round_(db):
    """Applications close in 20 days, signatures are due in 27, decisions in 60, the naming is in 80."""
    return RoundFactory()


# -- drafts --------------------------------------------------------------------------------------


def test_who_works_on_a_draft_is_reminded_on_each_day_of_the_policy_until_it_closes(cast, round_):
    ApplicationFactory(studio=cast.studio, round=round_)
    assert every_day(0, 40) == dict.fromkeys([20 - 14, 20 - 7, 20 - 3, 20 - 1], WORK_ON_IT)


def test_the_department_union_that_started_it_is_reminded_too_but_not_of_its_own_case(cast, round_):
    Studio.objects.filter(pk=cast.studio.pk).update(started_by=cast.department)
    ApplicationFactory(studio=Studio.objects.get(pk=cast.studio.pk), round=round_, started_by=cast.department)
    assert set(told(day(6))) == {*WORK_ON_IT, "department"}


def test_days_that_were_missed_are_made_up_by_one_reminder_and_not_by_all_of_them(cast, round_):
    ApplicationFactory(studio=cast.studio, round=round_)
    late = told(day(18))
    assert {name: notice.milestone for name, notice in late.items()} == dict.fromkeys(WORK_ON_IT, "-3")
    assert late["lead"].subject == f"{cast.studio.name}的申报还没有提交，还有2天截止"
    assert told(day(18)) == {}
    assert set(told(day(19))) == WORK_ON_IT


def test_a_missed_day_that_is_run_afterwards_sends_nothing_that_is_out_of_date(cast, round_):
    ApplicationFactory(studio=cast.studio, round=round_)
    assert set(told(day(17))) == WORK_ON_IT
    assert every_day(0, 16) == {}


def test_who_comes_to_the_papers_later_is_reminded_by_the_next_run(cast, round_):
    ApplicationFactory(studio=cast.studio, round=round_)
    told(day(13))
    Editor.objects.create(studio=cast.studio, user=cast.stranger, added_by=cast.lead)
    assert set(told(day(14))) == {"stranger"}


def test_who_began_a_draft_today_is_not_reminded_of_days_before(cast):
    ApplicationFactory(studio=cast.studio, round=RoundFactory(closes_on=day(5)))
    assert every_day(0, 5) == {2: WORK_ON_IT, 4: WORK_ON_IT}


def test_a_day_that_is_moved_is_reminded_of_anew(cast, round_):
    application = ApplicationFactory(studio=cast.studio, round=round_)
    told(day(19))
    assert told(day(21)) == {}
    application.allow_late(by=cast.staff, until=day(30), reason="住院")
    assert every_day(22, 40) == dict.fromkeys([22, 23, 27, 29], WORK_ON_IT)
    assert {notice.event.rpartition(":")[2] for notice in reminders()} == {str(day(20)), str(day(30))}


def test_what_is_handed_in_or_withdrawn_is_no_draft(cast, round_):
    application = ApplicationFactory(studio=cast.studio, round=round_)
    application.withdraw(by=cast.lead, reason="明年再报。")
    assert every_day(0, 60) == {}


def test_the_days_are_those_of_the_policy_that_the_round_keeps(cast):
    other = Policy.objects.create(title="新版", effective_on=day(1), closing_reminders="10,2")
    ApplicationFactory(studio=cast.studio, round=RoundFactory(policy=other))
    assert every_day(0, 30) == dict.fromkeys([10, 18], WORK_ON_IT)


# -- corrections ---------------------------------------------------------------------------------


def test_a_correction_is_reminded_of_before_its_day_and_every_week_after_it(cast, round_):
    application = ApplicationFactory(studio=cast.studio, round=round_, submitted=True)
    application.return_for_correction({"team": "请补充职称。"}, by=cast.department, correct_by=day(9))
    assert every_day(0, 24) == dict.fromkeys([2, 6, 8, 16, 23], WORK_ON_IT)
    last = Notice.objects.filter(recipient=cast.lead).first()
    assert last.subject == f"{cast.studio.name}的申报材料等待修改，已逾期14天"
    assert last.url == application.get_absolute_url()
    Application.objects.get(pk=application.pk).resubmit(by=cast.lead, on=day(24))
    assert WORK_ON_IT.isdisjoint(told(day(30)))


def test_a_correction_without_a_day_is_not_overdue(cast, round_):
    application = ApplicationFactory(studio=cast.studio, round=round_, submitted=True)
    application.return_for_correction({"team": "请补充职称。"}, by=cast.department)
    assert every_day(0, 60) == {}


# -- recommendation and sign-offs ----------------------------------------------------------------


def test_those_who_have_to_sign_are_reminded_and_who_has_signed_is_not(cast, round_):
    application = ApplicationFactory(studio=cast.studio, round=round_, submitted=True)
    application.endorse(Part.PARTY, by=cast.party, opinion="同意。")
    first = told(day(27 - 5))
    assert set(first) == {"department", "administration"}
    assert first["administration"].url == f"/applications/{application.pk}/sign/"
    assert "还缺：行政意见。" in first["administration"].body
    application.endorse(Part.ADMINISTRATION, by=cast.administration, opinion="同意。")
    assert every_day(23, 40) == {after: {"department"} for after in (24, 26, 34)}
    application.endorse(Part.RECOMMENDATION, by=cast.department, opinion="同意。")
    assert {"department", "party", "administration"}.isdisjoint(told(day(41)))


def test_who_has_signed_one_part_is_not_asked_for_another(cast, round_):
    give_role(cast.party, RoleCode.UNIT_LEADER, unit=cast.unit, side=Side.ADMINISTRATION)
    application = ApplicationFactory(studio=cast.studio, round=round_, submitted=True)
    application.endorse(Part.PARTY, by=cast.party, opinion="同意。")
    assert "party" not in told(day(22))


def test_nobody_is_asked_to_sign_who_has_come_into_the_papers(cast, round_):
    """By account, or by name without one; ``department_member`` belongs to the studio from the start."""
    cast.studio.members.create(name=cast.party.name)
    ApplicationFactory(studio=cast.studio, round=round_, submitted=True)
    assert set(told(day(22))) == {"department", "administration"}


def test_what_is_signed_on_paper_is_waited_for_at_the_desk_of_who_compares_it(cast, round_):
    application = ApplicationFactory(studio=cast.studio, round=round_, submitted=True)
    signed = {"party": ("钱书记", "同意。"), "administration": ("孙院长", "同意。")}
    form = upload_paper_form(application, by=cast.department, scan=checked(png()), signed=signed)
    first = told(day(22))
    assert set(first) == {"department", "staff"}  # staff_member belongs to the studio
    assert first["staff"].url == f"/admin/reviews/paperform/{form.pk}/change/"
    form.move("turn_down", by=cast.staff)
    assert set(told(day(24))) == {"department", "party", "administration"}


def test_who_uploaded_a_form_is_not_reminded_to_compare_it(cast, round_):
    give_role(cast.department, RoleCode.UNION_STAFF)
    application = ApplicationFactory(studio=cast.studio, round=round_, submitted=True)
    signed = dict.fromkeys(Part.values, ("钱书记", "同意。"))
    upload_paper_form(application, by=cast.department, scan=checked(png()), signed=signed)
    assert set(told(day(22))) == {"staff"}


# -- the union's office --------------------------------------------------------------------------

OFFICE = [
    (
        "recommended",
        {"staff"},
        [60 - 14, 60 - 7, 60 - 3, 60 - 1, 67, 74],
        "1份申报材料等待审核，还有14天到期",
    ),
    ("accepted", {"staff"}, [46, 53, 57, 59, 67, 74], "1份申报正在专家评审，还有14天到期"),
    ("reviewed", {"leader", "leader_lead"}, [46, 53, 57, 59, 67, 74], "1份申报等待决定，还有14天到期"),
    ("proposed", {"staff"}, [46, 53, 57, 59, 67, 74], "1项决定等待公布，还有14天到期"),
    ("held", {"leader", "leader_lead"}, [46, 53, 57, 59, 67, 74], "1份暂缓的申报等待决定，还有14天到期"),
    ("approved", {"leader", "leader_lead"}, [66, 73], "1个工作室等待命名，命名日还有14天"),
]


@pytest.mark.parametrize(("state", "people", "days", "subject"), OFFICE, ids=[row[0] for row in OFFICE])
def test_the_office_is_reminded_of_what_waits_at_its_desk(cast, round_, state, people, days, subject):
    """staff_member belongs to the studio; leader_lead leads another one and may decide on this one."""
    application = ApplicationFactory(studio=cast.studio, round=round_, reach=state)
    assert every_day(45, 75) == dict.fromkeys(days, people)
    first = Notice.objects.filter(event__startswith="desk:").order_by("pk").first()
    assert first.subject == subject
    assert first.url == f"/admin/reviews/application/{application.pk}/change/"
    assert cast.studio.name in first.body


def test_a_leader_is_not_reminded_to_decide_on_the_own_studio(cast, round_):
    ApplicationFactory(studio=cast.own_studio, round=round_, reviewed=True)
    assert set(told(day(46))) == {"leader"}


def test_what_waits_for_one_day_is_one_notice_with_the_names_and_leads_to_the_list(cast, round_, sign_in):
    for studio in (cast.studio, cast.own_studio):
        ApplicationFactory(studio=studio, round=round_, reviewed=True)
    first = told(day(46))
    assert first["leader"].subject == "2份申报等待决定，还有14天到期"
    assert first["leader"].body.splitlines()[1:] == [cast.studio.name, cast.own_studio.name]
    assert first["leader_lead"].subject == "1份申报等待决定，还有14天到期"
    assert cast.own_studio.name not in first["leader_lead"].body
    assert shown(sign_in(cast.leader).get(first["leader"].url)) == {cast.studio.pk, cast.own_studio.pk}


def shown(response) -> set[int]:
    """The studios of the applications that a list of the office shows."""
    return {row.studio_id for row in response.context["cl"].result_list}


def test_who_signed_for_the_unit_is_not_reminded_to_decide(cast, round_):
    give_role(cast.party, RoleCode.UNION_LEADER)
    ApplicationFactory(studio=cast.studio, round=round_, reviewed=True)
    assert signatories(cast.unit)[Part.PARTY] == cast.party
    assert "party" not in told(day(46))


# -- the end of a cycle --------------------------------------------------------------------------


def named(studio, ends_in: int, number: int = 1) -> Cycle:
    Studio.objects.filter(pk=studio.pk).update(state=StudioState.NAMED)
    policy = Policy.objects.in_force(TODAY)
    ends_on = day(ends_in)
    return Cycle.objects.create(
        studio=studio, number=number, starts_on=ends_on - timedelta(1095), ends_on=ends_on, policy=policy
    )


CYCLE_PEOPLE = {"lead", "department", "staff"}  # staff_member and department_member belong to the studio


def test_the_end_of_a_cycle_is_reminded_of_at_180_90_30_7_and_1_days_and_every_week_after(cast):
    named(cast.studio, ends_in=200)
    about = [after + more for after in (20, 110, 170, 193, 199, 207, 214) for more in (-1, 0, 1)]
    runs = {after: set(told(day(after))) for after in about}
    assert {after for after, people in runs.items() if people} == {20, 110, 170, 193, 199, 207, 214}
    assert {frozenset(people) for people in runs.values() if people} == {frozenset(CYCLE_PEOPLE)}


def test_the_words_of_a_cycle_say_how_it_stands(cast, sign_in):
    cycle = named(cast.studio, ends_in=30)
    first = told(day(0))
    assert first["lead"].subject == f"{cast.studio.name}的管理周期还有30天期满"
    assert first["staff"].subject == "1个工作室的管理周期还有30天期满"
    assert first["lead"].url == cast.studio.get_absolute_url()
    over = told(cycle.ends_on + timedelta(7))
    assert over["lead"].subject == f"{cast.studio.name}的管理周期期满已7天"
    assert "还没有考核结论" in over["staff"].body
    for name, notice in {**first, **over}.items():
        assert sign_in(getattr(cast, name)).get(notice.url).status_code == 200


def test_a_cycle_that_another_one_follows_is_over_and_so_is_one_whose_title_is_gone(cast):
    named(cast.studio, ends_in=-7)
    named(cast.studio, ends_in=1088, number=2)
    named(cast.own_studio, ends_in=1)
    Studio.objects.filter(pk=cast.own_studio.pk).update(state=StudioState.REVOKED)
    assert told(day(0)) == {}


def test_staff_get_one_notice_for_all_cycles_that_end_on_a_day(cast, sign_in):
    named(cast.studio, ends_in=30)
    named(cast.own_studio, ends_in=30)
    remind(day(0))
    first = {name: reminders().get(recipient__username=name) for name in ("staff", "staff_member")}
    assert first["staff"].subject == "2个工作室的管理周期还有30天期满"
    assert first["staff_member"].subject == "1个工作室的管理周期还有30天期满"
    rows = sign_in(cast.staff).get(first["staff"].url).context["cl"].result_list
    assert {row.pk for row in rows} == {cast.studio.pk, cast.own_studio.pk}


# -- sending -------------------------------------------------------------------------------------


def test_each_reminder_is_a_notice_and_a_letter(cast, round_):
    ApplicationFactory(studio=cast.studio, round=round_)
    before = Outbox.objects.filter(kind="mail").count()
    notices = told(day(6)).values()
    keys = {f"mail:{notice.pk}" for notice in notices}
    assert len(keys) == 2
    assert keys == set(Outbox.objects.order_by("pk").values_list("key", flat=True)[before:])


def test_a_person_who_has_left_is_not_written_to(cast, round_):
    cast.co_editor.is_active = False
    cast.co_editor.save()
    ApplicationFactory(studio=cast.studio, round=round_)
    assert set(told(day(6))) == {"lead"}


def test_the_day_counts_its_reminders_and_a_second_run_of_it_none(cast, round_, capsys):
    ApplicationFactory(studio=cast.studio, round=round_)
    counts = []
    for _run in range(2):
        call_command("daily", "--on", day(6).isoformat())
        counts.append(json.loads(capsys.readouterr().out)["reminders_sent"])
    assert counts == [2, 0]


def test_every_reminder_leads_to_a_page_that_opens_for_who_is_reminded(cast, round_, sign_in):
    for state in ("draft", "returned", "submitted", "recommended", "accepted", "approved"):
        unit = cast.unit if state == "submitted" else None
        studio = StudioFactory(complete=True, **({"unit": unit} if unit else {}))
        ApplicationFactory(studio=studio, round=round_, reach=state)
    for after in (6, 22, 46, 73):
        remind(day(after))
    opened = {
        (notice.event.partition(":")[0], sign_in(notice.recipient).get(notice.url).status_code)
        for notice in reminders().select_related("recipient")
    }
    kinds = {"draft-closes", "correction-due", "signature-due", "desk"}
    assert opened == {(kind, 200) for kind in kinds}


def queries_of(on) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert remind(on)
    return len(asked)


def test_the_day_asks_the_same_of_the_database_whatever_the_number_of_applications(cast, round_):
    """All at one unit, all due, each step with somebody who has signed."""

    def some(number: int):
        for _one in range(number):
            for state in ("draft", "returned", "submitted", "accepted"):
                lead = UserFactory(unit=cast.unit)
                application = ApplicationFactory(studio=StudioFactory(lead=lead, complete=True), round=round_)
                bring_to(application, state)
                if state == "submitted":
                    application.endorse(Part.PARTY, by=cast.party, opinion="同意。")
            named(StudioFactory(lead=UserFactory(unit=cast.unit)), ends_in=65)

    some(1)
    few = queries_of(day(58))
    some(4)
    Notice.objects.all().delete()
    many = queries_of(day(58))
    assert Notice.objects.count() > 20
    assert many == few


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_the_same_moment_remind_each_once(transactional_db, monkeypatch):
    """Both have looked what was sent already before either of them writes."""
    application = ApplicationFactory(studio=make_cast().studio)
    meeting, look = threading.Barrier(2), reminders_module.not_sent_yet

    def look_together(some):
        seen = list(look(some))
        if seen:
            meeting.wait(30)
        return seen

    monkeypatch.setattr(reminders_module, "not_sent_yet", look_together)
    assert kinds(at_once(*[lambda: remind(day(6))] * 2)) == ["done", "done"]
    event = f"draft-closes:{application.pk}:{application.closes_on()}"
    sent = Notice.objects.filter(event=event).values_list("recipient__username", flat=True)
    assert sorted(sent) == ["co_editor", "lead"]
    letters = {f"mail:{pk}" for pk in Notice.objects.filter(event=event).values_list("pk", flat=True)}
    assert set(Outbox.objects.filter(kind="mail").values_list("key", flat=True)) == letters
