"""Lists of the office as Excel: exactly what is filtered on screen, leading zeros kept, nothing that runs."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import RoleCode, Unit, User
from records import exports
from tests.factories import ApplicationFactory, StudioFactory, UnitFactory, UserFactory, give_role, officer
from tests.studios.certificates import certify

pytestmark = pytest.mark.django_db
LISTS = {
    "accounts_unit": {"staff", "leader", "finance", "auditor", "sysadmin"},
    "accounts_user": {"staff", "leader", "auditor", "sysadmin"},
    "studios_studio": {"staff", "leader", "auditor"},
    "studios_certificate": {"staff", "leader", "auditor"},
    "reviews_application": {"staff", "leader", "auditor"},
}


def address(name: str, **asked) -> str:
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    return f"{reverse(f'admin:{name}_export')}?{query}"


def rows(response) -> list[tuple]:
    page = load_workbook(io.BytesIO(response.content)).active
    return [tuple(row) for row in page.iter_rows(values_only=True)]


@pytest.fixture
def staff(client):
    user = officer(RoleCode.UNION_STAFF)
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", LISTS)
def test_who_sees_the_list_may_have_it(cast, sign_in, name):
    answers = {who: sign_in(user).get(address(name)).status_code for who, user in cast.everybody().items()}
    assert {who for who, status in answers.items() if status == 200 and "_" not in who} == LISTS[name]
    assert set(answers.values()) <= {200, 302, 403}


def test_the_filter_and_the_search_on_screen_are_what_goes_out(staff):
    UnitFactory(code="00700", name="船舶学院", kind="college")
    UnitFactory(code="00800", name="附属医院", kind="affiliated")
    filtered = rows(staff.get(address("accounts_unit", kind__exact="affiliated")))
    assert [row[:2] for row in filtered] == [("单位编码", "单位名称"), ("00800", "附属医院")]
    searched = rows(staff.get(address("accounts_unit", q="船舶")))
    assert [row[0] for row in searched] == ["单位编码", "00700"]


def test_the_list_offers_the_export_of_what_it_shows(staff):
    page = staff.get(reverse("admin:accounts_unit_changelist"), {"kind__exact": "affiliated", "o": "1"})
    assert page.context["export_url"] == address("accounts_unit", kind__exact="affiliated")
    assert "导出 Excel" in page.content.decode()


def test_leading_zeros_stay_and_formulas_are_text(staff):
    UserFactory(staff_no="00012", name="龚䶮", title="=HYPERLINK(1)")
    response = staff.get(address("accounts_user", q="00012"))
    [headings, person] = rows(response)
    found = dict(zip(headings, person, strict=True))
    assert (found["工号"], found["姓名"], found["职称"]) == ("00012", "龚䶮", "'=HYPERLINK(1)")
    types = {cell.data_type for row in load_workbook(io.BytesIO(response.content)).active for cell in row}
    assert "f" not in types


def test_people_go_out_without_telephone_birth_and_mail(staff):
    person = UserFactory(phone="13912345678", email="one@example.edu.cn", birth_year=1969)
    text = str(rows(staff.get(address("accounts_user"))))
    assert person.name in text
    assert [sign for sign in ("13912345678", "example.edu.cn", "1969") if sign in text] == []


def test_what_went_out_comes_in_again_and_changes_nothing(client):
    client.force_login(UserFactory(staff_no="00099", name="周建国", username="keeper", is_superuser=True))
    parent = UnitFactory(name="医学院", kind="medical_school", code="00300")
    UnitFactory(name="第一医院", kind="affiliated", code="00301", parent=parent, union_chair="王㛃")
    UserFactory(staff_no="00012", name="王㛃", title="教授", unit=parent)
    for kind, name in (("unit", "accounts_unit"), ("user", "accounts_user")):
        found = io.BytesIO(client.get(address(name)).content)
        found.name = "list.xlsx"
        preview = client.post(reverse(f"admin:accounts_{kind}_import"), {"file": found}, follow=True)
        counts = preview.context["counts"]
        model = Unit if kind == "unit" else User
        assert counts == {"new": 0, "changed": 0, "same": model.objects.count(), "bad": 0}


def test_studios_applications_and_certificates_say_how_they_stand(staff):
    certify("王㛃")
    application = ApplicationFactory(accepted=True)
    [headings, *certificates] = rows(staff.get(address("studios_certificate")))
    assert headings == (
        "编号", "工作室", "领衔人", "单位", "有效期自", "有效期至", "签发日期", "状态", "撤销情况",
    )  # fmt: skip
    assert [row[:3] for row in certificates] == [("2026-001", "王㛃劳模创新工作室", "王㛃")]
    applications = rows(staff.get(address("reviews_application")))
    assert [row[0] for row in applications[1:]] == [application.number]
    studios = rows(staff.get(address("studios_studio", q=application.studio.lead.staff_no)))
    assert [row[0] for row in studios[1:]] == [application.studio.name]


def test_too_many_rows_are_refused_with_what_to_do(staff, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    UnitFactory.create_batch(2)
    told = staff.get(address("accounts_unit"), follow=True)
    assert "请先筛选" in told.content.decode()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("accounts_unit", UnitFactory),
        ("accounts_user", lambda: give_role(UserFactory(), RoleCode.AUDITOR)),
        ("studios_studio", StudioFactory),
        ("reviews_application", lambda: ApplicationFactory(submitted=True)),
    ],
)
def test_an_export_asks_the_same_number_of_queries_with_2_and_with_8_rows(staff, name, make):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(address(name)).status_code == 200
        return len(queries)

    for _one in range(2):
        make()
    few = asked()
    for _one in range(6):
        make()
    assert asked() == few
