"""The columns of the lists of units and of people, named one by one, with the headings people give them."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit, User
from records import cells
from records.sheets import Column

UNIT_CODE_DIGITS = STAFF_NO_DIGITS = 5
ADDRESS_KEPT = gettext_lazy(
    "The mail address of who leads or fills in a studio is changed by the system administrator."
)


def called(names: str) -> list[str]:
    """The headings of a column, or the words for a value; the one we offer ourselves comes first."""
    return names.split()


def unit_columns() -> list[Column]:
    """The columns of a list of units; the first heading of each is the one we offer."""
    kinds = {
        Unit.Kind.COLLEGE: called("学院 院系 院 系 教学单位"),
        Unit.Kind.MEDICAL_SCHOOL: called("医学院"),
        Unit.Kind.AFFILIATED: called("附属单位 附属医院 附属学校 附属"),
        Unit.Kind.DIRECT: called("直属单位 直属 直属机构 科研机构 公共服务体系"),
        Unit.Kind.OFFICE: called("机关部处 机关 部处 职能部门 党政机关 行政部门"),
    }
    return [
        Column(
            "code",
            _("Unit code"),
            called("单位编码 单位代码 单位编号 单位号 部门编码 部门代码 部门编号 编码 代码"),
            cells.code(UNIT_CODE_DIGITS),
            required=True,
            unique=True,
        ),
        Column(
            "name",
            _("Unit name"),
            called("单位名称 单位全称 二级单位名称 二级单位 部门名称 名称 单位 全称"),
            cells.title(100),
            required=True,
            unique=True,
        ),
        Column("short_name", _("Short name"), called("简称 单位简称 部门简称"), cells.title(30)),
        Column(
            "parent",
            _("Parent unit"),
            called("上级单位 上级部门 上级 隶属单位 主管单位 所属单位 归属单位"),
            cells.title(100),
        ),
        Column(
            "kind",
            _("Kind of unit"),
            called("单位类别 单位类型 单位性质 部门类别 类别 类型 性质"),
            cells.choice(kinds),
            required=True,
            down=True,
        ),
        Column(
            "union_name",
            _("Department union"),
            called("部门工会 部门工会名称 工会名称 分工会 二级工会 基层工会"),
            cells.title(100),
        ),
        Column(
            "union_chair",
            _("Chair of the department union"),
            called("部门工会主席 工会主席 分工会主席 主席 工会负责人 主席姓名"),
            chair,
        ),
        Column(
            "union_phone",
            _("Telephone"),
            called("联系电话 电话 办公电话 工会电话 联系方式 电话号码"),
            telephones,
        ),
    ]


def people_columns(*, on: date) -> list[Column]:
    """The columns of a staff list; births after ``on`` cannot be meant."""
    sexes = {User.Sex.MALE: called("男 男性 M male"), User.Sex.FEMALE: called("女 女性 F female")}
    return [
        Column(
            "staff_no",
            _("Staff number"),
            called("工号 教工号 职工号 教职工号 员工号 教师工号 教职工工号 职工编号 人员编号 人事编号"),
            cells.code(STAFF_NO_DIGITS),
            required=True,
            unique=True,
        ),
        Column("name", _("Name"), called("姓名 教职工姓名 人员姓名 名字"), cells.name, required=True),
        Column("sex", _("Sex"), called("性别"), cells.choice(sexes)),
        Column(
            "born",
            _("Born"),
            called("出生年月 出生日期 出生年月日 出生时间 生日"),
            cells.month(on=on, earliest=1900),
        ),
        Column(
            "unit",
            _("Unit"),
            called("所在单位 单位 单位名称 工作单位 所属单位 二级单位 所在部门 所属部门 部门 部门名称")
            + called("所在院系 院系 学院 单位部门"),
            cells.title(100),
            required=True,
        ),
        Column("degree", _("Education"), called("最高学历 学历 文化程度 学历层次 学历学位"), cells.title(40)),
        Column("academic_degree", _("Academic degree"), called("学位 最高学位"), cells.title(20)),
        Column(
            "title",
            _("Professional title"),
            called("专业技术职务 职称 专业技术职称 技术职称 现任专业技术职务 专业职称 职称名称"),
            cells.title(40),
        ),
        Column(
            "post",
            _("Administrative post"),
            called("行政职务 职务 现任职务 党政职务 现任行政职务"),
            cells.title(60),
        ),
        Column("politics", _("Political affiliation"), called("政治面貌 党派"), politics),
        Column(
            "phone", _("Mobile phone"), called("手机号码 手机 手机号 移动电话 联系电话 联系方式 电话"), phone
        ),
        Column(
            "email",
            _("Mail address"),
            called("电子邮箱 邮箱 电子邮件 邮箱地址 电邮 E-mail email mail"),
            cells.email,
        ),
        Column(
            "honour_text",
            _("Honours"),
            called("荣誉称号 所获荣誉 获得荣誉 荣誉 劳模称号 荣誉名称 荣誉称号及年份 荣誉称号及获得年份"),
            cells.text(200),
        ),
    ]


def chair(value: object) -> str:
    """A name, or a name with a remark: ``余洋（兼）``."""
    try:
        return cells.name(value)
    except cells.Refused:
        return cells.title(50)(value)


def telephones(value: object) -> str:
    """The telephone of an office, or two of them."""
    found = "、".join(phone(part) for part in re.split(r"[/／、;；,，]", str(value)) if part.strip())
    if len(found) > 40:
        raise cells.Refused(_("This is not a telephone number."))
    return found


def phone(value: object) -> str:
    """A mobile phone, or a landline: what begins with 1 is meant as a mobile phone."""
    if cells.tight(value).startswith(("1", "+86", "86", "0086")):
        return cells.mobile(value)
    return cells.telephone(value)


def politics(value: object) -> str:
    """Political affiliation; 党员 without more means the Communist Party."""
    found = cells.title(30)(value)
    return {
        "党员": "中共党员",
        "中国共产党党员": "中共党员",
        "预备党员": "中共预备党员",
        "团员": "共青团员",
    }.get(found, found)
