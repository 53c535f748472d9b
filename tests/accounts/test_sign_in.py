"""Signing in: one page for portal and admin, lockout per account and address, sessions that end."""

import re

import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from django.utils import timezone

from records import outbox
from records.outbox import Outbox
from tests.factories import UserFactory
from tests.records.test_rates import at_once
from tools.private_services import free_port

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
START = "2026-03-12T09:00:00+08:00"


@pytest.fixture
def colleague():
    return UserFactory(username="colleague")


def try_in(name: str, password: str, address: str = "10.0.0.1", client: Client | None = None, **more):
    return (client or Client()).post(
        LOGIN, {"login": name, "password": password, **more}, REMOTE_ADDR=address
    )


def is_in(response) -> bool:
    return response.status_code == 302


def fail_five_times(name: str, address: str = "10.0.0.1") -> None:
    for _try in range(5):
        assert "账号或密码不正确" in try_in(name, "wrong", address).content.decode()


def test_the_right_password_lets_in(colleague):
    response = try_in("colleague", "demo-colleague")
    assert response["Location"] == "/"


def test_signing_in_is_followed_by_no_message_and_signing_out_by_a_short_one(colleague):
    client = Client()
    try_in("colleague", "demo-colleague", client=client)
    assert [str(message) for message in client.get("/").context["messages"]] == []
    out = client.post("/accounts/logout/", follow=True)
    assert [str(message) for message in out.context["messages"]] == ["已退出登录。"]


def test_five_failures_lock_this_account_at_this_address(colleague):
    with time_machine.travel(START, tick=False):
        fail_five_times("colleague")
        response = try_in("colleague", "demo-colleague")
    assert not is_in(response)
    assert re.search(r"锁定 15 分钟，请在 09:15 之后再试", response.content.decode())


def test_four_failures_do_not(colleague):
    for _try in range(4):
        try_in("colleague", "wrong")
    assert is_in(try_in("colleague", "demo-colleague"))


def test_the_lock_does_not_care_for_letter_case(colleague):
    fail_five_times("COLLEAGUE")
    assert not is_in(try_in("colleague", "demo-colleague"))


@pytest.mark.django_db(transaction=True)
def test_guesses_that_come_at_the_same_moment_are_counted_one_by_one(colleague):
    answers = at_once(24, lambda: try_in("colleague", "wrong").content.decode())
    assert sum("账号或密码不正确" in answer for answer in answers) == 5
    assert sum("锁定" in answer and "分钟" in answer for answer in answers) == 19


def test_the_same_account_elsewhere_is_not_locked(colleague):
    fail_five_times("colleague", "10.0.0.1")
    assert is_in(try_in("colleague", "demo-colleague", "10.0.0.2"))


def test_another_account_at_the_same_address_is_not_locked(colleague):
    UserFactory(username="neighbour")
    fail_five_times("colleague")
    assert is_in(try_in("neighbour", "demo-neighbour"))


def test_the_lock_ends(colleague):
    with time_machine.travel(START, tick=False) as clock:
        fail_five_times("colleague")
        clock.shift(15 * 60 + 1)
        assert is_in(try_in("colleague", "demo-colleague"))


def test_a_success_does_not_wipe_the_failures_before_it(colleague):
    for _try in range(4):
        try_in("colleague", "wrong")
    assert is_in(try_in("colleague", "demo-colleague"))
    assert "不正确" in try_in("colleague", "wrong").content.decode()
    assert not is_in(try_in("colleague", "demo-colleague"))


def test_a_forwarded_address_is_not_believed_without_a_proxy(colleague):
    for number in range(5):
        Client().post(
            LOGIN,
            {"login": "colleague", "password": "wrong"},
            REMOTE_ADDR="10.0.0.1",
            HTTP_X_FORWARDED_FOR=f"10.9.9.{number}",
        )
    assert not is_in(try_in("colleague", "demo-colleague"))


def test_unknown_and_known_accounts_are_answered_alike(colleague):
    known = try_in("colleague", "wrong").content.decode()
    unknown = try_in("nobody-at-all", "wrong").content.decode()
    hide = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|colleague|nobody-at-all')
    assert hide.sub("", known) == hide.sub("", unknown)


def test_a_closed_account_stays_out():
    UserFactory(username="retired", is_active=False)
    response = try_in("retired", "demo-retired")
    assert "_auth_user_id" not in response.wsgi_request.session


