"""An expert reviews in a real browser: declares, reads, scores as typed, hands in; nothing that was typed is lost."""

import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import expect

from portal.demo.pictures import photo
from records.attachments import attach, checked
from records.documents import html_to_pdf
from reviews.models import Assignment
from tests.browser import PHONE, WIDE
from tests.factories import ApplicationFactory, PolicyFactory, StudioFactory
from tests.reviews.review import expert_of, open_review
from tests.reviews.scoring import fresh, handed_in, invited, marks_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
SAVED = re.compile("已保存")


@pytest.fixture
def assignment(transactional_db) -> Assignment:
    """An expert is asked; the papers hold a picture and a PDF."""
    PolicyFactory()
    studio = StudioFactory(complete=True)
    attach(checked(ContentFile(photo(0), name="全景.png")), studio.venue, "photo", by=studio.lead)
    scan = ContentFile(html_to_pdf("<p>立项通知书</p>"), name="立项通知书.pdf")
    attach(checked(scan), studio.projects.first(), "scan", by=studio.lead)
    application = ApplicationFactory(studio=studio, accepted=True)
    open_review(application.round)
    return invited(expert_of("周评", username="zhouping"), application=application)


@pytest.fixture
def at_work(assignment) -> Assignment:
    assignment.accept(by=assignment.expert)
    return fresh(assignment)


def give(walker, key: str, mark: str, comment: str = "") -> None:
    criterion = walker.page.locator(f"#criterion-{key}")
    criterion.get_by_label("评分").fill(mark)
    if comment:
        criterion.get_by_label("评语").fill(comment)


def is_saved(walker) -> None:
    expect(walker.page.locator("#saved")).to_have_text(SAVED, timeout=20_000)


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["360", "1280"])
def test_an_expert_declares_scores_as_typed_and_hands_in(company, assignment, size):
    expert = company.somebody(sizes=(size,), user=assignment.expert)
    expert.follow("待评审1份", within="main", exact=False)
    expert.sees_heading("打开材料之前")
    expert.look("declaration")
    expert.press("无利害关系，开始评审")
    expert.sees("高精度装备的故障诊断")
    expert.look("scoring")
    give(expert, "lead", "9.5", "一线领衔，成果突出")
    give(expert, "team", "3")
    is_saved(expert)
    expect(expert.page.locator("#saved")).to_be_in_viewport(ratio=1)
    expect(expert.page.locator("[data-tally=total]")).to_have_text("合计12.5分，满分100分")
    expect(expert.page.locator("[data-lacks=lead]")).to_have_text("已评")
    expect(expert.page.locator("[data-lacks=team]")).to_have_text("请写明理由")
    assert marks_of(assignment) == {"lead": ("9.5", "一线领衔，成果突出"), "team": ("3", "")}
    give(expert, "results", "7.5")
    expect(expert.page.locator("#criterion-results output")).to_have_text("折合11.25分")
    give(expert, "results", "15")
    expect(expert.page.locator("#criterion-results output")).to_be_empty()
    for criterion in assignment.rubric.criteria.exclude(key__in=["lead", "team"]):
        give(expert, criterion.key, "8")
    expert.press("核对并提交")
    expert.sees("创新团队：请写明理由")
    expert.look("missing")
    expert.follow("创新团队：请写明理由")
    give(expert, "team", "3", "结构单一")
    expert.press("核对并提交")
    expert.look("last-look")
    expert.press("提交评分表")
    expert.sees("已提交，评分表已锁定")
    expert.look("handed-in")
    assert fresh(assignment).state == "handed_in"
    expert.open(reverse("reviews:reviews"))
    expert.look("list")


def test_files_are_looked_at_beside_the_sheet(company, at_work):
    expert = company.somebody(user=at_work.expert)
    expert.open(at_work.get_absolute_url())
    page = expert.page
    page.locator("summary", has_text="全景.png").click()
    picture = page.get_by_role("img", name="全景.png")
    expect(picture).to_be_visible()
    page.wait_for_function(
        "picture => picture.complete && picture.naturalWidth > 0", arg=picture.element_handle()
    )
    with page.expect_response(lambda answer: "/files/" in answer.url) as shown:
        page.locator("summary", has_text="立项通知书.pdf").click()
    assert shown.value.status == 200
    assert shown.value.headers["content-type"] == "application/pdf"
    assert page.url.endswith(at_work.get_absolute_url())
    expert.look("files")


