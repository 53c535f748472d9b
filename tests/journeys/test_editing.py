"""A lead and a colleague fill in the papers in a real browser: kept as typed, told of each other, nothing lost."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from studios.models import Draft, Honour, Studio, Venue
from tests.cast import make_cast
from tests.factories import PolicyFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
SAVED = re.compile("已保存")


@pytest.fixture
def cast(transactional_db):
    PolicyFactory()
    return make_cast()


@pytest.fixture
def open_page(live_server, new_context):
    """``open_page(user, path)`` gives a page in a browser of its own in which the person has signed in."""

    def open_it(user, path, **options):
        page = new_context(**options).new_page()
        sign_in(page, live_server, user)
        page.goto(live_server.url + path)
        return page

    return open_it


def sign_in(page, live_server, user):
    page.goto(live_server.url + reverse("account_login"))
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", f"demo-{user.username}")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


def part(cast, key="place"):
    return reverse("studios:part", args=[cast.studio.pk, key])


def test_what_is_typed_is_kept_within_ten_seconds_and_is_there_after_a_reload(cast, open_page):
    page = open_page(cast.lead, part(cast))
    page.get_by_label("地址").fill("新楼 302")
    expect(page.locator("#saved")).to_have_text(SAVED, timeout=10_000)
    assert Venue.objects.get(studio=cast.studio).address == "新楼 302"
    page.get_by_label("使用面积").fill("很大")
    expect(page.locator("#saved")).to_have_text(re.compile("1 处"), timeout=10_000)
    page.reload()
    expect(page.get_by_label("使用面积")).to_have_value("很大")


def test_two_editors_are_told_of_each_other_and_choose_between_their_texts(
    cast, open_page, assert_accessible
):
    first = open_page(cast.lead, part(cast))
    second = open_page(cast.co_editor, part(cast))
    expect(second.get_by_text("龚䶮 正在填写这一部分")).to_be_visible()
    first.get_by_label("地址").fill("新楼 302")
    expect(first.locator("#saved")).to_have_text(SAVED, timeout=10_000)
    second.get_by_label("地址").fill("旧楼 101")
    expect(second.locator("#saved")).to_have_text(re.compile("龚䶮也改了同一处"), timeout=10_000)
    second.get_by_role("button", name="保存并继续").click()
    expect(second.get_by_role("heading", name="有人同时改了同一处")).to_be_visible()
    assert_accessible(second)
    second.get_by_role("button", name="按选择保存").click()
    second.wait_for_url(f"**{part(cast, 'rules')}")
    assert Venue.objects.get(studio=cast.studio).address == "旧楼 101"


def test_a_new_row_that_is_opened_and_left_empty_leaves_no_draft(cast, open_page):
    page = open_page(cast.lead, reverse("studios:row_add", args=[cast.studio.pk, "budget"]))
    for text in ("耗材", ""):
        with page.expect_response(lambda answer: "autosave" in answer.url):
            page.get_by_label("用途").fill(text)
    expect(page.locator("#saved")).to_have_text("")
    page.goto("about:blank")
    assert not Draft.objects.exists()


def test_an_expired_session_loses_nothing_with_scripts(cast, open_page, live_server):
    page = open_page(cast.lead, part(cast, "plan"))
    context = page.context
    others = [cookie for cookie in context.cookies() if cookie["name"] != "sessionid"]
    context.clear_cookies()
    context.add_cookies(others)
    page.get_by_label("三年总体目标").fill("三年内建成示范线")
    expect(page.locator("#saved")).to_have_text(re.compile("登录已过期"), timeout=10_000)
    sign_in(context.new_page(), live_server, cast.lead)
    expect(page.locator("#saved")).to_have_text(SAVED, timeout=15_000)
    cast.studio.refresh_from_db()
    assert cast.studio.plan_goals == "三年内建成示范线"


def test_the_main_road_works_without_scripts(cast, open_page, live_server):
    lead = UserFactory(name="王㛃", unit=cast.unit, honour_text="上海市五一劳动奖章（2020年）")
    page = open_page(lead, reverse("studios:start"), java_script_enabled=False)
    page.get_by_role("button", name="建立并填写材料").click()
    studio = Studio.objects.get(lead=lead)
    assert Honour.objects.get(studio=studio).title == "上海市五一劳动奖章"
    page.get_by_role("link", name="5. 场地经费").click()
    page.get_by_label("地址").fill("机械楼 B204")
    page.get_by_label("使用面积").fill("60 平方米")
    page.get_by_role("button", name="保存并继续").click()
    assert Venue.objects.get(studio=studio).area == 60
    page.goto(live_server.url + reverse("studios:part", args=[studio.pk, "place"]))
    page.get_by_role("link", name="从 Excel 粘贴").click()
    page.get_by_label("粘贴的内容").fill("2026\t实验耗材\t学院\t1.2万元\n2026\t技术培训\t校工会\t8000")
    page.get_by_role("button", name="核对").click()
    page.get_by_role("button", name="添加这 2 行").click()
    expect(page.locator("tfoot")).to_contain_text("20,000.00")


def test_every_page_of_the_papers_is_accessible_on_a_desk_and_on_a_phone(
    cast, open_page, live_server, assert_accessible
):
    page = open_page(cast.lead, cast.studio.get_absolute_url())
    rows = [("row_add", "members"), ("rows_paste", "results"), ("row_add", "results")]
    paths = [
        reverse("studios:studios"),
        cast.studio.get_absolute_url(),
        reverse("studios:parts", args=[cast.studio.pk]),
    ]
    paths += [part(cast, key) for key in ("lead", "team", "projects", "results", "place", "rules", "plan")]
    paths += [reverse(f"studios:{name}", args=[cast.studio.pk, kind]) for name, kind in rows]
    paths += [reverse("studios:editors", args=[cast.studio.pk]) + "?q=l"]
    for path in paths:
        page.goto(live_server.url + path)
        assert_accessible(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_note_that_it_is_saved_is_in_sight_wherever_one_writes(cast, open_page, width):
    page = open_page(cast.lead, part(cast, "plan"))
    page.set_viewport_size({"width": width, "height": 700})
    page.locator("textarea").first.fill("三年内形成两套诊断方法")
    expect(page.locator("#saved")).to_have_text(SAVED, timeout=10_000)
    expect(page.locator("#saved")).to_be_in_viewport(ratio=1)
    last = page.locator("textarea").last
    last.click()  # only what nothing covers can be clicked
    bar, field = page.locator(".savebar").bounding_box(), last.bounding_box()
    assert bar["height"] < 700 / 4
    assert field["y"] < bar["y"]


def test_who_was_signed_out_is_led_to_sign_in_beside_the_page(cast, open_page):
    page = open_page(cast.lead, part(cast))
    page.context.clear_cookies()
    page.get_by_label("地址").fill("新楼 302")
    link = page.locator("#saved a")
    expect(link).to_have_attribute("target", "_blank", timeout=10_000)
    expect(link).to_have_attribute("href", reverse("account_login"))
    expect(page.get_by_label("地址")).to_have_value("新楼 302")
