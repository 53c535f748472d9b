"""Units and people in the office: who sees and does what."""

import pytest
from django.urls import reverse

from accounts.models import ActivationCode, RoleCode, Unit, User
from records.outbox import Outbox
from studios.models import Editor, Studio
from tests.factories import StudioFactory, UnitFactory, UserFactory, give_role

pytestmark = pytest.mark.django_db
LIST = reverse("admin:accounts_user_changelist")


def test_units_are_found_by_name_pinyin_initials_code_and_chair(as_):
    client = as_("union_staff")
    unit = UnitFactory(code="02000", name="机械与动力工程学院", short_name="机动学院", union_chair="余洋")
    UnitFactory(code="03000", name="化学化工学院", short_name="化工")
    for words in ("动力", "机动", "jixieyu", "Ji Xie", "jxydl", "jdxy", "0200", "余洋"):
        found = client.get(reverse("admin:accounts_unit_changelist"), {"q": words}).context["cl"].result_list
        assert [one.pk for one in found] == [unit.pk], words


def test_people_are_found_by_name_pinyin_initials_and_number(as_):
    client = as_("union_staff")
    person = UserFactory(name="曾弢英", staff_no="01091")
    UserFactory(name="李明", staff_no="02222")
    for words in ("曾弢", "zengtao", "zty", "0109"):
        found = client.get(LIST, {"q": words}).context["cl"].result_list
        assert [one.pk for one in found] == [person.pk], words


@pytest.mark.parametrize(
    ("role", "sees"), [("sysadmin", True), ("union_staff", True), ("union_leader", False), ("auditor", False)]
)
def test_telephone_birth_and_mail_are_for_those_who_keep_them(as_, role, sees):
    client = as_(role)
    person = UserFactory(phone="13900001234", email="hidden@sjd.example", birth_year=1961, birth_month=2)
    person.phone = "13900005678"
    person.save()
    person.title = "特聘研究员"
    person.save()
    text = client.get(reverse("admin:accounts_user_change", args=[person.pk])).content.decode()
    assert ("13900005678" in text, "hidden@sjd.example" in text, "1961" in text) == (sees, sees, sees)
    history = client.get(reverse("admin:accounts_user_history", args=[person.pk])).content.decode()
    assert "特聘研究员" in history
    assert ("13900001234" in history) == sees
    version = reverse("admin:accounts_user_simple_history", args=[person.pk, person.history.first().pk])
    text = client.get(version).content.decode()
    assert ("13900005678" in text, "hidden@sjd.example" in text, "1961" in text) == (sees, sees, sees)
    assert "13900005678" not in client.get(LIST).content.decode()


@pytest.mark.parametrize("role", ["finance", "expert"])
def test_people_are_no_business_of_others(as_, role):
    assert as_(role).get(LIST).status_code in {302, 403}


def change(client, person, **fields):
    data = {
        "name": person.name, "staff_no": person.staff_no or "", "username": person.username,
        "unit": person.unit_id or "",
        "title": "", "post": "", "degree": "", "academic_degree": "", "honour_text": "", "sex": "", "birth_year": "",
        "birth_month": "", "politics": "", "phone": "", "email": person.email, "is_active": "on",
        "roles-TOTAL_FORMS": 0, "roles-INITIAL_FORMS": 0, **fields,
    }  # fmt: skip
    return client.post(reverse("admin:accounts_user_change", args=[person.pk]), data)


def give(code):
    return {
        "roles-TOTAL_FORMS": 1, "roles-0-id": "", "roles-0-code": code, "roles-0-unit": "", "roles-0-side": "",
    }  # fmt: skip


def test_roles_are_given_by_the_sysadmin_and_to_nobody_by_themselves(as_):
    person = UserFactory()
    client = as_("sysadmin")
    change(client, person, **give("expert"))
    assert [role.code for role in person.roles.all()] == ["expert"]
    change(client, client.person, **give("union_leader"))
    assert [role.code for role in client.person.roles.all()] == ["sysadmin"]
    client = as_("union_staff")
    change(client, person, **give("union_leader"))
    assert [role.code for role in person.roles.all()] == ["expert"]


