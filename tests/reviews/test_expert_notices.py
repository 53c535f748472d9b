"""Who is told of what while experts review, and what waits for an expert: notices, reminders, tasks, the list."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, RoleCode
from records import agenda
from reviews import expert_reminders
from reviews.models import Assignment, State
from tests.factories import ApplicationFactory, UserFactory, give_role
from tests.queries import selects
from tests.reviews.review import expert_of
from tests.reviews.scoring import accepted, browser_of, fill_in, fresh, handed_in, invited

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def told(act) -> dict[str, Notice]:
    """User name → the one notice that an act sends."""
    before = set(Notice.objects.values_list("pk", flat=True))
    act()
    new = Notice.objects.exclude(pk__in=before).select_related("recipient")
    found = {notice.recipient.username: notice for notice in new}
    assert len(found) == len(new)
    return found


def staff_of(assignment) -> str:
    return assignment.assigned_by.username


# -- moves -----------------------------------------------------------------------------------------


def test_staff_are_told_who_declines_and_why():
    assignment = invited()
    new = told(lambda: assignment.decline(by=assignment.expert, reason="下月出国"))
    assert set(new) == {staff_of(assignment)}
    notice = new[staff_of(assignment)]
    assert notice.subject == f"周评谢绝评审{assignment.application.studio.name}"
    assert "下月出国" in notice.body
    assert notice.url == reverse("admin:reviews_application_change", args=[assignment.application_id])


def test_staff_are_asked_for_a_replacement_of_who_is_recused():
    assignment = accepted()
    new = told(lambda: assignment.recuse(by=assignment.expert, reason="同门"))
    assert set(new) == {staff_of(assignment)}
    assert new[staff_of(assignment)].subject.endswith("请安排其他专家")


def test_nobody_of_the_staff_is_told_of_the_own_case_or_while_reviewing_it(cast):
    assignment = invited()
    give_role(assignment.application.studio.lead, RoleCode.UNION_STAFF)
    give_role(invited("兼评", application=assignment.application).expert, RoleCode.UNION_STAFF)
    new = told(lambda: assignment.decline(by=assignment.expert, reason="下月出国"))
    assert set(new) == {"staff", "staff_member"}


def test_staff_are_told_of_the_last_sheet_of_an_application_and_of_none_before_it():
    first, second = fill_in(accepted("周评")), None
    second = fill_in(accepted("吴评", application=first.application))
    assert told(lambda: first.hand_in(by=first.expert)) == {}
    new = told(lambda: second.hand_in(by=second.expert))
    assert set(new) == {staff_of(first)}
    assert new[staff_of(first)].subject == f"{first.application.studio.name}的专家评审已全部提交"


@pytest.mark.parametrize("blind", [False, True])
def test_the_expert_is_told_why_a_sheet_is_opened_again(cast, blind):
    assignment = handed_in(blind=blind)
    new = told(lambda: assignment.reopen(by=cast.staff, reason="第三项与评语不符"))
    assert set(new) == {assignment.expert.username}
    notice = new[assignment.expert.username]
    assert "第三项与评语不符" in notice.body
    assert notice.url == assignment.get_absolute_url()
    assert (assignment.application.studio.name in notice.subject + notice.body) is not blind


def test_who_is_replaced_is_told_so_but_not_why_since_that_may_name_another(cast):
    assignment = accepted()
    new = told(lambda: assignment.replace(by=cast.staff, reason="改由吴评评审"))
    assert set(new) == {assignment.expert.username}
    notice = new[assignment.expert.username]
    assert "不再需要您评审" in notice.subject
    assert "吴评" not in notice.subject + notice.body


@pytest.mark.parametrize("blind", [False, True])
def test_experts_at_work_are_told_of_a_withdrawal_and_nobody_reads_why(blind):
    """Who has handed in or left is not at work; who was asked only is."""
    own = accepted(blind=blind)
    application = own.application
    asked = invited("吴评", application=application)
    done, gone = handed_in("郑评", application=application), invited("王评", application=application)
    gone.decline(by=gone.expert, reason="出差")
    new = told(lambda: application.withdraw(by=application.studio.lead, reason="与郑评有合作"))
    experts = {one.expert.username for one in (own, asked, done, gone)}
    assert new.keys() & experts == {own.expert.username, asked.expert.username}
    notice = new[own.expert.username]
    assert notice.url == own.get_absolute_url()
    text = notice.subject + notice.body
    assert "撤回申报" in text
    assert [word for word in ("郑评", "合作") if word in text] == []
    assert (application.studio.name in text) is not blind


def test_what_was_withdrawn_stands_calmly_below_the_list(cast):
    [own] = waiting(due_in=-2)
    own.accept(by=own.expert)
    own.application.withdraw(by=own.application.studio.lead, reason="明年再报")
    page = browser_of(own.expert).get(reverse("reviews:reviews")).content.decode()
    upper, lower = page.split("已提交和已结束")
    assert own.application.studio.name not in upper
    assert "不需要再评审" in lower
    assert "已逾期" not in page + browser_of(own.expert).get(own.get_absolute_url()).content.decode()


# -- reminders -------------------------------------------------------------------------------------


def waiting(count: int = 1, *, due_in: int = 30, **fields) -> list[Assignment]:
    """One expert's assignments of one round, all due on one day."""
    expert, own = expert_of("周评"), []
    for _each in range(count):
        application = ApplicationFactory(
            accepted=True, **({"round": own[0].application.round} if own else {})
        )
        own.append(invited(expert, application=application, **fields))
    Assignment.objects.update(due_on=TODAY + timedelta(due_in))
    return [fresh(one) for one in own]


