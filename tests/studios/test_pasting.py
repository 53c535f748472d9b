"""Rows pasted out of Excel: read as a careful clerk would, shown before they go in, added once."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ledgers.models import Achievement
from studios import pasting, rowkinds
from studios.models import BudgetLine, Member, Project
from tests.factories import StudioFactory, UserFactory


@pytest.fixture
def studio(db):
    return StudioFactory()


def read(text, kind, studio):
    return pasting.read(text, rowkinds.get(kind), studio)


def added(text, kind, studio):
    pasted = read(text, kind, studio)
    assert pasted.problems == []
    return pasting.add(pasted, once=uuid.uuid4(), kind=rowkinds.get(kind))


def test_headings_may_stand_in_any_order_and_under_other_names(studio):
    added(
        "课题名称\t立项时间\t结题时间\t经费（万元）\t级别\n装备监测\t2025.3\t2026年12月\t12\t上海市级",
        "projects",
        studio,
    )
    project = Project.objects.get()
    assert (project.name, project.level, project.starts_on, project.ends_on, project.amount) == (
        "装备监测", "provincial", date(2025, 3, 1), date(2026, 12, 31), Decimal("120000.00"),
    )  # fmt: skip


def test_without_headings_the_columns_stand_in_the_order_of_the_page(studio):
    added("2026\t实验耗材\t学院\t1.2万元\n2026\t技术培训\t校工会\t￥8,000.00", "budget", studio)
    rows = set(BudgetLine.objects.values_list("purpose", "source", "amount"))
    assert rows == {("实验耗材", "unit", Decimal("12000.00")), ("技术培训", "union", Decimal("8000.00"))}


@pytest.mark.parametrize("key", ["honours", "members", "projects", "results", "budget", "rules"])
def test_form_table_and_heading_row_have_the_same_names_in_the_same_order(studio, key):
    kind = rowkinds.get(key)
    columns = {column.field: str(column.label) for column in kind.columns()}
    assert list(columns.items()) == list(asked(kind, kind.new(studio)).items())
    assert [column.headings[0] for column in kind.columns()] == list(columns.values())
    names = [name for name in columns if name not in kind.detail]
    assert list(kind.shown) == names
    of_a_kept_row = asked(kind, kind.new(studio, pk=1))  # it may ask more: who is in the team can leave it
    assert {name: kind.label(name) for name in kind.shown + kind.detail} == of_a_kept_row


def asked(kind, row):
    """What the form of a row asks, by field."""
    return {
        name: str(field.label) for name, field in kind.form(instance=row).fields.items() if name != "files"
    }


def test_members_with_a_staff_number_take_the_account_and_what_is_missing(studio):
    person = UserFactory(name="王㛃", title="讲师", degree="硕士研究生", birth_year=1990)
    added(f"姓名\t工号\t角色\n王 㛃\t{person.staff_no}\t骨干\n阿依古丽．买买提\t\t成员", "members", studio)
    known, unknown = Member.objects.order_by("pk")
    assert (known.user, known.title, known.degree, known.role) == (person, "讲师", "master", "core")
    assert (unknown.user, unknown.name) == (None, "阿依古丽·买买提")


@pytest.mark.parametrize("heading", ["", "工号\n", "教工号\t备注\n"])
def test_staff_numbers_alone_fill_in_the_rest(studio, heading):
    one = UserFactory(staff_no="01008", name="王㛃", title="讲师", degree="硕士研究生", birth_year=1990)
    two = UserFactory(name="韦睿", title="教授", degree="博士研究生", unit=studio.unit, birth_year=1970)
    added(f"{heading}1008\n{two.staff_no}", "members", studio)  # Excel has eaten a zero
    rows = Member.objects.order_by("pk").values_list("user", "name", "title", "degree", "birth_year", "role")
    assert list(rows) == [
        (one.pk, "王㛃", "讲师", "master", None, "member"),  # of another unit: no birth
        (two.pk, "韦睿", "教授", "doctor", 1970, "member"),
    ]


@pytest.mark.parametrize("heading", ["", "工号\n", "姓名\t工号\n"])
def test_a_number_that_nobody_has_is_said_at_its_row(studio, heading):
    lead, person, before = "\t" * ("姓名" in heading), UserFactory(), bool(heading)
    text = f"{heading}{lead}{person.staff_no}\n{lead}99999\n{lead}{studio.lead.staff_no}"
    pasted = read(text, "members", studio)
    assert [number for number, _form in pasted.good] == [1 + before]
    assert [(p.row, p.heading, p.value, p.reason) for p in pasted.problems] == [
        (2 + before, "工号", "99999", "没有这个工号。"),
        (3 + before, "工号", studio.lead.staff_no, "领衔人不列入成员。"),
    ]


def test_who_is_a_member_already_or_stands_there_twice_is_refused(studio):
    there, new = UserFactory(), UserFactory()
    Member.objects.create(studio=studio, user=there, name=there.name)
    pasted = read(f"{there.staff_no}\n{new.staff_no}\n{new.staff_no}", "members", studio)
    assert [number for number, _form in pasted.good] == [2]
    assert [(p.row, p.value) for p in pasted.problems] == [(1, there.staff_no), (3, new.staff_no)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("members", "工号"), ("members", "姓名"), ("members", "\n职工号\t\n"), ("members", "工号\t姓名\t职称"),
     ("budget", "年度\t用途\t来源\t金额（万元）"), ("budget", "年度\t用途\t来源\t金额\n合计\t\t\t300")],
)  # fmt: skip
def test_a_lone_heading_row_is_no_row(studio, kind, text):
    pasted = read(text, kind, studio)
    assert (pasted.good, pasted.problems) == ([], [])
    assert pasted.refused == "只粘贴了表头，没有数据行。请把表头下面的行一起复制过来。"


def test_a_heading_row_that_lacks_a_column_is_told_which(studio):
    pasted = read("年度\t用途\n2026\t耗材", "budget", studio)
    assert pasted.refused == "表头缺少这些列：来源、金额（元）。"


def test_a_row_without_headings_may_end_early_and_not_go_on_too_long(studio):
    pasted = read("2026\t耗材", "budget", studio)
    assert [(p.row, p.heading) for p in pasted.problems] == [(1, "来源"), (1, "金额（元）")]
    pasted = read("2026\t耗材\t学院\t100\t张三", "budget", studio)
    assert pasted.refused == "有一行多达 5 列，这里只有 4 列。请连同表头一起粘贴。"


def test_what_has_no_place_is_left_out_and_named(studio):
    text = "年度\t用途\t来源\t金额\t备注\n2026\t耗材\t学院\t100\t急用\t张三"
    pasted = read(text, "budget", studio)
    assert len(pasted.good) == 1
    assert pasted.unused == ["备注", "F 列（没有表头）"]


def test_each_problem_is_named_by_row_column_value_and_reason(studio):
    text = (
        "项目名称\t级别\t开始时间\t结束时间\n"
        "甲\t星级\t2025.1\t2026.1\n"
        "乙\t国家级\t2026.5\t2025.5\n"
        "丙\t国家级\t25.1\t2026.1"
    )
    pasted = read(text, "projects", studio)
    assert [(p.row, p.heading, p.value) for p in pasted.problems] == [
        (2, "级别", "星级"),
        (3, "项目名称", "乙"),
        (4, "开始时间", "25.1"),
    ]
    assert all(problem.reason for problem in pasted.problems)
    assert pasted.good == []
    assert pasted.bad == [2, 3, 4]


def test_rows_are_counted_from_the_first_line_without_headings_too(studio):
    pasted = read("2026\t耗材\t学院\t100\n2026\t耗材二\t月球\t100", "budget", studio)
    assert [number for number, _form in pasted.good] == [1]
    assert [(p.row, p.value) for p in pasted.problems] == [(2, "月球")]


def test_a_line_that_stands_there_twice_or_is_entered_already_is_refused(studio):
    text = "年度\t用途\t来源\t金额\n2026\t耗材\t学院\t100\n2026\t耗材\t学院\t100"
    assert read(text, "budget", studio).bad == [3]
    BudgetLine.objects.create(studio=studio, year=2026, purpose="耗材", source="unit", amount=100)
    assert read(text, "budget", studio).bad == [2, 3]


def test_results_read_dates_levels_and_amounts_as_people_write_them(studio):
    text = (
        "成果名称\t成果类别\t级别\t授予（认定）单位\t认定时间\t经济效益（万元）\n"
        "一种方法\t实用新型专利\t上海市级\t国家知识产权局\t２０２４年９月\t约3.5万\n"
        "一种装置\t发明专利\t国家级\t国家知识产权局\t2023-06-23\t12"
    )
    added(text, "results", studio)
    rows = set(Achievement.objects.values_list("kind", "level", "recognised_on", "benefit_amount"))
    assert rows == {
        ("utility", "provincial", date(2024, 9, 1), Decimal("35000.00")),
        ("invention", "national", date(2023, 6, 23), Decimal("120000.00")),
    }


@pytest.mark.parametrize("words", ["上海市", "上海", "上海市级", "直辖市", "省", "省部", "省部级"])
def test_what_the_city_grants_is_read_as_provincial(studio, words):
    added(f"项目名称\t级别\t开始时间\t结束时间\n装备监测\t{words}\t2025.3\t2026.12", "projects", studio)
    assert Project.objects.get().level == "provincial"


@pytest.mark.parametrize("words", ["区级", "闵行区", "局级", "市"])
def test_a_level_that_there_is_not_is_refused_with_what_counts_as_which(studio, words):
    pasted = read(f"项目名称\t级别\t开始时间\t结束时间\n甲\t{words}\t2025.3\t2026.12", "projects", studio)
    assert [(p.value, p.reason) for p in pasted.problems] == [
        (
            words,
            "应为以下之一：单位级、校级、市级、省部级、国家级。上海市颁发或立项的按省部级填写；区、局一级低于市级。",
        )
    ]


@pytest.mark.parametrize(
    ("words", "kind"), [("发明专利", "invention"), ("实用新型", "utility"), ("外观设计专利", "other")]
)
def test_a_patent_is_read_by_its_kind(studio, words, kind):
    added(f"成果名称\t成果类别\n一种装置\t{words}", "results", studio)
    assert Achievement.objects.get().kind == kind


def test_a_patent_of_no_kind_is_asked_for_it(studio):
    pasted = read("成果名称\t成果类别\n一种装置\t专利", "results", studio)
    assert pasted.good == []
    assert [p.reason for p in pasted.problems] == ["请写明专利类型：发明专利、实用新型专利或外观设计专利。"]


def test_a_cell_with_a_line_break_in_quotes_is_one_cell(studio):
    added('年度\t用途\t来源\t金额\n2026\t"实验\n耗材"\t学院\t100', "budget", studio)
    assert BudgetLine.objects.get().purpose == "实验 耗材"


def test_a_formula_is_refused(studio):
    pasted = read("年度\t用途\t来源\t金额\n2026\t=HYPERLINK(1)\t学院\t100", "budget", studio)
    assert pasted.bad == [2]


@pytest.mark.parametrize("text", ["", "  \n\t\n", "只有一格", "x\t" * 500, "行\t列\n" * 600])
def test_what_is_no_list_is_refused_with_a_sentence(studio, text):
    pasted = read(text, "budget", studio)
    assert pasted.good == []
    assert pasted.refused or pasted.problems


@pytest.mark.parametrize("typed", ["01008", "1008", " ０１００８ "])
def test_a_number_typed_into_the_form_is_read_as_a_pasted_one(cast, sign_in, typed):
    person = UserFactory(staff_no="01008", name="王㛃", title="讲师", degree="博士研究生")
    page = reverse("studios:row_add", args=[cast.studio.pk, "members"])
    answer = sign_in(cast.lead).post(page, {"staff_no": typed, "role": "member"})
    assert answer.status_code == 302
    row = cast.studio.members.get(user=person)
    assert (row.name, row.title, row.degree) == ("王㛃", "讲师", "doctor")


# -- the page


def test_the_preview_shows_what_the_number_brings_and_every_column_that_is_pasted(cast, sign_in):
    page = reverse("studios:rows_paste", args=[cast.studio.pk, "members"])
    person = UserFactory(name="王㛃", title="讲师", degree="硕士研究生", birth_year=1990)
    answer = sign_in(cast.lead).post(page, {"text": f"工号\t加入时间\n{person.staff_no}\t2024-03-01"})
    ((line, cells),) = answer.context["preview"]
    assert (line, [(cell.label, cell.text) for cell in cells]) == (2, [
        ("工号", person.staff_no), ("姓名", "王㛃"), ("专业技术职务", "讲师"), ("学历", "硕士研究生"),
        ("在工作室的角色", "成员"), ("加入日期", "2024年3月1日"),
    ])  # fmt: skip
    assert "1990" not in answer.content.decode()


@pytest.fixture
def page(cast):
    return reverse("studios:rows_paste", args=[cast.studio.pk, "budget"])


TEXT = "年度\t用途\t来源\t金额\n2026\t差旅\t学院\t100\n2026\t培训\t月球\t100"


def test_nothing_is_written_before_it_is_confirmed(cast, sign_in, page):
    before = cast.studio.budget_lines.count()
    answer = sign_in(cast.lead).post(page, {"text": TEXT, "once": str(uuid.uuid4())})
    assert len(answer.context["preview"]) == 1
    assert len(answer.context["pasted"].problems) == 1
    assert cast.studio.budget_lines.count() == before


def test_good_rows_go_in_once_and_the_others_stay_to_be_mended(cast, sign_in, page):
    before, data = cast.studio.budget_lines.count(), {"text": TEXT, "once": str(uuid.uuid4()), "confirm": "1"}
    client = sign_in(cast.lead)
    for _time in range(2):
        answer = client.post(page, data)
    assert cast.studio.budget_lines.count() == before + 1
    assert answer.context["text"].splitlines()[0] == "年度\t用途\t来源\t金额"
    assert "培训\t月球" in answer.context["text"]


@pytest.mark.parametrize(("data", "way"), [({"confirm": "1"}, "返回"), ({}, "取消")])
def test_what_has_gone_in_is_not_called_off(cast, sign_in, page, data, way):
    answer = sign_in(cast.lead).post(page, {"text": TEXT} | data)
    assert f">{way}</a>" in answer.content.decode()


def test_when_all_rows_are_good_the_page_leads_back(cast, sign_in, page):
    answer = sign_in(cast.lead).post(page, {"text": TEXT.replace("月球", "其他"), "confirm": "1"})
    assert answer.url == reverse("studios:part", args=[cast.studio.pk, "place"]) + "#budget"
