"""How the rows of a part stand on its page: one order and one name for each column, the row's name as its heading."""

import re

import pytest
from django.urls import reverse

from studios import rowkinds
from studios.models import Member

pytestmark = pytest.mark.django_db


def page(client, studio, part):
    return client.get(reverse("studios:part", args=[studio.pk, part])).content.decode()


def test_a_budget_line_begins_with_its_year_and_is_called_by_its_purpose(cast, sign_in):
    html = page(sign_in(cast.lead), cast.studio, "place")
    table = html[html.index('id="budget"') :]
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', table) == ["年度", "用途", "来源", "金额（元）"]
    assert re.findall(r'<th scope="row"><span>([^<]+)</span>', table) == ["实验耗材"]


def test_what_stands_below_a_name_says_what_it_is(cast, sign_in):
    project = cast.studio.projects.get()
    project.duty = "主持"
    project.save()
    (line,) = rowkinds.lines(rowkinds.get("projects"), cast.studio, personal=True)
    assert [(cell.label, cell.text) for cell in line.detail] == [
        ("项目编号", project.number), ("立项单位", "上海市科委"), ("承担角色", "主持"),
    ]  # fmt: skip
    assert "<span>承担角色</span> 主持" in page(sign_in(cast.lead), cast.studio, "projects")


def test_a_member_of_the_university_stands_with_the_staff_number(cast, sign_in):
    Member.objects.create(studio=cast.studio, name="无工号", joined_on="2024-03-01")
    lines = rowkinds.lines(rowkinds.get("members"), cast.studio, personal=True)
    told = {str(line.row): [(cell.label, cell.text) for cell in line.detail] for line in lines}
    assert told[cast.member.name] == [("工号", cast.member.staff_no)]
    assert told["无工号"] == [("加入日期", "2024年3月1日")]


def test_who_has_left_stands_with_the_day_so_that_the_row_explains_why_it_is_not_counted(cast):
    Member.objects.create(studio=cast.studio, name="已离开", joined_on="2024-03-01", left_on="2025-03-01")
    lines = rowkinds.lines(rowkinds.get("members"), cast.studio, personal=True)
    [gone] = [line for line in lines if line.row.name == "已离开"]
    assert [(cell.label, cell.text) for cell in gone.detail][-1] == ("退出日期", "2025年3月1日")


@pytest.mark.parametrize(("members", "times"), [(0, 1), (10, 1), (11, 2)])
def test_above_a_long_list_stands_as_well_how_rows_come_in(cast, sign_in, members, times):
    cast.studio.members.all().delete()
    for number in range(members):
        Member.objects.create(studio=cast.studio, name=f"成员{number}")
    html = page(sign_in(cast.lead), cast.studio, "team")
    assert html.count(reverse("studios:rows_paste", args=[cast.studio.pk, "members"])) == times
