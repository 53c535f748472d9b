"""A confirmed list and somebody who changes the same rows meanwhile: neither takes back what the other has saved.

Real threads on real connections. On SQLite writers queue before they begin, so the twin runs on PostgreSQL only.
"""

import threading

import pytest
from django.db import connections
from django.urls import reverse

from accounts import import_writing
from accounts.import_writing import NotAsSeen, carry_out
from accounts.imports import plan, read
from accounts.models import Role, RoleCode, Unit, User
from tests.accounts.test_office_imports import confirm, upload
from tests.factories import UserFactory, give_role
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(cast):
    return UserFactory(
        staff_no="00077", name="乙", unit=cast.unit, phone="13900000001", title="讲师", post="主任"
    )


def listed(person: User, title: str = "教授") -> bytes:
    return f"工号,姓名,单位,职称\n{person.staff_no},{person.name},{person.unit.name},{title}\n".encode()


def previewed(content: bytes, by: User, kind: str = "user") -> dict:
    return {
        "kind": kind,
        "reading": read(kind, content, name="a.csv"),
        "seen": plan(kind, content, name="a.csv", by=by).fingerprint,
        "by": by,
    }


def meanwhile(monkeypatch, act) -> list:
    """Between the planning under the lock and the writing somebody else does ``act``; what became of it."""
    outcome, plan_of = [], import_writing.plan_of

    def run():
        try:
            outcome.append(act())
        except Exception as error:
            outcome.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=run)

    def plan_and_wait(*args, **kwargs):
        made = plan_of(*args, **kwargs)
        other.start()
        other.join(0.5)  # long enough for a change that nobody holds up
        outcome.append("waits" if other.is_alive() else "is done before the list")
        return made

    monkeypatch.setattr(import_writing, "plan_of", plan_and_wait)
    outcome.append(other)
    return outcome


def ended(outcome: list) -> list:
    other, *rest = outcome
    other.join(30)
    assert not other.is_alive()
    return [*rest, *outcome[1 + len(rest) :]]


def saved(person: User) -> tuple[str, str, str]:
    person.refresh_from_db()
    return person.title, person.phone, person.post


def test_who_saves_a_person_of_the_list_waits_for_it_and_is_not_taken_back(cast, person, monkeypatch):
    confirmed = previewed(listed(person), cast.sysadmin)
    changes = {"phone": "13911111111", "title": "研究员"}
    outcome = meanwhile(monkeypatch, lambda: User.objects.filter(pk=person.pk).update(**changes))
    carry_out(**confirmed)
    assert ended(outcome) == ["waits", 1]
    assert saved(person) == ("研究员", "13911111111", "主任")
    assert person.history.first().title == "教授"


def test_a_role_that_is_given_meanwhile_waits_for_the_list(cast, person, monkeypatch):
    confirmed = previewed(listed(person), cast.staff)
    outcome = meanwhile(
        monkeypatch, lambda: Role.objects.create(user_id=person.pk, code=RoleCode.EXPERT).get_code_display()
    )
    carry_out(**confirmed)
    assert ended(outcome) == ["waits", "评审专家"]
    assert person.roles.exists()


@pytest.mark.postgres
@pytest.mark.parametrize("given", ["title", "role"])
def test_without_the_lock_the_list_overrides_what_was_saved_meanwhile(cast, person, monkeypatch, given):
    """Also of somebody who holds a role by then."""
    monkeypatch.setattr(import_writing, "lock", lambda kind, reading: None)
    confirmed = previewed(listed(person), cast.staff)

    def change():
        if given == "role":
            Role.objects.create(user_id=person.pk, code=RoleCode.EXPERT)
        return User.objects.filter(pk=person.pk).update(title="研究员")

    outcome = meanwhile(monkeypatch, change)
    carry_out(**confirmed)
    assert ended(outcome)[-1] == "is done before the list"
    assert saved(person)[0] == "教授"
    assert person.roles.exists() == (given == "role")


def test_a_list_writes_only_what_it_changes(cast, person, monkeypatch):
    """Were there no lock: what the list does not speak of stays as somebody else has saved it."""
    plan_of = import_writing.plan_of

    def plan_and_save_elsewhere(*args, **kwargs):
        made = plan_of(*args, **kwargs)
        User.objects.filter(pk=person.pk).update(phone="13911111111", post="院长", is_active=False)
        return made

    monkeypatch.setattr(import_writing, "plan_of", plan_and_save_elsewhere)
    carry_out(**previewed(listed(person), cast.sysadmin))
    assert saved(person) == ("教授", "13911111111", "院长")
    assert not person.is_active


