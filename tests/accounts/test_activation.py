"""The first password: by link or by code, once, for the right person, and with few tries."""

import re
from datetime import timedelta

import pytest
from django.contrib import auth
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import activation
from accounts.models import ActivationCode, RoleCode, User
from records import outbox
from records.models import Outbox
from tests.factories import UserFactory, give_role

pytestmark = pytest.mark.django_db
GOOD = "teahouse-4271"


@pytest.fixture
def newcomer():
    person = UserFactory(username="01007", staff_no="01007", name="王㛃", email="u01007@sjd.example")
    person.set_unusable_password()
    person.save()
    return person


@pytest.fixture
def staff():
    person = UserFactory(name="干事")
    give_role(person, RoleCode.UNION_STAFF)
    return person


def who(client):
    return auth.get_user(client)


def choose(client, password=GOOD):
    return client.post(
        reverse("accounts:activate_password"), {"new_password1": password, "new_password2": password}
    )


def type_code(client, number, code, **extra):
    return client.post(reverse("accounts:activate"), {"staff_no": number, "code": code}, **extra)


def link_of(person) -> str:
    return reverse("accounts:activate_by_link", args=[activation.token_for(person)])


def test_a_code_leads_to_a_password_and_signs_in(client, newcomer, staff):
    [(_person, code)] = activation.issue_codes([newcomer], by=staff)
    assert re.fullmatch(r"[ACDEFHJKMNPRTUVWXY3479]{4}-[ACDEFHJKMNPRTUVWXY3479]{4}", code)
    kept = ActivationCode.objects.get()
    assert code not in kept.code_hash
    assert (kept.created_by, kept.used_at) == (staff, None)
    assert type_code(client, " ０１００７ ", code.lower().replace("-", " ")).url == reverse(
        "accounts:activate_password"
    )
    assert "王㛃" in client.get(reverse("accounts:activate_password")).content.decode()
    assert choose(client).url == reverse("portal:home")
    assert who(client) == newcomer
    newcomer.refresh_from_db()
    assert newcomer.check_password(GOOD)
    kept.refresh_from_db()
    assert kept.used_at


