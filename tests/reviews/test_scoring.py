"""Marks are saved as typed, then handed in; after that and once the application moved on nothing changes."""

import re

import pytest
from django.urls import reverse

from records.moves import DomainError, IllegalMove
from reviews.models import Application, Assignment, Mark, State
from reviews.scoring_forms import points_name
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
    read,
    typed,
)

pytestmark = pytest.mark.django_db
FILE = "高精度装备的故障诊断"  # stands in the papers and nowhere else


# -- saving -----------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_and_the_answer_says_what_it_comes_to():
    assignment = accepted()
    data = typed(assignment, lead="7.5", results=("9.5", "成果突出"), team="2")
    answer = browser_of(assignment.expert).post(address(assignment, "autosave_review"), data).json()
    assert (answer["state"], answer["unsaved"]) == ("saved", [])
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
    assert kept["text"] == "有1处没有保存：劳模领衔"
    assert kept["lacks"]["lead"] == "有误，未保存"
    field = points_name(assignment.rubric.criteria.get(key="lead"))
    assert [(one["name"], one["title"]) for one in kept["unsaved"]] == [(field, "劳模领衔")]
    assert "请填0到10之间的分，可打半分" in kept["unsaved"][0]["why"]
    assert marks_of(assignment) == {"team": ("6", "")}
    answer = browser_of(assignment.expert).post(address(assignment), data).content.decode()
    assert "劳模领衔：请填0到10之间的分，可打半分" in answer
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
    assert answer["text"] == "有1处没有保存：劳模领衔"
    assert answer["lacks"]["lead"] == "未保存"
    assert [one["why"] for one in answer["unsaved"]] == [
        "另一个窗口已在这里保存“先写的”，下面所填还没有保存；请点“保存”后选定。"
    ]
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


def test_marks_to_be_mended_and_what_is_missing_are_listed_together_each_leading_to_its_field():
    assignment = accepted()
    page = browser_of(assignment.expert).post(
        address(assignment),
        {**typed(assignment, lead="11", team="2", plan="9.3", projects="8"), "hand_in": "1"},
    )
    summary = re.search(r'class="error-summary".*?</div>', page.content.decode(), flags=re.S)[0]
    titles = {one.pk: one for one in assignment.rubric.criteria.all()}
    listed = {
        titles[int(pk)].key: name for name, pk in re.findall(r'href="#id_(points|comment)_(\d+)"', summary)
    }
    every = {one.key for one in titles.values()}
    assert listed == {**dict.fromkeys(every - {"projects"}, "points"), "team": "comment"}
    assert "“" not in summary  # one style: the criterion, then what is the matter
    # Saved alone it is no handing in: only what cannot be saved is said.
    page = browser_of(assignment.expert).post(address(assignment), typed(assignment, lead="11"))
    summary = re.search(r'class="error-summary".*?</div>', page.content.decode(), flags=re.S)[0]
    assert len(re.findall(r'href="#id_', summary)) == 1


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
    assert ("申报方已撤回申报" if how == "withdrawn" else "目前不在专家评审阶段") in text
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
    assert "申报方已撤回申报" in text
    assert address(assignment, "accept_review") not in text
    with pytest.raises(IllegalMove):
        assignment.accept(by=assignment.expert)


def test_nothing_is_opened_again_once_the_application_moved_on(cast):
    assignment = move_on(handed_in(), "reviewed", cast)
    with pytest.raises(IllegalMove):
        assignment.reopen(by=cast.staff, reason="请核对")
    assert fresh(assignment).state == "handed_in"
