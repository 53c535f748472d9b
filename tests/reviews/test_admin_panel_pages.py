"""Rubric, panel, assignments and working days on a real screen: accessible at both widths, no wider than a phone."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from records.calendar import CalendarDay
from reviews.models import Assignment, Panelist, Relation, Rubric
from tests.cast import make_cast
from tests.factories import ApplicationFactory
from tests.reviews.review import assigned, expert_of, under_review

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    """A round with a panel at work: late, recused, in conflict; and rows of everything beside it."""
    cast = make_cast()
    experts = [expert_of(f"专家{n}") for n in range(3)]
    application = under_review(*experts)
    Panelist.objects.create(
        round=application.round, expert=expert_of("同院", application.studio.unit), most=1
    )
    row = assigned(application, experts[0])
    assigned(application, experts[1]).recuse(by=experts[1], reason="同门师兄弟")
    Assignment.objects.filter(pk=row.pk).update(due_on=date(2026, 1, 5))
    ApplicationFactory(accepted=True, studio=cast.studio, round=application.round)
    ApplicationFactory(accepted=True, round=application.round)
    application.round.rubric.copy("另一版")
    CalendarDay.objects.create(day=date(2026, 5, 8), works=False, reason="校庆放假")
    return {"cast": cast, "round": application.round, "one": application, "row": row}


def of_round(name: str):
    return lambda scene: reverse(f"admin:reviews_round_{name}", args=[scene["round"].pk])


def of_row(verb: str):
    return lambda scene: reverse("admin:reviews_assignment_verb", args=[scene["row"].pk, verb])


def of_rubric(page: str, title: str = ""):
    """The one that is in use, or the one of that title."""
    return lambda scene: reverse(
        f"admin:reviews_rubric_{page}",
        args=[Rubric.objects.get(title=title).pk if title else scene["round"].rubric_id],
    )


STAFF = {
    "index": lambda scene: reverse("admin:index"),
    "rubrics": lambda scene: reverse("admin:reviews_rubric_changelist"),
    "a rubric in use": of_rubric("change"),
    "a rubric to change": of_rubric("change", "另一版"),
    "a new rubric": lambda scene: reverse("admin:reviews_rubric_add"),
    "a copy": of_rubric("copy"),
    "the sheet": of_rubric("sheet"),
    "deleting a rubric": of_rubric("delete", "另一版"),
    "days": lambda scene: reverse("admin:records_calendarday_changelist"),
    "a day": lambda scene: reverse("admin:records_calendarday_change", args=[CalendarDay.objects.get().pk]),
    "a year": lambda scene: reverse("admin:records_calendarday_year", args=[2026]),
    "a year without a plan": lambda scene: reverse("admin:records_calendarday_year", args=[2090]),
    "round": of_round("change"),
    "panel": of_round("panel"),
    "proposal": of_round("propose"),
    "several": of_round("several"),
    "adding": of_round("panel_add"),
    "inviting": of_round("panel_invite"),
    "an application": lambda scene: reverse(
        "admin:reviews_round_application", args=[scene["round"].pk, scene["one"].pk]
    ),
    "assignments": lambda scene: reverse("admin:reviews_assignment_changelist"),
    "a sheet": lambda scene: reverse("admin:reviews_assignment_change", args=[scene["row"].pk]),
    "replace": of_row("replace"),
    "put off": of_row("put_off"),
    "relations": lambda scene: reverse("admin:reviews_relation_changelist"),
    "a relation": lambda scene: reverse("admin:reviews_relation_change", args=[Relation.objects.first().pk]),
    "a new relation": lambda scene: reverse("admin:reviews_relation_add"),
}
LEAD = {
    "people who should not review": lambda scene: reverse(
        "reviews:relations", args=[scene["cast"].studio.applications.get().pk]
    ),
}


def test_every_page_around_the_panel_is_accessible_at_both_widths(
    scene, page, live_server, assert_accessible
):
    for user, pages in ((scene["cast"].staff, STAFF), (scene["cast"].lead, LEAD)):
        client = Client()
        client.force_login(user)
        cookie = client.cookies["sessionid"]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        for name, address in pages.items():
            response = page.goto(live_server.url + address(scene))
            assert response.status == 200, name
            assert_accessible(page)
            page.set_viewport_size({"width": 360, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") == 360, name
            page.set_viewport_size({"width": 1280, "height": 900})


def test_a_criterion_is_added_to_a_rubric_in_the_browser(scene, page, live_server):
    client = Client()
    client.force_login(scene["cast"].staff)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(live_server.url + of_rubric("change", "另一版")(scene))
    page.get_by_role("button", name="再加一项").click()
    last = page.locator(".criterion:not(.empty-form)").last
    for label, text in (("评分项", "示范作用"), ("评分要点", "在单位内外的示范"), ("低分表现", "没有")):
        last.get_by_label(label, exact=True).fill(text)
    last.get_by_label("高分表现").fill("突出")
    last.get_by_label("依据").fill("校工会章程")
    last.get_by_label("分值").fill("5")
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url("**/reviews/rubric/")
    assert "合计105分" in page.content()
    assert Rubric.objects.get(title="另一版").criteria.filter(title="示范作用", weight=5).exists()
