"""The page of the articles: all 19, in words of its own; every citation on screen leads to its article there."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse
from django.utils import translation

from portal.regulation import articles
from studios import parts
from studios.articles import ITEMS, LAST, anchor, link, link_in
from studios.models import Policy
from tests.factories import ApplicationFactory

PAGE = "/articles/"
HREF = re.compile(r'href="([^"]+)"')
TARGET = re.compile(rf'href="{PAGE}#([a-z0-9-]+)"')


class Ids(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name == "id"]


@pytest.fixture
def page(client, db) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return response.content.decode()


def references() -> set[str]:
    items = {f"{article}({item})" for article, number in ITEMS.items() for item in range(1, number + 1)}
    return {str(number) for number in range(1, LAST + 1)} | items


def test_all_articles_stand_there_once_in_order_each_with_an_anchor(page):
    assert [article.number for article in articles()] == list(range(1, 20))
    ids = Ids(page).found
    assert len(ids) == len(set(ids))
    assert {one for one in ids if re.fullmatch(r"article-\d+(-\d+)?", one)} == set(map(anchor, references()))


def test_it_is_public_and_every_page_leads_there_at_its_foot(client, db, cast, sign_in):
    for browser, address in ((client, "/"), (client, "/check/"), (sign_in(cast.lead), "/")):
        assert f'<a href="{PAGE}">管理办法</a>' in browser.get(address).content.decode()


def test_it_asks_nothing_of_the_database_of_who_is_signed_out(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(PAGE)


def test_where_it_leads_to_opens(page, cast, sign_in):
    assert {article.page for article in articles()} > {""}
    client = sign_in(cast.lead)
    pages = {reverse(one.page) for one in articles() if one.page}
    assert {client.get(address).status_code for address in pages} == {200}
    assert led_to(client.get(PAGE).content.decode()) == pages
    assert led_to(page) == {reverse("portal:check")}, "signed out one goes nowhere that asks to sign in"


def led_to(page: str) -> set[str]:
    return {
        address for text in re.findall(r'<p class="here">.*?</p>', page) for address in HREF.findall(text)
    }


def test_what_others_cite_is_an_anchor_of_the_page():
    cited = {*Policy.ARTICLES.values(), *(part.article for part in parts.all_parts())}
    assert cited <= references()


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("以姓名命名（第二条）", '以姓名命名（<a href="/articles/#article-2">第二条</a>）'),
        (
            "（第八条、第十二条）。",
            '（<a href="/articles/#article-8">第八条</a>、<a href="/articles/#article-12">第十二条</a>）。',
        ),
        ("第三条第一项", '<a href="/articles/#article-3-1">第三条第一项</a>'),
        ("第二十条", "第二十条"),
        ("<b>第一条</b>", '&lt;b&gt;<a href="/articles/#article-1">第一条</a>&lt;/b&gt;'),
    ],
)
def test_articles_within_a_sentence_become_links_and_nothing_else_does(text, marked):
    assert link_in(text) == marked


def test_in_english_too():
    with translation.override("en"):
        assert link("3(1)") == '<a href="/articles/#article-3-1">Article 3, item 1</a>'
        assert link_in("(Article 17)") == '(<a href="/articles/#article-17">Article 17</a>)'


def test_every_article_cited_on_the_pages_of_the_main_road_is_a_link(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    lead, staff = sign_in(cast.lead), sign_in(cast.staff)
    seen = {}
    for key in [part.key for part in parts.all_parts()]:
        seen[key] = lead.get(reverse("studios:part", args=[cast.studio.pk, key]))
    seen["studio"] = lead.get(cast.studio.get_absolute_url())
    seen["round"] = lead.get(application.round.get_absolute_url())
    seen["result"] = lead.get(reverse("studios:row_add", args=[cast.studio.pk, "results"]))
    seen["start"] = sign_in(cast.stranger).get(reverse("studios:start"))
    seen["round in the office"] = staff.get(reverse("admin:reviews_round_add"))
    seen["policy"] = staff.get(reverse("admin:studios_policy_add"))
    assert {name: response.status_code for name, response in seen.items()} == dict.fromkeys(seen, 200)
    anchors = set(map(anchor, references()))
    for name, response in seen.items():
        text = response.content.decode()
        links = TARGET.findall(text)
        assert links, name
        assert set(links) <= anchors
        without = re.sub(r"<a href=\"/articles/#.*?</a>", "", text)
        assert re.findall(r"第[一二三四五六七八九十]+条", without) == [], name