def test_each_person_of_a_list_gets_their_own_changes_with_history(cast):
    people = [
        UserFactory(staff_no=f"0008{at}", name=name, unit=cast.unit, title="讲师", post="")
        for at, name in enumerate(["王甲", "王乙", "王丙", "王丁"])
    ]
    content = (
        "工号,姓名,单位,职称,行政职务\n"
        f"00080,曾甲,{cast.unit.name},,\n00081,王乙,{cast.unit.name},教授,\n"
        f"00082,王丙,{cast.other_unit.name},教授,主任\n00083,王丁,{cast.unit.name},副教授,\n"
    ).encode()
    carry_out(**previewed(content, cast.sysadmin))
    for person in people:
        person.refresh_from_db()
    assert [(p.name, p.pinyin, p.initials, p.unit, p.title, p.post) for p in people] == [
        ("曾甲", "zengjia", "zj", cast.unit, "讲师", ""),
        ("王乙", "wangyi", "wy", cast.unit, "教授", ""),
        ("王丙", "wangbing", "wb", cast.other_unit, "教授", "主任"),
        ("王丁", "wangding", "wd", cast.unit, "副教授", ""),
    ]
    newest = [person.history.first() for person in people]
    assert [(row.name, row.title, row.history_user, row.history_change_reason) for row in newest] == [
        (person.name, person.title, cast.sysadmin, "import") for person in people
    ]


@pytest.mark.parametrize("change", ["role", "title"])
def test_what_was_saved_after_the_preview_is_shown_before_anything_is_written(cast, person, sign_in, change):
    office = sign_in(cast.staff)
    preview = upload(office, "user", listed(person), name="a.csv")
    if change == "role":
        give_role(person, RoleCode.EXPERT)
    else:
        User.objects.filter(pk=person.pk).update(title="研究员")
    again = confirm(office, preview)
    assert saved(person)[0] == ("讲师" if change == "role" else "研究员")
    assert "预览之后数据有变化" in again.content.decode()
    assert again.context["counts"]["bad"] == (1 if change == "role" else 0)


def test_nothing_is_written_of_a_list_that_was_not_seen_so(cast, person):
    with pytest.raises(NotAsSeen):
        carry_out(**previewed(listed(person), cast.sysadmin) | {"seen": ""})
    assert saved(person)[0] == "讲师"


def test_two_clicks_at_once_import_once(cast, person, sign_in):
    preview = upload(sign_in(cast.staff), "user", listed(person), name="a.csv")
    here = preview.redirect_chain[-1][0]
    sent = {"plan": preview.context["plan"].fingerprint}
    clients = [sign_in(cast.staff), sign_in(cast.staff)]
    answers = at_once(*[lambda client=client: client.post(here, sent).status_code for client in clients])
    assert answers == [302, 302]
    assert person.history.count() == 2
    assert confirm(clients[0], preview).context["outcome"] == {"new": 0, "changed": 1, "same": 0, "bad": 0}


def test_who_saves_a_unit_of_the_list_waits_for_it_and_is_not_taken_back(cast, sign_in, monkeypatch):
    """Also in a column that the list has: who saves last has the last word."""
    unit, other = cast.unit, cast.other_unit
    content = f"单位编码,单位名称,上级单位,单位类别\n{unit.code},{unit.name},{other.name},直属单位\n".encode()
    confirmed = previewed(content, cast.sysadmin, kind="unit")
    office = sign_in(cast.staff)
    fields = {
        "code": unit.code, "name": unit.name, "short_name": "机动", "kind": "office",
        "union_name": "", "union_chair": "余洋", "union_phone": "",
    }  # fmt: skip
    address = reverse("admin:accounts_unit_change", args=[unit.pk])
    outcome = meanwhile(monkeypatch, lambda: office.post(address, fields).status_code)
    carry_out(**confirmed)
    assert ended(outcome) == ["waits", 302]
    unit = Unit.objects.get(pk=unit.pk)
    assert (unit.parent, unit.kind, unit.union_chair) == (other, "office", "余洋")
    assert unit.path == f"/{other.code}/{unit.code}/"


def test_a_list_of_units_writes_only_what_it_changes(cast, monkeypatch):
    unit, plan_of = cast.unit, import_writing.plan_of
    content = f"单位编码,单位名称,单位类别,工会主席\n{unit.code},{unit.name},学院,余洋\n".encode()

    def plan_and_save_elsewhere(*args, **kwargs):
        made = plan_of(*args, **kwargs)
        Unit.objects.filter(pk=unit.pk).update(union_phone="021-54740000", short_name="机动")
        return made

    monkeypatch.setattr(import_writing, "plan_of", plan_and_save_elsewhere)
    carry_out(**previewed(content, cast.sysadmin, kind="unit"))
    unit.refresh_from_db()
    assert (unit.union_chair, unit.union_phone, unit.short_name) == ("余洋", "021-54740000", "机动")


def test_a_list_costs_a_few_queries_for_a_hundred_people(cast, django_assert_max_num_queries):
    rows = [f"{at},新人,{cast.unit.name},讲师" for at in range(60000, 60400)]
    content = "\n".join(["工号,姓名,单位,职称", *rows]).encode()
    for title, fate in (("讲师", "new"), ("教授", "changed")):
        confirmed = previewed(content.replace("讲师".encode(), title.encode()), cast.sysadmin)
        with django_assert_max_num_queries(60):
            assert carry_out(**confirmed).counts[fate] == 400
