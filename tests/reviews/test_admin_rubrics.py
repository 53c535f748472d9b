"""Rubrics in the office: weights come to 100, what a round is scored by stays as it is and is copied to be changed."""

import pytest
from django.urls import reverse

from reviews.models import Criterion, Rubric
from reviews.office.rubrics import newest_whole
from reviews.rubrics import create_default
from tests.factories import RoundFactory
from tests.portal.test_office_at_once import as_opened
from tests.queries import selects

pytestmark = pytest.mark.django_db
LIST = reverse("admin:reviews_rubric_changelist")
ADD = reverse("admin:reviews_rubric_add")
CARD = {
    "title": "示范作用",
    "weight": "100",
    "top": "10",
    "guidance": "在单位内外的示范作用",
    "low_anchor": "没有",
    "high_anchor": "突出",
    "source": "校工会章程",
}


def page_of(rubric, page: str = "change") -> str:
    return reverse(f"admin:reviews_rubric_{page}", args=[rubric.pk])


def card(place: int, **fields) -> dict:
    return {f"criteria-{place}-{name}": value for name, value in {**CARD, **fields}.items()}


def write(client, **fields):
    """A rubric of one criterion, sent with the form as it opens."""
    return client.post(
        ADD, {**as_opened(client, ADD), "title": "新标准", **card(0), **fields, "_save": "1"}, follow=True
    )


def text(response) -> str:
    return response.content.decode()


def test_a_rubric_is_written_with_its_criteria_which_get_a_place_and_a_short_name(cast, sign_in):
    client = sign_in(cast.staff)
    response = write(
        client, **{"criteria-TOTAL_FORMS": 2}, **card(0, weight="60"), **card(1, title="其他", weight="40")
    )
    assert response.status_code == 200
    rubric = Rubric.objects.get(title="新标准")
    assert list(rubric.criteria.values_list("key", "position", "title")) == [
        ("item-1", 1, "示范作用"),
        ("item-2", 2, "其他"),
    ]
    assert rubric.missing() == []
    assert "各项分值合计" not in text(response)


def test_weights_that_do_not_come_to_100_are_kept_and_said(cast, sign_in):
    client = sign_in(cast.staff)
    response = write(client, **card(0, weight="95"))
    rubric = Rubric.objects.get(title="新标准")
    assert "合计95分" in text(response)
    assert "合计95分" in text(client.get(page_of(rubric)))
    assert newest_whole() is None or newest_whole() != rubric


def test_the_newest_whole_rubric_is_the_one_to_begin_with():
    default = create_default()
    unfinished = Rubric.objects.create(title="未完成")
    assert unfinished.pk > default.pk
    assert newest_whole() == default


def test_what_a_round_is_scored_by_is_only_read_and_says_why(cast, sign_in):
    rubric = create_default()
    client = sign_in(cast.staff)
    data = {**as_opened(client, page_of(rubric)), "title": "改过的标准", "_save": "1"}
    RoundFactory(rubric=rubric)
    page = text(client.get(page_of(rubric)))
    assert "此版本不再修改" in page
    assert "另存为新版本" in page
    assert client.post(page_of(rubric), data).status_code == 403
    assert client.post(page_of(rubric, "delete"), {"post": "yes"}).status_code == 403
    assert Rubric.objects.get(pk=rubric.pk).title == rubric.title


def test_a_new_version_has_all_criteria_and_can_be_changed(cast, sign_in):
    rubric = create_default()
    RoundFactory(rubric=rubric)
    client = sign_in(cast.staff)
    response = client.post(page_of(rubric, "copy"), {"title": "评审标准（2027版）"})
    twin = Rubric.objects.get(title="评审标准（2027版）")
    assert response["Location"] == page_of(twin)
    assert list(twin.criteria.values_list("key", "weight")) == list(
        rubric.criteria.values_list("key", "weight")
    )
    data = as_opened(client, page_of(twin))
    assert client.post(page_of(twin), {**data, "criteria-0-weight": "11", "_save": "1"}).status_code == 302
    assert twin.criteria.first().weight == 11
    assert rubric.criteria.first().weight == 10


def test_a_title_that_is_taken_is_refused(cast, sign_in):
    rubric = create_default()
    response = sign_in(cast.staff).post(page_of(rubric, "copy"), {"title": rubric.title})
    assert response.status_code == 200
    assert Rubric.objects.count() == 1


def test_what_no_round_has_used_is_deleted_with_its_criteria(cast, sign_in):
    rubric = Rubric.objects.create(title="试写").pk
    rubric = create_default().copy("试写二")
    client = sign_in(cast.staff)
    assert "删除" in text(client.get(page_of(rubric, "delete")))
    assert client.post(page_of(rubric, "delete"), {"post": "yes"}).status_code == 302
    assert not Criterion.objects.filter(rubric=rubric.pk).exists()


def test_the_sheet_shows_every_criterion_with_its_anchors_and_leads_to_the_articles(cast, sign_in):
    rubric = create_default()
    rubric.criteria.filter(key="plan").update(source="校工会章程")
    page = text(sign_in(cast.auditor).get(page_of(rubric, "sheet")))
    for criterion in rubric.criteria.all():
        assert {criterion.title, criterion.low_anchor, criterion.high_anchor} <= {
            words for words in (criterion.title, criterion.low_anchor, criterion.high_anchor) if words in page
        }
    assert "#article-3-1" in page
    assert "校工会章程" in page


def test_leader_and_auditor_look_and_only_staff_write(cast, sign_in):
    rubric = create_default()
    people = cast.everybody()
    seen = {name for name, user in people.items() if sign_in(user).get(page_of(rubric)).status_code == 200}
    copied = {
        name for name, user in people.items() if sign_in(user).get(page_of(rubric, "copy")).status_code == 200
    }
    assert seen == {"staff", "staff_member", "leader", "leader_lead", "auditor"}
    assert copied == {"staff", "staff_member"}


def test_list_and_page_of_a_rubric_ask_little(cast, sign_in):
    rubric, client = create_default(), sign_in(cast.staff)
    selects(client, LIST)
    one = selects(client, LIST)
    for number in range(5):
        rubric.copy(f"第{number}版")
    assert selects(client, LIST) == one <= 10
    assert selects(client, page_of(rubric)) <= 12


def test_a_rubric_in_use_is_read_as_people_write_it(cast, sign_in):
    rubric = create_default()
    RoundFactory(rubric=rubric)
    page = text(sign_in(cast.staff).get(page_of(rubric)))
    assert "第三条第一项" in page
    assert "3(1)" not in page
    assert "10.00" not in page


def test_a_rubric_that_is_still_written_shows_plain_points_and_saves_without_a_change(cast, sign_in):
    rubric = create_default()
    client, url = sign_in(cast.staff), page_of(rubric)
    page = text(client.get(url))
    assert 'value="10.00"' not in page
    assert "第三条第一项" in page
    client.post(url, {**as_opened(client, url), "_save": "1"})
    assert rubric.history.count() == Rubric.objects.get(pk=rubric.pk).history.count()
    assert {str(weight) for weight in rubric.criteria.values_list("weight", flat=True)} >= {"10.00"}
