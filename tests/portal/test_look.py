"""The public pages, the home pages and the office's index in a browser, at both widths, by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Notice
from studios.models import Certificate
from tests.factories import ApplicationFactory, StudioFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("工号或账号").fill(name)
    page.get_by_label("密码", exact=True).fill(f"demo-{name}")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的事项")).to_be_visible()


@pytest.mark.parametrize(
    "address",
    ["/", "/accounts/login/", "/accounts/password/reset/", "/check/?number=", "/articles/", "/nowhere/"],
)
def test_pages_of_everybody_are_accessible(page, live_server, assert_accessible, address):
    page.goto(live_server.url + address)
    assert_accessible(page)


def test_the_result_of_a_check_is_accessible(page, live_server, assert_accessible):
    ApplicationFactory(named=True)
    page.goto(f"{live_server.url}/check/")
    page.get_by_label("证书编号").fill(Certificate.objects.get().number)
    page.get_by_role("button", name="查验").click()
    expect(page.get_by_text("证书真实，在有效期内。")).to_be_visible()
    assert_accessible(page)


def test_the_home_of_a_lead_is_accessible_and_its_menu_works_by_keyboard(
    page, live_server, assert_accessible
):
    studio = StudioFactory(lead__username="lead", complete=True)
    Notice.objects.create(recipient=studio.lead, event="hello", subject="评选开始受理", url="/")
    sign_in(page, live_server.url, "lead")
    assert_accessible(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.locator("details.menu > summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
    expect(page.locator("details.menu > summary")).to_be_focused()


@pytest.mark.parametrize("role", ["union_staff", "union_leader", "finance", "auditor", "sysadmin"])
def test_the_office_of_each_role_is_accessible(page, live_server, assert_accessible, role):
    UserFactory(username="officer", roles=[(role,)])
    sign_in(page, live_server.url, "officer")
    assert_accessible(page)
    page.get_by_role("link", name="管理后台", exact=True).click()
    expect(page.get_by_role("heading", name="办理队列")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/accounts/user/",
        "/admin/accounts/user/add/",
        "/admin/accounts/unit/",
        "/accounts/password/change/",
        "/accounts/logout/",
    ],
)
def test_lists_and_forms_of_the_office_are_accessible(page, live_server, assert_accessible, address):
    UserFactory(username="officer", roles=[("sysadmin",)])
    sign_in(page, live_server.url, "officer")
    page.goto(live_server.url + address)
    assert_accessible(page)


def test_it_works_without_javascript(browser, browser_context_args, live_server):
    UserFactory(username="plain")
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server.url, "plain")
    page.locator("details.menu > summary").click()
    page.locator("details.menu").get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="My tasks")).to_be_visible()
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    context.close()


def test_a_refused_form_takes_the_reader_to_its_errors(page, live_server):
    page.goto(f"{live_server.url}/check/?number=")
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").click()
    expect(page.get_by_label("证书编号")).to_be_focused()


def test_no_page_breaks_the_content_security_policy(page, live_server):
    said = []
    page.on("console", lambda message: said.append(message.text))
    UserFactory(username="officer", roles=[("union_staff",)])
    sign_in(page, live_server.url, "officer")
    for address in ("/", "/admin/", "/admin/accounts/user/", "/check/", "/accounts/2fa/"):
        page.goto(live_server.url + address)
    assert [text for text in said if "Content Security Policy" in text] == []
