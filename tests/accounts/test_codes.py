"""Activation codes in the office: the sheet, the list that says what was done, a new code for who forgot theirs."""

import io
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import auth
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts import activation
from accounts.models import ActivationCode, Notice, RoleCode
from tests.factories import UserFactory, give_role

pytestmark = pytest.mark.django_db
LIST = reverse("admin:accounts_user_changelist")
SHEET = reverse("admin:accounts_user_codes")
CODE = re.compile(r"[ACDEFHJKMNPRTUVWXY3479]{4}-[ACDEFHJKMNPRTUVWXY3479]{4}")


@pytest.fixture
def as_(sign_in):
    """``as_("union_staff")``: a client of its own, signed in as somebody of that role."""

    def open_client(code):
        person = UserFactory(name=f"某{RoleCode(code).label}")
        give_role(person, code)
        return sign_in(person)

    return open_client


def newcomer(**fields):
    person = UserFactory(**fields)
    person.set_unusable_password()
    person.save()
    return person


@pytest.fixture
def waiting():
    return newcomer(name="王㛃", username="01007", staff_no="01007", email="")


def print_for(client, *people, **extra):
    chosen = {"action": "print_codes", "_selected_action": [person.pk for person in people]}
    return client.post(LIST, chosen, **extra)


def text_of(response) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def page_of(person):
    return reverse("admin:accounts_user_change", args=[person.pk])


def new_code_of(person):
    return reverse("admin:accounts_user_new_code", args=[person.pk])


def activate(number, code, password="teahouse-4271") -> Client:
    visitor = Client()
    visitor.post(reverse("accounts:activate"), {"staff_no": number, "code": code})
    visitor.post(
        reverse("accounts:activate_password"), {"new_password1": password, "new_password2": password}
    )
    return visitor


# The sheet


def test_codes_are_printed_for_those_without_a_password_and_kept_as_hashes(as_, waiting):
    client = as_("union_staff")
    print_for(client, waiting, UserFactory(name="李明"))
    sheet = client.get(SHEET)
    assert sheet["Content-Type"] == "application/pdf"
    assert "no-store" in sheet["Cache-Control"]
    text = text_of(sheet)
    assert "王㛃" in text
    assert "01007" in text
    assert "李明" not in text
    [kept] = ActivationCode.objects.all()
    [code] = CODE.findall(text)
    assert kept.user == waiting
    assert activation.find_code("01007", code) == kept
    assert code not in kept.code_hash


def test_the_sheet_is_called_by_its_kind_and_day_in_chinese(as_, waiting):
    client = as_("union_staff")
    print_for(client, waiting)
    disposition = client.get(SHEET)["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename\*=utf-8''[-\w%.]+", disposition)
    assert unquote(disposition.partition("''")[2]) == f"启用码_{timezone.localdate():%Y-%m-%d}.pdf"


