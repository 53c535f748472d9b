"""Units and people from the lists that come in: every good row as it stands in the truth, every bad row named."""

import json
import time
from datetime import date
from pathlib import Path

import pytest

from accounts.import_writing import carry_out
from accounts.imports import Fate, plan, read
from accounts.models import Role, RoleCode, Unit, User
from records.outbox import Outbox
from records.tables import marked_copy
from studios.honours import parse_honour
from tests.factories import StudioFactory

SAMPLES = Path(__file__).parent.parent / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text())
ON = date(2026, 11, 22)
KINDS = {
    "学院": "college",
    "医学院": "medical_school",
    "附属单位": "affiliated",
    "直属单位": "direct",
    "机关部处": "office",
}
LEVELS = {"municipal_direct": "provincial", "national": "national", "university": "university", None: None}

pytestmark = pytest.mark.django_db


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@pytest.fixture
def sysadmin():
    user = User.objects.create_user("90001", name="管理员", staff_no="90001")
    Role.objects.create(user=user, code=RoleCode.SYSADMIN)
    return user


def bring_in(kind, content, by, name=""):
    seen = plan(kind, content, name=name, by=by, on=ON).fingerprint
    return carry_out(kind, read(kind, content, name=name, on=ON), seen=seen, by=by)


@pytest.fixture
def units(sysadmin):
    return bring_in("unit", sample("units.xlsx"), sysadmin)


def test_every_good_unit_goes_in_as_it_stands(units):
    stored = {
        (unit.code, unit.name, unit.parent.name if unit.parent else "", unit.kind)
        for unit in Unit.objects.select_related("parent")
    }
    truth = {(g["code"], g["name"], g["parent"], KINDS[g["kind"]]) for g in TRUTH["units.xlsx"]["good"]}
    assert stored == truth
    hospital = Unit.objects.get(code="20100")
    assert hospital.path == "/20000/20100/"
    assert hospital.history.get().history_user.staff_no == "90001"
    ship = Unit.objects.get(code="01000")
    assert (ship.short_name, ship.union_name, ship.union_chair, ship.union_phone) == (
        "船海",
        "船舶与海洋工程学院部门工会",
        "余洋",
        "021-54741542",
    )


def test_every_bad_unit_is_named_by_row_column_value_and_reason(units):
    assert {row.number for row in units.reading.bad} == {bad["row"] for bad in TRUTH["units.xlsx"]["bad"]}
    told = {(p.cell, p.heading, p.value) for p in units.reading.problems}
    assert told == {
        ("B31", "单位编码", "06000"),
        ("E32", "上级单位", "不存在的研究院"),
        ("B33", "单位编码", ""),
        ("B34", "单位编码", "05000"),
    }
    assert all(problem.reason for problem in units.reading.problems)


def test_every_good_person_goes_in_as_they_stand(units, sysadmin):
    made = bring_in("user", sample("people.xlsx"), sysadmin)
    rows = {line.row.number: line.thing for line in made.lines if line.fate == Fate.NEW}
    people = {
        row: User.objects.select_related("unit").get(pk=person.pk) for row, person in list(rows.items())
    }
    stored = {
        row: (p.staff_no, p.name, p.unit.code, p.birth_year, p.birth_month, p.title, p.degree, p.honour_text)
        for row, p in people.items()
    }
    truth = {
        g["row"]: (
            g["staff_no"],
            g["name"],
            g["unit"],
            *g["born"],
            g["title"],
            g["degree"],
            g["honour"],
        )
        for g in TRUTH["people.xlsx"]["good"]
    }
    assert stored == truth
    levels = {row: parse_honour(p.honour_text).level for row, p in people.items()}
    assert levels == {g["row"]: LEVELS[g["honour_level"]] for g in TRUTH["people.xlsx"]["good"]}


def test_every_bad_person_is_named_by_row_column_value_and_reason(units, sysadmin):
    made = plan("user", sample("people.xlsx"), by=sysadmin, on=ON)
    assert {row.number for row in made.reading.bad} == {bad["row"] for bad in TRUTH["people.xlsx"]["bad"]}
    assert {(p.cell, p.heading, p.value) for p in made.reading.problems} == {
        ("A403", "工 号", "01140"),
        ("A404", "工 号", ""),
        ("B405", "姓名", ""),
        ("D406", "出生年月", "1980年13月"),
        ("D407", "出生年月", "2031.5"),
        ("E408", "所在单位", "法学与社会学院"),
        ("K409", "手机号码", "1390000"),
        ("L409", "电子邮箱", "not-an-address"),
        ("A410", "工 号", "=1+1"),
    }
    assert not User.objects.exclude(pk=sysadmin.pk).exists()


