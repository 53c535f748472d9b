"""The one reader: finds the table in files as people keep them, cleans cells, and names what cannot be taken."""

import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook

from records import cells, sheets
from records.cells import Refused
from records.sheets import Column, UnreadableFile, read
from records.tables import export, marked_copy

ON = date(2026, 11, 22)
COLUMNS = [
    Column("number", "Number", ["工号", "职工号"], cells.code(5), required=True, unique=True),
    Column("name", "Name", ["姓名"], cells.name, required=True),
    Column("born", "Born", ["出生年月"], cells.month(on=ON)),
    Column("kind", "Kind", ["类别"], cells.title(), down=True),
    Column("phone", "Phone", ["手机"], cells.mobile),
]


def table(*rows, merges=(), **sheets_beside) -> bytes:
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for merge in merges:
        page.merge_cells(merge)
    for name, others in sheets_beside.items():
        beside = book.create_sheet(name)
        for row in others:
            beside.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def values(content: bytes, name: str = "") -> list[tuple]:
    return [
        (row.number, row.values["number"], row.values["name"])
        for row in read(content, COLUMNS, name=name).rows
    ]


# Cells


@pytest.mark.parametrize(
    "spelling",
    [
        "1977.08", "1977.8", 1977.08, "1977/8/13", "1977-08-13", "1977年8月", "1977年8月13日", "１９７７年８月",
        "197708", 197708,
        "19770813", datetime(1977, 8, 13), date(1977, 8, 13), 28350, "1977-08-13 00:00:00", "1977．08",
        "1977。8", "1977 年 8 月",
        "一九七七年八月", "1977—08", "1977.8生", " 1977.08 ",
    ],
)  # fmt: skip
def test_a_month_is_read_in_any_spelling(spelling):
    assert cells.month(on=ON)(spelling) == (1977, 8)


@pytest.mark.parametrize(
    "wrong", ["1980年13月", "2031.5", "1977", "77.8", 1977.1, "1977.2.30", "1850.3", "不详", "1977.0", "88"]
)
def test_what_is_no_month_is_refused_with_a_reason(wrong):
    with pytest.raises(Refused) as refused:
        cells.month(on=ON)(wrong)
    assert str(refused.value)


def test_a_day_takes_the_year_of_its_sheet():
    assert cells.day(year=2024)("10月10日") == date(2024, 10, 10)
    assert cells.day(year=2024)("2023.2.1") == date(2023, 2, 1)
    with pytest.raises(Refused):
        cells.day()("10月10日")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("李  𬭎", "李𬭎"), ("区\u3000霞", "区霞"), (" 张三\u200b ", "张三"), ("John  Smith", "John Smith"),
        ("阿依古丽·买买提", "阿依古丽·买买提"), ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"), ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"), ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("J. R. Smith", "J. R. Smith"), ("龚\ue863", "龚䶮"), ("⽅⼀", "方一"),
    ],
)  # fmt: skip
def test_names_are_written_one_way(given, name):
    assert cells.name(given) == name


@pytest.mark.parametrize("wrong", ["张3", "=1+1", "张\ue001", "？？", "张三/李四"])
def test_what_is_no_name_is_refused(wrong):
    with pytest.raises(Refused):
        cells.name(wrong)


@pytest.mark.parametrize(
    "given", [1007, 1007.0, "1007", "01007", "０１００７", " 01007 ", "'01007", "1007.0"]
)
def test_zeros_that_excel_ate_are_put_back(given):
    assert cells.code(5)(given) == "01007"


@pytest.mark.parametrize("wrong", ["123456", "A1007", "=1+1", 1.5, "0", "-1007", "1007/8"])
def test_what_is_no_number_of_somebody_is_refused(wrong):
    with pytest.raises(Refused):
        cells.code(5)(wrong)


@pytest.mark.parametrize(
    ("given", "number"),
    [(13906419964, "13906419964"), ("139 0641 9964", "13906419964"), ("１３９０６４１９９６４", "13906419964"),
     ("+86 139-0641-9964", "13906419964")],
)  # fmt: skip
def test_mobile_phones(given, number):
    assert cells.mobile(given) == number


