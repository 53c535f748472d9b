"""The frozen papers as they are read: tables that fit their sheet, changes that say a row in one line."""

import pytest
from django.urls import reverse
from django.utils import timezone, translation

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


SAID = "第二年经费有误，已核对；规划未改，原因见附件。"


@pytest.mark.parametrize("changes", [True, False], ids=["with changes", "without changes"])
def test_what_the_lead_says_of_a_resubmission_stands_beside_its_changes(changes, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    if changes:
        cast.studio.budget_lines.update(amount=18000)
    application.resubmit(by=cast.lead, on=timezone.localdate(), note=SAID)
    application.return_for_correction({"plan": "再具体些"}, by=cast.department)
    application.resubmit(by=cast.lead, on=timezone.localdate(), note="规划已补充。")
    readers = {
        "papers": (cast.party, reverse("reviews:papers", args=[application.pk, 2])),
        "desk": (cast.staff, reverse("admin:reviews_application_change", args=[application.pk])),
    }
    for user, address in readers.values():
        page = sign_in(user).get(address).content.decode()
        assert SAID in page.partition("<main")[2].partition('class="timeline"')[0]
    for name in ("sign", "application"):
        page = sign_in(cast.party).get(reverse(f"reviews:{name}", args=[application.pk])).content.decode()
        assert "规划已补充。" in page.partition("<aside")[0]
    first = sign_in(cast.party).get(reverse("reviews:papers", args=[application.pk, 1])).content.decode()
    assert "修改说明" not in first
