"""The columns under which people keep their list of results in Excel."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ledgers.models import Achievement
from records import cells
from records.sheets import Column
from studios.columns import amount, column, day, level, words_of

KINDS = {
    "invention": ("发明专利", "发明"),
    "utility": ("实用新型专利", "实用新型"),
    "software": ("软件著作权", "软著", "计算机软件著作权"),
    "paper": ("论文", "学术论文", "期刊论文"),
    "book": ("著作", "专著", "教材"),
    "standard": ("标准", "技术标准", "行业标准", "国家标准", "团体标准"),
    "award": ("奖项", "获奖", "科技奖", "科技进步奖", "奖励"),
    "teaching": ("教学成果奖", "教学成果"),
    "method": ("先进操作法", "操作法", "工作法"),
    "transfer": ("成果转化", "技术转让", "转化"),
    "other": ("其他", "其它", "其他成果", "外观设计专利", "外观设计"),
}
_kind = words_of(Achievement.Kind, **KINDS)


def kind(value: object) -> str:
    """The kind of a result by the words people use for it; 专利 alone may be one of three."""
    if cells.tight(value) in ("专利", "国家专利", "授权专利"):
        raise cells.Refused(
            _("Which kind of patent? Write 发明专利 or 实用新型专利; a registered design is 外观设计专利.")
        )
    return _kind(value)


def _body(value: object) -> str:
    """Who recognised it; 未认定 is what people write when nobody did."""
    found = cells.text(100)(value)
    return "" if found in ("未认定", "未授予", "待认定", "申请中") else found


def achievements() -> list[Column]:
    return [
        column(Achievement, "title", ["成果名称", "名称", "成果", "题目"], cells.text(200), required=True),
        column(
            Achievement,
            "kind",
            ["成果类别", "类别", "成果类型", "类型"],
            kind,
            required=True,
        ),
        column(Achievement, "number", ["编号", "专利号", "成果编号", "证书号"], cells.text(80)),
        column(Achievement, "owner", ["权利人", "权属", "成果归属", "所有人"], cells.text(100)),
        column(
            Achievement,
            "share",
            ["工作室所占份额", "本室贡献", "贡献", "排名", "份额"],
            cells.text(60),
        ),
        column(Achievement, "level", ["级别", "成果级别", "等级"], level),
        column(
            Achievement,
            "recognised_by",
            ["认定单位", "授予（认定）单位", "授予单位", "授权单位", "颁奖单位", "认可单位"],
            _body,
        ),
        column(
            Achievement,
            "recognised_on",
            ["认定日期", "认定时间", "授予时间", "授权日期", "获奖时间", "时间"],
            day(),
        ),
        column(
            Achievement,
            "benefit_amount",
            ["经济效益", "经济效益（万元）", "经济效益（元）", "效益金额"],
            by_heading=amount,
        ),
        column(
            Achievement,
            "benefit",
            ["效益说明", "社会效益", "应用情况", "推广应用情况"],
            cells.text(300),
        ),
    ]
