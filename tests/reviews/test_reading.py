"""The frozen papers as they are read: tables that fit their sheet, changes that say a row in one line."""

import pytest
from django.utils import translation

from reviews.reading import chapters
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db


def blocks(application, **more):
    read = chapters(application.snapshot, personal=True, **more)
    return {str(block.title): block for chapter in read for block in chapter.blocks}


def test_a_table_has_few_columns_and_the_rest_stands_below_the_name():
    application = ApplicationFactory(submitted=True)
    snapshot = application.snapshot
    snapshot.data["achievements"] = [
        {
            "kind": "发明专利",
            "title": "变形补偿方法",
            "number": "ZL202310123456.7",
            "owner": "龚䶮",
            "share": "60%",
            "level": "省部级",
            "recognised_by": "国家知识产权局",
            "recognised_on": "2024年6月18日",
            "benefit": "新增产值",
        }
    ]
    read = chapters(snapshot, personal=True)
    block = next(b for c in read for b in c.blocks if str(b.title) == "创新成果")
    assert [cell["text"] for cell in block.rows[0]] == ["变形补偿方法", "发明专利", "省部级", "2024年6月18日"]
    assert [text for _label, text in block.rows[0][0]["more"]] == [
        "ZL202310123456.7",
        "龚䶮",
        "60%",
        "国家知识产权局",
        "新增产值",
    ]
    assert [cell["short"] for cell in block.rows[0]] == [True, True, True, True]
    assert max(len(block.columns) for block in blocks(application).values()) <= 6


def test_what_stands_below_the_name_is_on_the_page(sign_in, cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    page = sign_in(cast.party).get(application.get_absolute_url()).content.decode()
    number = application.snapshot.data["projects"][0]["number"]
    assert number in page.partition('id="projects"')[2].partition("</table>")[0]


def test_in_another_language_the_headings_change_and_the_frozen_words_stay(sign_in, cast, settings):
    """They are the record that was declared and signed (docs/adr/0009)."""
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    client = sign_in(cast.party)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override("en"):
        titles = [str(chapter.title) for chapter in chapters(application.snapshot, personal=True)]
    assert titles[:3] == ["Lead and honours", "Team", "Innovation projects"]
    page = client.get(application.get_absolute_url()).content.decode()
    assert {word for word in (*titles, "硕士研究生", "省部级", "学习交流") if word not in page} == set()
