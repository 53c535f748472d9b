"""Reminders of drafts, corrections and signatures: who, of what, on which day, once; nobody of what is done."""

import pytest

from accounts.models import Notice, RoleCode, Side
from records.attachments import checked
from reviews.actions import upload_paper_form
from reviews.models import Application, Part
from studios.models import Editor, Policy, Studio
from tests.factories import (
    ApplicationFactory,
    RoundFactory,
    give_role,
)
from tests.reviews.reminding import day, every_day, reminders, told
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db
WORK_ON_IT = {"lead", "co_editor"}


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
