"""The office speaks Chinese: no heading, no path above a page and no title holds an English word."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import NoReverseMatch, reverse

from tests.addresses import MODELS, version_of
from tests.test_every_address import world  # noqa: F401 - a fixture

pytestmark = pytest.mark.once  # words do not depend on the database
ENGLISH = re.compile(r"[A-Za-z]*[a-z]{2,}")


class Headings(HTMLParser):
    """The words of titles, headings, heads of tables and the path above the page."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        path = "breadcrumbs" in (dict(attrs).get("class") or "").split()
        if path or tag in {"title", "h1", "h2", "h3", "th"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open and tag == self.open[-1]:
            self.open.pop()

    def handle_data(self, data):
        if self.open:
            self.found.append(data)


def pages_of(model: str, row) -> list[str]:
    """The list, the row, its history and its newest version."""
    found = [reverse(f"admin:{model}_changelist")]
    for page, numbers in (
        ("change", [row.pk]),
        ("history", [row.pk]),
        ("simple_history", [row.pk, version_of(row)]),
    ):
        try:
            found.append(reverse(f"admin:{model}_{page}", args=numbers))
        except NoReverseMatch:
            assert page == "simple_history"
    return found


def test_the_words_of_a_heading_are_seen():
    assert Headings(
        "<h2>Studio <b>log</b></h2><p>ok</p><ol class='breadcrumbs'><li>Ledgers</li></ol>"
    ).found == [
        "Studio ",
        "log",
        "Ledgers",
    ]


@pytest.mark.parametrize("who", ["staff", "auditor", "sysadmin"])
def test_no_heading_of_the_office_is_english(world, client, who):  # noqa: F811
    client.force_login(getattr(world, who))
    type(world.rows["records_outbox"]).objects.update(kind="mail", payload={"notice": world.notice.pk})
    for row in world.rows.values():
        if hasattr(row, "history"):
            row.save()  # a version to look back at
    english, seen = {}, 0
    for model, (look, _write) in MODELS.items():
        for url in pages_of(model, world.rows[model]) if who in look else ():
            answer = client.get(url, follow=True)
            if answer.status_code == 404:  # nothing keeps versions of it
                continue
            seen += 1
            words = " ".join(Headings(answer.content.decode()).found)
            if found := set(ENGLISH.findall(words)):
                english[url] = found
    assert english == {}
    assert seen >= 15
