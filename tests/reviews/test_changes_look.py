"""The table of changes in a browser: what stood before and what stands now share the room, on a phone as well."""

import pytest
from django.urls import reverse

from tests.browser import PHONE, WIDE
from tests.factories import ApplicationFactory, StudioFactory

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "围绕薄壁构件精密制造开展技术攻关，" * 12


def cells(page) -> list[dict]:
    """The two cells of the first change, as they lie on the page."""
    script = """rows => [...rows[0].querySelectorAll('td.keep')].map(cell => ({
        width: cell.getBoundingClientRect().width, align: getComputedStyle(cell).textAlign,
        text: cell.firstElementChild?.getBoundingClientRect().width ?? 0}))"""
    return page.locator(".changes tbody tr").evaluate_all(script)


@pytest.mark.parametrize(("before", "after"), [(LONG, "短"), ("短", LONG)], ids=["shortened", "lengthened"])
def test_before_and_now_are_as_wide_and_read_from_the_left(before, after, page, live_server, client):
    studio = StudioFactory(complete=True)
    studio.plan_goals = before
    studio.save()
    application = ApplicationFactory(studio=studio, returned=True)
    studio.plan_goals = after
    studio.save()
    client.force_login(studio.lead)
    name, value = "sessionid", client.cookies["sessionid"].value
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page.set_viewport_size(WIDE)
    page.goto(live_server.url + reverse("reviews:submit", args=[application.pk]))
    old, new = cells(page)
    assert abs(old["width"] - new["width"]) < 2
    assert new["width"] > 120
    page.set_viewport_size(PHONE)
    old, new = cells(page)
    assert {old["align"], new["align"]} <= {"left", "start"}
    assert max(old["text"], new["text"]) > 200
