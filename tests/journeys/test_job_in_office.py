"""A job in the office stays in the office: its frame, its path, its progress as it goes."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from records.jobs import Job
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(client, page, live_server) -> Job:
    """A job under way, and union staff who started it, signed in to the browser."""
    user = UserFactory(name="龚䶮", roles=[("union_staff",)])
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return Job.objects.create(
        kind="x", title="40 个工作室的证书和铭牌", started_by=user, total=40, done=12, state=Job.State.RUNNING
    )


@pytest.mark.parametrize("width", [1280, 360])
def test_a_job_moves_within_the_frame_of_the_office(page, live_server, work, width, assert_accessible):
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(live_server.url + work.get_absolute_url())
    path = page.locator("nav .breadcrumbs li")
    expect(path).to_have_text(["首页", "批量任务", work.title])
    expect(page.get_by_role("link", name="批量任务", exact=True)).to_have_attribute(
        "href", reverse("admin:records_job_changelist")
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert_accessible(page)
    Job.objects.filter(pk=work.pk).update(done=25)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "25")
    page.get_by_role("button", name="停止任务").click()
    expect(page.locator(".messagelist")).to_have_text("任务已停止。")
    expect(page).to_have_title(re.compile("已停止"))
    assert_accessible(page)
    assert Job.objects.get().state == Job.State.CANCELLED