def test_a_code_works_once_and_not_after_a_newer_one_nor_too_late(client, newcomer, staff):
    [(_p, old)] = activation.issue_codes([newcomer], by=staff)
    [(_p, new)] = activation.issue_codes([newcomer], by=staff)
    assert activation.find_code("01007", old) is None
    known = activation.find_code("01007", new)
    assert known is not None
    ActivationCode.objects.filter(pk=known.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert activation.find_code("01007", new) is None
    [(_p, code)] = activation.issue_codes([newcomer], by=staff)
    type_code(client, "01007", code)
    choose(client)
    client.logout()
    assert type_code(client, "01007", code).status_code == 200
    assert who(client).is_anonymous


def test_a_code_is_good_for_its_own_person_only(client, newcomer, staff):
    other = UserFactory(username="01014", staff_no="01014")
    other.set_unusable_password()
    other.save()
    [(_p, code)] = activation.issue_codes([newcomer], by=staff)
    response = type_code(client, "01014", code)
    assert response.status_code == 200
    assert "activation" not in client.session


def test_an_unknown_number_and_a_wrong_code_get_the_same_answer(client, newcomer, staff):
    activation.issue_codes([newcomer], by=staff)
    pages = [
        type_code(client, number, "AAAA-AAAA").content.decode().replace(number, "")
        for number in ("01007", "99999")
    ]
    assert len({re.sub(r'value="[^"]*"|nonce="[^"]*"', "", page) for page in pages}) == 1


def test_after_five_tries_even_the_right_code_is_refused_at_that_address(client, newcomer, staff):
    [(_p, code)] = activation.issue_codes([newcomer], by=staff)
    for _ in range(5):
        assert type_code(client, "01007", "AAAA-AAAA").status_code == 200
    assert type_code(client, "01007", code).status_code == 200
    assert "activation" not in client.session
    assert type_code(client, "01007", code, REMOTE_ADDR="10.1.2.3").status_code == 302


def test_a_link_leads_to_a_password_once(client, newcomer):
    link = link_of(newcomer)
    assert client.get(link).url == reverse("accounts:activate_password")
    assert choose(client).url == reverse("portal:home")
    assert who(client) == newcomer
    client.logout()
    assert client.get(link).status_code == 410
    assert choose(client, "another-9381").url == reverse("accounts:activate")
    newcomer.refresh_from_db()
    assert newcomer.check_password(GOOD)


def test_a_link_dies_with_time_and_cannot_be_forged(client, newcomer, time_machine):
    link = link_of(newcomer)
    assert client.get(link[:-2] + "x/").status_code == 410
    time_machine.move_to(timezone.now() + timedelta(days=8))
    assert client.get(link).status_code == 410


def test_two_pages_open_at_once_set_one_password(client, newcomer, staff):
    from django.test import Client

    [(_p, code)] = activation.issue_codes([newcomer], by=staff)
    other = Client()
    type_code(client, "01007", code)
    type_code(other, "01007", code)
    choose(client)
    assert choose(other, "another-9381").url == reverse("accounts:activate")
    newcomer.refresh_from_db()
    assert newcomer.check_password(GOOD)


def test_a_weak_password_is_refused_with_a_reason(client, newcomer):
    client.get(link_of(newcomer))
    answer = choose(client, "12345678")
    reasons = ["密码过短，至少需要 10 个字符。", "这个密码太常见了。", "密码只包含数字。"]
    assert answer.context["form"].errors == {"new_password1": reasons}
    newcomer.refresh_from_db()
    assert not newcomer.has_usable_password()


def test_two_passwords_that_differ_are_told_at_the_second(client, newcomer):
    client.get(link_of(newcomer))
    typed = {"new_password1": "01007", "new_password2": GOOD}
    answer = client.post(reverse("accounts:activate_password"), typed)
    assert set(answer.context["form"].errors) == {"new_password1", "new_password2"}
    assert answer.context["form"].errors["new_password2"] == ["两次输入的密码不一致。"]


def test_who_has_a_password_or_is_closed_gets_no_code_and_no_link(client, newcomer, staff):
    closed = UserFactory(is_active=False)
    closed.set_unusable_password()
    closed.save()
    assert set(activation.entitled(User.objects.all())) == {newcomer}
    [(_p, code)] = activation.issue_codes([staff], by=staff)
    assert activation.find_code(staff.username, code) is None
    assert client.get(link_of(staff)).status_code == 410


def test_links_go_by_mail_in_chinese_to_those_with_an_address(
    newcomer, django_capture_on_commit_callbacks, settings
):
    nobody = UserFactory(email="")
    assert activation.send_links([newcomer, nobody]) == (1, 0, 1)
    outbox.drain()
    [letter] = mail.outbox
    assert letter.to == ["u01007@sjd.example"]
    assert "启用" in letter.subject
    assert settings.SITE_URL + "/activate/" in letter.body
    assert not any("activate" in str(row.payload) for row in Outbox.objects.all())  # forgotten once sent


def letters_to(person) -> int:
    return Outbox.objects.filter(kind="letter", payload__to=person.email).count()


def test_a_link_is_sent_once_a_day_whoever_presses_again(newcomer, time_machine):
    time_machine.move_to("2026-03-12T09:00:00+08:00")
    assert activation.send_links([newcomer]) == (1, 0, 0)
    outbox.drain()
    assert activation.send_links([newcomer]) == (0, 1, 0)
    assert letters_to(newcomer) == 1
    time_machine.move_to("2026-03-13T00:10:00+08:00")
    assert activation.send_links([newcomer]) == (1, 0, 0)
    assert letters_to(newcomer) == 2


@pytest.mark.parametrize("what", ["email", "password"])
def test_who_has_another_address_or_lost_the_password_gets_another_link_at_once(newcomer, what):
    activation.send_links([newcomer])
    if what == "email":
        newcomer.email = "new@sjd.example"
    else:
        newcomer.set_unusable_password()
    newcomer.save()
    assert activation.send_links([newcomer]) == (1, 0, 0)
    assert Outbox.objects.filter(kind="letter").count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_links_of_many_are_written_together_and_the_workers_told_once(monkeypatch):
    told = []
    monkeypatch.setattr(outbox, "poke", lambda: told.append("now"))
    people = [UserFactory(password=f"!{at}") for at in range(30)]
    assert activation.send_links(people) == (30, 0, 0)
    assert told == ["now"]
    assert activation.send_links(people) == (0, 30, 0)
    assert {letters_to(person) for person in people} == {1}


def test_what_opens_an_account_is_not_written_into_the_log(newcomer):
    from config.logs import without_personal_data

    link = link_of(newcomer)
    event = without_personal_data(None, "info", {"request": f"GET {link}", "event": f"Gone: {link}"})
    assert event == {"request": "GET /activate/…/", "event": "Gone: /activate/…/"}


# -- from outside the university ---------------------------------------------------------------------


@pytest.fixture
def outsider():
    person = UserFactory(
        username="zhou@elsewhere-academy.example",
        staff_no=None,
        name="周评",
        email="zhou@elsewhere-academy.example",
    )
    person.set_unusable_password()
    person.save()
    give_role(person, RoleCode.EXPERT)
    return person


def test_who_comes_from_outside_has_no_staff_number_and_no_department_union(client, outsider):
    """Neither in the letter nor on the way to the first password."""
    activation.send_links([outsider])
    outbox.drain()
    [letter] = mail.outbox
    page = client.get(link_of(outsider), follow=True).content.decode()
    welcome = client.post(
        reverse("accounts:activate_password"), {"new_password1": GOOD, "new_password2": GOOD}, follow=True
    ).content.decode()
    for text in (letter.body, page.split("<main")[1], re.search("账号已启用[^<]*", welcome)[0]):
        assert [word for word in ("工号", "部门工会") if word in text.replace("姓名或工号", "")] == []
    assert f"登录名是 {outsider.username}" in letter.body
    assert f"登录名是{outsider.username}" in page
    assert f"登录名{outsider.username}" in welcome


def test_who_comes_from_outside_uses_a_code_by_the_user_name(client, outsider, staff):
    [(_person, code)] = activation.issue_codes([outsider], by=staff)
    assert type_code(client, outsider.username, code).url == reverse("accounts:activate_password")


def test_the_sign_in_page_tells_those_from_outside_what_their_account_is(client):
    page = client.get(reverse("account_login")).content.decode()
    assert "校外专家请用收到邀请的邮箱作为账号登录" in page
