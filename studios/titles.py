"""Professional titles (专业技术职务) and the band each belongs to."""

SENIOR_WORDS = (
    "教授",
    "研究员",
    "主任医师",
    "高级",
    "正高",
    "副高",
    "编审",
    "研究馆员",
    "主任护师",
    "主任药师",
    "主任技师",
)
JUNIOR_WORDS = ("助教", "助理", "实习", "员级", "技术员", "医士", "护士", "初级")
MIDDLE_WORDS = (
    "讲师",
    "工程师",
    "实验师",
    "主治医师",
    "主管",
    "馆员",
    "会计师",
    "经济师",
    "编辑",
    "技师",
    "医师",
    "中级",
)


def rank_of(title: str) -> str:
    """The band of a title: senior, middle, junior or other; an empty title has none.

    副教授, 副研究员 and 副主任医师 are senior as well (副高); 助理研究员 is intermediate by the national
    series.
    """
    if not title:
        return ""
    if "助理研究员" in title:
        return "middle"
    if any(word in title for word in JUNIOR_WORDS):
        return "junior"
    if any(word in title for word in SENIOR_WORDS):
        return "senior"
    return "middle" if any(word in title for word in MIDDLE_WORDS) else "other"


DEGREES = {
    "doctor": ("博士",),
    "master": ("硕士",),
    "bachelor": ("本科", "学士", "大学"),
    "college": ("大专", "专科"),
}


def degree_of(words: str) -> str:
    """The level of education that personnel data names: 博士研究生 is ``doctor``.

    ``other`` when none fits, empty for nothing.
    """
    words = (words or "").strip()
    if not words:
        return ""
    if any(word in words for word in DEGREES["college"]):
        return "college"
    return next(
        (degree for degree, known in DEGREES.items() if any(word in words for word in known)), "other"
    )
