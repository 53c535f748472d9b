"""Professional titles (专业技术职务) and the band each belongs to."""

import re

# The national series of titles (universities, research, health, engineering, agriculture, press, publishing, libraries,
# schools, trainers, translators, broadcasting, accounts, laboratories, arts, law) as rules: of a title the first that
# fits counts, so what looks like a higher one (助理研究员, 研究实习员) stands before it.
_DOCTORS = r"(?:中|西|中西)?(?:医师|医生|药师|护师|技师|检验师|法医师)"
_ARTS = r"(?:演|编剧|导演|指挥|作曲|作词|舞|美术|摄影|录音|文学|律师|公证员)"
_BANDS = [
    ("middle", r"助理研究员|助理教授|小学高级教师|主治|主检|执业[中西]?药师"),
    ("junior", r"助理(?=.)|助教|见习|研究实习员|实习(?!指导)|员级|初级|[初中高]级工(?![程艺])"),
    ("junior", r"(?:技术|管理|实验|会计|统计|经济|审计|设计|美术|资料|教)员|[医药技]士|护士(?!长)"),
    ("senior", rf"一级(?:翻译|飞行)|国家级教练|[一二]级{_ARTS}"),
    ("middle", rf"一级(?:(?:实习指导)?教师|教练|校对|播音)|二级(?:翻译|飞行)|三级{_ARTS}"),
    ("junior", rf"[二三]级(?:(?:实习指导)?教师|教练|校对|播音)|三级(?:翻译|飞行)|四级{_ARTS}"),
    ("senior", r"教授|研究员|研究馆员|编审|译审|播音指导|高级|正高|副高|高工|特级教师"),
    ("senior", rf"主任(?:记者|编辑|播音员|{_DOCTORS})"),
    ("middle", rf"中级|讲师|馆员|编辑|记者|翻译|播音员|主管{_DOCTORS}|兽医师"),
    ("junior", r"医师|医生|药师|护师|(?:检验|放射|影像|康复|病理|口腔|超声|医学)技?师"),
    (
        "middle",
        r"(?:工程|实验|会计|经济|统计|审计|农艺|畜牧|工艺美术|政工|知识产权|管理|建筑|规划|设计|社会工作|技)师",
    ),
]
_RANK = [(rank, re.compile(pattern)) for rank, pattern in _BANDS]
_PARTS = re.compile(r"[、,，;；/／|()（）\s]+")
_LOW_TO_HIGH = ("other", "junior", "middle", "senior")


def rank_of(title: str) -> str:
    """The band of a title: senior (正高, 副高), middle, junior or other; an empty title has none.

    Of several titles, such as 教授、主任医师, the highest counts; 工程师（高级） is one in two parts.
    """
    parts = [part for part in _PARTS.split(title or "") if part]
    return max(map(_rank_of_one, parts), key=_LOW_TO_HIGH.index, default="")


def _rank_of_one(title: str) -> str:
    return next((rank for rank, words in _RANK if words.search(title)), "other")


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
