"""What Django says on its own pages is said in Chinese as well, and as people say it."""

import pytest
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_list_of_the_office_leaves_nothing_in_english_and_nothing_in_machine_chinese(cast, sign_in):
    page = sign_in(cast.sysadmin).get(reverse("admin:accounts_user_changelist")).content.decode()
    for strange in ("Model name", "Add link", "Change or view list link", "来修改", "开始输入", "增加"):
        assert strange not in page, strange


def test_a_short_password_is_told_in_chinese():
    with pytest.raises(ValidationError) as refusal:
        MinimumLengthValidator(8).validate("abc")
    assert refusal.value.messages == ["密码过短，至少需要 8 个字符。"]
