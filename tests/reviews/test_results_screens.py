"""Every page about results on a real screen: accessible at both widths, no wider than a phone."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.demo.pictures import photo
from records.attachments import checked
from reviews import moderating, visits
from reviews.models import Application
from tests.cast import make_cast
from tests.factories import ApplicationFactory
from tests.reviews.review import expert_of, open_review
from tests.reviews.standing import sheet

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    """One application far apart that was talked over and visited, one of the cast's own, one to be decided."""
    cast = make_cast()
    application = ApplicationFactory(accepted=True)
    experts = [expert_of(name) for name in ("甲评", "乙评", "丙评")]
    open_review(application.round, *experts)
    application = Application.objects.get(pk=application.pk)
    for expert, points in zip(experts, (9, 5, 8), strict=True):
        sheet(application, expert, points)
    held = {"held_on": timezone.localdate(), "people": "王主席", "minutes": "逐项核对。"}
    cast.talk = moderating.talk(application, by=cast.staff, **held)
    moderating.correct(cast.talk, {"minutes": "更正。"}, by=cast.staff, reason="笔误")
    pictures = [checked(ContentFile(photo(0), name="现场.png"))]
    cast.visit = visits.record(application, by=cast.staff, kind="visit", photos=pictures, **held)
    cast.decided = ApplicationFactory(reviewed=True)
    cast.pending = ApplicationFactory(proposed=True)
    cast.mended = ApplicationFactory(studio=cast.studio, held=True)
    cast.mended.return_for_correction({"plan": "写具体些"}, by=cast.staff)
    cast.studio.plan_goals = "三年内解决五项技术难题。"
    cast.studio.save()
    cast.mended.resubmit(by=cast.lead, on=timezone.localdate())
    cast.application = application
    return cast


def result(name: str, **more):
    def address(cast) -> str:
        where = {"pk": cast.application.round_id, "application": cast.application.pk}
        return reverse(
            f"admin:reviews_round_{name}", kwargs=where | {key: value(cast) for key, value in more.items()}
        )

    return address


PAGES = {
    "results": lambda cast: reverse("admin:reviews_round_results", args=[cast.application.round_id]),
    "an application": result("result"),
    "a talk": result("talk"),
    "its correction": result("talk_change", row=lambda cast: cast.talk.pk),
    "one more expert": result("further"),
    "a visit": result("visit"),
    "its correction, too": result("visit_change", row=lambda cast: cast.visit.pk),
    "the desk": lambda cast: reverse("admin:reviews_application_change", args=[cast.application.pk]),
    "several reviews": lambda cast: (
        f"{reverse('admin:reviews_application_bulk', args=['review'])}?pk={cast.application.pk}"
    ),
}


def decision(name: str):
    return lambda cast: reverse("admin:reviews_application_verb", args=[getattr(cast, name).pk, "decide"])


DECISION = {
    "the decision": decision("decided"),
    "one that waits": decision("pending"),
    "one whose papers changed": decision("mended"),
    "several decisions": lambda cast: (
        f"{reverse('admin:reviews_application_bulk', args=['decide'])}?pk={cast.pending.pk}&pk={cast.mended.pk}"
    ),
}


def test_every_page_about_results_is_accessible_at_both_widths(scene, page, live_server, assert_accessible):
    for user, pages in ((scene.staff, PAGES), (scene.leader, DECISION)):
        client = Client()
        client.force_login(user)
        cookie = client.cookies["sessionid"]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        for name, address in pages.items():
            response = page.goto(live_server.url + address(scene))
            assert response.status == 200, name
            assert_accessible(page)