@pytest.mark.parametrize("code", sorted(RoleCode.values))
@pytest.mark.parametrize("active", [True, False])
def test_union_staff_do_not_change_who_holds_a_role(as_, code, active):
    """Neither now nor while they are switched off: the mail address resets the password."""
    unit = UnitFactory()
    holder = UserFactory(email="holder@sjd.example", unit=unit, is_active=active)
    give_role(holder, code, unit=unit, side="party" if code == RoleCode.UNIT_LEADER else "")
    response = change(as_("union_staff"), holder, email="mine@sjd.example")
    assert response.status_code == 403
    holder.refresh_from_db()
    assert holder.email == "holder@sjd.example"
    assert change(as_("sysadmin"), holder, email="new@sjd.example").status_code == 302
    holder.refresh_from_db()
    assert holder.email == "new@sjd.example"


def test_union_staff_do_not_change_a_superuser(as_):
    root = UserFactory(is_superuser=True)
    assert change(as_("union_staff"), root, email="mine@sjd.example").status_code == 403


@pytest.fixture
def lead_and_co_editor():
    """Both of a candidate; with addresses of their own."""
    studio = StudioFactory(lead=UserFactory(email="lead@sjd.example"))
    co_editor = UserFactory(email="co@sjd.example")
    Editor.objects.create(studio=studio, user=co_editor, added_by=studio.lead)
    return studio.lead, co_editor


def test_the_way_in_of_who_works_on_a_studio_is_the_sysadmins(as_, lead_and_co_editor):
    """Neither by the mail address nor by a code does the office become a lead or a co-editor; the rest it keeps."""
    for person in lead_and_co_editor:
        own = person.email
        client = as_("union_staff")
        assert change(client, person, email="mine@sjd.example", phone="13900001234").status_code == 302
        person.refresh_from_db()
        assert (person.email, person.phone) == (own, "13900001234")
        page = client.get(reverse("admin:accounts_user_change", args=[person.pk]))
        assert "领衔人、协同填写人的邮箱由系统管理员修改" in page.content.decode()
        assert "new_code_url" not in page.context
        new_code = reverse("admin:accounts_user_new_code", args=[person.pk])
        assert client.post(new_code).status_code == 404
        person.set_unusable_password()
        person.save()
        client.post(LIST, {"action": "print_codes", "_selected_action": [person.pk]})
        assert not ActivationCode.objects.exists()
        assert change(as_("sysadmin"), person, email="new@sjd.example").status_code == 302
        person.refresh_from_db()
        assert person.email == "new@sjd.example"
        assert person.history.first().history_user == client.person
    assert {row.payload["to"] for row in Outbox.objects.filter(kind="letter")} == {
        "lead@sjd.example",
        "co@sjd.example",
    }


def test_who_led_a_studio_that_is_closed_is_kept_by_the_office_again(as_, lead_and_co_editor):
    lead, _co_editor = lead_and_co_editor
    Studio.objects.filter(lead=lead).update(state="closed")
    change(as_("union_staff"), lead, email="new@sjd.example")
    lead.refresh_from_db()
    assert lead.email == "new@sjd.example"


@pytest.mark.parametrize(
    "typed", [{"username": "LEADER", "staff_no": ""}, {"username": "", "staff_no": "LEADER"}]
)
def test_a_user_name_in_capitals_is_the_same_name(as_, typed):
    UserFactory(username="leader", staff_no="04040")
    page = as_("union_staff").post(
        reverse("admin:accounts_user_add"),
        {"name": "另一人", "is_active": "on", "roles-TOTAL_FORMS": 0, "roles-INITIAL_FORMS": 0, **typed},
    )
    assert set(page.context["adminform"].form.errors) == {"username" if typed["username"] else "staff_no"}
    assert User.objects.filter(username__iexact="leader").count() == 1


def test_a_change_of_mail_address_is_told_to_the_old_one(as_):
    person = UserFactory(email="old@sjd.example")
    client = as_("union_staff")
    change(client, person, phone="13900001234")
    assert not Outbox.objects.exists()
    change(client, person, email="new@sjd.example")
    (letter,) = Outbox.objects.all()
    assert letter.payload["to"] == "old@sjd.example"
    assert "new@sjd.example" not in letter.payload["body"]
    assert letter.payload["subject"] == "您账号的电子邮箱已更改"


def test_a_new_person_signs_in_by_their_number_and_has_no_password(as_):
    client = as_("sysadmin")
    unit = UnitFactory()
    client.post(
        reverse("admin:accounts_user_add"),
        {"name": "外聘 专家", "staff_no": "07777", "unit": unit.pk, "is_active": "on", "roles-TOTAL_FORMS": 0,
         "roles-INITIAL_FORMS": 0},
    )  # fmt: skip
    person = User.objects.get(staff_no="07777")
    assert (person.username, person.has_usable_password()) == ("07777", False)


