"""Files that nobody means well with get a clear message, soon and cheaply; nothing that leaves can act as a formula."""

import io
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from openpyxl import load_workbook

from records import cells, ooxml, sheets
from records.sheets import Column
from records.tables import export, harmless, marked_copy
from records.workbooks import Limits, Patience, Sheet, UnreadableFile, open_workbook
from tests.records import hostile

COLUMNS = [
    Column("staff_no", "Staff number", ["工号"], cells.code(5), required=True, unique=True),
    Column("name", "Name", ["姓名"], cells.name, required=True),
]
ROOT = Path(__file__).parents[2]
MEASURED = textwrap.dedent(
    """
    import re, sys, time
    import django
    django.setup()
    from records import cells, sheets
    from django.utils import translation
    from records.sheets import Column
    translation.activate("en")
    columns = [Column("staff_no", "", ["工号"], cells.code(5), required=True)]
    content = open(sys.argv[1], "rb").read()
    began = time.thread_time()
    try:
        sheets.read(content, columns, name=sys.argv[2])
        words = ""
    except sheets.UnreadableFile as error:
        words = str(error)
    print(f"{time.thread_time() - began:.2f}")
    # not ru_maxrss, which a child takes over from the process that started it
    print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
    print(words)
    """
)
SAYS = {
    "zip_bomb": "far larger",
    "lying_bomb": "damaged",
    "far_cell": "XFD1048576",
    "far_cell_of_openpyxl": "XFD1048576",
    "many_empty_cells": "more than can be read",
    "many_cells": "more than can be read",
    "long_text": "more than can be read",
    "entity_bomb": "damaged",
    "outside_entity": "damaged",
    "many_entries": "far larger",
    "truncated": "damaged",
    "truncated_inside": "damaged",
    "locked": "password",
    "old_rubbish": "damaged",
    "picture": "not an Excel file",
    "pdf": "not an Excel file",
    "page": "web page",
    "other_zip": "not an Excel file",
    "too_large": "larger than 10 MB",
    "nothing": "empty",
    "rubbish": "not an Excel file",
    "wide_merges": "heading row",
    "nested_merges": "",
    "open_brackets": "heading row",
    "open_formats": "",
}


@pytest.mark.parametrize("name", sorted(hostile.FILES))
def test_a_hostile_file_gets_its_message_soon_and_cheaply(name, tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes(hostile.FILES[name]())
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path), "list.xlsx"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
        },
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    seconds, megabytes, words = done.stdout.removesuffix("\n").split("\n")
    assert SAYS[name] in words
    assert float(seconds) < 5
    assert int(megabytes) < 300


def test_formulas_are_named_and_not_worked_out():
    content = hostile.workbook(
        ["工号", "姓名"],
        ["=1+1", "甲"],
        ["01002", '=HYPERLINK("http://x.example","乙")'],
        ["01003", "=cmd|'/c calc'!A0"],
        ["01004", "丁"],
    )
    reading = sheets.read(content, COLUMNS)
    assert [row.values["staff_no"] for row in reading.rows] == ["01004"]
    assert [(p.cell, p.value) for p in reading.problems] == [
        ("A2", "=1+1"),
        ("B3", '=HYPERLINK("http://x.example","乙")'),
        ("B4", "=cmd|'/c calc'!A0"),
    ]


def test_text_that_looks_like_a_formula_is_named_in_csv_too():
    reading = sheets.read("工号,姓名\n=1+1,甲\n01002,＝A1\n".encode(), COLUMNS, name="a.csv")
    assert [p.cell for p in reading.problems] == ["A2", "B3"]


def test_exports_escape_formulas_and_keep_leading_zeros():
    dangerous = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1"]
    book = load_workbook(io.BytesIO(export(["编号", "内容"], [["00012", text] for text in dangerous])))
    rows = list(book.active.iter_rows(min_row=2))
    assert {row[0].value for row in rows} == {"00012"}
    assert {(row[0].data_type, row[0].number_format) for row in rows} == {("s", "@")}
    assert [row[1].value for row in rows] == [f"'{text}" for text in dangerous]
    assert {row[1].data_type for row in rows} == {"s"}


def test_harmless_leaves_what_cannot_act():
    assert [harmless(value) for value in ("——", "-", "a=b", "021-5474", -3, None)] == [
        "——", "-", "a=b", "021-5474", -3, None,
    ]  # fmt: skip


def test_numbers_and_dates_leave_as_numbers_and_dates():
    import datetime as dt

    book = load_workbook(io.BytesIO(export(["数", "日", "真"], [[-1.5, dt.date(2026, 3, 12), True]])))
    assert [cell.value for cell in book.active[2]] == [-1.5, dt.datetime(2026, 3, 12), True]


def test_a_marked_copy_holds_no_formula_either():
    content = hostile.workbook(["工号", "姓名"], ["=1+1", "=A1"])
    book = load_workbook(io.BytesIO(marked_copy(sheets.read(content, COLUMNS))))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} == {"s"}
    again = sheets.read(marked_copy(sheets.read(content, COLUMNS)), COLUMNS)
    assert [(p.cell, p.value) for p in again.problems] == [("A2", "=1+1"), ("B2", "=A1")]


