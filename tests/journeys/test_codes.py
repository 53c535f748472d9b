"""Codes are printed from the list: the sheet arrives by itself, and the list says what was done."""

import pytest
from django.utils import timezone

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "plain"])
def test_the_sheet_of_codes_arrives_and_the_list_says_so(company, javascript):
    person = UserFactory(name="王㛃", staff_no="01007", username="01007")
    person.set_unusable_password()
    person.save()
    staff = company.somebody(javascript=javascript, user=UserFactory(roles=[("union_staff",)]))
    staff.open("/admin/accounts/user/?q=01007")
    page = staff.page
    page.get_by_role("checkbox").last.check()
    page.select_option("select[name=action]", "print_codes")
    with page.expect_download() as arrived:
        page.locator(".actions button").click()
    assert arrived.value.suggested_filename == f"启用码_{timezone.localdate():%Y-%m-%d}.pdf"
    staff.sees("已为 1 人生成启用码，以前打印的启用码作废。")
    assert page.url.endswith("/admin/accounts/user/?q=01007")