def test_on_a_phone_file_and_sheet_are_one_step_apart(company, at_work):
    expert = company.somebody(sizes=(PHONE,), user=at_work.expert)
    expert.open(at_work.get_absolute_url())
    jump = expert.page.get_by_role("navigation", name="材料和评分表")
    jump.get_by_role("link", name="评分表").click()
    expect(expert.page.get_by_role("heading", name="评分表")).to_be_in_viewport()
    expect(jump).to_be_in_viewport(ratio=1)
    expert.page.locator("#criterion-plan").get_by_role("link", name="看材料：三年规划").click()
    expect(expert.page.locator("#plan h2")).to_be_in_viewport()
    jump.get_by_role("link", name="评分表").click()
    expect(expert.page.locator("#criterion-plan legend")).to_be_in_viewport()


def test_file_and_sheet_go_each_on_its_own_and_the_foot_of_the_sheet_stays_in_sight(company, at_work):
    expert = company.somebody(sizes=(WIDE,), user=at_work.expert)
    expert.open(at_work.get_absolute_url())
    foot = expert.page.get_by_role("button", name="核对并提交")
    expect(foot).to_be_in_viewport(ratio=1)
    expert.page.locator("#criterion-plan").get_by_role("link", name="看材料：三年规划").click()
    expect(expert.page.locator("#plan h2")).to_be_in_viewport()
    expect(expert.page.locator("#criterion-plan legend")).to_be_in_viewport()
    expect(foot).to_be_in_viewport(ratio=1)
    places = "() => [...document.querySelectorAll('.reading, #sheet')].map(pane => pane.scrollTop > 0)"
    expert.page.wait_for_function(f"() => ({places})().every(Boolean)")


FREE = """() => {
    const field = document.activeElement.getBoundingClientRect();
    const foot = document.querySelector(".savebar").getBoundingClientRect();
    return field.bottom <= foot.top && foot.left <= field.left - 4 && foot.right >= field.right + 4
        && foot.width >= document.querySelector("#sheet").clientWidth - 1;
}"""


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["360", "1280"])
def test_the_field_one_types_in_lies_free_of_the_foot_also_when_the_foot_grows(company, at_work, size):
    expert = company.somebody(sizes=(size,), user=at_work.expert)
    expert.open(at_work.get_absolute_url())
    for key in ("lead", "team", "projects"):
        give(expert, key, "11")
    expert.page.locator("#criterion-projects").get_by_label("评语").focus()
    expert.page.wait_for_function(FREE)
    expect(expert.page.locator("#saved")).to_contain_text("创新项目", timeout=20_000)
    expert.page.wait_for_function(FREE)
    expert.page.keyboard.type("理由")
    expert.page.wait_for_function(FREE)


def test_what_is_typed_without_a_connection_is_kept_once_it_is_back(company, at_work):
    expert = company.somebody(sizes=(WIDE,), user=at_work.expert)
    expert.open(at_work.get_absolute_url())
    expert.page.context.set_offline(True)
    give(expert, "lead", "7", "断网时写的")
    expect(expert.page.locator("#saved")).to_have_text(re.compile("未能"), timeout=20_000)
    expert.page.context.set_offline(False)
    is_saved(expert)
    assert marks_of(at_work) == {"lead": ("7", "断网时写的")}


def test_what_is_typed_after_the_session_has_ended_is_kept_after_signing_in(company, at_work):
    expert = company.somebody(sizes=(WIDE,), user=at_work.expert)
    expert.open(at_work.get_absolute_url())
    expert.page.context.clear_cookies(name="sessionid")
    give(expert, "lead", "7", "登录过期时写的")
    expect(expert.page.locator("#saved")).to_have_text(re.compile("登录已过期"), timeout=20_000)
    again = expert.page.context.new_page()
    again.goto(expert.site + reverse("account_login"))
    again.fill("[name=login]", at_work.expert.username)
    again.fill("[name=password]", f"demo-{at_work.expert.username}")
    again.press("[name=password]", "Enter")
    is_saved(expert)
    assert marks_of(at_work) == {"lead": ("7", "登录过期时写的")}


