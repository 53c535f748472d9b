"""The browser and the accessibility check do their work."""

import pytest

GOOD = """<!doctype html><html lang="zh-CN"><head><meta name="viewport" content="width=device-width">
<title>工作室</title></head><body><main><h1>工作室</h1><p>内容</p></main></body></html>"""

pytestmark = pytest.mark.once


def test_the_browser_speaks_chinese_in_our_time_zone(page):
    page.set_content(GOOD)
    assert page.evaluate("navigator.language") == "zh-CN"
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Shanghai"


def test_a_good_page_passes(page, assert_accessible):
    page.set_content(GOOD)
    assert_accessible(page)
    assert page.viewport_size == {"width": 1280, "height": 900}


def test_an_input_without_a_label_is_found(page, assert_accessible):
    page.set_content(GOOD.replace("内容", "<input>"))
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)


def test_a_page_wider_than_the_phone_is_found(page, assert_accessible):
    page.set_content(GOOD.replace("内容", '<span style="display: block; width: 500px">内容</span>'))
    with pytest.raises(AssertionError, match="wider than a window of 360"):
        assert_accessible(page)