def test_imported_people_have_no_password_and_are_found_by_pinyin(units, sysadmin):
    bring_in("user", sample("people.xlsx"), sysadmin)
    person = User.objects.get(staff_no="01091")
    assert (person.username, person.pinyin, person.initials) == ("01091", "zengtaoying", "zty")
    assert not person.has_usable_password()
    record = person.history.get()
    assert (record.history_user, record.history_type) == (sysadmin, "+")
    assert User.objects.search("ouyangjunxuan").get().staff_no == "01021"


@pytest.mark.parametrize(("kind", "file"), [("unit", "units.xlsx"), ("user", "people.xlsx")])
def test_the_same_file_twice_changes_nothing(units, sysadmin, kind, file):
    bring_in(kind, sample(file), sysadmin)
    histories = User.history.count(), Unit.history.count()
    again = bring_in(kind, sample(file), sysadmin)
    assert again.to_write == []
    assert again.counts["bad"] == len(TRUTH[file]["bad"])
    assert (User.history.count(), Unit.history.count()) == histories


def test_a_changed_row_says_what_changes_and_keeps_history(units, sysadmin):
    bring_in("user", sample("people.xlsx"), sysadmin)
    content = "工号,姓名,单位,职称,出生年月\n1091,曾弢英,法学院,,1982年1月\n".encode()
    made = bring_in("user", content, sysadmin, name="a.csv")
    [line] = made.lines
    assert [(c.before, c.after) for c in line.changes] == [("药学院", "法学院")]
    person = User.objects.get(staff_no="01091")
    assert (person.unit.name, person.title) == ("法学院", "教授")  # an empty cell leaves what is there
    assert [record.history_type for record in person.history.all()] == ["~", "+"]


def test_a_marked_copy_of_bad_rows_is_mended_and_imported(units, sysadmin):
    import io

    from openpyxl import load_workbook

    first = bring_in("user", sample("people.xlsx"), sysadmin)
    book = load_workbook(io.BytesIO(marked_copy(first.reading)))
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]][:3] == ["工 号", "姓名", "性别"]
    assert page.max_row == 2 + len(TRUTH["people.xlsx"]["bad"])  # with the row that one of them contradicts
    unmended = plan("user", marked_copy(first.reading), by=sysadmin, on=ON)
    assert {line.key for line in unmended.lines if line.fate == Fate.BAD} == {
        "01140", "", "88001", "88002", "88003", "88004", "88005", "=1+1",
    }  # fmt: skip
    page["A4"] = "88006"  # nobody's number was missing
    page["B5"] = "李甲"
    page["D6"] = "1980年12月"
    page["D7"] = "1981.5"
    page["E8"] = "法学院"
    page["K9"], page["L9"] = "13900000009", "t@sjd.example"
    page["A10"] = "88007"
    out = io.BytesIO()
    book.save(out)
    mended = bring_in("user", out.getvalue(), sysadmin)
    assert mended.counts == {"new": 7, "changed": 0, "same": 1, "bad": 1}
    assert User.objects.get(staff_no="88002").birth_month == 12


@pytest.mark.parametrize(("kind", "file"), [("unit", "units.xlsx"), ("user", "people.xlsx")])
def test_a_marked_copy_that_nobody_mended_changes_nothing(units, sysadmin, kind, file):
    first = bring_in(kind, sample(file), sysadmin)
    histories = User.history.count(), Unit.history.count()
    again = bring_in(kind, marked_copy(first.reading), sysadmin)
    assert again.to_write == []
    assert again.counts["bad"] == len(TRUTH[file]["bad"])
    assert (User.history.count(), Unit.history.count()) == histories


def test_the_second_of_two_rows_is_taken_once_the_first_is_deleted(units, sysadmin):
    import io

    from openpyxl import load_workbook

    first = bring_in("unit", sample("units.xlsx"), sysadmin)
    book = load_workbook(io.BytesIO(marked_copy(first.reading)))
    page = book.worksheets[0]
    first_of_two, _second = [cell.row for cell in page["B"] if cell.value == "06000"]
    page.delete_rows(first_of_two)
    out = io.BytesIO()
    book.save(out)
    assert [line.key for line in plan("unit", out.getvalue(), by=sysadmin).to_write] == ["06000"]


