"""Chinese by default, whatever the browser asks for; another language by the switch."""

import pytest
from django.core import mail
from django.test import Client

from records import outbox
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.9"}
ADDRESSES = ["/", "/accounts/login/", "/check/", "/nowhere/at/all/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_english_browser_gets_chinese_pages(address):
    response = Client(**ENGLISH).get(address)
    assert response["Content-Language"] == "zh-hans"
    assert "劳模创新工作室" in response.content.decode()


@pytest.mark.parametrize(
    ("code", "language", "words"),
    [
        ("en", "en", "Forgot"),
        ("zh-hant", "zh-hant", "密碼"),
        ("zh-hans", "zh-hans", "密码"),
        ("fr", "zh-hans", "密码"),
    ],
)
def test_the_switch_is_what_changes_it(code, language, words):
    client = Client(**ENGLISH)
    client.post("/language/", {"language": code, "next": "/accounts/login/"})
    page = client.get("/accounts/login/")
    assert page["Content-Language"] == language
    assert words in page.content.decode()


def test_a_cookie_that_nobody_set_changes_nothing():
    client = Client()
    client.cookies["django_language"] = "../../etc"
    assert client.get("/")["Content-Language"] == "zh-hans"


def test_the_letter_for_a_new_password_is_chinese_whoever_asked_for_it():
    UserFactory(email="colleague@example.edu.cn")
    client = Client(**ENGLISH)
    client.cookies["django_language"] = "en"
    client.post("/accounts/password/reset/", {"email": "colleague@example.edu.cn"})
    outbox.drain()
    [letter] = mail.outbox
    assert "密码" in letter.subject
    assert "password" not in letter.subject.lower() + letter.body.lower().replace("/password/", "")


def test_the_office_has_the_same_switch():
    client = Client()
    client.force_login(UserFactory(roles=[("auditor",)]))
    office = client.get("/admin/").content.decode()
    assert 'action="/language/"' in office
    for code in ("zh-hans", "zh-hant", "en"):
        assert f'name="language" value="{code}"' in office
    client.post("/language/", {"language": "zh-hant", "next": "/admin/"})
    assert "審計員" in client.get("/admin/").content.decode()
