"""The rubric that comes with the portal: 100 points over what the regulation asks of a studio.

It covers the five conditions (Art. 3), the four kinds of innovation (Art. 4), what results are good for, the passing-on
of skill (Art. 5, 6, 11) and the plan for the three-year cycle (Art. 12). A union changes a copy of it.
"""

from __future__ import annotations

from typing import NamedTuple

from reviews.models import Rubric
from studios.articles import cite, link

TITLE = "劳模创新工作室评审标准（2026版）"
NOTE = "逐项按材料打分，每项0至10分，可打半分。得分靠近两端时请写明理由。没有名额限制，达到标准即可。"


class Item(NamedTuple):
    key: str
    title: str
    weight: int
    source: str
    guidance: str
    low: str
    high: str


DEFAULT = [
    Item(
        "lead", "劳模领衔", 10, "3(1)",
        "领衔人荣誉的级别和年份，在本领域的技术专长和影响，是否实际主持工作室工作。",
        "荣誉不明或只是挂名，少有实际工作", "省部级以上荣誉，长期在一线带队攻关",
    ),
    Item(
        "team", "创新团队", 10, "3(2)",
        "团队人数，职称、学历、年龄三方面的结构是否相对合理，分工是否清楚，协作是否经常。",
        "人员凑数，结构单一，分工不清", "老中青搭配，专业互补，分工到人",
    ),
    Item(
        "projects", "创新项目", 10, "3(3)",
        "每年是否有省部级以上项目在研，项目与工作室方向是否一致，工作室承担的份额。",
        "没有合格的在研项目或与方向无关", "持续承担省部级以上项目并任主要角色",
    ),
    Item(
        "results", "创新成果", 15, "3(4)",
        "近两年经有关方面认可的成果数量和水平，权利人和份额是否清楚。",
        "成果未经认可或与工作室无关", "成果多项，认可单位权威，工作室为第一完成单位",
    ),
    Item(
        "place", "场地与经费", 10, "3(5)",
        "活动场所是否固定、够用，当年是否有专项经费，来源和用途是否落实，管理制度是否齐全。",
        "场所不固定，经费没有来源", "场所固定，设备齐全，单位逐年列支经费",
    ),
    Item(
        "innovation", "创新内容", 15, "4",
        "在科技创新、管理创新、服务创新、机制创新中的一类或几类上解决了什么难题，做法新在哪里，能否推广。",
        "只有一般性工作，看不出创新", "解决长期难题，做法已被其他单位采用",
    ),
    Item(
        "benefit", "成果效益", 10, "3(4)",
        "成果产生的经济效益和社会效益，有无数据和使用单位的证明。",
        "没有应用，效益无从证明", "效益有据可查，受益面广",
    ),
    Item(
        "skill", "传帮带", 10, "6",
        "技术培训、业务交流、高师带徒的开展情况，徒弟和青年成员的成长。",
        "没有带徒，活动零散", "师徒结对长期坚持，成员成长明显",
    ),
    Item(
        "plan", "三年规划", 10, "12",
        "三年目标是否具体、可检查，分年安排是否可行，与所在单位的工作是否结合。",
        "目标空泛，没有分年安排", "目标可量化，步骤清楚，保障到位",
    ),
]  # fmt: skip


def source_cited(source: str) -> str:
    """Where a criterion comes from, in words: 第三条第一项 for ``3(1)``; any other source as it was written."""
    try:
        return cite(source.strip())
    except ValueError:
        return source


def source_shown(source: str) -> str:
    """Where a criterion comes from: an article leads there, any other source stands as it was written."""
    try:
        return link(source.strip())
    except ValueError:
        return source


def create_default() -> Rubric:
    """The default rubric, written unless it is there."""
    rubric, is_new = Rubric.objects.get_or_create(title=TITLE, defaults={"note": NOTE})
    for position, item in enumerate(DEFAULT if is_new else (), start=1):
        rubric.criteria.create(
            position=position,
            key=item.key,
            title=item.title,
            weight=item.weight,
            source=item.source,
            guidance=item.guidance,
            low_anchor=item.low,
            high_anchor=item.high,
        )
    return rubric