@pytest.mark.parametrize(
    ("given", "unit", "yuan"),
    [(12, 10000, "120000.00"), ("12万元", 1, "120000.00"), ("￥120,000.00", 10000, "120000.00"),
     ("约3.5万", 10000, "35000.00"),
     ("￥1,200,000.00元", 10000, "1200000.00"), (0.1, 10000, "1000.00"), ("1,234.5", 1, "1234.50")],
)  # fmt: skip
def test_amounts(given, unit, yuan):
    assert cells.amount(unit=unit)(given) == Decimal(yuan)


def test_an_amount_in_words_is_refused():
    with pytest.raises(Refused):
        cells.amount()("若干")


@pytest.mark.parametrize(("given", "count"), [("58人", 58), ("50人次", 50), (75, 75), ("８人", 8)])
def test_counts_with_their_unit(given, count):
    assert cells.count("人", "人次")(given) == count


# Tables


def test_the_heading_row_is_found_below_titles_with_blanks_and_stars_in_headings():
    content = table(
        ["某大学教职工一览表（2026年3月）"],
        [],
        ["填表单位：人事处"],
        ["序号", "工 号*", "姓\n名", "出生年月（年.月）"],
        [1, 1007, "甲", "1977.8"],
    )
    reading = read(content, COLUMNS)
    assert [(row.number, row.values) for row in reading.rows] == [
        (5, {"number": "01007", "name": "甲", "born": (1977, 8)})
    ]
    assert reading.tables[0].unused == ["序号"]


def test_two_heading_rows_are_read_as_one():
    content = table(
        ["工号", "姓名", "联系方式", None], [None, None, "手机", "备用"], [1, "甲", "13900000000", None]
    )
    [row] = read(content, COLUMNS).rows
    assert (row.number, row.values["phone"]) == (3, "13900000000")


def test_merged_cells_count_for_each_row_they_cover():
    rows = [["工号", "姓名", "类别"], [1, "甲", "学院"], [2, "乙", None], [3, "丙", None], [4, "丁", "机关"]]
    reading = read(table(*rows, merges=["C2:C3"]), COLUMNS)
    assert [row.values["kind"] for row in reading.rows] == ["学院", "学院", None, "机关"]


