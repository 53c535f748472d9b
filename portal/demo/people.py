"""Units, the accounts one signs in with, and the other people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random

from django.utils import timezone

from accounts.models import Role, RoleCode, Side, Unit, User
from studios.models import Rank
from studios.titles import rank_of

UNITS = [
    ("01000", "船舶与海洋工程学院", "船海", "", "college"),
    ("02000", "机械与动力工程学院", "机动", "", "college"),
    ("03000", "电子信息学院", "电院", "", "college"),
    ("04000", "材料科学与工程学院", "材料", "", "college"),
    ("07000", "化学化工学院", "化工", "", "college"),
    ("08000", "生命科学技术学院", "生命", "", "college"),
    ("12000", "经济与管理学院", "经管", "", "college"),
    ("20000", "医学院", "医学院", "", "medical_school"),
    ("20100", "第一附属医院", "一附院", "20000", "affiliated"),
    ("20300", "儿童医学中心", "儿中心", "20000", "affiliated"),
    ("30000", "图书馆", "图书馆", "", "direct"),
    ("30100", "分析测试中心", "分测", "", "direct"),
    ("40000", "后勤保障中心", "后勤", "", "office"),
    ("40100", "资产管理与实验室处", "资产", "", "office"),
]
HOME = "02000"

SURNAMES = (
    "赵钱孙李周吴郑王冯陈沈韩杨朱秦许何吕施张孔曹严金魏陶姜谢邹苏潘葛范彭鲁韦马方任袁柳唐"
    "薛雷贺倪汤罗郝安常于傅齐康余顾孟黄萧尹姚邵汪毛戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季"
)
GIVEN = "伟芳静敏丽强磊军洋勇艳杰娟涛明超霞平刚桂英华文建国红玲志海峰琳晨嘉宁瑶睿思远子涵欣然博雅俊哲浩宇昕怡"
RARE = [
    "龚䶮",
    "王㛃",
    "李𬭎",
    "阿依古丽·买买提",
    "赵㐂",
    "呼延𬱖",
    "欧阳珺瑄",
    "司徒喆",
    "禤骉",
    "尉迟翀",
    "逄弢",
    "迪丽努尔·艾力",
]
TITLES = [
    "教授",
    "副教授",
    "研究员",
    "副研究员",
    "高级工程师",
    "高级实验师",
    "讲师",
    "工程师",
    "实验师",
    "主治医师",
    "助教",
]
DEGREES = ["博士研究生", "硕士研究生", "大学本科", "大学专科"]
POLITICS = ["中共党员", "中共党员", "群众", "九三学社", "民盟"]


@dataclass(frozen=True)
class Account:
    """One account of the demo; its password is ``demo-`` and its name."""

    username: str
    name: str
    unit: str
    roles: tuple[tuple, ...] = ()
    title: str = ""
    post: str = ""  # of an outsider: where they work


ACCOUNTS = [
    Account("lead", "龚䶮", HOME, title="教授"),
    Account("member", "王㛃", HOME, title="工程师"),
    Account("department", "李素珍", HOME, ((RoleCode.DEPARTMENT_UNION, HOME, ""),), "副研究员"),
    Account("both", "沈国梁", HOME, ((RoleCode.DEPARTMENT_UNION, HOME, ""),), "高级工程师"),
    Account("party", "陈国华", HOME, ((RoleCode.UNIT_LEADER, HOME, Side.PARTY),), "研究员"),
    Account("administration", "林志远", HOME, ((RoleCode.UNIT_LEADER, HOME, Side.ADMINISTRATION),), "教授"),
    *(
        Account(f"expert{number}", name, unit, ((RoleCode.EXPERT, "", ""),), "教授", post)
        for number, name, unit, post in [
            (1, "欧阳珺瑄", "01000", ""),
            (2, "司徒喆", "03000", ""),
            (3, "逄弢", "20100", ""),
            (4, "尉迟翀", "12000", ""),
            (5, "迪丽努尔·艾力", "", "浦东理工大学机械学院教授"),
        ]
    ),
    Account("staff", "王秀兰", "40000", ((RoleCode.UNION_STAFF, "", ""),)),
    Account("staff2", "秦月华", "40000", ((RoleCode.UNION_STAFF, "", ""),)),
    Account("leader", "周建国", "40000", ((RoleCode.UNION_LEADER, "", ""),)),
    Account("finance", "钱丽华", "40000", ((RoleCode.FINANCE, "", ""),)),
    Account("auditor", "严明", "40000", ((RoleCode.AUDITOR, "", ""),)),
    Account("sysadmin", "方宁", "40000", ((RoleCode.SYSADMIN, "", ""),)),
]


class Town:
    """The people of the demo as they are made: units by code, accounts by name, and the next staff number."""

    def __init__(self, random: Random):
        self.random = random
        self.units: dict[str, Unit] = {}
        self.accounts: dict[str, User] = {}
        self._numbers = iter(range(1001, 9999, 7))
        self._rare = iter(name for name in RARE if name not in {account.name for account in ACCOUNTS})

    def settle(self) -> None:
        for code, name, short, parent, kind in UNITS:
            self.units[code] = Unit.objects.create(
                code=code,
                name=name,
                short_name=short,
                kind=kind,
                parent=self.units.get(parent),
                union_name=f"{name}部门工会",
                union_chair=self.name(),
                union_phone=f"021-5474{self.random.randint(1000, 9999)}",
            )
        for account in ACCOUNTS:
            self._open(account)
        for unit in self.units.values():
            if unit.code != HOME:
                self._officers(unit)

    def _open(self, account: Account) -> None:
        user = self.person(
            self.units.get(account.unit), name=account.name, title=account.title, username=account.username
        )
        user.post = account.post
        user.set_password(f"demo-{account.username}")
        user.save(update_fields=["password", "post"])
        for code, unit, side in account.roles:
            Role.objects.create(user=user, code=code, unit=self.units.get(unit), side=side)
        self.accounts[account.username] = user

    def _officers(self, unit: Unit) -> None:
        """The officer and the two leaders of a unit; they sign, but nobody signs in as them."""
        Role.objects.create(user=self.person(unit), code=RoleCode.DEPARTMENT_UNION, unit=unit)
        for side in Side:
            Role.objects.create(user=self.person(unit), code=RoleCode.UNIT_LEADER, unit=unit, side=side)

    def officer(self, unit: Unit, code: str, side: str = "") -> User:
        """Who signs in that office; the first of several."""
        return Role.objects.filter(code=code, unit=unit, side=side).earliest("pk").user

    def at(self, day: date) -> datetime:
        """Some moment of a day while people work."""
        minutes = self.random.randrange(8 * 60, 17 * 60)
        return timezone.make_aware(datetime.combine(day, time(minutes // 60, minutes % 60)))

    def name(self) -> str:
        given = self.random.choice((1, 2, 2))
        return self.random.choice(SURNAMES) + "".join(self.random.sample(GIVEN, given))

    def rare_name(self) -> str:
        return next(self._rare, None) or self.name()

    def person(
        self, unit: Unit | None, *, name: str = "", title: str = "", username: str = "", born: int = 0
    ) -> User:
        random = self.random
        title = title or random.choice(TITLES)
        senior = rank_of(title) == Rank.SENIOR
        number = f"{next(self._numbers):05d}"
        user = User(
            username=username or number,
            staff_no=number,
            name=name or self.name(),
            unit=unit,
            sex=random.choice(User.Sex.values),
            birth_year=born or (random.randint(1968, 1988) if senior else random.randint(1980, 1999)),
            birth_month=random.randint(1, 12),
            title=title,
            degree=random.choice(DEGREES[: 2 if senior else 4]),
            politics=random.choice(POLITICS),
            phone=f"13{random.randint(0, 9)}{random.randint(10_000_000, 99_999_999)}",
            email=f"{username or 'u' + number}@sjd.example",
        )
        user.set_unusable_password()
        user.save()
        return user