def test_a_double_says_once_in_which_columns_it_differs(units, sysadmin):
    [reason] = [p.reason for p in units.reading.problems if p.row == 31]
    assert reason == "与第 8 行重复，这些列不同：部门工会主席、联系电话。"
    made = plan("user", sample("people.xlsx"), by=sysadmin, on=ON)
    [reason] = [p.reason for p in made.reading.problems if p.row == 403]
    assert "性别" in reason
    assert "姓名" not in reason


def test_a_code_does_not_change_its_unit_and_a_name_not_its_code(units, sysadmin):
    content = "单位编码,单位名称,单位类别\n05000,统计学院,学院\n60000,法学院,学院\n".encode()
    made = bring_in("unit", content, sysadmin, name="u.csv")
    assert [(p.cell, p.value) for p in made.reading.problems] == [("A2", "05000"), ("B3", "法学院")]


def test_parents_may_come_later_and_rings_are_refused(sysadmin):
    content = (
        "单位编码,单位名称,上级单位,单位类别\n"
        "70200,乙中心,甲中心,直属单位\n70100,甲中心,,直属单位\n"
        "70300,丙中心,丁中心,直属单位\n70400,丁中心,丙中心,直属单位\n70500,戊中心,戊中心,直属单位\n"
        "70600,己中心,庚中心,直属单位\n70700,庚中心,没有的单位,直属单位\n"
    ).encode()
    made = bring_in("unit", content, sysadmin, name="u.csv")
    assert {unit.path for unit in Unit.objects.all()} == {"/70100/", "/70100/70200/"}
    assert {row.number for row in made.reading.bad} == {4, 5, 6, 7, 8}


def chain(count: int, first: int = 70001) -> bytes:
    """Units each of which stands below the one before."""
    rows = [
        f"{first + at},甲{first + at},{f'甲{first + at - 1}' if at else ''},直属单位" for at in range(count)
    ]
    return "\n".join(["单位编码,单位名称,上级单位,单位类别", *rows, ""]).encode()


def test_a_tree_that_is_too_deep_for_its_paths_is_refused_below_the_last_that_fits(sysadmin):
    made = bring_in("unit", chain(50), sysadmin, name="u.csv")
    assert Unit.objects.count() == 42
    assert max(len(unit.path) for unit in Unit.objects.all()) == 253
    assert [problem.row for problem in made.reading.problems] == list(range(44, 52))
    assert "层级过多" in made.reading.problems[0].reason


def test_what_hangs_below_a_unit_that_moves_has_to_fit_as_well(sysadmin):
    bring_in("unit", chain(30), sysadmin, name="u.csv")
    bring_in("unit", chain(20, first=60001), sysadmin, name="u.csv")
    content = "单位编码,单位名称,上级单位,单位类别\n60001,甲60001,甲70030,直属单位\n60019,甲60019,甲70030,直属单位\n"
    made = bring_in("unit", content.encode(), sysadmin, name="u.csv")
    assert [problem.cell for problem in made.reading.problems] == ["C2"]
    assert Unit.objects.get(code="60001").parent is None
    assert len(Unit.objects.get(code="60020").path) == 1 + 32 * 6


def test_placing_units_costs_as_much_as_the_list_is_long(sysadmin):
    def cost(count):
        began = time.thread_time()
        plan("unit", chain(count, first=10001), name="u.csv", by=sysadmin, on=ON)
        return time.thread_time() - began

    cost(10)
    assert cost(3000) < 40 * cost(300)


@pytest.mark.parametrize("name", ["王" * 45, "庄" * 60, "Aa " * 19 + "x"])
def test_a_long_name_is_imported_with_as_much_pinyin_as_fits(units, sysadmin, name):
    content = f"工号,姓名,单位\n70001,{name},图书馆\n70002,李四,图书馆\n".encode()
    bring_in("user", content, sysadmin, name="p.csv")
    person = User.objects.get(staff_no="70001")
    assert person.name == name
    assert (len(person.pinyin) <= 200, len(person.initials) <= 40) == (True, True)
    assert User.objects.search("李四").get().staff_no == "70002"


def test_an_ambiguous_short_name_is_refused_and_a_code_is_understood(units, sysadmin):
    Unit.objects.filter(code="13000").update(short_name="学院")
    Unit.objects.filter(code="14000").update(short_name="学院")
    content = "工号,姓名,单位\n70001,甲乙,学院\n70002,丙丁,1000\n".encode()
    made = plan("user", content, name="p.csv", by=sysadmin, on=ON)
    assert [(p.cell, p.value) for p in made.reading.problems] == [("C2", "学院")]
    assert made.lines[1].thing.unit.code == "01000"


