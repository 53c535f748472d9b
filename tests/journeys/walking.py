"""People who walk through the portal in browsers of their own, and look at each page as they go.

With ``JOURNEY_PICTURES`` set to a folder every page that is looked at is photographed there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import PHONE, WIDE, assert_accessible_at

PASSWORD = "teahouse-4271"
PATIENCE = 20_000  # milliseconds, for a machine that has other things to do
PICTURES = os.environ.get("JOURNEY_PICTURES", "")


class Walker:
    """One person at one browser.

    :param sizes: the widths at which ``look`` examines a page; the first is the one at which the person works.
    """

    def __init__(self, page: Page, site: str, *, sizes=(WIDE,), examines: bool = True, journey: str = "walk"):
        self.page, self.site, self.sizes, self.examines, self.journey = page, site, sizes, examines, journey

    def open(self, address: str) -> None:
        """Open a local address; anything but a page that is there fails the test."""
        answer = self.page.goto(address if address.startswith("http") else self.site + address)
        assert answer is None or answer.ok, f"{address}: {answer.status}"

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        self.open("/accounts/login/")
        self.fill("工号或账号", name)
        self.fill("密码", password)
        self.press("登录")
        self.sees_heading("我的事项")

    # what a person does

    def fill(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        self.field(label).select_option(label=option)

    def tick(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).check()

    def upload(self, label: str, name: str, content: bytes) -> None:
        kind = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}.get(
            name.rpartition(".")[2], ""
        )
        file = {"name": name, "mimeType": kind or "application/octet-stream", "buffer": content}
        self.field(label).set_input_files([file])

    def press(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str, *, within: str = "body", exact: bool = True) -> None:
        self.click(self.page.locator(within).get_by_role("link", name=name, exact=exact))

    def click(self, target: Locator) -> None:
        """Click what leads to a page, and wait until that is there."""
        with self.page.expect_navigation():
            target.first.click()

    def download(self, name: str, *, role: str = "link") -> bytes:
        """Press what downloads, and give the file."""
        with self.page.expect_download() as started:
            self.page.get_by_role(role, name=name, exact=True).first.click()
        return Path(started.value.path()).read_bytes()

    def read(self, address: str) -> bytes:
        """A document behind a link, such as a PDF that the browser would show in a window of its own."""
        answer = self.page.context.request.get(self.site + address if address.startswith("/") else address)
        assert answer.ok, f"{address}: {answer.status}"
        return answer.body()

    def document(self, name: str, *, exact: bool = True) -> bytes:
        """What a link of the page leads to, as a file."""
        return self.read(self.page.get_by_role("link", name=name, exact=exact).first.get_attribute("href"))

    # what a person sees

    def field(self, label: str) -> Locator:
        """The field with this label, whether it may be left out or not."""
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*([:：]|（选填）)?\s*$")).first

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def sees_heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", name=text).first).to_be_visible(timeout=PATIENCE)

    def is_told(self, problem: str) -> None:
        """The error summary has the focus and names the problem."""
        summary = self.page.locator(".error-summary")
        expect(summary).to_be_visible(timeout=PATIENCE)
        expect(summary).to_contain_text(problem, timeout=PATIENCE)

    def conditions(self) -> dict[str, str]:
        """The five conditions as they stand on the page: name → verdict."""
        found = {}
        for one in self.page.locator("li.condition").all():
            found[one.locator("h3").text_content().strip()] = one.locator(".state").text_content().strip()
        return found

    def look(self, name: str) -> None:
        """Examine the page: nothing for axe to find, no sideways scroll; and photograph it when asked to."""
        for size in self.sizes:
            if self.examines:
                assert_accessible_at(self.page, size)
            if PICTURES:
                self.page.set_viewport_size(size)
                folder = Path(PICTURES)
                folder.mkdir(parents=True, exist_ok=True)
                self.page.screenshot(
                    path=folder / f"journey-{self.journey}-{name}-{size['width']}.png", full_page=True
                )
        self.page.set_viewport_size(self.sizes[0])


class Company:
    """The people of one journey; each has a browser of their own, and all are sent home at the end."""

    def __init__(self, browser: Browser, site: str, options: dict, journey: str):
        self.browser, self.site, self.options, self.journey = browser, site, options, journey
        self.contexts = []

    def somebody(self, *, sizes=(WIDE, PHONE), javascript: bool = True, user=None) -> Walker:
        """One more person; with ``user``, somebody of the factories, signed in."""
        options = {
            **self.options,
            "viewport": sizes[0],
            "java_script_enabled": javascript,
            "accept_downloads": True,
        }
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        walker = Walker(context.new_page(), self.site, sizes=sizes, examines=javascript, journey=self.journey)
        if user is not None:
            walker.sign_in(user.username, f"demo-{user.username}")
        return walker

    def go_home(self) -> None:
        for context in self.contexts:
            context.close()
