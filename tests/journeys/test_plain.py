"""The main road without scripts, and without a mouse."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from reviews.models import Application, Part, PublicNotice, State
from tests.factories import (
    ApplicationFactory,
    UserFactory,
    let_the_notice_pass,
    reviewed_by,
    signatories,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_application_is_handed_in_signed_accepted_decided_and_named_without_scripts(company):
    application = ApplicationFactory(studio__lead__name="龚䶮")
    address = application.get_absolute_url()

    def somebody(user):
        walker = company.somebody(javascript=False, user=user)
        walker.open(address)
        return walker

    lead = somebody(application.studio.lead)
    lead.follow("提交申报")
    lead.tick("我已核对申报材料，内容属实，附件与材料相符。")
    lead.press("提交申报")
    lead.sees_heading("申报已提交")
    for user in signatories(application.studio.unit).values():
        officer = somebody(user)
        officer.follow("阅读材料并签署")
        officer.fill("意见", "同意。")
        officer.press("签署意见")
        officer.sees("已签署")
    staff = somebody(UserFactory(roles=[("union_staff",)]))
    staff.follow("到管理后台办理")
    staff.follow("材料齐全，受理")
    staff.press("材料齐全，受理")
    staff.sees("已受理")
    application.refresh_from_db()
    reviewed_by(application, 8, 8, 8)
    staff.follow("完成专家评审")
    staff.press("完成专家评审")
    leader = somebody(UserFactory(roles=[("union_leader",)]))
    leader.follow("到管理后台办理")
    leader.follow("作出决定")
    leader.tick("同意")
    leader.fill("决定意见", "同意命名。")
    leader.press("作出决定")
    staff.open(reverse("admin:reviews_round_release", args=[application.round_id]))
    staff.press("公布1项决定")
    let_the_notice_pass(PublicNotice.objects.get())
    leader.open(address)
    leader.follow("到管理后台办理")
    leader.follow("命名该工作室")
    leader.fill("命名日期", timezone.localdate().isoformat())
    leader.press("命名 1 个工作室")
    leader.sees("已命名 1 个工作室")
    assert Application.objects.get().state == State.NAMED


def tab_to(page, target, *, most=80):
    """Press Tab until the target has the focus."""
    for _ in range(most):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{target} is not reached by {most} times Tab")


def test_an_officer_signs_by_keyboard_alone(company):
    application = ApplicationFactory(submitted=True)
    user = signatories(application.studio.unit)[Part.PARTY]
    walker = company.somebody()
    page = walker.page
    walker.open("/accounts/login/")
    tab_to(page, walker.field("工号或账号"))
    page.keyboard.type(user.username)
    page.keyboard.press("Tab")
    page.keyboard.type(f"demo-{user.username}")
    page.keyboard.press("Enter")
    walker.sees_heading("我的事项")
    tab_to(page, page.locator("#tasks").get_by_role("link", name=application.studio.name))
    page.keyboard.press("Enter")
    walker.sees_heading("阅读材料并签署")
    button = page.get_by_role("button", name="签署意见")
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    tab_to(page, page.locator(".error-summary a").first)
    page.keyboard.press("Enter")
    expect(walker.field("意见")).to_be_focused()
    page.keyboard.type("同意申报。")
    tab_to(page, button)
    page.keyboard.press("Enter")
    walker.sees("已签署")
    assert application.endorsements.get().opinion == "同意申报。"