@pytest.mark.parametrize(
    "role",
    [{"code": "union_leader"}, {"code": "expert"}, {"code": "unit_leader", "side": "party"}],
    ids=lambda role: role["code"],
)
@pytest.mark.parametrize("active", [True, False])
def test_who_holds_a_role_is_changed_by_the_sysadmin_only(units, sysadmin, role, active):
    library = Unit.objects.get(code="30000")
    holder = User.objects.create_user("90002", name="主席", staff_no="90002", unit=library, is_active=active)
    Role.objects.create(user=holder, unit=library if "side" in role else None, **role)
    User.objects.create_user("90004", name="职工", staff_no="90004", unit=library)
    staff = User.objects.create_user("90003", name="干事", staff_no="90003")
    Role.objects.create(user=staff, code=RoleCode.UNION_STAFF)
    content = (
        "工号,姓名,单位,电子邮箱\n90002,主席,图书馆,mine@sjd.example\n90004,职工,图书馆,new@sjd.example\n"
    ).encode()
    refused = plan("user", content, name="p.csv", by=staff, on=ON)
    assert [(line.key, line.fate) for line in refused.lines] == [("90002", Fate.BAD), ("90004", Fate.CHANGED)]
    assert [problem.cell for problem in refused.reading.problems] == ["A2"]
    assert plan("user", content, name="p.csv", by=sysadmin, on=ON).counts["changed"] == 2


def test_the_mail_address_of_a_lead_is_imported_by_the_sysadmin_only(units, sysadmin):
    library = Unit.objects.get(code="30000")
    lead = User.objects.create_user("90008", "own@sjd.example", name="职工", staff_no="90008", unit=library)
    StudioFactory(lead=lead, unit=library)
    staff = User.objects.create_user("90003", name="干事", staff_no="90003")
    Role.objects.create(user=staff, code=RoleCode.UNION_STAFF)
    address = "工号,姓名,单位,电子邮箱\n90008,职工,图书馆,mine@sjd.example\n".encode()
    title = "工号,姓名,单位,职称\n90008,职工,图书馆,研究馆员\n".encode()
    assert [p.cell for p in plan("user", address, name="p.csv", by=staff, on=ON).reading.problems] == ["D2"]
    assert plan("user", title, name="p.csv", by=staff, on=ON).counts["changed"] == 1
    assert plan("user", address, name="p.csv", by=sysadmin, on=ON).counts["changed"] == 1


def test_a_number_by_which_somebody_else_signs_in_is_refused(units, sysadmin):
    User.objects.create_user("70001", name="校外专家")
    User.objects.create_user("li", name="李甲", staff_no="70002", unit=Unit.objects.get(code="30000"))
    content = "工号,姓名,单位\n70001,王乙,图书馆\n70002,李甲,图书馆\n70003,赵丙,图书馆\n".encode()
    made = plan("user", content, name="p.csv", by=sysadmin, on=ON)
    assert [(p.cell, p.value) for p in made.reading.problems] == [("A2", "70001")]
    assert made.counts == {"new": 1, "changed": 0, "same": 1, "bad": 1}


def test_a_new_mail_address_is_told_to_the_old_one(units, sysadmin):
    library = Unit.objects.get(code="30000")
    for number, address in (("90005", "old@sjd.example"), ("90006", ""), ("90007", "same@sjd.example")):
        User.objects.create_user(number, address, name="职工", staff_no=number, unit=library)
    content = (
        "工号,姓名,单位,电子邮箱,职称\n90005,职工,图书馆,new@sjd.example,\n90006,职工,图书馆,first@sjd.example,\n"
        "90007,职工,图书馆,same@sjd.example,馆员\n"
    ).encode()
    made = bring_in("user", content, sysadmin, name="p.csv")
    assert made.counts["changed"] == 3
    assert [row.payload["to"] for row in Outbox.objects.filter(kind="letter")] == ["old@sjd.example"]


def test_a_preview_reads_the_same_in_every_process(sysadmin):
    """Confirmation may meet another worker; a set in another order must not look like a change."""
    import subprocess
    import sys

    script = (
        "import django, sys; django.setup()\n"
        "from records import sheets; from accounts.import_columns import unit_columns\n"
        "reading = sheets.read(open(sys.argv[1], 'rb').read(), unit_columns())\n"
        "print([(p.cell, p.value) for p in reading.problems])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script, str(SAMPLES / "units.xlsx")],
            capture_output=True,
            text=True,
            check=True,
            cwd=SAMPLES.parent.parent,
            env={"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONHASHSEED": seed, "LANG": "C.UTF-8"},
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(said) == 1
