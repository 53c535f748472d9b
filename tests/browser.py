"""Fixtures for tests that drive a real Chromium: Debian's own, so that nothing is downloaded."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.fail("Chromium is not installed: apt-get install chromium")
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": WIDE,
    }


def assert_accessible_at(page, size) -> None:
    """Fail with every violation that axe finds at this size, and when the page is wider than its window."""
    page.set_viewport_size(size)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url} at {size['width']} px\n{found.generate_report()}"
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than a window of {size['width']} px"


@pytest.fixture
def assert_accessible():
    """``assert_accessible(page)`` fails with every violation that axe finds at 1280 and at 360 px.

    It also fails when the page is wider than the window.
    """

    def check(page) -> None:
        before = page.viewport_size
        for size in (WIDE, PHONE):
            assert_accessible_at(page, size)
        page.set_viewport_size(before)

    return check