def every_day(first: int, last: int) -> dict[int, list[str]]:
    """Run each day from the ``first`` to the ``last`` from today: the subjects that were new."""
    runs = {}
    for after in range(first, last + 1):
        new = told(lambda: expert_reminders.remind(TODAY + timedelta(after)))  # noqa: B023
        if new:
            runs[after] = [notice.subject for notice in new.values()]
    return runs


def test_an_expert_is_reminded_before_and_after_the_day_of_all_that_is_due_in_one_notice():
    waiting(2)
    assert every_day(0, 45) == {
        23: ["您有2份申报待评审，还有7天到期"],
        27: ["您有2份申报待评审，还有3天到期"],
        29: ["您有2份申报待评审，还有1天到期"],
        37: ["您有2份申报待评审，已逾期7天"],
        44: ["您有2份申报待评审，已逾期14天"],
    }


def test_a_day_that_was_missed_is_made_up_for_once():
    waiting()
    assert every_day(24, 26) == {24: ["您有1份申报待评审，还有6天到期"]}


def test_what_is_done_or_has_moved_on_is_not_reminded_of():
    done, gone, moved, left = waiting(4)
    fill_in_and_hand_in(done)
    gone.decline(by=gone.expert, reason="出差")
    type(moved.application).objects.filter(pk=moved.application_id).update(state=State.REVIEWED)
    [subject] = every_day(29, 29)[29]
    assert subject.startswith("您有1份申报待评审")
    [notice] = Notice.objects.exclude(milestone="")
    assert left.application.studio.name in notice.body
    assert notice.url == left.get_absolute_url()
    assert moved.application.studio.name not in notice.body


def fill_in_and_hand_in(assignment):
    assignment.accept(by=assignment.expert)
    fill_in(fresh(assignment)).hand_in(by=assignment.expert)


def test_who_is_no_expert_any_more_is_not_reminded():
    [assignment] = waiting()
    assignment.expert.roles.all().delete()
    assert every_day(29, 29) == {}


def test_of_a_blind_round_the_reminder_names_numbers_alone():
    [assignment] = waiting(blind=True)
    every_day(29, 29)
    [notice] = Notice.objects.exclude(milestone="")
    assert assignment.application.number in notice.body
    assert assignment.application.studio.name not in notice.subject + notice.body


def test_the_run_of_each_day_reminds_experts(capsys):
    waiting(due_in=1)
    Assignment.objects.update(assigned_at=timezone.now() - timedelta(5))
    call_command("daily")
    assert json.loads(capsys.readouterr().out)["experts_reminded"] == 1


