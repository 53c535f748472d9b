"""What somebody is called by besides the full name: 龚老师, 庚明老师, 小龚, 龚工, Gong Y.M.

Pure. What reads as something else beside some signs says so: 小张, but not in 减小张力; 龚工, but not in 龚工艺.
A given name by itself is not looked for, for it may be any word (建国, 文化).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from accounts.names import SURNAMES, bare, pinyin_of
from reviews.placeholders import Alone, Key, initials, key

STUDIOS = ("劳模创新工作室", "创新工作室", "劳模工作室", "工作室")
TITLES = (
    "老师",
    "师傅",
    "教授",
    "副教授",
    "研究员",
    "工程师",
    "高级工程师",
    "高工",
    "院士",
    "博士",
    "博导",
    "导师",
)
TITLES += (
    "劳模",
    "大师",
    "专家",
    "工匠",
    "主任",
    "副主任",
    "院长",
    "副院长",
    "处长",
    "所长",
    "校长",
    "部长",
    "书记",
)
TITLES += (
    "主席",
    "组长",
    "队长",
    "班长",
    "医生",
    "医师",
    "主管",
    "总工",
    "总工程师",
    "总经理",
    "经理",
    "先生",
    "女士",
    "同志",
    "同学",
)
TITLES += ("师兄", "师姐", "师弟", "师妹", *STUDIOS, "团队", "某")
PERSON = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af·]{2,4}")
_HAN = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U000323af·]+")
COMPOUND = frozenset({"欧阳", "司徒", "司马", "上官", "诸葛", "皇甫"}) | SURNAMES.keys()
COMPOUND |= {"东方", "慕容", "夏侯", "呼延", "端木", "南宫", "公孙"}
SHORTEST = 2  # signs of a name that is read

# Signs that make another word of a surname when they stand before it: 提高老师待遇, 关于老师, 双方专家, 工程团队.
_ENDS = {
    "高": "提最很较更",
    "于": "关对由位在用属基等至处归终",
    "任": "担曾现历兼出继原连聘",
    "成": "完组形建合集",
    "方": "对双甲乙丙地官各多资",
    "何": "任如",
    "常": "非日正经通",
    "张": "紧扩",
    "李": "行",
    "林": "园森",
    "文": "语人论",
    "安": "公治保西",
    "金": "资基奖合冶",
    "石": "岩矿",
    "马": "人",
    "江": "长",
    "史": "历",
    "温": "高低恒",
    "程": "工课过流",
    "路": "道铁公电",
    "车": "汽机列",
    "管": "主",
    "海": "上",
    "华": "中",
    "关": "相有机",
    "计": "设统会",
    "年": "青少",
    "师": "教老",
    "国": "全中各我外",
    "能": "智节性功",
    "钢": "炼",
    "田": "油农",
    "水": "给排污供",
    "时": "及当",
    "沙": "长",
}
# What 工 begins, and what it ends: 龚工作 is no engineer, 施工 no Mr Shi.
_OF_WORK = "作程艺业会具厂人况件序种期地时夫学商资龄伤效科位段单匠友装"
_WORK = frozenset("施加金车高化员管包水石木时全竣开手电职技焊钳民军轻分完成")
_OF_TOTAL = "体结数量是共和之要会部经务算裁工线"
# 最小, 减小 and the like before 小; 古老, 养老 before 老.
_SMALL = "最减缩大极较很微变细过更弱窄矮短渺从"
_OLD = "古养敬衰抗防耐长"
# Words of their own.
_WORDS = frozenset(
    {
        "小于",
        "小时",
        "小区",
        "小米",
        "小麦",
        "小康",
        "小车",
        "小路",
        "小孔",
        "小包",
        "小节",
        "小年",
        "小龙",
        "小平",
    }
    | {
        "小方",
        "小白",
        "小花",
        "小成",
        "小能",
        "小巧",
        "小单",
        "小班",
        "小关",
        "老师",
        "老化",
        "老年",
        "老路",
        "老练",
    }
)
# Signs that make a word with a surname behind 小: 小张力, 小高度.
_BEGINS = {
    "张": "力紧开口角",
    "高": "度温压频速差强",
    "程": "度序",
    "温": "度差升",
    "应": "力变用",
    "容": "量积器",
    "金": "额属",
    "项": "目",
    "方": "差法向案",
    "马": "力",
    "水": "平量流",
    "文": "件字",
    "段": "落",
    "石": "块",
    "钱": "款",
    "毛": "坯病",
    "曲": "线率面",
    "焦": "点距",
    "万": "向",
    "平": "面台",
    "商": "品户",
    "管": "径道子",
    "叶": "片轮",
}


def by_title(name: str, placeholder: str) -> Iterator[Key | None]:
    """龚老师, 庚明老师, 龚工, 小龚 and the like of 龚庚明; nothing of a name that is not Chinese."""
    name = bare(name)
    if not PERSON.fullmatch(name) or "·" in name:
        return
    family = surname(name)
    given = name.removeprefix(family)
    for title in TITLES:
        yield key(family + title, placeholder, before=_ENDS.get(family, ""))
        if len(given) > 1:
            yield key(given + title, placeholder)
    if family not in _WORK:
        yield key(family + "工", placeholder, before=_ENDS.get(family, ""), behind=_OF_WORK)
    yield key(family + "总", placeholder, before=_ENDS.get(family, ""), behind=_OF_TOTAL)
    for young, before in (("小", _SMALL), ("老", _OLD)):
        if young + family not in _WORDS:
            yield key(young + family, placeholder, before=before, behind=_BEGINS.get(family, ""))


def by_reading(name: str, placeholder: str) -> Iterator[Key | None]:
    """Gong Gengming, Gengming Gong, Gong, Gengming and Gong G. M., and G. G. M. with its dots, of 龚庚明.

    Blanks are not seen, so without them. Initials without dots may be any abbreviation.
    """
    name = bare(name)
    if not (_HAN.fullmatch(name) and len(name) >= SHORTEST):
        return
    family = surname(name)
    first, (given, letters) = pinyin_of(family)[0], _given(name, family)
    short = [first + letters, letters + first] if len(letters) > 1 else []
    for spelled in [first + given, given + first, f"{first},{given}", *short]:
        yield key(spelled, placeholder, Alone.SPELLED)
    yield initials(first[:1] + letters, placeholder)


def _given(name: str, family: str) -> tuple[str, str]:
    """How the given name is read, in the whole: its first sign may be read otherwise at the beginning of a name."""
    whole, letters = pinyin_of(name)
    first, of_first = pinyin_of(family)
    return whole.removeprefix(first), letters.removeprefix(of_first)


def surname(name: str) -> str:
    """龚 of 龚庚明, 欧阳 of 欧阳珺瑄."""
    compound = name[:2] in COMPOUND or len(name) == 4
    return name[:2] if compound and len(name) > 2 else name[:1]
