"""Notices, objections and the release on a real screen: accessible at both widths, and without scripts."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reviews.models import Objection
from tests.browser import PHONE
from tests.cast import make_cast
from tests.factories import ApplicationFactory, let_the_notice_pass
from tests.reviews.noticing import objected, on_notice
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    """One studio on notice, with an objection that is being investigated and one that was upheld; decisions wait."""
    cast = make_cast()
    cast.application = on_notice(studio=cast.studio)
    cast.gone = on_notice()
    upheld = objected(cast.gone)
    upheld.take_on(by=cast.staff)
    upheld.uphold(by=cast.staff, minutes="查实。", answer="属实。")
    cast.objection = objected(cast.application)
    cast.objection.take_on(by=cast.staff)
    cast.answered = upheld
    for decision in ("approve", "hold", "reject"):
        ApplicationFactory(reviewed=True).decide(decision, by=cast.leader, text="意见如下。")
    ApplicationFactory(accepted=True)
    return cast


def sign_in(page, live_server, user):
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def look(page, live_server, assert_accessible, pages: dict[str, str]):
    for name, address in pages.items():
        response = page.goto(live_server.url + address)
        assert response.status == 200, name
        assert_accessible(page)


def test_the_public_pages_are_accessible_at_both_widths(scene, page, live_server, assert_accessible):
    notice = scene.application.notice
    pages = {
        "front": "/",
        "notices": reverse("reviews:notices"),
        "a notice": notice.get_absolute_url(),
        "one with a studio taken out": scene.gone.notice.get_absolute_url(),
        "the form": reverse("reviews:object", args=[notice.pk]),
        "the receipt": f"{scene.objection.get_absolute_url()}?received=1",
        "the answer": scene.answered.get_absolute_url(),
    }
    look(page, live_server, assert_accessible, pages)


def test_the_office_pages_are_accessible_at_both_widths(scene, page, live_server, assert_accessible):
    round_ = scene.application.round
    pages = {
        "release": reverse("admin:reviews_round_release", args=[round_.pk]),
        "objections": reverse("admin:reviews_objection_changelist"),
        "an objection": reverse("admin:reviews_objection_change", args=[scene.objection.pk]),
        "its answer": reverse("admin:reviews_objection_answer", args=[scene.objection.pk, "dismiss"]),
        "set aside": reverse("admin:reviews_objection_answer", args=[scene.objection.pk, "set_aside"]),
        "an answered one": reverse("admin:reviews_objection_change", args=[scene.answered.pk]),
        "notices": reverse("admin:reviews_publicnotice_changelist"),
        "a notice": reverse("admin:reviews_publicnotice_change", args=[scene.application.notice_id]),
        "the desk": reverse("admin:reviews_application_change", args=[scene.application.pk]),
    }
    sign_in(page, live_server, scene.staff)
    look(page, live_server, assert_accessible, pages)
    let_the_notice_pass(scene.application.notice)
    sign_in(page, live_server, scene.leader)
    naming = f"{reverse('admin:reviews_application_naming')}?pk={scene.application.pk}"
    look(page, live_server, assert_accessible, {"naming waits": naming})


@pytest.mark.parametrize("width", [PHONE["width"], 1280])
def test_what_a_list_or_a_returned_form_holds_stands_apart_from_its_frame(
    scene, page, live_server, assert_accessible, width
):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(live_server.url + reverse("reviews:notices"))
    assert apart(page, ".sheet", ".rows li .what") >= 12
    page.goto(live_server.url + reverse("reviews:object", args=[scene.application.notice_id]))
    page.get_by_label("证据材料").set_input_files(
        {"name": "证据.png", "mimeType": "image/png", "buffer": png().read()}
    )
    page.get_by_role("button", name="提交异议").click()
    assert apart(page, ".kept", ".kept legend") >= 12
    assert_accessible(page)
    page.evaluate("document.querySelector('[name=ticket]').value = ''")
    page.get_by_role("button", name="提交异议").click()
    assert page.get_by_text("以下文件没有保留，请重新选择").is_visible()
    assert_accessible(page)


def apart(page, frame: str, held: str) -> float:
    """How far inside its frame something begins, to the side and from above, in pixels."""
    outer, inner = (page.locator(one).first.bounding_box() for one in (frame, held))
    return min(inner["x"] - outer["x"], inner["y"] - outer["y"])


def test_somebody_objects_on_a_phone_without_scripts(scene, browser, live_server):
    """A mistake first: what was typed and the file that was chosen are still there. However quick, it is taken."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + scene.application.notice.get_absolute_url())
    page.get_by_role("link", name="提出异议").click()
    page.get_by_label("事实和理由").fill("立项时间与申报表不符。")
    page.get_by_label("证据材料").set_input_files(
        {"name": "证据.png", "mimeType": "image/png", "buffer": png().read()}
    )
    page.get_by_label("真实姓名").fill("周正言")
    page.get_by_label("联系电话或邮箱").fill("没有")
    page.get_by_role("button", name="提交异议").click()
    assert page.locator(".error-summary").is_visible()
    assert page.get_by_label("事实和理由").input_value() == "立项时间与申报表不符。"
    assert page.get_by_label("证据.png").is_checked()
    page.get_by_label("联系电话或邮箱").fill("138 1234 5678")
    page.get_by_role("button", name="提交异议").click()
    assert page.get_by_role("heading", name="异议已收到").is_visible()
    objection = Objection.objects.latest("pk")
    assert (objection.name, objection.application) == ("周正言", scene.application)
    assert objection.number in page.content()
    assert page.url == f"{live_server.url}/objections/{objection.code}/?received=1"
    assert timezone.localdate(objection.received_at) == timezone.localdate()
    context.close()
