"""What an honour is, read from the words in which a personnel file keeps it (Art. 3, condition 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Municipalities directly under the state rank with provinces: 上海市劳动模范 is municipal by name, provincial by rank.
DIRECT = ("上海", "北京", "天津", "重庆")
PROVINCES = (
    *(
        "河北",
        "山西",
        "辽宁",
        "吉林",
        "黑龙江",
        "江苏",
        "浙江",
        "安徽",
        "福建",
        "江西",
        "山东",
        "河南",
        "湖北",
    ),
    *(
        "湖南",
        "广东",
        "海南",
        "四川",
        "贵州",
        "云南",
        "陕西",
        "甘肃",
        "青海",
        "台湾",
        "内蒙古",
        "广西",
        "西藏",
    ),
    *("宁夏", "新疆", "香港", "澳门"),
)

_NATIONAL = re.compile(r"^(?:获|荣获)?(?:全国|国家|中国|中华)|全国|国家级|中共中央|国务院")
_MINISTRY = re.compile(
    r"省部级|部级|教育部|[\u4e00-\u9fff]{2,8}部(?=劳|先|优|表|系)|中央企业|中央国家机关|上海工匠"
)
# 上海市闵行区, 杭州市西湖区, 浦东新区, 嘉善县, 上海市公安局; not 自治区, 社区, 校区, 地区, 红旗手.
_BELOW_THE_CITY = re.compile(
    r"(?:市|省|州|^(?:获|荣获)?)[\u4e00-\u9fff]{1,8}?"
    r"(?:(?:开发|工业|高新|保税|园)区|(?<![社校院园学军治政地战片灾病厂示范])区|县(?![委域])|(?<!红)旗(?![帜舰手])|街道)"
    r"|市[\u4e00-\u9fff]{1,6}局"
)
_CITY_OF_A_PROVINCE = re.compile(r"[省区].{0,6}[^省城超](?:市(?![场民容])|自治州|地区)")
_UNIVERSITY = re.compile(r"校级|^(?:获|荣获)?(?:本?校|学校|全校)|大学|校劳动模范|校先进|校劳模")
_UNIT = re.compile(r"院级|处级|系级|科级|单位级|部门级|^(?:获|荣获)?(?:学院|本院|医院|院|单位|部门)|学院")
_YEAR = re.compile(
    r"[（(\[【]?\s*(?P<year>(?:19[3-9]|20[0-9])\d)(?!\d{3,})"
    r"(?:\s*[.年/\-]\s*(?:1[0-2]|0?[1-9])(?:\s*[.月/\-]\s*\d{0,2}\s*日?)?|(?:0[1-9]|1[0-2])(?!\d))?\s*年?度?\s*[)）\]】]?"
)
_WRAPPING = re.compile(
    r"^(?:荣获|获得|获评|获|被评为|评为|授予|[,，、;；:：.。])+|(?:荣誉)?称号$|[,，、;；:：.。]+$"
)
_BETWEEN = re.compile(r"[;；\n]+|[,，、](?=\s*(?:19|20)\d\d)|(?<=[)）])[,，、]")
_WIDE = {ord("０") + i: str(i) for i in range(10)} | {ord("．"): ".", ord("\u3000"): " ", ord("／"): "/"}


@dataclass(frozen=True)
class ParsedHonour:
    """One honour; ``level``, one of ``studios.levels.Level``, and ``year`` are None where the words do not tell."""

    title: str
    level: str | None
    year: int | None


def parse_honour(text: str) -> ParsedHonour:
    """The honour that a text such as ``2014.4 上海市五一劳动奖章`` or ``校劳动模范（2015）`` names.

    The level is the rank at which the honour counts: that of a municipality directly under the state is provincial.
    """
    text = (text or "").translate(_WIDE).strip()
    found = _YEAR.search(text)
    title = re.sub(
        r"\s+", " ", (text[: found.start()] + " " + text[found.end() :]) if found else text
    ).strip()
    title = re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", title)
    title = _WRAPPING.sub("", _WRAPPING.sub("", title).strip()).strip()
    return ParsedHonour(title, level_of(title), int(found["year"]) if found else None)


def parse_honours(text: str) -> list[ParsedHonour]:
    """Several honours in one cell, parted by semicolons, line breaks, or a comma before the next year."""
    return [parse_honour(part) for part in _BETWEEN.split(text or "") if part.strip()]


def level_of(title: str) -> str | None:
    """The level at which an honour of this name counts, ``None`` where the name does not tell.

    Nor does it where a district, a county or a bureau grants it: that is below the city (市级), and nobody but its
    holder can say whether the union counts it at all.
    """
    if not title:
        return None
    if _NATIONAL.search(title):
        return "national"
    if _BELOW_THE_CITY.search(title):
        return None
    place = next((name for name in DIRECT if f"{name}市" in title or title.startswith(name)), None)
    if place and f"{place}市" in title:
        return "provincial"
    if re.search(r"大学|校级", title):
        return "university"
    if _CITY_OF_A_PROVINCE.search(title):
        return "municipal"
    if place or "省" in title or "自治区" in title or _MINISTRY.search(title):
        return "provincial"
    if title.startswith(PROVINCES) and "市" not in title:
        return "provincial"
    if _UNIVERSITY.search(title):
        return "university"
    if "市" in title:
        return "municipal"
    if _UNIT.search(title):
        return "unit"
    return None
