"""The lists of the office: they begin with what one looks for, and on a phone the page itself stays in its width."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from records.jobs import Job
from tests.factories import ApplicationFactory, UserFactory
from tests.portal.test_look import sign_in as sign_in_at

HEADINGS = {
    "accounts_user": ["姓名", "工号", "单位", "专业技术职务", "角色", "账号"],
    "studios_certificate": ["证书编号", "工作室名称", "单位", "有效期", "状态", "文件", "领衔人"],
    "studios_studio": ["工作室名称", "状态", "领衔人", "单位", "五项条件", "周期截止"],
    "reviews_application": ["编号", "工作室", "状态", "单位", "提交时间", "等待时间"],
    "records_job": ["标题", "状态", "进度", "创建人", "创建时间", "结束时间", "页面"],
}
PHONE = {"width": 360, "height": 740}


def list_of(model: str) -> str:
    return reverse(f"admin:{model}_changelist")


@pytest.fixture
def staff(db):
    return UserFactory(username="officer", roles=[("union_staff",)])


@pytest.mark.parametrize("model", HEADINGS)
def test_a_list_begins_with_what_one_looks_for(client, staff, model):
    ApplicationFactory(named=True)
    Job.objects.create(kind="x", title="制发证书", started_by=staff)
    client.force_login(staff)
    page = client.get(list_of(model)).content.decode()
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    words = [re.sub(r"<[^>]+>", "", cell).split() for cell in re.findall(r"<th\b.*?</th>", head, re.DOTALL)]
    assert [cell[0] for cell in words if cell] == HEADINGS[model]


@pytest.mark.parametrize(("days", "over"), [(-1, True), (0, False)])
def test_the_office_reads_that_a_cycle_is_over_without_a_decision(client, staff, days, over):
    from tests.portal.test_unit_figures import studio_of

    studio_of(staff.unit, "named", ends_in=days)
    client.force_login(staff)
    page = client.get(list_of("studios_studio")).content.decode()
    assert ('class="state risk">周期已届满</span>' in page) is over


def test_a_job_in_the_office_says_its_state_and_leads_to_its_page(client, staff):
    job = Job.objects.create(kind="x", title="制发证书", started_by=staff, state="running")
    client.force_login(staff)
    for url in (list_of("records_job"), reverse("admin:records_job_change", args=[job.pk])):
        page = client.get(url).content.decode()
        assert 'class="state risk">进行中</span>' in page
        assert f'href="{job.get_absolute_url()}"' in page


@pytest.mark.django_db(transaction=True)
def test_on_a_phone_lists_stay_in_its_width_and_lead_to_their_filters(page, live_server, staff):
    ApplicationFactory(named=True)
    Job.objects.create(kind="x", title="制发证书", started_by=staff)
    page.set_viewport_size(PHONE)
    sign_in_at(page, live_server.url, "officer")
    for model in [*HEADINGS, "accounts_unit", "ledgers_achievement", "reviews_paperform", "records_outbox"]:
        page.goto(live_server.url + list_of(model))
        assert page.evaluate("document.documentElement.scrollWidth") == 360, model
        page.get_by_role("link", name="到筛选条件").click()
        expect(page.locator("#changelist-filter")).to_be_in_viewport()
    for model in ("studios_policy", "reviews_round"):
        page.goto(live_server.url + list_of(model))
        assert page.evaluate("document.documentElement.scrollWidth") == 360, model
        expect(page.get_by_role("link", name="到筛选条件")).to_have_count(0)


@pytest.mark.django_db(transaction=True)
def test_on_a_phone_each_row_shows_every_column_with_its_heading(page, live_server, staff, assert_accessible):
    ApplicationFactory(named=True)
    Job.objects.create(kind="x", title="制发证书", started_by=staff)
    page.set_viewport_size(PHONE)
    sign_in_at(page, live_server.url, "officer")
    for model, headings in HEADINGS.items():
        page.goto(live_server.url + list_of(model))
        assert_accessible(page)
        row = page.locator("#result_list tbody tr").first
        cells = row.locator("td:not(.action-checkbox)")
        assert [cell.get_attribute("data-label") for cell in cells.all()] == headings[1:], model
        for shown in row.locator("th, td, .state").all():
            box = shown.bounding_box()
            assert 0 <= box["x"] < box["x"] + box["width"] <= 360 - 16, (model, shown.inner_text())


@pytest.mark.django_db(transaction=True)
def test_on_a_wide_screen_the_filters_stand_beside_the_list(page, live_server, staff):
    sign_in_at(page, live_server.url, "officer")
    page.goto(live_server.url + list_of("accounts_user"))
    expect(page.locator("#changelist-filter")).to_be_in_viewport()
    expect(page.get_by_role("link", name="到筛选条件")).to_be_hidden()


@pytest.mark.django_db(transaction=True)
def test_figures_of_the_home_page_do_not_break_their_words_on_a_phone(page, live_server):
    from tests.portal.test_unit_figures import studio_of

    officer = UserFactory(username="officer", roles=[("department_union",)])
    studio_of(officer.unit, "named", ends_in=10)
    studio_of(officer.unit, "rectifying", ends_in=10)
    page.set_viewport_size(PHONE)
    sign_in_at(page, live_server.url, "officer")
    boxes = page.locator(".figures > li")
    expect(boxes).to_have_count(5)
    lines = """a => {
        const words = document.createRange();
        words.selectNodeContents(a.lastChild);
        return words.getClientRects().length;
    }"""
    assert {box.evaluate(lines) for box in page.locator(".figures a:has(b)").all()} == {1}
    assert max(box.bounding_box()["height"] for box in boxes.all()) < 120
    assert page.evaluate("document.documentElement.scrollWidth") == 360
