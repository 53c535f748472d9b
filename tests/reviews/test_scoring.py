"""The expert's way: declare, read, score as typed, hand in; nothing of the file before, nothing to change after."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from portal.demo.pictures import photo
from records.attachments import attach, checked
from records.moves import DomainError, IllegalMove
from reviews.models import Application, Assignment, Mark, Relation, State
from studios.models import Member
from tests.factories import ApplicationFactory, StudioFactory, UserFactory
from tests.reviews.review import assigned, expert_of, open_review
from tests.reviews.scoring import (
    accepted,
    address,
    browser_of,
    fill_in,
    fresh,
    handed_in,
    invited,
    marks_of,
    page_of,
    typed,
)

pytestmark = pytest.mark.django_db
FILE = "高精度装备的故障诊断"  # stands in the papers and nowhere else


def read(assignment, name="assignment", *more, by=None) -> str:
    answer = browser_of(by or assignment.expert).get(address(assignment, name, *more))
    assert answer.status_code == 200
    return answer.content.decode()


def status(assignment, name="assignment", *more, by=None) -> int:
    return browser_of(by or assignment.expert).get(address(assignment, name, *more)).status_code


def with_a_photo() -> Application:
    """An application under review whose papers hold a picture of the place."""
    studio = StudioFactory(complete=True)
    attach(checked(ContentFile(photo(0), name="全景.png")), studio.venue, "photo", by=studio.lead)
    application = ApplicationFactory(studio=studio, accepted=True)
    open_review(application.round)
    return application


def photo_of(assignment) -> str:
    return assignment.snapshot.data["files"][0]["id"]


# -- before the declaration ------------------------------------------------------------------------


def test_before_the_declaration_the_page_names_lead_unit_and_members_and_nothing_of_the_file():
    assignment = invited(application=with_a_photo())
    text = read(assignment)
    studio = assignment.application.studio
    for name in (studio.name, studio.lead.name, studio.unit.name, "宋青", "唐敏", "许航"):
        assert name in text
    for marker in (FILE, "装备可靠性提升", "一种主轴监测方法", "全景", "上海市劳动模范"):
        assert marker not in text


def test_of_a_blind_round_it_names_nobody():
    assignment = invited(blind=True)
    text = read(assignment)
    studio = assignment.application.studio
    assert assignment.application.number in text
    for name in (studio.name, studio.lead.name, studio.unit.name, "宋青", "唐敏", "许航", FILE):
        assert name not in text


@pytest.mark.parametrize("how", ["invited", "declined", "recused", "replaced"])
def test_the_file_is_closed_to_who_has_not_declared_or_has_given_it_back(how):
    assignment = invited(application=with_a_photo())
    if how == "declined":
        assignment.decline(by=assignment.expert, reason="出差")
    elif how == "recused":
        assignment.recuse(by=assignment.expert, reason="同门")
    elif how == "replaced":
        assignment.replace(by=UserFactory(), reason="逾期")
    assert status(assignment, "assignment_file", photo_of(assignment)) == 404
    for name in ("hand_in_review", "other_sheets", "papers_pdf"):
        assert status(assignment, name) == 404
    assert FILE not in read(assignment)
    sent = browser_of(assignment.expert).post(address(assignment), typed(assignment, lead="8"))
    assert sent.status_code in (302, 403)
    assert not Mark.objects.exists()


def test_an_expert_opens_no_address_of_the_application_itself():
    assignment = accepted(application=with_a_photo())
    pk, browser = assignment.application_id, browser_of(assignment.expert)
    frozen = reverse("reviews:frozen_file", args=[pk, 1, photo_of(assignment)])
    paths = [reverse("reviews:application", args=[pk]), reverse("reviews:papers", args=[pk, 1]), frozen]
    paths += [
        reverse("reviews:form", args=[pk, "pdf"]),
        reverse("records:file", args=[photo_of(assignment)]),
    ]
    assert {browser.get(path).status_code for path in paths} == {404}


# -- the declaration -------------------------------------------------------------------------------


def test_declaring_opens_the_file_and_is_kept_with_who_and_when():
    assignment = invited()
    answer = browser_of(assignment.expert).post(address(assignment, "accept_review"), follow=True)
    assert FILE in answer.content.decode()
    row = assignment.log.last()
    assert (row.verb, row.actor, row.to_state) == ("accept", assignment.expert, "accepted")


def test_declaring_twice_declares_once():
    assignment = invited()
    browser = browser_of(assignment.expert)
    for _each in range(2):
        answer = browser.post(address(assignment, "accept_review"), follow=True)
        assert "当前状态" not in answer.content.decode()
    assert assignment.log.filter(verb="accept").count() == 1


def test_a_conflict_that_is_known_by_now_bars_from_declaring_and_asks_for_recusal():
    assignment = invited()
    Member.objects.create(
        studio=assignment.application.studio, user=assignment.expert, name=assignment.expert.name
    )
    text = read(assignment)
    assert "是该工作室的领衔人、共同填报人或成员" in text
    assert address(assignment, "recuse") in text
    assert address(assignment, "accept_review") not in text
    with pytest.raises(PermissionDenied):
        assignment.accept(by=assignment.expert)
    stale = browser_of(assignment.expert).post(address(assignment, "accept_review"), follow=True)
    assert address(assignment, "recuse") in stale.content.decode()
    assert fresh(assignment).state == "invited"


def declare_a_relation(assignment):
    studio = assignment.application.studio
    Relation.objects.create(
        studio=studio,
        person=assignment.expert,
        name=assignment.expert.name,
        reason="博士导师",
        declared_by=studio.lead,
    )


def test_a_conflict_that_comes_up_later_closes_the_file_the_sheet_and_the_handing_in():
    assignment = fill_in(accepted(application=with_a_photo()))
    declare_a_relation(assignment)
    text = read(assignment)
    assert "已申报利害关系：博士导师" in text
    assert FILE not in text
    assert status(assignment, "assignment_file", photo_of(assignment)) == 403
    assert status(assignment, "hand_in_review") == 403
    for act in (
        lambda: assignment.hand_in(by=assignment.expert),
        lambda: assignment.mark(
            assignment.rubric.criteria.first(), by=assignment.expert, points=1, comment="x"
        ),
    ):
        with pytest.raises(PermissionDenied):
            act()
    kept = browser_of(assignment.expert).post(
        address(assignment, "autosave_review"), typed(assignment, lead="1")
    )
    assert kept.json()["state"] == "refused"
    assert marks_of(assignment)["lead"] == ("8", "")


def test_in_a_blind_round_the_page_of_a_conflict_does_not_say_whose_papers_these_are():
    assignment = accepted(blind=True)
    declare_a_relation(assignment)
    text = read(assignment)
    assert "博士导师" not in text
    assert assignment.application.studio.name not in text


def test_recusal_asks_what_the_relation_is_and_bars_from_the_studio():
    assignment = accepted()
    browser = browser_of(assignment.expert)
    assert "请说明是什么关系" in browser.post(address(assignment, "recuse"), {"reason": " "}).content.decode()
    answer = browser.post(address(assignment, "recuse"), {"reason": "我的博士导师"}, follow=True)
    text = answer.content.decode()
    assert "我的博士导师" in text
    assert FILE not in text
    assert fresh(assignment).state == "recused"
    [relation] = Relation.objects.all()
    assert (relation.person, relation.reason) == (assignment.expert, "我的博士导师")


def test_declining_keeps_the_reason_and_bars_from_nothing():
    assignment = invited()
    browser_of(assignment.expert).post(address(assignment, "decline"), {"reason": "下月出国"})
    assert fresh(assignment).state == "declined"
    assert assignment.log.last().note == "下月出国"
    assert not Relation.objects.exists()


def test_after_the_declaration_it_is_too_late_to_decline():
    assignment = accepted()
    answer = browser_of(assignment.expert).get(address(assignment, "decline"), follow=True)
    assert "当前状态" in answer.content.decode()
    assert fresh(assignment).state == "accepted"


# -- who --------------------------------------------------------------------------------------------


def test_nobody_else_opens_an_assignment(cast):
    assignment = accepted()
    other = expert_of("吴评")
    for person in [*cast.everybody().values(), other]:
        for name in ("assignment", "recuse", "decline", "hand_in_review", "other_sheets"):
            assert status(assignment, name, by=person) == 404


def test_nobody_else_acts_on_an_assignment(cast):
    first, second = invited("周评"), accepted("吴评")
    criterion = second.rubric.criteria.first()
    acts = [
        lambda who: first.accept(by=who),
        lambda who: first.decline(by=who, reason="x"),
        lambda who: first.recuse(by=who, reason="x"),
        lambda who: second.mark(criterion, by=who, points=1, comment="x"),
        lambda who: second.hand_in(by=who),
    ]
    for person in (cast.staff, cast.leader, cast.expert, cast.lead):
        for act in acts:
            with pytest.raises(PermissionDenied):
                act(person)
    assert [fresh(one).state for one in (first, second)] == ["invited", "accepted"]
    assert not Mark.objects.exists()


def test_who_is_no_expert_any_more_opens_nothing():
    assignment = accepted()
    assignment.expert.roles.all().delete()
    assert status(assignment) == 403
    assert browser_of(assignment.expert).get(reverse("reviews:reviews")).status_code == 403


# -- the file and the sheet --------------------------------------------------------------------------


def test_file_and_sheet_stand_on_one_page_with_guidance_anchors_and_article():
    assignment = accepted(application=with_a_photo())
    text = read(assignment)
    assert FILE in text
    for criterion in assignment.rubric.criteria.all():
        for words in (criterion.title, criterion.guidance, criterion.low_anchor, criterion.high_anchor):
            assert words in text
    assert "第三条第二项</a>" in text
    assert "3分及以下、9分及以上请写明理由" in text
    assert address(assignment, "assignment_file", photo_of(assignment)) in text
    assert (
        reverse("reviews:frozen_file", args=[assignment.application_id, 1, photo_of(assignment)]) not in text
    )


def test_the_papers_show_nothing_personal():
    application = with_a_photo()
    born = application.studio.members.first().birth_year
    assert f">{born}<" not in read(accepted(application=application))


def test_an_attachment_is_shown_in_place_and_only_if_it_was_handed_in():
    assignment = accepted(application=with_a_photo())
    answer = browser_of(assignment.expert).get(address(assignment, "assignment_file", photo_of(assignment)))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    studio = assignment.application.studio
    later = attach(checked(ContentFile(photo(1), name="后来.png")), studio.venue, "photo", by=studio.lead)
    assert status(assignment, "assignment_file", later.pk) == 404


def test_the_expert_reads_the_version_that_was_accepted_for_review():
    assignment = accepted()
    studio = assignment.application.studio
    studio.direction = "后来改写的方向"
    studio.save()
    text = read(assignment)
    assert FILE in text
    assert "后来改写的方向" not in text


def test_papers_that_were_handed_in_anew_are_what_the_expert_reads_from_then_on(cast):
    assignment = fill_in(accepted())
    application = Application.objects.get(pk=assignment.application_id)
    studio = application.studio
    assert "已重新提交" not in read(assignment)
    application.return_for_correction({"lead": "请改写方向。"}, by=cast.staff)
    studio.direction = "改写过的方向"
    studio.save()
    application.resubmit(by=studio.lead, on=timezone.localdate(), note="已改写")
    text = read(assignment)
    assert "改写过的方向" in text
    assert "开始评审后，申报材料已重新提交" in text
    assert "第2版" in text
    assert marks_of(assignment)["lead"] == ("8", "")


def test_the_next_and_the_previous_application_of_the_round_are_one_step_away():
    first, somebody_elses = accepted("周评"), accepted("吴评")
    own, round_ = first.expert, first.application.round
    second, third, gone = (invited_to(own, round_) for _each in range(3))
    second.accept(by=own)
    gone.decline(by=own, reason="出差")
    text = read(second)
    links = {one for one in (first, third, gone, somebody_elses) if f'href="{address(one)}"' in text}
    assert links == {first, third}


def invited_to(expert, round_) -> Assignment:
    return fresh(assigned(ApplicationFactory(round=round_, accepted=True), expert))


# -- saving -----------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_and_the_answer_says_what_it_comes_to():
    assignment = accepted()
    data = typed(assignment, lead="7.5", results=("9.5", "成果突出"), team="2")
    answer = browser_of(assignment.expert).post(address(assignment, "autosave_review"), data).json()
    assert answer["state"] == "saved"
    assert answer["tally"] == {"progress": "已评2/9项", "total": "合计23.75分，满分100分"}
    assert answer["lacks"]["lead"] == ""
    assert answer["lacks"]["team"] == "请写明理由"
    assert answer["lacks"]["plan"] == "还没有评分"
    assert marks_of(assignment) == {"lead": ("7.5", ""), "results": ("9.5", "成果突出"), "team": ("2", "")}


@pytest.mark.parametrize("words", ["7。5", "７．５", " 7.5分 ", "7.50"])
def test_marks_are_understood_as_they_are_typed(words):
    assignment = accepted()
    browser_of(assignment.expert).post(address(assignment, "autosave_review"), typed(assignment, lead=words))
    assert marks_of(assignment) == {"lead": ("7.5", "")}


@pytest.mark.parametrize("words", ["11", "-1", "7.3", "八", "NaN", "1e9", "Infinity"])
def test_what_is_off_the_scale_stays_in_the_page_and_the_rest_is_saved(words):
    assignment = accepted()
    data = typed(assignment, lead=words, team="6")
    kept = browser_of(assignment.expert).post(address(assignment, "autosave_review"), data).json()
    assert (kept["state"], kept["hold"]) == ("kept", True)
    assert "1处" in kept["text"]
    assert marks_of(assignment) == {"team": ("6", "")}
    answer = browser_of(assignment.expert).post(address(assignment), data).content.decode()
    assert "“劳模领衔”：请填0到10之间的分，可打半分" in answer
    assert f'value="{words}"' in answer


def test_without_scripts_the_sheet_is_saved_by_its_button():
    assignment = accepted()
    browser = browser_of(assignment.expert)
    answer = browser.post(address(assignment), typed(assignment, lead="8", overall="总体良好"), follow=True)
    assert "评分表已保存" in answer.content.decode()
    assert marks_of(assignment) == {"lead": ("8", "")}
    assert fresh(assignment).overall == "总体良好"
    answer = browser.post(address(assignment), {**typed(assignment, team="7"), "hand_in": "1"})
    assert answer["Location"] == address(assignment, "hand_in_review")
    assert marks_of(assignment) == {"lead": ("8", ""), "team": ("7", "")}


def test_a_mark_that_is_cleared_is_no_mark():
    assignment = accepted()
    browser = browser_of(assignment.expert)
    browser.post(address(assignment), typed(assignment, lead=("8", "好")))
    browser.post(address(assignment), typed(assignment, lead=""))
    assert marks_of(assignment) == {"lead": ("", "好")}
    assert "已评0/9项" in read(assignment)


def test_what_waited_for_the_sender_is_back_in_the_form_and_saves_as_it_was_meant(client):
    assignment = accepted()
    client.post(address(assignment), typed(assignment, lead=("7", "登录过期时写的")))
    sign_in = {"login": assignment.expert.username, "password": f"demo-{assignment.expert.username}"}
    client.post(reverse("account_login"), sign_in)
    text = client.get(address(assignment)).content.decode()
    assert "登录过期时写的" in text
    assert marks_of(assignment) == {}
    assert "登录过期时写的" not in client.get(address(assignment)).content.decode()


# -- two windows ------------------------------------------------------------------------------------


def test_a_window_that_was_open_longer_leaves_alone_what_it_did_not_touch():
    assignment = accepted()
    browser, older = browser_of(assignment.expert), page_of(assignment)
    browser.post(address(assignment, "autosave_review"), typed(assignment, lead=("8", "先写的")))
    data = typed(assignment, older, team="6")
    answer = browser.post(address(assignment, "autosave_review"), data).json()
    assert answer["state"] == "saved"
    assert marks_of(assignment) == {"lead": ("8", "先写的"), "team": ("6", "")}
    browser.post(address(assignment, "autosave_review"), {**data, "opened": answer["opened"]})
    assert marks_of(assignment)["lead"] == ("8", "先写的")


def test_what_two_windows_changed_is_not_written_over_but_shown_with_both_texts():
    assignment = accepted()
    browser, older = browser_of(assignment.expert), page_of(assignment)
    browser.post(address(assignment, "autosave_review"), typed(assignment, lead=("8", "先写的")))
    data = typed(assignment, older, lead=("8", "后写的"), team="6")
    answer = browser.post(address(assignment, "autosave_review"), data).json()
    assert (answer["state"], answer["hold"]) == ("conflict", True)
    assert marks_of(assignment) == {"lead": ("8", "先写的"), "team": ("6", "")}
    text = browser.post(address(assignment), {**data, "opened": answer["opened"]}).content.decode()
    assert "先写的" in text
    assert "后写的" in text
    again = re.search(r'name="opened" value="([^"]+)"', text)[1].replace("&quot;", '"')
    browser.post(address(assignment), {**data, "opened": again})
    assert marks_of(assignment)["lead"] == ("8", "后写的")


def test_a_sheet_that_comes_without_its_token_writes_over_nothing():
    assignment = accepted()
    browser = browser_of(assignment.expert)
    browser.post(address(assignment), typed(assignment, lead=("8", "先写的")))
    data = typed(assignment, lead=("2", "别的"), team="5")
    for token in ("", "{", "[]", "x" * 9000):
        browser.post(address(assignment), {**data, "opened": token})
        assert marks_of(assignment) == {"lead": ("8", "先写的"), "team": ("5", "")}


# -- handing in -------------------------------------------------------------------------------------


def test_what_is_missing_is_listed_and_the_sheet_stays_open():
    assignment = accepted()
    browser = browser_of(assignment.expert)
    browser.post(address(assignment), typed(assignment, lead="2", team="8"))
    text = read(assignment, "hand_in_review")
    assert "劳模领衔：请写明理由" in text
    assert "三年规划：还没有评分" in text
    assert "创新团队：" not in text
    browser.post(address(assignment, "hand_in_review"))
    assert fresh(assignment).state == "accepted"
    with pytest.raises(DomainError) as refused:
        assignment.hand_in(by=assignment.expert)
    assert len(refused.value.problems) == 8


def test_handing_in_shows_the_marks_once_more_and_locks_the_sheet():
    assignment = fill_in(accepted())
    browser = browser_of(assignment.expert)
    look = browser.get(address(assignment, "hand_in_review")).content.decode()
    assert "合计80分，满分100分" in look
    seen = re.search(r'name="seen" value="(\w+)"', look)[1]
    answer = browser.post(address(assignment, "hand_in_review"), {"seen": seen}, follow=True)
    assert "已提交" in answer.content.decode()
    assignment = fresh(assignment)
    assert (assignment.state, assignment.handed_in_at is None) == ("handed_in", False)
    browser.post(address(assignment), typed(assignment, lead="1"))
    kept = browser.post(address(assignment, "autosave_review"), typed(assignment, lead="1")).json()
    assert kept["state"] == "refused"
    assert marks_of(assignment)["lead"] == ("8", "")
    text = read(assignment)
    assert 'name="opened"' not in text
    assert FILE in text


def test_a_sheet_that_changed_since_the_last_look_is_not_handed_in():
    assignment = fill_in(accepted())
    browser = browser_of(assignment.expert)
    look = browser.get(address(assignment, "hand_in_review")).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', look)[1]
    browser.post(address(assignment), typed(assignment, lead="5"))
    answer = browser.post(address(assignment, "hand_in_review"), {"seen": seen}, follow=True)
    assert "再看一遍" in answer.content.decode()
    assert fresh(assignment).state == "accepted"


def test_a_sheet_that_is_opened_again_can_be_changed_and_handed_in_again(cast):
    assignment = handed_in()
    assignment.reopen(by=cast.staff, reason="第三项请核对")
    browser = browser_of(assignment.expert)
    browser.post(address(assignment), typed(assignment, lead="6"))
    browser.post(address(assignment, "hand_in_review"))
    assert fresh(assignment).state == "handed_in"
    assert marks_of(assignment)["lead"] == ("6", "")
    verbs = list(assignment.log.values_list("verb", flat=True))
    assert verbs == ["assign", "accept", "hand_in", "reopen", "hand_in"]


def test_marks_go_in_halves_up_to_the_top_by_the_rubric_of_the_round():
    assignment = accepted()
    first = assignment.rubric.criteria.first()
    twin = assignment.rubric.copy("另一个标准").criteria.first()
    for criterion, points in ((first, "10.5"), (first, "-0.5"), (first, "7.3"), (twin, "5")):
        with pytest.raises(DomainError):
            assignment.mark(criterion, by=assignment.expert, points=type(first.weight)(points), comment="x")
    assert not Mark.objects.exists()


# -- the application has moved on ---------------------------------------------------------------------


def move_on(assignment, how, cast):
    application = Application.objects.get(pk=assignment.application_id)
    if how == "withdrawn":
        application.withdraw(by=application.studio.lead, reason="明年再报")
    elif how == "returned":
        application.return_for_correction({"plan": "请补充。"}, by=cast.staff)
    else:
        Application.objects.filter(pk=application.pk).update(state=State.REVIEWED)
    return fresh(assignment)


@pytest.mark.parametrize("how", ["withdrawn", "returned", "reviewed"])
def test_when_the_application_has_moved_on_the_sheet_is_there_to_be_read_only(how, cast):
    assignment = move_on(fill_in(accepted()), how, cast)
    text = read(assignment)
    assert "目前不在专家评审阶段" in text
    assert 'name="opened"' not in text
    browser = browser_of(assignment.expert)
    browser.post(address(assignment), typed(assignment, lead="1"))
    browser.post(address(assignment, "hand_in_review"))
    assert marks_of(assignment)["lead"] == ("8", "")
    assert fresh(assignment).state == "accepted"
    with pytest.raises(IllegalMove):
        assignment.hand_in(by=assignment.expert)
    assert not Assignment.objects.under_way().exists()


def test_who_was_asked_and_has_not_declared_opens_nothing_once_it_moved_on(cast):
    assignment = move_on(invited(), "withdrawn", cast)
    text = read(assignment)
    assert "目前不在专家评审阶段" in text
    assert address(assignment, "accept_review") not in text
    with pytest.raises(IllegalMove):
        assignment.accept(by=assignment.expert)


def test_nothing_is_opened_again_once_the_application_moved_on(cast):
    assignment = move_on(handed_in(), "reviewed", cast)
    with pytest.raises(IllegalMove):
        assignment.reopen(by=cast.staff, reason="请核对")
    assert fresh(assignment).state == "handed_in"
