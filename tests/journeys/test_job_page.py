"""A job and a notice as their people see them in a browser."""

import re

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import expect

from accounts.delivery import notify
from accounts.models import Notice, User
from records.attachments import attach, checked
from records.jobs import MAY_FETCH, Job
from tests.records import papers

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lead(client, page, live_server):
    """The lead, signed in to the browser."""
    user = User.objects.create_user("lead", name="龚䶮")
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return user


def test_progress_moves_by_itself_until_the_result_is_there(
    page, live_server, lead, assert_accessible, monkeypatch
):
    monkeypatch.setitem(MAY_FETCH, "x", lambda job, user: True)
    job = Job.objects.create(
        kind="x", title="40 个工作室的证书和铭牌", started_by=lead, total=40, done=12, state=Job.State.RUNNING
    )
    rows = Job.objects.filter(pk=job.pk)
    page.goto(live_server.url + job.get_absolute_url())
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "12")
    assert_accessible(page)
    rows.update(done=25)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "25")
    job.result.save("x", ContentFile(b"PK"), save=False)
    rows.update(
        state=Job.State.DONE,
        done=40,
        finished_at=timezone.now(),
        result=job.result.name,
        result_name="证书.zip",
    )
    link = page.get_by_role("link", name="下载 证书.zip")
    expect(link).to_be_visible()
    expect(page).to_have_title(re.compile("已完成"))
    assert_accessible(page)
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "证书.zip"


def test_the_stop_button_keeps_its_place_while_the_progress_moves(page, live_server, lead):
    job = Job.objects.create(kind="x", title="批量", started_by=lead, total=40, state=Job.State.RUNNING)
    page.goto(live_server.url + job.get_absolute_url())
    button = page.get_by_role("button", name="停止任务")
    button.focus()
    Job.objects.filter(pk=job.pk).update(done=7)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "7")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("任务已停止")).to_be_visible()
    assert Job.objects.get().state == Job.State.CANCELLED


def test_a_page_that_is_left_alone_stops_asking_so_that_the_session_ends(page, live_server, lead):
    job = Job.objects.create(kind="x", title="批量", started_by=lead, total=40, state=Job.State.RUNNING)
    address = live_server.url + job.get_absolute_url()
    page.clock.install()
    # Counted in the page, at the tick of its clock: what is heard of a request outside comes later.
    page.add_init_script(
        "window.asked = 0; addEventListener('htmx:beforeRequest', () => { window.asked += 1; })"
    )
    page.goto(address)
    with page.expect_request(address):
        pass
    page.clock.fast_forward("06:00")
    before = page.evaluate("asked")
    page.wait_for_timeout(2500)  # the clock of the page goes on by itself: time for two more
    assert page.evaluate("asked") == before >= 1
    with page.expect_request(address):
        page.mouse.move(200, 200)


def test_a_notice_is_read_by_following_it(page, live_server, lead, assert_accessible):
    notify([lead], "a", subject="申报材料被退回", body="请补充。", url="/inbox/?unread")
    notify([lead], "b", subject="申报开始", body="今年的申报已经开始。")
    page.goto(live_server.url + "/inbox/")
    expect(page.get_by_text("有 2 条未读通知")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="申报材料被退回").click()
    expect(page.get_by_text("有 1 条未读通知")).to_be_visible()
    page.get_by_role("link", name="申报开始").click()
    expect(page.get_by_text("今年的申报已经开始。")).to_be_visible()
    assert_accessible(page)
    assert Notice.objects.unread_count(lead) == 0


def test_an_uploaded_picture_is_shown_and_runs_in_a_sandbox(page, live_server, lead):
    notify([lead], "a", subject="照片")
    kept = attach(
        checked(ContentFile(papers.picture("PNG"), name="场地.png")), Notice.objects.get(), "photo", by=lead
    )
    answer = page.goto(live_server.url + kept.get_absolute_url())
    assert answer.status == 200
    assert page.evaluate("document.images[0].naturalWidth") == 40
    assert page.evaluate("origin") == "null"
