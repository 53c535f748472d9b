"""One error page for every status, in Chinese, with a reference that is in the log."""

import logging
import re

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as real_patterns

pytestmark = pytest.mark.urls(__name__)


@login_not_required
def fails(request, how):
    if how == "400":
        raise SuspiciousOperation("not well formed")
    if how == "403":
        raise PermissionDenied("只有领衔人可以撤回申报。")
    if how == "503":
        raise OperationalError("connection refused")
    if how == "500":
        raise RuntimeError("张三 13912345678")
    return HttpResponse(request.POST.get("text", ""))


urlpatterns = [path("fails/<str:how>/", fails), *real_patterns]
__all__ = ["handler400", "handler403", "handler404", "handler500"]

CASES = {
    "/fails/400/": (400, "无法处理这次请求"),
    "/fails/403/": (403, "没有权限"),
    "/nowhere/at/all/": (404, "没有这个页面"),
    "/fails/500/": (500, "系统出了差错"),
    "/fails/503/": (503, "系统暂时无法使用"),
}


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize("address", CASES)
def test_each_status_has_its_page_and_its_reference_is_in_the_log(visitor, address, caplog):
    status, heading = CASES[address]
    with caplog.at_level(logging.INFO):
        response = visitor.get(address)
    text = response.content.decode()
    reference = response["X-Reference"]
    assert response.status_code == status
    assert heading in text
    assert re.fullmatch(r"[0-9a-f]{8}", reference)
    assert f"<code>{reference}</code>" in text
    assert reference in caplog.text


@pytest.mark.django_db
def test_what_went_wrong_is_not_shown(visitor):
    assert "13912345678" not in visitor.get("/fails/500/").content.decode()


@pytest.mark.django_db
def test_a_refusal_says_the_sentence_it_was_given(visitor):
    assert "只有领衔人可以撤回申报。" in visitor.get("/fails/403/").content.decode()


@pytest.mark.django_db
def test_a_stale_page_is_explained():
    careful = Client(enforce_csrf_checks=True)
    response = careful.post("/accounts/login/", {"login": "a", "password": "b"})
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


@pytest.mark.django_db
def test_too_much_at_once_is_413(visitor, settings, caplog):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    with caplog.at_level(logging.INFO):
        too_long = visitor.post(
            "/fails/none/", {"text": "x" * 2000}, content_type="application/x-www-form-urlencoded"
        )
    assert too_long.status_code == 413
    assert "一次提交的内容过多" in too_long.content.decode()
    assert f"<code>{too_long['X-Reference']}</code>" in too_long.content.decode()
    assert too_long["X-Reference"] in caplog.text
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    assert visitor.post("/fails/none/", {f"f{n}": "1" for n in range(5)}).status_code == 413


def test_a_dead_database_gives_503_and_asks_nothing_of_it(visitor):
    """Without the ``db`` mark any query fails; a session cookie makes the first middleware ask for one."""
    visitor.cookies["sessionid"] = "0123456789abcdefghijklmnopqrstuv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.contrib.sessions.backends.db.SessionStore.load", gone)
        response = visitor.get("/inbox/")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "系统暂时无法使用" in response.content.decode()


def gone(*args, **kwargs):
    raise OperationalError("connection refused")


@pytest.mark.django_db
def test_a_broken_error_page_still_answers(visitor, monkeypatch):
    monkeypatch.setattr("portal.errors.render_to_string", lambda *a, **k: 1 / 0)
    response = visitor.get("/fails/500/")
    assert response.status_code == 500
    assert response["X-Reference"] in response.content.decode()


@pytest.mark.django_db
def test_error_pages_speak_english_too(visitor):
    response = visitor.get("/nowhere/", headers={"cookie": "django_language=en"})
    assert "There is no such page" in response.content.decode()