@pytest.mark.parametrize(
    ("wished", "got"),
    [
        ("/inbox/", "/inbox/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_it_goes_on_within_the_site_only(colleague, wished, got):
    assert try_in("colleague", "demo-colleague", next=wished)["Location"] == got


def test_the_admin_asks_on_the_same_page(client):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=%2Fadmin%2F")
    assert "工号或账号" in response.content.decode()


def test_who_is_not_of_the_office_is_refused_there(client, colleague):
    client.force_login(colleague)
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize(
    "address", ["/accounts/signup/", "/accounts/email/", "/accounts/social/login/cancelled/"]
)
def test_nobody_signs_up(client, address):
    assert client.get(address).status_code in (302, 404)
    assert client.get(address, follow=True).status_code == 404 or "login" in client.get(address)["Location"]


def test_half_an_hour_of_rest_ends_the_session(client, colleague):
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(colleague)
        clock.shift(29 * 60)
        assert client.get("/inbox/").status_code == 200
        clock.shift(29 * 60)
        assert client.get("/inbox/").status_code == 200
        clock.shift(31 * 60)
        assert client.get("/inbox/").status_code == 302


def test_twelve_hours_end_it_however_busy(client, colleague):
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(colleague)
        for _step in range(12 * 3):
            clock.shift(20 * 60)
            last = client.get("/inbox/")
        assert last.status_code == 200
        clock.shift(60)
        response = client.get("/inbox/")
        assert response["Location"] == "/accounts/login/?next=/inbox/"
        assert "登录时间过长" in client.get(response["Location"]).content.decode()


def test_a_session_that_does_not_say_when_it_began_is_over(client, colleague):
    client.force_login(colleague)
    session = client.session
    del session["signed_in_at"]
    session.save()
    assert client.get("/inbox/").status_code == 302


def test_signing_out_takes_a_press(client, colleague):
    client.force_login(colleague)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/inbox/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/inbox/").status_code == 302


def test_a_forgotten_password_is_set_by_a_link_in_chinese(client, colleague):
    client.post("/accounts/password/reset/", {"email": colleague.email})
    outbox.drain()
    (message,) = mail.outbox
    assert message.subject == "【劳模创新工作室】重设密码"
    assert "请打开下面的链接设置新密码" in message.body
    link = re.search(r"http://testserver(\S+)", message.body).group(1)
    page = client.get(link, follow=True)
    action = page.redirect_chain[-1][0]
    client.post(action, {"password1": "Kunpeng-zhan-chi-9", "password2": "Kunpeng-zhan-chi-9"})
    assert is_in(try_in("colleague", "Kunpeng-zhan-chi-9"))


def test_a_mail_server_that_is_down_delays_the_link_and_tells_nothing(client, colleague, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    asked = [
        client.post("/accounts/password/reset/", {"email": address})
        for address in (colleague.email, "nobody@example.edu.cn")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in asked] == [
        (302, "/accounts/password/reset/done/")
    ] * 2
    outbox.drain()
    (letter,) = Outbox.objects.open()
    assert letter.payload["to"] == colleague.email
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Outbox.objects.update(next_try_at=timezone.now())
    outbox.drain()
    assert [message.to for message in mail.outbox] == [[colleague.email]]
    assert set(Outbox.objects.get().payload) == {"to", "subject"}  # the link is not kept


def test_asking_for_an_unknown_address_sends_nothing_and_tells_nothing(client, colleague):
    known = client.post("/accounts/password/reset/", {"email": colleague.email}, follow=True)
    assert Outbox.objects.count() == 1
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.edu.cn"}, follow=True)
    assert Outbox.objects.count() == 1
    hide = re.compile(r'csrfmiddlewaretoken" value="[^"]+"')
    assert hide.sub("", known.content.decode()) == hide.sub("", unknown.content.decode())


def test_signing_in_leaves_no_row_in_the_persons_history(cast, sign_in):
    before = cast.lead.history.count()
    sign_in(cast.lead)
    cast.lead.post = "副院长"
    cast.lead.save()
    assert cast.lead.history.count() == before + 1


def test_the_boxes_say_what_belongs_into_them_by_their_labels_only(client):
    page = client.get(LOGIN).content.decode()
    assert "工号或账号" in page
    assert re.findall(r'placeholder="([^"]+)"', page) == []


STRANGE = [
    "双因素",
    "身份验证器",
    "恢复代码",
    "认证APP",
    "可选项",
    "（重复）",
    "您的",
    "你的",
    "token",
    "!",
    "！",
]
PAGES = ["password/change/", "reauthenticate/", "2fa/", "2fa/totp/activate/", "2fa/totp/deactivate/",
         "2fa/recovery-codes/", "2fa/recovery-codes/generate/", "2fa/reauthenticate/"]  # fmt: skip


def said_on(answer) -> str:
    """The words of the page itself, without its frame."""
    main = re.search(r"<main.*?</main>", answer.content.decode(), re.S)[0]
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(script|svg).*?</\1>", "", main, flags=re.S))


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("activated", [True, False])
def test_the_pages_of_password_and_second_step_speak_as_the_menu_does(
    client, colleague, activated, confirmed
):
    try_in("colleague", "demo-colleague", client=client)
    if activated:
        TOTP.activate(colleague, generate_totp_secret())
        RecoveryCodes.activate(colleague)
    if not confirmed:
        session = client.session
        session.pop(AUTHENTICATION_METHODS_SESSION_KEY)
        session.save()
    answers = {page: client.get(f"/accounts/{page}", follow=True) for page in PAGES}
    opened = {page: said_on(answer) for page, answer in answers.items() if answer.status_code == 200}
    assert len(opened) >= 4
    found = [(page, word) for page, words in opened.items() for word in STRANGE if word in words]
    assert found == []


def test_what_is_wrong_with_a_new_password_is_told_in_short_words(client, colleague):
    client.force_login(colleague)
    answer = client.post(
        "/accounts/password/change/",
        {"oldpassword": "wrong", "password1": "colleague", "password2": "another"},
    )
    assert answer.context["form"].errors == {
        "oldpassword": ["当前密码不正确。"],
        "password1": ["密码与“用户名”太相近。", "密码过短，至少需要 10 个字符。"],
    }