@pytest.mark.parametrize("action", ["print_codes", "send_links"])
def test_who_holds_a_role_is_activated_by_the_sysadmin_only(as_, action):
    holder = UserFactory(email="holder@sjd.example", roles=[("department_union",)])
    holder.set_unusable_password()
    holder.save()
    chosen = {"action": action, "_selected_action": [holder.pk]}
    page = as_("union_staff").post(LIST, chosen, follow=True).content.decode()
    assert "有 1 人担任角色或负责工作室，由系统管理员启用" in page
    assert not ActivationCode.objects.exists()
    assert not Outbox.objects.exists()
    as_("sysadmin").post(LIST, chosen)
    assert ActivationCode.objects.exists() == (action == "print_codes")
    assert Outbox.objects.exists() == (action == "send_links")


def test_links_sent_twice_are_sent_once_and_the_office_is_told(as_):
    person = UserFactory()
    person.set_unusable_password()
    person.save()
    chosen, office = {"action": "send_links", "_selected_action": [person.pk]}, as_("sysadmin")
    assert "已向 1 人发送启用链接" in office.post(LIST, chosen, follow=True).content.decode()
    assert (
        "有 1 人今天已发过启用链接，链接仍然有效" in office.post(LIST, chosen, follow=True).content.decode()
    )
    assert Outbox.objects.count() == 1


def test_activation_is_not_for_those_who_only_look(as_):
    person = UserFactory()
    person.set_unusable_password()
    person.save()
    as_("union_leader").post(LIST, {"action": "print_codes", "_selected_action": [person.pk]})
    assert not ActivationCode.objects.exists()


@pytest.mark.parametrize("kind", ["unit", "user"])
def test_the_list_asks_as_much_for_many_as_for_few(as_, kind, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_("union_staff")
    url = reverse(f"admin:accounts_{kind}_changelist")
    unit = UnitFactory(parent=UnitFactory())
    give_role(UserFactory(unit=unit), RoleCode.DEPARTMENT_UNION, unit=unit)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _ in range(30):
        child = UnitFactory(parent=unit)
        give_role(UserFactory(unit=child), RoleCode.DEPARTMENT_UNION, unit=child)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
    assert len(few) <= 14


@pytest.mark.parametrize(
    ("kind", "field", "none"), [("user", "unit", "未填单位"), ("unit", "parent", "无上级单位")]
)
def test_who_has_no_unit_is_found_by_words(as_, kind, field, none):
    unit = UnitFactory(parent=UnitFactory(name="上级"))
    UserFactory(unit=unit)
    page = as_("sysadmin").get(reverse(f"admin:accounts_{kind}_changelist"), {f"{field}__isnull": "True"})
    lists = page.context["cl"]
    (choices,) = [
        list(one.choices(lists))
        for one in lists.filter_specs
        if one.title == f"{'上级' * (kind == 'unit')}单位"
    ]
    assert [choice["display"] for choice in choices if choice["selected"]] == [none]
    assert "-" not in [choice["display"] for choice in choices]


@pytest.mark.parametrize("code", ["10100/1", "/", "10100 1", "一部", "", "10100"])
def test_a_unit_code_is_one_step_of_a_path(as_, code):
    UnitFactory(code="10100")
    fields = {"code": code, "name": "新的部门", "kind": "office"}
    page = as_("sysadmin").post(reverse("admin:accounts_unit_add"), fields)
    assert page.context["adminform"].form.errors["code"]
    assert Unit.objects.count() == 1


def test_a_unit_moves_with_all_below_it_or_not_at_all(monkeypatch):
    above, other = UnitFactory(code="1"), UnitFactory(code="2")
    moved = UnitFactory(code="3", parent=above)
    child = UnitFactory(code="4", parent=moved)
    save = Unit.save

    def fails_below(unit, *args, **kwargs):
        if unit.pk == child.pk:
            raise OSError("cut off")
        save(unit, *args, **kwargs)

    moved.parent = other
    with monkeypatch.context() as cut:
        cut.setattr(Unit, "save", fails_below)
        with pytest.raises(OSError, match="cut off"):
            moved.save()
    assert {unit.path for unit in Unit.objects.all()} == {"/1/", "/2/", "/1/3/", "/1/3/4/"}
    moved = Unit.objects.get(pk=moved.pk)
    moved.parent = other
    moved.save()
    assert {unit.path for unit in Unit.objects.all()} == {"/1/", "/2/", "/2/3/", "/2/3/4/"}