# -- tasks and the list ------------------------------------------------------------------------------


def tasks(user) -> list[agenda.Task]:
    return agenda.tasks_of(type(user).objects.get(pk=user.pk), TODAY)


def test_an_expert_is_told_how_many_wait_and_by_when():
    first, second, third = waiting(3, due_in=12)
    Assignment.objects.filter(pk=second.pk).update(due_on=TODAY + timedelta(5))
    first.accept(by=first.expert)
    [task] = tasks(first.expert)
    day = TODAY + timedelta(5)
    assert task.title == f"待评审3份，最早{day.month}月{day.day}日到期"
    assert task.detail == f"{first.application.round.title} · 其中2份尚未打开"
    assert (task.url, task.due) == (reverse("reviews:reviews"), day)
    [figure] = [one for one in agenda.figures.of(first.expert, TODAY) if one.label == "份待评审"]
    assert (figure.value, figure.late) == (3, False)
    second.decline(by=third.expert, reason="出差")
    day = TODAY + timedelta(12)
    assert tasks(first.expert)[0].title == f"待评审2份，最迟{day.month}月{day.day}日"


def test_one_that_waits_is_one_step_away_and_a_late_one_is_marked():
    [assignment] = waiting(due_in=-2)
    [task] = tasks(assignment.expert)
    assert task.url == assignment.get_absolute_url()
    [figure] = [one for one in agenda.figures.of(assignment.expert, TODAY) if one.label == "份待评审"]
    assert figure.late
    text = browser_of(assignment.expert).get(reverse("reviews:reviews")).content.decode()
    assert "已逾期 2 天" in text


def test_the_list_shows_what_waits_with_its_progress_and_below_it_what_is_done():
    own = waiting(3)
    fill_in_and_hand_in(own[0])
    own[1].accept(by=own[1].expert)
    criterion = own[1].rubric.criteria.first()
    fresh(own[1]).mark(criterion, by=own[1].expert, points=8, comment="")
    text = browser_of(own[0].expert).get(reverse("reviews:reviews")).content.decode()
    upper, lower = text.split("已提交和已结束")
    assert [one.application.studio.name in upper for one in own] == [False, True, True]
    assert [one.application.studio.name in lower for one in own] == [True, False, False]
    assert "已评1/9项" in upper
    assert "已评0/9项" in upper


def test_the_list_is_for_experts_and_shows_the_own_alone():
    mine, other = invited("周评"), invited("吴评")
    text = browser_of(mine.expert).get(reverse("reviews:reviews")).content.decode()
    assert mine.application.studio.name in text
    assert other.application.studio.name not in text
    assert browser_of(UserFactory()).get(reverse("reviews:reviews")).status_code == 403


def test_many_assignments_cost_no_more_queries_than_one():
    [first] = waiting()
    browser = browser_of(first.expert)
    paths = [reverse("reviews:reviews"), reverse("portal:home")]
    before = [selects(browser, path) for path in paths]
    for _each in range(4):
        application = ApplicationFactory(accepted=True, round=first.application.round)
        one = invited(first.expert, application=application)
        one.accept(by=one.expert)
    handed_in(first.expert, application=ApplicationFactory(accepted=True, round=first.application.round))
    assert [selects(browser, path) for path in paths] == before
    assert before[0] <= 10


@pytest.mark.parametrize("shows", ["nothing", "all"])
def test_the_pages_of_a_review_keep_to_their_number_of_queries(shows):
    own = accepted(shows=shows)
    browser = browser_of(own.expert)
    hand_in, others = (
        reverse(f"reviews:{name}", args=[own.application_id]) for name in ("hand_in_review", "other_sheets")
    )
    numbers = [selects(browser, own.get_absolute_url()), selects(browser, hand_in)]
    fill_in(own).hand_in(by=own.expert)
    numbers.append(selects(browser, own.get_absolute_url()))
    if shows == "all":
        alone = selects(browser, others)
        for name in ("吴评", "郑评"):
            handed_in(name, application=own.application)
        assert selects(browser, others) == alone
        numbers.append(alone)
    assert max(numbers) <= 12, numbers