def test_the_list_says_for_how_many_and_starts_the_download_without_javascript(as_, waiting):
    client = as_("union_staff")
    answer = print_for(client, waiting, newcomer(), follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    page = answer.content.decode()
    assert "已为 2 人生成启用码，以前打印的启用码作废。" in page
    assert f'<meta http-equiv="refresh" content="0; url={SHEET}">' in page
    assert f'href="{SHEET}">下载 启用码_{timezone.localdate():%Y-%m-%d}.pdf</a>' in page
    again = client.get(LIST).content.decode()
    assert "http-equiv" not in again
    assert "已为" not in again


def test_the_list_keeps_its_search_and_filter(as_, waiting):
    client = as_("union_staff")
    url = f"{LIST}?account=waiting&q=01007"
    answer = client.post(url, {"action": "print_codes", "_selected_action": [waiting.pk]})
    assert answer.url == url


def test_a_sheet_that_did_not_arrive_is_had_again_for_half_an_hour(as_, waiting, time_machine):
    client = as_("union_staff")
    print_for(client, waiting)
    first = CODE.findall(text_of(client.get(SHEET)))
    assert CODE.findall(text_of(client.get(SHEET))) == first
    seed, maker = bytes.fromhex(client.cookies["codes"].value), auth.get_user(client)
    assert activation.sheet(seed, by=maker) == [(waiting, first[0])]
    time_machine.move_to(timezone.now() + activation.SHEET_LIVES + timedelta(seconds=1))
    assert activation.sheet(seed, by=maker) == []


def test_a_sheet_opens_for_the_browser_that_made_it_only(as_, sign_in, waiting):
    client = as_("union_staff")
    print_for(client, waiting)
    cookie = client.cookies["codes"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", SHEET)
    maker = auth.get_user(client)
    for other in (sign_in(maker), as_("union_staff")):
        assert "已不能再下载" in other.get(SHEET, follow=True).content.decode()
    colleague = as_("union_staff")
    colleague.cookies["codes"] = cookie.value
    assert colleague.get(SHEET).status_code == 302
    client.cookies["codes"] = "no seed"
    assert client.get(SHEET).status_code == 302


def test_a_sheet_holds_no_code_that_is_used_or_replaced(as_, waiting):
    client, other = as_("union_staff"), newcomer(name="李秀英", staff_no="01014", username="01014")
    print_for(client, waiting, other)
    used = CODE.findall(text_of(client.get(SHEET)).partition("01007")[2])[0]
    activate("01007", used)
    text = text_of(client.get(SHEET))
    assert "李秀英" in text
    assert "王㛃" not in text
    activation.issue_codes([other], by=UserFactory())
    assert client.get(SHEET).status_code == 302


def test_who_has_a_password_is_pointed_to_their_own_page(as_):
    page = print_for(as_("union_staff"), UserFactory(), follow=True).content.decode()
    assert "忘记密码的，请打开本人的页面" in page
    assert not ActivationCode.objects.exists()


# Who forgot the password


@pytest.mark.parametrize("role", ["union_staff", "sysadmin"])
def test_who_forgot_the_password_and_has_no_mail_comes_in_again_with_a_new_code(as_, sign_in, role):
    """From the sign-in page to the new password, with every sentence on the way."""
    person = UserFactory(name="王㛃", username="01007", staff_no="01007", email="")
    visitor = Client()
    assert "没有登记邮箱的，请到校工会领一张新的启用码" in visitor.get("/accounts/login/").content.decode()
    reset = visitor.get("/accounts/password/reset/").content.decode()
    assert "凭启用码设置新密码" in reset
    assert f'href="{reverse("accounts:activate")}"' in reset

    own, office = sign_in(person), as_(role)
    assert new_code_of(person) in office.get(page_of(person)).content.decode()
    assert "原密码立即作废" in office.get(new_code_of(person)).content.decode()
    assert own.get("/inbox/").status_code == 200
    listed = office.post(new_code_of(person), follow=True)
    assert listed.redirect_chain == [(f"{LIST}?q=01007", 302)]
    assert "已为 1 人生成启用码" in listed.content.decode()
    assert own.get("/inbox/").status_code == 302
    [code] = CODE.findall(text_of(office.get(SHEET)))
    visitor = activate("01007", code, "nine-dragons-88")
    assert auth.get_user(visitor) == person
    person.refresh_from_db()
    assert person.check_password("nine-dragons-88")


def test_the_person_is_told_that_the_password_was_withdrawn(as_):
    person = UserFactory(email="")
    office = as_("union_staff")
    office.get(new_code_of(person))
    assert not Notice.objects.exists()
    office.post(new_code_of(person))
    office.post(new_code_of(person))  # nothing more to withdraw
    [notice] = Notice.objects.all()
    assert (notice.recipient, notice.subject) == (person, "原密码已作废，校工会为您打印了启用码")


def test_looking_at_the_page_changes_nothing(as_):
    person = UserFactory()
    as_("union_staff").get(new_code_of(person))
    person.refresh_from_db()
    assert person.has_usable_password()
    assert not ActivationCode.objects.exists()


def test_a_new_code_is_not_given_for_oneself_the_closed_or_by_those_who_may_not(as_, sign_in):
    person, closed, holder = UserFactory(), UserFactory(is_active=False), UserFactory()
    give_role(holder, RoleCode.EXPERT)
    staff, sysadmin = as_("union_staff"), as_("sysadmin")
    refused = [
        (staff, closed, 404),
        (staff, holder, 404),
        (sysadmin, closed, 404),
        (sysadmin, auth.get_user(sysadmin), 404),
        (as_("union_leader"), person, 403),
        (as_("auditor"), person, 403),
        (sign_in(person), person, 403),
    ]
    for client, whom, status in refused:
        assert client.get(new_code_of(whom)).status_code == status
        assert client.post(new_code_of(whom)).status_code == status
        assert new_code_of(whom) not in client.get(page_of(whom)).content.decode()
    assert not ActivationCode.objects.exists()
    sysadmin.post(new_code_of(holder))
    assert [code.user for code in ActivationCode.objects.all()] == [holder]


def test_a_code_does_not_get_past_the_second_step(as_):
    person = newcomer(username="01007", staff_no="01007")
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    [(_person, code)] = activation.issue_codes([person], by=UserFactory())
    visitor = activate("01007", code)
    assert auth.get_user(visitor).is_anonymous
    assert "两步验证" in visitor.get("/accounts/login/").content.decode()
    person.refresh_from_db()
    assert person.check_password("teahouse-4271")


def test_codes_of_one_seed_are_each_persons_own():
    people = [newcomer() for _ in range(30)]
    seed = activation.new_seed()
    codes = [activation.code_of(seed, person) for person in people]
    assert len(set(codes)) == 30
    assert all(CODE.fullmatch(code) for code in codes)
    assert codes == [activation.code_of(seed, person) for person in people]
    assert not set(codes) & {activation.code_of(activation.new_seed(), person) for person in people}