def test_in_csv_a_blank_takes_the_value_above():
    content = "工号,姓名,类别\n1,甲,学院\n2,乙,\n3,丙,机关\n".encode("gb18030")
    assert [row.values["kind"] for row in read(content, COLUMNS, name="a.csv").rows] == [
        "学院",
        "学院",
        "机关",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_csv_in_any_encoding_and_with_any_comma(encoding, comma):
    content = f"职工台账\r\n工号{comma}姓名\r\n01007{comma}李𬭎\r\n".encode(encoding)
    assert values(content, "a.csv") == [(3, "01007", "李𬭎")]


def test_footers_section_titles_repeated_headings_and_empty_rows_are_no_data():
    content = table(
        ["工号", "姓名", "出生年月"],
        ["一、学院", None, None],
        [1, "甲", None],
        ["小计", "1人", None],
        ["工号", "姓名", "出生年月"],
        [None, " ", None],
        [2, "乙", None],
        ["合　计", "2人", None],
        ["注：1.工号以人事系统为准", None, None],
        ["2.另附说明", None, None],
        ["制表人：某某", None, "审核：某某"],
        merges=["A2:C2"],
    )
    reading = read(content, COLUMNS)
    assert [row.number for row in reading.rows] == [3, 7]
    assert reading.problems == []


def test_rows_that_only_have_a_serial_number_are_no_data():
    content = table(
        ["序号", "工号", "姓名", "备注"], [1, 7, "甲", None], [2, None, None, None], [3, None, None, "待定"]
    )
    assert [row.number for row in read(content, COLUMNS).all] == [2]


def test_sheets_without_the_columns_and_hidden_sheets_are_left_aside():
    book = Workbook()
    book.active.append(["1. 请勿改动表头"])
    for title, state in (("甲院", "visible"), ("乙院", "visible"), ("旧表", "hidden")):
        page = book.create_sheet(title)
        page.sheet_state = state
        page.append(["姓名", "工号"])
        page.append(["甲", {"甲院": 1, "乙院": 2, "旧表": 3}[title]])
    out = io.BytesIO()
    book.save(out)
    reading = read(out.getvalue(), COLUMNS)
    assert [(row.sheet, row.number, row.values["number"]) for row in reading.rows] == [
        ("甲院", 2, "00001"),
        ("乙院", 2, "00002"),
    ]


def test_a_table_that_lacks_a_required_column_says_which():
    with pytest.raises(UnreadableFile, match="姓名"):
        read(table(["工号", "出生年月"], [1, "1977.8"]), COLUMNS)


def test_a_file_without_any_table_says_what_is_looked_for():
    with pytest.raises(UnreadableFile, match="工号、姓名"):
        read(table(["随便写写"]), COLUMNS)


def test_several_problems_of_a_row_are_all_named_and_a_double_names_the_first():
    content = table(
        ["工号", "姓名", "出生年月", "手机"],
        [1, "甲", "1977.8", 13900000000],
        ["00001", "乙", None, None],
        [2, None, "1980年13月", "139"],
        [1, "甲", "1977年8月", "139 0000 0000"],
    )
    reading = read(content, COLUMNS)
    assert [row.number for row in reading.rows] == [2]
    assert [(p.row, p.column, p.heading, p.value) for p in reading.problems] == [
        (3, "A", "工号", "00001"),
        (4, "B", "姓名", ""),
        (4, "C", "出生年月", "1980年13月"),
        (4, "D", "手机", "139"),
        (5, "A", "工号", "1"),
    ]
    assert "2" in reading.problems[0].reason


def test_marks_for_nothing_are_nothing():
    content = table(["工号", "姓名", "出生年月", "手机"], [1, "甲", "—", "无"], ["-", "乙", "/", None])
    reading = read(content, COLUMNS)
    assert [(row.values["born"], row.values["phone"]) for row in reading.rows] == [(None, None)]
    assert [(p.cell, p.value) for p in reading.problems] == [("A3", "-")]


def test_a_number_shown_with_two_places_means_what_it_shows():
    book = Workbook()
    book.active.append(["工号", "姓名", "出生年月"])
    book.active.append([1, "甲", 1977.1])
    book.active["C2"].number_format = "0.00"
    out = io.BytesIO()
    book.save(out)
    [row] = read(out.getvalue(), COLUMNS).rows
    assert row.values["born"] == (1977, 10)


def test_columns_may_follow_the_year_of_a_sheet():
    def columns(year):
        return [
            Column("on", "Date", ["日期"], cells.day(year=year), required=True),
            Column("what", "What", ["名称"]),
        ]

    content = table(
        ["日期", "名称"], ["10月10日", "甲"], **{"2023年": [["日期", "名称"], ["10月10日", "乙"]]}
    )
    reading = read(content, columns)
    assert [row.values["on"] for row in reading.rows] == [date(2023, 10, 10)]
    assert [p.cell for p in reading.problems] == ["A2"]


def test_an_old_workbook_reads_like_a_new_one():
    from pathlib import Path

    def columns(year):
        return [
            Column("on", "Date", ["日期", "活动时间", "时间"], cells.day(year=year), required=True),
            Column("what", "What", ["名称", "活动名称", "主题"], cells.text(), required=True),
        ]

    samples = Path(__file__).parent.parent / "samples"
    old, new = (read((samples / f"activities{ending}").read_bytes(), columns) for ending in (".xls", ".xlsx"))
    assert len(new.rows) > 90
    assert [(r.sheet, r.number, r.values) for r in old.rows] == [
        (r.sheet, r.number, r.values) for r in new.rows
    ]
    assert [p.cell for p in old.problems] == [p.cell for p in new.problems]


def test_what_is_exported_can_be_read_again():
    content = export(
        ["工号", "姓名", "手机"], [["00012", "=甲", "13900000000"], ["00013", "乙", ""]], sheet="人员[1]"
    )
    reading = read(content, COLUMNS)
    assert [row.values["number"] for row in reading.rows] == ["00013"]
    assert [(p.cell, p.value) for p in reading.problems] == [("B2", "=甲")]


def test_a_marked_copy_has_the_bad_rows_only_and_reads_again_with_the_same_problems():
    rows = [["标题"], ["工号", "姓名", "类别"], [1, "甲", "学院"], [None, "乙", None], [3, "丙3", None]]
    reading = read(table(*rows, merges=["A1:C1", "C3:C5"]), COLUMNS)
    again = read(marked_copy(reading), COLUMNS)
    assert [row.raw["kind"] for row in again.all] == ["学院", "学院"]
    assert [(p.heading, p.value) for p in again.problems] == [(p.heading, p.value) for p in reading.problems]
    assert sheets.year_in(again.tables[0].sheet) is None
