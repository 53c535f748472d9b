"""The columns under which people keep these lists in Excel: what each is called, and how its cells are read.

They stand in the order of the form, and each is called what its field is called there and in the table.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from records import cells
from records.sheets import Column
from studios.levels import Level
from studios.models import BudgetLine, Honour, Member, Project, RuleDocument
from studios.titles import degree_of

# The words people use for each level. What a city such as Shanghai grants counts as provincial (DOMAIN §2).
LEVEL_WORDS = {
    Level.UNIT: ("单位级", "院级", "处级", "部门级", "学院级"),
    Level.UNIVERSITY: ("校级", "大学级", "学校"),
    Level.MUNICIPAL: ("市级", "地市级", "市厅级"),
    Level.PROVINCIAL: (
        *("省部级", "省级", "部级", "省部", "省", "省市级", "省（市）级", "市（省）级", "省市"),
        *("直辖市级", "直辖市", "上海市级", "上海市", "上海", "北京市级", "北京市"),
        *("天津市级", "天津市", "重庆市级", "重庆市"),
    ),
    Level.NATIONAL: ("国家级", "全国", "全国级", "国家"),
}
_level = cells.choice(LEVEL_WORDS)


def level(value: object) -> str:
    """A level by the words people use for it; where none is meant, which there are and which place has which."""
    try:
        return _level(value)
    except cells.Refused:
        words = "、".join(words[0] for words in LEVEL_WORDS.values())
        raise cells.Refused(
            _(
                "Not one of %(words)s. What the city of Shanghai grants or funds counts as provincial; a district or a "
                "bureau ranks below the city."
            )
            % {"words": words}
        ) from None


def day(*, end: bool = False) -> Callable[[object], date]:
    """A day; a month without a day counts from its first day, or with ``end`` until its last."""
    whole = cells.day()

    def read(value: object) -> date:
        try:
            return whole(value)
        except cells.Refused:
            year, month = cells.month(on=date(2100, 12, 31))(value)
            return date(year, month, calendar.monthrange(year, month)[1] if end else 1)

    return read


def year(value: object) -> int:
    """A year, also out of 2018年 or a date."""
    found = re.match(r"(?:19|20)\d\d", cells.tight(getattr(value, "year", value)))
    if not found:
        raise cells.Refused(_("This is not a year."))
    return int(found[0])


def amount(heading: str) -> Callable[[object], object]:
    """Yuan; bare numbers count in 万元 where the heading says so."""
    return cells.amount(unit=10_000 if "万" in heading else 1)


def words_of(choices: type, **also: tuple[str, ...]) -> Callable[[object], str]:
    """One of the choices by its Chinese words, the first of which is how it is written out."""
    return cells.choice({choices[key.upper()]: words for key, words in also.items()})


def column(model: type[Model], field: str, also: list[str], parse: Callable | None = None, **rules) -> Column:
    """The column of a field: called as the field is, and ``also`` by the other names that people give it."""
    label = str(capfirst(model._meta.get_field(field).verbose_name))
    return Column(field, label, [label, *also], parse or cells.text(), **rules)


def honours() -> list[Column]:
    return [
        column(Honour, "title", ["荣誉名称", "荣誉称号", "荣誉", "称号"], cells.title(100), required=True),
        column(Honour, "level", ["级别", "荣誉级别", "等级", "层次"], level, required=True),
        column(
            Honour,
            "year",
            ["年度", "年份", "获得年份", "获奖年份", "授予时间", "获得时间", "时间"],
            year,
            required=True,
        ),
        column(Honour, "certificate_no", ["证书编号", "证书号", "编号"], cells.text(60)),
        column(Honour, "body", ["颁发单位", "授予单位", "授予机关", "颁发机构"], cells.text(100)),
    ]


def members() -> list[Column]:
    staff_no = str(_("Staff number"))
    return [
        Column("staff_no", staff_no, [staff_no, "工号", "职工号", "教工号", "人员编号"], cells.text(20)),
        column(Member, "name", ["姓名", "成员姓名", "成员", "名字"], cells.name),
        column(Member, "title", ["专业技术职务", "职称", "专业职称", "专业技术职称"], cells.title(40)),
        column(
            Member,
            "degree",
            ["学历", "最高学历", "学历学位", "文化程度", "学位"],
            lambda value: degree_of(cells.plain(value)),
        ),
        column(Member, "birth_year", ["出生年份", "出生年月", "出生日期", "出生年", "出生"], year),
        column(
            Member,
            "role",
            ["在工作室的角色", "在工作室角色", "角色", "工作室角色", "团队角色", "身份"],
            words_of(
                Member.Duty,
                core=("骨干", "骨干成员", "核心成员", "核心", "副领衔人"),
                member=("成员", "一般成员", "普通成员", "组员"),
                secretary=("秘书", "联络员", "联系人"),
                apprentice=("徒弟", "学徒", "学员"),
            ),
        ),
        column(Member, "duty", ["分工", "承担工作", "职责", "负责工作", "研究方向"], cells.text(200)),
        column(Member, "joined_on", ["加入日期", "加入时间", "入室时间"], day()),
    ]


def projects() -> list[Column]:
    return [
        column(
            Project,
            "name",
            ["项目名称", "课题名称", "名称", "项目", "课题"],
            cells.text(200),
            required=True,
        ),
        column(Project, "level", ["级别", "项目级别", "课题级别", "等级"], level, required=True),
        column(Project, "number", ["项目编号", "课题编号", "编号", "批准号", "立项编号"], cells.text(60)),
        column(
            Project,
            "funder",
            ["立项单位", "立项（资助）单位", "项目来源", "来源", "资助单位", "批准单位", "下达单位"],
            cells.text(100),
        ),
        column(Project, "duty", ["承担角色", "承担任务", "本室角色", "主持或参与", "角色"], cells.text(100)),
        column(
            Project,
            "starts_on",
            ["开始日期", "开始时间", "起始时间", "立项时间", "起始日期", "起"],
            day(),
            required=True,
        ),
        column(
            Project,
            "ends_on",
            ["结束日期", "结束时间", "完成时间", "截止日期", "截止时间", "终止时间", "结题时间", "止"],
            day(end=True),
            required=True,
        ),
        column(
            Project,
            "amount",
            ["经费", "项目经费", "资助金额", "金额", "经费（元）", "经费（万元）"],
            by_heading=amount,
        ),
    ]


def budget() -> list[Column]:
    return [
        column(BudgetLine, "year", ["年度", "年份", "预算年度"], year, required=True),
        column(
            BudgetLine,
            "purpose",
            ["用途", "项目", "支出内容", "内容", "经费用途"],
            cells.text(100),
            required=True,
        ),
        column(
            BudgetLine,
            "source",
            ["来源", "经费来源", "资金来源"],
            words_of(
                BudgetLine.Source,
                unit=("单位", "学院", "所在单位", "院系", "部门", "医院", "二级单位"),
                union=("校工会", "工会"),
                project=("项目经费", "课题经费", "科研经费", "项目", "课题"),
                other=("其他", "其它"),
            ),
            required=True,
        ),
        column(
            BudgetLine,
            "amount",
            ["金额", "预算金额", "经费", "金额（元）", "金额（万元）"],
            required=True,
            by_heading=amount,
        ),
    ]


def rules() -> list[Column]:
    return [
        column(
            RuleDocument,
            "title",
            ["制度名称", "名称", "文件名称", "制度"],
            cells.text(120),
            required=True,
        ),
        column(
            RuleDocument,
            "kind",
            ["制度类别", "类别", "内容", "类型"],
            words_of(
                RuleDocument.Kind,
                exchange=("学习交流", "学习", "交流", "业务交流"),
                problems=("技术攻关", "攻关"),
                transfer=("成果转化", "转化", "成果推广"),
                training=("人才培养", "培养", "传帮带", "培训"),
            ),
            required=True,
        ),
        column(RuleDocument, "version", ["版本", "版次"], cells.text(20)),
        column(RuleDocument, "dated_on", ["日期", "制定日期", "发布日期", "制定时间", "实施日期"], day()),
    ]