# -- time grows with the list, not with its square


def cost(act) -> float:
    """The time of this thread that ``act`` takes, the best of three."""
    taken = []
    for _attempt in range(3):
        began = time.thread_time()
        act()
        taken.append(time.thread_time() - began)
    return min(taken)


@pytest.mark.parametrize("mark", ["(", "（", "[", "【", "(）("])
def test_open_brackets_cost_as_much_as_other_letters(mark):
    few, many = mark * 2_000, mark * 20_000
    assert sheets._BRACKETS.sub("", "经费（万元）[元]") == "经费"
    assert cost(lambda: sheets._BRACKETS.sub("", many)) < 40 * cost(lambda: sheets._BRACKETS.sub("", few))


@pytest.mark.parametrize("mark", ["[", '"', "[x", "\\", "_", "[h"])
def test_open_formats_cost_as_much_as_other_letters(mark):
    few, many = mark * 2_000, mark * 20_000
    assert cost(lambda: ooxml._NOT_A_DATE.sub("", many)) < 40 * cost(lambda: ooxml._NOT_A_DATE.sub("", few))


def test_the_formats_of_dates_are_still_told_from_others():
    told = {
        code: ooxml._meaning(164, code)
        for code in ("yyyy/m/d", '[$-804]yyyy"年"m"月"', "[Red]0.0", "[h]:mm", '0"d"', "0.00")
    }
    assert told == {
        "yyyy/m/d": "date",
        '[$-804]yyyy"年"m"月"': "date",
        "[Red]0.0": "",
        "[h]:mm": "date",
        '0"d"': "",
        "0.00": 2,
    }
    assert ooxml._meaning(164, "y" * 256) == ""


def merged(count: int) -> list[Sheet]:
    sheet = Sheet("1", rows={1: {1: "工号", 2: "姓名"}})
    for at in range(2, count + 2):
        sheet.rows[at] = {1: f"{at:05d}", 2: "甲"}
    sheet.merges = [(at, 1, count + 1, 1) for at in range(2, count + 2)]
    return [sheet]


def test_ranges_in_ranges_cost_as_much_as_the_table():
    few, many = merged(1_000), merged(10_000)
    assert len(sheets.read_sheets(many, COLUMNS).rows) == 10_000
    assert cost(lambda: sheets.read_sheets(many, COLUMNS)) < 40 * cost(
        lambda: sheets.read_sheets(few, COLUMNS)
    )


def test_a_range_gives_its_value_to_the_cells_below_until_the_next_range():
    columns = [Column("unit", "Unit", ["单位"]), Column("name", "Name", ["姓名"], cells.name)]
    rows = {at: {2: name} for at, name in enumerate("甲乙丙丁戊", start=2)}
    sheet = Sheet("1", rows={1: {1: "单位", 2: "姓名"}, **rows})
    sheet.put(2, 1, "机械学院")
    sheet.put(4, 1, "图书馆")
    sheet.merges = [(2, 1, 6, 1), (4, 1, 5, 1)]
    told = [row.values["unit"] for row in sheets.read_sheets([sheet], columns).rows]
    assert told == ["机械学院", "机械学院", "图书馆", "图书馆", None]


def test_a_cell_of_more_than_eighty_letters_is_no_heading():
    heading = "姓名（" + "按身份证上的写法填写，" * 8 + "）"
    content = hostile.workbook(["工号", heading], ["01001", "甲"])
    with pytest.raises(UnreadableFile, match="姓名"):
        sheets.read(content, COLUMNS)
    content = hostile.workbook(["工号", "姓名（按身份证上的写法填写，少数民族姓名写全）"], ["01001", "甲"])
    assert [row.values["name"] for row in sheets.read(content, COLUMNS).rows] == ["甲"]


def test_waiting_for_others_makes_no_list_too_large(monkeypatch):
    """A busy machine: the clock on the wall runs a minute with each look, the thread works as ever."""
    at = iter(range(0, 10**9, 60))
    monkeypatch.setattr(time, "monotonic", lambda: next(at))
    assert sheets.read(hostile.GOOD, COLUMNS).rows


def test_many_wide_sheets_without_headings_cost_as_much_as_their_cells():
    def wide(count):
        row = {at: f"列{at}" for at in range(1, 201)}
        return [Sheet(str(number), rows=dict.fromkeys(range(1, 31), row)) for number in range(count)]

    def look(count):
        with pytest.raises(UnreadableFile):
            sheets.read_sheets(wide(count), COLUMNS)

    assert cost(lambda: look(10)) < 40 * cost(lambda: look(1))
    with pytest.raises(UnreadableFile, match="多"):
        sheets.read_sheets(wide(1), COLUMNS, patience=Patience(0))


def test_a_list_that_takes_too_much_work_is_refused_wherever_the_work_is():
    with pytest.raises(UnreadableFile):
        open_workbook(hostile.GOOD, "a.xlsx", Limits(seconds=0))
    with pytest.raises(UnreadableFile):
        sheets.read(hostile.GOOD, COLUMNS, limits=Limits(reading_seconds=0))
