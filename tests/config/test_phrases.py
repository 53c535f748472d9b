"""What Django says on its own pages is said in Chinese as well, and as people say it."""

import json

import pytest
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_list_of_the_office_leaves_nothing_in_english_and_nothing_in_machine_chinese(cast, sign_in):
    page = sign_in(cast.sysadmin).get(reverse("admin:accounts_user_changelist")).content.decode()
    for strange in ("Model name", "Add link", "Change or view list link", "来修改", "开始输入", "增加"):
        assert strange not in page, strange


def test_the_scripts_of_a_list_count_what_is_ticked_as_the_list_does(cast, sign_in):
    scripts = sign_in(cast.sysadmin).get(reverse("admin:jsi18n")).content.decode()
    said = {
        "%(sel)s of %(cnt)s selected": "本页 %(cnt)s 条，已选 %(sel)s 条",
        "Choose a Date": "选择一个日期",
    }
    lines = [f"{json.dumps(one)}: {json.dumps(other)}" for one, other in said.items()]
    assert [line for line in lines if line not in scripts] == []


def test_a_short_password_is_told_in_chinese():
    with pytest.raises(ValidationError) as refusal:
        MinimumLengthValidator(8).validate("abc")
    assert refusal.value.messages == ["密码过短，至少需要 8 个字符。"]


def test_the_pages_of_allauth_speak_as_the_portal_does(client, cast, sign_in):
    page = sign_in(cast.lead).get(reverse("mfa_index")).content.decode()
    assert "两步验证" in page
    assert "双因素" not in page
    client.logout()
    used = reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "set-password"})
    page = client.get(used).content.decode()
    assert "链接已失效" in page
    assert "不正确的 token" not in page


def test_an_empty_list_of_the_office_says_so_and_leads_on(cast, sign_in):
    people = reverse("admin:accounts_user_changelist")
    page = sign_in(cast.sysadmin).get(people, {"q": "nobody"}).content.decode()
    assert "没有符合条件的记录" in page
    assert 'href="?"' in page
