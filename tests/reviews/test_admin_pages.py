"""Every page of the office on a real screen: accessible at both widths, no wider than a phone."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reviews.actions import name_studios
from reviews.models import Application, DecisionDocument, PaperForm
from studios.models import Certificate
from tests.cast import make_cast
from tests.factories import ApplicationFactory, StudioFactory
from tests.reviews.test_admin_paper_forms import upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    """An application at every step of the office, and what a naming leaves behind."""
    cast = make_cast()
    ApplicationFactory(recommended=True)
    ApplicationFactory(accepted=True)
    ApplicationFactory(held=True)
    ApplicationFactory(reviewed=True)
    ApplicationFactory(studio=StudioFactory(complete=True))
    today = timezone.localdate()
    name_studios(
        [ApplicationFactory(approved=True)], by=cast.leader, named_on=today, issued_on=today, on=today
    )
    ApplicationFactory(studio=cast.own_studio, approved=True)
    upload(cast)
    return cast


def keys(state: str) -> str:
    return "&".join(f"pk={pk}" for pk in Application.objects.filter(state=state).values_list("pk", flat=True))


def one(state: str) -> int:
    return int(keys(state).partition("=")[2])


STAFF = {
    "index": lambda: reverse("admin:index"),
    "policy": lambda: reverse("admin:studios_policy_changelist"),
    "new policy": lambda: reverse("admin:studios_policy_add"),
    "a studio": lambda: reverse("admin:studios_studio_change", args=[Certificate.objects.get().studio_id]),
    "its history": lambda: reverse(
        "admin:studios_studio_history", args=[Certificate.objects.get().studio_id]
    ),
    "studios": lambda: reverse("admin:studios_studio_changelist"),
    "certificates": lambda: reverse("admin:studios_certificate_changelist"),
    "a certificate": lambda: reverse("admin:studios_certificate_change", args=[Certificate.objects.get().pk]),
    "results": lambda: reverse("admin:ledgers_achievement_changelist"),
    "rounds": lambda: reverse("admin:reviews_round_changelist"),
    "a new round": lambda: reverse("admin:reviews_round_add"),
    "applications": lambda: reverse("admin:reviews_application_changelist"),
    "an application": lambda: reverse("admin:reviews_application_change", args=[one("recommended")]),
    "accept": lambda: reverse("admin:reviews_application_verb", args=[one("recommended"), "accept"]),
    "return": lambda: reverse("admin:reviews_application_verb", args=[one("recommended"), "return"]),
    "refuse": lambda: reverse("admin:reviews_application_verb", args=[one("recommended"), "refuse"]),
    "late": lambda: reverse("admin:reviews_application_verb", args=[one("draft"), "late"]),
    "complete the review": lambda: reverse(
        "admin:reviews_application_verb", args=[one("accepted"), "review"]
    ),
    "back to the experts": lambda: reverse(
        "admin:reviews_application_verb", args=[one("reviewed"), "reopen"]
    ),
    "several": lambda: f"{reverse('admin:reviews_application_bulk', args=['accept'])}?{keys('recommended')}",
    "stamped forms": lambda: reverse("admin:reviews_paperform_changelist"),
    "a stamped form": lambda: reverse("admin:reviews_paperform_change", args=[PaperForm.objects.get().pk]),
    "decisions": lambda: reverse("admin:reviews_decisiondocument_changelist"),
}
LEADER = {
    "decide": lambda: reverse("admin:reviews_application_verb", args=[one("reviewed"), "decide"]),
    "take back": lambda: reverse("admin:reviews_application_verb", args=[one("held"), "reverse"]),
    "naming": lambda: f"{reverse('admin:reviews_application_naming')}?{keys('approved')}&{keys('accepted')}",
    "nobody to name": lambda: reverse("admin:reviews_application_naming"),
    "named": lambda: (
        f"{reverse('admin:reviews_decisiondocument_change', args=[DecisionDocument.objects.get().pk])}?named=1"
    ),
}


def test_every_page_of_the_office_is_accessible_at_both_widths(scene, page, live_server, assert_accessible):
    for user, pages in ((scene.staff, STAFF), (scene.leader, LEADER)):
        client = Client()
        client.force_login(user)
        cookie = client.cookies["sessionid"]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        for name, address in pages.items():
            response = page.goto(live_server.url + address())
            assert response.status == 200, name
            assert_accessible(page)