def test_two_windows_lose_nothing_of_each_other(company, at_work):
    first = company.somebody(sizes=(WIDE,), user=at_work.expert)
    first.open(at_work.get_absolute_url())
    second = company.somebody(sizes=(WIDE,), user=at_work.expert)
    second.open(at_work.get_absolute_url())
    give(first, "lead", "7", "第一个窗口")
    give(second, "team", "6")
    is_saved(first)
    is_saved(second)
    assert marks_of(at_work) == {"lead": ("7", "第一个窗口"), "team": ("6", "")}
    give(second, "lead", "7", "第二个窗口")
    expect(second.page.locator("#saved")).to_have_text("有1处没有保存：劳模领衔", timeout=20_000)
    expect(second.page.locator("#criterion-lead .error")).to_contain_text("第一个窗口")
    second.look("another-window")
    assert marks_of(at_work)["lead"] == ("7", "第一个窗口")
    second.press("保存")
    second.sees("第一个窗口")
    expect(second.page.locator("#criterion-lead").get_by_label("评语")).to_have_value("第二个窗口")
    second.press("保存")
    second.sees("评分表已保存")
    assert marks_of(at_work)["lead"] == ("7", "第二个窗口")


def test_a_mark_off_the_scale_comes_back_after_a_reload(company, at_work):
    expert = company.somebody(sizes=(WIDE,), user=at_work.expert)
    expert.open(at_work.get_absolute_url())
    give(expert, "lead", "12")
    expect(expert.page.locator("#saved")).to_have_text("有1处没有保存：劳模领衔", timeout=20_000)
    expect(expert.page.locator("[data-lacks=lead]")).to_have_text("有误，未保存")
    field = expert.page.locator("#criterion-lead").get_by_label("评分")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(expert.page.locator("#criterion-lead .error")).to_contain_text("请填0到10之间的分")
    expert.look("off-the-scale-as-typed")
    expert.page.locator("#saved a").click()
    expect(field).to_be_focused()
    give(expert, "lead", "7")
    is_saved(expert)
    expect(expert.page.locator("#criterion-lead .error")).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    give(expert, "lead", "12")
    expect(expert.page.locator("#saved")).to_have_text("有1处没有保存：劳模领衔", timeout=20_000)
    expert.page.reload()
    expect(expert.page.locator("#criterion-lead").get_by_label("评分")).to_have_value("12")
    expert.press("保存")
    expert.is_told("劳模领衔：请填0到10之间的分")
    expert.look("off-the-scale")


def test_a_sheet_is_filled_in_and_handed_in_by_keyboard_alone(company, at_work):
    expert = company.somebody(sizes=(WIDE,), user=at_work.expert)
    expert.open(at_work.get_absolute_url())
    page, given = expert.page, set()
    focused = "() => document.activeElement.name || document.activeElement.textContent.trim()"
    for _each in range(200):
        page.keyboard.press("Tab")
        name = page.evaluate(focused)
        if name.startswith("points_") and name not in given:
            given.add(name)
            page.keyboard.type("8")
        if name == "hand_in":
            break
    assert len(given) == 9
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expert.sees_heading("提交评分表")
    for _each in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == "提交评分表":
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expert.sees("已提交，评分表已锁定")


def test_the_whole_way_works_without_scripts(company, assignment):
    expert = company.somebody(javascript=False, user=assignment.expert)
    expert.open(assignment.get_absolute_url())
    expert.press("无利害关系，开始评审")
    for criterion in assignment.rubric.criteria.all():
        give(expert, criterion.key, "8")
    expert.press("保存")
    expert.sees("评分表已保存")
    expert.press("核对并提交")
    expert.press("提交评分表")
    assert fresh(assignment).state == "handed_in"


def test_the_other_pages_of_a_review_are_in_order(company, assignment):
    round_ = assignment.application.round
    own = handed_in(
        assignment.expert, application=ApplicationFactory(accepted=True, round=round_), shows="all"
    )
    handed_in("吴评", comment="有据可查", application=own.application)
    expert = company.somebody(user=assignment.expert)
    paths = [reverse(f"reviews:{name}", args=[assignment.application_id]) for name in ("recuse", "decline")]
    for path in [*paths, reverse("reviews:other_sheets", args=[own.application_id])]:
        expert.open(path)
        expert.look(path.strip("/").replace("/", "-"))
    assignment.recuse(by=assignment.expert, reason="同门")
    expert.open(assignment.get_absolute_url())
    expert.sees("您已申请回避")
    expert.look("recused")
