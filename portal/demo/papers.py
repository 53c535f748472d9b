"""What the studios of the demo hand in: believable papers in every state of completeness."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from django.conf import settings

from accounts.models import User
from ledgers.models import Achievement
from studios.models import BudgetLine, Honour, Member, Project, RuleDocument, Studio, Venue

# Topic, kind of innovation, place.
TOPICS = [
    ("船用低速机振动抑制", "technology", "闵行校区船海楼 A 座 312"),
    ("焊接机器人示教", "technology", "闵行校区机动学院 B 楼 415"),
    ("数据中心节能", "technology", "闵行校区网络信息中心 206"),
    ("早产儿救治流程", "service", "东院儿科楼 5 楼示教室"),
    ("实验教学改革", "mechanism", "闵行校区工训中心 C 楼 108"),
    ("高压实验安全", "management", "闵行校区电院 2 号楼 117"),
    ("绿色溶剂替代", "technology", "闵行校区化学楼 523"),
    ("光谱标定", "technology", "闵行校区分析测试中心 301"),
    ("护理操作规范", "service", "西院门诊楼 8 楼培训室"),
    ("水下机器人密封", "technology", "闵行校区海洋楼 210"),
    ("大型仪器共享", "management", "闵行校区行政楼 B 楼 406"),
    ("古籍数字化", "service", "徐汇校区图书馆 4 楼修复室"),
    ("餐饮食品安全", "management", "闵行校区第三餐饮大楼 302"),
    ("细胞培养标准化", "technology", "闵行校区生命楼 4 楼 418"),
]
HONOURS = [
    ("上海市劳动模范", "provincial", "上海市人民政府"),
    ("上海市五一劳动奖章", "provincial", "上海市总工会"),
    ("全国五一劳动奖章", "national", "中华全国总工会"),
    ("上海市先进工作者", "provincial", "上海市人民政府"),
    ("全国先进工作者", "national", "国务院"),
]
FUNDERS = {
    "provincial": "上海市科学技术委员会",
    "national": "国家自然科学基金委员会",
    "university": settings.UNIVERSITY,
}
# Kind of result → title, who recognises it, level; patents and papers have none.
RESULTS = {
    "invention": ("一种{topic}装置", ["国家知识产权局"], ""),
    "method": ("{lead}{topic}操作法", ["上海市总工会", "上海市职工技术协会"], "provincial"),
    "paper": ("{topic}的实践与思考", ["《实验技术与管理》编辑部", "《实验室研究与探索》编辑部"], ""),
    "award": ("{topic}成套技术", ["上海市人民政府", "上海市教育委员会"], "provincial"),
}
BENEFIT = "已在三家单位应用，减少返工，节约材料费用。"


def start(
    lead: User,
    *,
    by: User,
    random: Random,
    founded: date,
    started: datetime,
    name: str = "",
    name_reason: str = "",
) -> Studio:
    """A candidate studio with nothing but its name and topic."""
    topic, kind, _place = random.choice(TOPICS)
    return Studio.objects.create(
        lead=lead,
        unit=lead.unit,
        started_by=by,
        founded_on=founded,
        created_at=started,
        name=name,
        name_reason=name_reason,
        direction=f"围绕{topic}中的重点难点问题开展技术攻关，把一线经验整理成可推广的方法。",
        **{kind: True},
    )


def fill(
    studio: Studio,
    people: list[User],
    *,
    random: Random,
    on: date,
    weak: bool = False,
    honour: tuple[str, str, str] | None = None,
) -> None:
    """Fill in all seven parts as they would be on a day.

    :param weak: leave the third and the fourth condition unmet.
    :param honour: title, level and body of the lead's honour, when it is not one of the usual ones.
    """
    topic, _kind, place = random.choice(TOPICS)
    studio.equipment = "示教平台 1 套、检测仪器 3 台、会议与培训设备 1 套"
    studio.plan_goals = f"三年内建成{topic}的技术攻关、培训和推广平台，带出一支能独立承担任务的青年队伍。"
    studio.plan_first_year = "完善管理制度，开展技术培训 4 次、业务交流 3 次，结对师徒 3 对。"
    studio.plan_second_year = "形成先进操作法 1 项，申请专利 2 项，在兄弟单位推广应用。"
    studio.plan_third_year = "总结推广成果，争取省部级以上项目 1 项，接受周期考核。"
    studio.plan_outcomes = "认定成果 3 项以上，培养高级职称 2 人，服务师生和一线职工 500 人次。"
    studio.save()
    title, level, body = honour or random.choice(HONOURS)
    year = on.year - random.randint(3, 12)
    Honour.objects.create(
        studio=studio,
        title=title,
        level=level,
        year=year,
        body=body,
        certificate_no=f"{year}{random.randint(100, 999)}",
    )
    _members(studio, people, random)
    _projects(studio, topic, random, on, "university" if weak else random.choice(("provincial", "national")))
    _results(studio, topic, random, on, recognised=not weak)
    Venue.objects.create(studio=studio, address=place, area=random.randrange(40, 180, 5))
    for purpose, source, amount in [
        ("实验耗材", "unit", 12000),
        ("技术培训", "unit", 8000),
        ("资料图书", "project", 5000),
    ]:
        BudgetLine.objects.create(
            studio=studio,
            year=on.year,
            purpose=purpose,
            source=source,
            amount=amount + random.randrange(0, 5000, 500),
        )
    for kind in RuleDocument.Kind:
        RuleDocument.objects.create(
            studio=studio,
            kind=kind,
            title=f"工作室{kind.label}办法",
            version="1.0",
            dated_on=on - timedelta(days=random.randint(60, 400)),
        )


def strengthen(studio: Studio, *, random: Random, on: date) -> None:
    """What a studio with weak papers has to show a year later."""
    topic, _kind, _place = random.choice(TOPICS)
    _projects(studio, topic, random, on, "provincial")
    _results(studio, topic, random, on, recognised=True)


def mend(studio: Studio) -> None:
    """What a return asked for: a row changed, one added, one taken away, and a text written anew."""
    project = studio.projects.first()
    project.number, project.duty = f"{project.starts_on.year}-KJ-0418", "牵头单位"
    project.save()
    Member.objects.create(
        studio=studio, name="贺兰英", title="高级技师", degree="college", birth_year=1978, duty="现场培训"
    )
    studio.budget_lines.last().delete()
    studio.plan_first_year += "第一季度完成岗位练兵方案。"
    studio.save()


def _members(studio: Studio, people: list[User], random: Random) -> None:
    degrees = {"博士研究生": "doctor", "硕士研究生": "master", "大学本科": "bachelor", "大学专科": "college"}
    for position, person in enumerate(people):
        Member.objects.create(
            studio=studio,
            user=person,
            name=person.name,
            title=person.title,
            degree=degrees[person.degree],
            birth_year=person.birth_year,
            role=_role(person, position),
            duty=random.choice(("方案设计", "现场攻关", "培训授课", "资料整理", "数据分析")),
            joined_on=studio.founded_on,
        )


def _role(person: User, position: int) -> str:
    """Two core members, a secretary, and the young as apprentices."""
    if position < 2:
        return Member.Duty.CORE
    if position == 2:
        return Member.Duty.SECRETARY
    return Member.Duty.APPRENTICE if person.birth_year >= 1990 else Member.Duty.MEMBER


def _projects(studio: Studio, topic: str, random: Random, on: date, level: str) -> None:
    for number in range(random.randint(1, 3)):
        starts = date(on.year - number, random.randint(1, 6), 1)
        Project.objects.create(
            studio=studio,
            name=f"{topic}关键技术研究（{'一二三'[number]}期）",
            level=level,
            number=f"{starts.year}{random.randint(1000, 9999)}",
            funder=FUNDERS[level],
            duty="承担单位",
            starts_on=starts,
            ends_on=date(starts.year + 2, 12, 31),
            amount=random.randrange(80_000, 900_000, 10_000),
        )


def _results(studio: Studio, topic: str, random: Random, on: date, *, recognised: bool) -> None:
    made = random.sample(list(RESULTS), random.randint(2, 4))
    for kind in made:
        title, bodies, level = RESULTS[kind]
        day = on - timedelta(days=random.randint(40, 600))
        number = f"ZL{day.year - 2}1{random.randint(10**6, 10**7 - 1)}.{random.randint(0, 9)}"
        Achievement.objects.create(
            studio=studio,
            kind=kind,
            title=title.format(topic=topic, lead=studio.lead.name),
            number=number if kind == "invention" else "",
            owner=settings.UNIVERSITY,
            share="第一完成单位",
            level=level if recognised else "",
            recognised_by=random.choice(bodies) if recognised else "",
            recognised_on=day if recognised else None,
            benefit_amount=None if kind == "paper" else random.randrange(50_000, 2_000_000, 10_000),
            benefit="介绍一线做法，供同行参考。" if kind == "paper" else BENEFIT,
        )
