"""Marks that lie apart: talked over with minutes, or marked once more by a further expert."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from accounts.permissions import check
from portal.demo.pictures import photo
from records.attachments import Attachment
from records.moves import DomainError, IllegalMove
from reviews import minutes, moderating
from reviews.models import Application, Assignment, AssignmentState, Moderation, Panelist, Relation, State
from reviews.releasing import release_decisions
from reviews.results import missing, review_of
from studios.models import Member
from tests.factories import UserFactory, give_role, officer
from tests.reviews.review import expert_of
from tests.reviews.scoring import fill_in, fresh
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    """An application with marks far apart, and two more of the panel."""
    _round, [application], experts = round_with("甲评", "乙评", "丙评", "丁评", "戊评")
    for expert, points in zip(experts, (9, 5, 8), strict=False):
        sheet(application, expert, points)
    application.experts = experts
    return application


@pytest.fixture
def staff():
    return officer(RoleCode.UNION_STAFF)


def talked(application, *, by, **more) -> Moderation:
    facts = {"held_on": timezone.localdate(), "people": "王主席、三位专家", "minutes": "逐项核对后维持原分。"}
    return moderating.talk(application, by=by, **{**facts, **more})


def hands_in(assignment, points: str) -> None:
    fill_in(assignment, points, "材料可证。").hand_in(by=assignment.expert)


def page_of(name: str, application, **more) -> str:
    where = {"pk": application.round_id, "application": application.pk, **more}
    return reverse(f"admin:reviews_round_{name}", kwargs=where)


def sent(**more) -> dict:
    return {"held_on": timezone.localdate().isoformat(), "people": "王主席", "minutes": "逐项核对。", **more}


# -- a talk ----------------------------------------------------------------------------------------


def test_a_talk_settles_the_sheets_that_lie_there(case, staff):
    talked(case, by=staff)
    assert missing(case) == []
    case.complete_review(by=staff)
    assert case.state == State.REVIEWED


def test_a_talk_about_sheets_that_have_changed_meanwhile_is_not_kept(case, staff):
    seen = moderating.sheets_seen(review_of(case))
    sheet(case, case.experts[3], 8)
    with pytest.raises(IllegalMove):
        talked(case, by=staff, seen=seen)
    assert not Moderation.objects.exists()


def test_a_sheet_that_was_given_back_and_comes_again_is_another_one(case, staff):
    seen = moderating.sheets_seen(review_of(case))
    own = case.assignments.get(expert=case.experts[1])
    own.reopen(by=staff, reason="请补充评语")
    assert moderating.sheets_seen(review_of(case)) != seen
    own.hand_in(by=case.experts[1])
    assert moderating.sheets_seen(review_of(case)) != seen


def test_a_talk_was_not_held_before_the_last_sheet_came(case, staff):
    with pytest.raises(DomainError, match="最后一份评分表"):
        talked(case, by=staff, held_on=timezone.localdate() - timedelta(days=1))


def test_marks_that_do_not_lie_apart_are_not_talked_over(staff):
    _round, [application], experts = round_with("甲评", "乙评")
    for expert in experts:
        sheet(application, expert, 8)
    with pytest.raises(DomainError, match="没有过大差距"):
        talked(application, by=staff)


def test_once_the_review_is_complete_nothing_is_moderated(case, staff):
    talked(case, by=staff)
    case.complete_review(by=staff)
    with pytest.raises(IllegalMove):
        talked(case, by=staff)


def test_the_minutes_are_kept_with_their_file_for_those_who_read_marks(case, staff, sign_in):
    client = sign_in(staff)
    scan = SimpleUploadedFile("签字纪要.png", photo(0))
    seen = re.search(r'name="seen" value="(\w+)"', client.get(page_of("talk", case)).content.decode())[1]
    response = client.post(page_of("talk", case), sent(files=[scan], seen=seen))
    assert response["Location"] == page_of("result", case)
    talk = Moderation.objects.get()
    file = Attachment.objects.get()
    assert (file.target, file.slot, file.name) == (talk, "minutes", "签字纪要.png")
    url = page_of("file", case, file=file.pk)
    assert url in client.get(page_of("result", case)).content.decode()
    assert len(b"".join(client.get(url).streaming_content)) == file.size
    assert client.get(file.get_absolute_url()).status_code == 404  # no other way leads to it
    own = UserFactory(name="卫双", roles=[(RoleCode.UNION_STAFF,)])
    Member.objects.create(studio=case.studio, user=own, name=own.name)
    assert sign_in(own).get(url).status_code == 403
    for stranger in (case.experts[0], case.studio.lead, officer(RoleCode.FINANCE)):
        assert sign_in(stranger).get(url).status_code in {302, 403, 404}


def test_a_talk_sent_twice_is_kept_once_and_anew_when_a_sheet_came_between(case, staff, sign_in):
    client = sign_in(staff)
    for _press in range(2):
        assert client.post(page_of("talk", case), sent()).status_code == 302
    assert Moderation.objects.count() == 1
    sheet(case, case.experts[3], 8)
    client.post(page_of("talk", case), sent())
    assert Moderation.objects.count() == 2


def test_what_was_typed_stays_when_a_sheet_came_meanwhile(case, staff, sign_in):
    client = sign_in(staff)
    seen = moderating.sheets_seen(review_of(case))
    sheet(case, case.experts[3], 8)
    page = client.post(page_of("talk", case), sent(seen=seen)).content.decode()
    assert "逐项核对。" in page
    now = re.search(r'name="seen" value="(\w+)"', page)[1]
    assert now == moderating.sheets_seen(review_of(case)) != seen
    assert client.post(page_of("talk", case), sent(seen=now)).status_code == 302
    assert missing(case) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("held_on", ""),
        ("held_on", "2999-01-01"),
        ("people", " "),
        ("minutes", ""),
        ("minutes", "长" * 10_001),
    ],
)
def test_a_talk_without_day_people_or_minutes_is_asked_for_again(case, staff, sign_in, field, value):
    response = sign_in(staff).post(page_of("talk", case), sent(**{field: value}))
    assert response.status_code == 200
    assert not Moderation.objects.exists()


# -- one more expert -------------------------------------------------------------------------------


def test_one_more_expert_is_asked_and_settles_it_by_handing_in(case, staff):
    due = timezone.localdate() + timedelta(days=9)
    row = moderating.ask_further(case, case.experts[3].pk, by=staff, due_on=due)
    assert (row.assignment.expert, row.assignment.due_on) == (case.experts[3], due)
    assert row.assignment.state == AssignmentState.INVITED
    assert len(missing(case)) == 2
    Assignment.objects.filter(pk=row.assignment_id).update(
        state=AssignmentState.HANDED_IN, handed_in_at=timezone.now()
    )
    assert missing(case) == []


def test_an_expert_in_conflict_is_refused_and_nothing_is_written(case, staff):
    Relation.objects.create(
        studio=case.studio, person=case.experts[3], name="丁评", reason="师生", declared_by=staff
    )
    with pytest.raises(DomainError) as refused:
        moderating.ask_further(case, case.experts[3].pk, by=staff)
    assert "师生" in refused.value.problems[0]
    assert not Moderation.objects.exists()
    assert case.assignments.count() == 3


def test_somebody_who_is_not_on_the_panel_is_refused(case, staff):
    with pytest.raises(DomainError):
        moderating.ask_further(case, expert_of("外人").pk, by=staff)
    assert not Moderation.objects.exists()


def test_one_at_a_time_is_asked_for_one_more_sheet(case, staff):
    first = moderating.ask_further(case, case.experts[3].pk, by=staff)
    with pytest.raises(DomainError, match="尚未提交"):
        moderating.ask_further(case, case.experts[4].pk, by=staff)
    first.assignment.decline(by=case.experts[3], reason="出差")
    assert moderating.ask_further(case, case.experts[4].pk, by=staff).assignment.expert == case.experts[4]


def test_the_page_names_conflicts_and_those_assigned_already(case, staff, sign_in):
    Relation.objects.create(
        studio=case.studio, person=case.experts[3], name="丁评", reason="师生", declared_by=staff
    )
    client = sign_in(staff)
    page = client.get(page_of("further", case)).content.decode()
    open_ = re.findall(r'value="(\d+)"(?! disabled)[^>]*> <span><b>(\w+)', page)
    assert [name for _key, name in open_] == ["戊评"]
    assert "已申报利害关系：师生" in page
    due = (timezone.localdate() + timedelta(days=3)).isoformat()
    client.post(page_of("further", case), {"expert": case.experts[4].pk, "due_on": due})
    assert Moderation.objects.get().assignment.expert == case.experts[4]


@pytest.mark.parametrize("sent_", [{}, {"expert": ""}, {"expert": "x", "due_on": "2020-01-01"}])
def test_without_an_expert_or_with_a_day_gone_by_nobody_is_asked(case, staff, sign_in, sent_):
    assert sign_in(staff).post(page_of("further", case), sent_).status_code == 200
    assert not Moderation.objects.exists()


# -- who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["union_leader", "auditor", "finance", "sysadmin", "expert"])
def test_only_staff_moderate(case, sign_in, role):
    client = sign_in(UserFactory(roles=[(role,)]))
    for name in ("talk", "further"):
        assert client.post(page_of(name, case), sent()).status_code in {302, 403}
    assert not Moderation.objects.exists()


def test_nobody_moderates_the_own_case_nor_what_they_still_have_to_score(case, sign_in):
    own = UserFactory(name="卫双", roles=[(RoleCode.UNION_STAFF,)])
    Member.objects.create(studio=case.studio, user=own, name=own.name)
    both = expert_of("双评")
    give_role(both, RoleCode.UNION_STAFF)
    Panelist.objects.create(round=case.round, expert=both)
    sheet(case, both, 7, state=AssignmentState.ACCEPTED)
    for user in (own, both):
        with pytest.raises(PermissionDenied):
            talked(case, by=user)
        assert sign_in(user).get(page_of("talk", case)).status_code == 403
        with pytest.raises(PermissionDenied):
            check(user, "reviews.complete_review", Application.objects.get(pk=case.pk))


# -- corrections -----------------------------------------------------------------------------------


def test_a_correction_keeps_what_stood_there_before_and_settles_as_before(case, staff, sign_in):
    talk = talked(case, by=staff)
    client = sign_in(staff)
    url = page_of("talk_change", case, row=talk.pk)
    assert client.post(url, sent(minutes="更正后的纪要。")).status_code == 200  # the reason is missing
    assert client.post(url, sent(minutes="更正后的纪要。", reason="笔误")).status_code == 302
    now = Moderation.objects.get()
    assert (now.minutes, now.recorded_at) == ("更正后的纪要。", talk.recorded_at)
    [correction] = minutes.corrections([now])[Moderation, now.pk]
    assert (correction.by, correction.reason) == (staff, "笔误")
    assert ("纪要", "逐项核对后维持原分。") in correction.before
    page = client.get(page_of("result", case)).content.decode()
    assert "逐项核对后维持原分。" in page
    assert missing(case) == []


def test_the_minutes_of_a_talk_stay_once_the_decision_is_released(case, staff, sign_in):
    talk, leader = talked(case, by=staff), officer(RoleCode.UNION_LEADER)
    case.complete_review(by=staff)
    case.decide("reject", by=leader, text="材料不足。")
    release_decisions(case.round, by=leader, on=timezone.localdate())
    url = page_of("talk_change", case, row=talk.pk)
    client = sign_in(staff)
    page = client.post(url, sent(minutes="另一份。", reason="笔误"), follow=True).content.decode()
    assert "决定公布以前更正" in page
    talk.refresh_from_db()
    assert (talk.minutes, minutes.corrections([talk])[Moderation, talk.pk]) == ("逐项核对后维持原分。", [])
    assert url not in client.get(page_of("result", case)).content.decode()


def test_the_log_of_the_office_names_the_fields_and_tells_no_minutes(case, staff, sign_in):
    talk = talked(case, by=staff)
    moderating.correct(talk, {"minutes": "另一份"}, by=staff, reason="笔误")
    page = (
        sign_in(officer(RoleCode.SYSADMIN)).get(reverse("admin:admin_logentry_changelist")).content.decode()
    )
    assert "纪要" in page
    assert "逐项核对后维持原分。" not in page


def test_a_file_that_is_taken_off_stays_stored_and_is_named(case, staff, sign_in):
    client = sign_in(staff)
    seen = moderating.sheets_seen(review_of(case))
    client.post(page_of("talk", case), sent(files=[SimpleUploadedFile("错图.png", photo(0))], seen=seen))
    talk, file = Moderation.objects.get(), Attachment.objects.get()
    url = page_of("talk_change", case, row=talk.pk)
    client.post(url, sent(remove=[str(file.pk)], reason="传错"))
    file.refresh_from_db()
    assert file.removed_by == staff
    [correction] = minutes.corrections([talk])[Moderation, talk.pk]
    assert correction.before == [("已撤下的文件", "错图.png")]
    assert client.get(page_of("file", case, file=file.pk)).status_code == 404


# -- what waits ------------------------------------------------------------------------------------


def test_the_office_is_told_of_marks_apart_and_of_reviews_to_complete(case, staff, sign_in):
    client = sign_in(staff)
    assert queues(client) == {"评分分歧待处理": 1, "可以完成评审的申报": 0}
    talked(case, by=staff)
    assert queues(client) == {"评分分歧待处理": 0, "可以完成评审的申报": 1}
    case.complete_review(by=staff)
    assert queues(client) == {"评分分歧待处理": 0, "可以完成评审的申报": 0}


def queues(client) -> dict[str, int]:
    page = client.get(reverse("admin:index")).content.decode()
    found = {}
    for row in re.findall(r"<li>.*?</li>", page, flags=re.S):
        for title in ("评分分歧待处理", "可以完成评审的申报"):
            if title in row and (count := re.search(r"queue-count[^>]*>(\d+)<", row)):
                found[title] = int(count[1])
    return found


def test_a_queue_counts_the_own_case_by_itself(case, sign_in):
    own = UserFactory(name="卫双", roles=[(RoleCode.UNION_STAFF,)])
    Member.objects.create(studio=case.studio, user=own, name=own.name)
    page = sign_in(own).get(reverse("admin:index")).content.decode()
    assert queues(sign_in(own))["评分分歧待处理"] == 0
    assert "1" in re.search(r"评分分歧待处理.*?</li>", page, flags=re.S)[0]


def test_a_sheet_that_comes_after_the_further_one_may_lie_apart_anew(case, staff):
    further = fresh(moderating.ask_further(case, case.experts[3].pk, by=staff).assignment)
    further.accept(by=further.expert)
    hands_in(further, "8")
    assert not review_of(case).is_discrepant
    reopened = fresh(Assignment.objects.get(application=case, expert=case.experts[0]))
    reopened.reopen(by=staff, reason="请核对第四项。")
    hands_in(reopened, "1")
    assert review_of(case).is_discrepant
    assert any("相差" in problem for problem in missing(case))
