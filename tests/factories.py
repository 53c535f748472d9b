"""Unsurprising objects; what differs is a trait.

``StudioFactory(complete=True)`` may be handed in as it is, ``ApplicationFactory(accepted=True)`` got where it
stands by the real moves, made by the people who may make them.
"""

from datetime import date, timedelta

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Role, RoleCode, Side, Unit, User
from ledgers.models import Achievement
from records.moves import DomainError
from reviews.actions import name_studios
from reviews.models import Application, Assignment, Mark, Panelist, Part, PublicNotice, Round, State
from reviews.releasing import release_decisions
from reviews.rubrics import create_default
from studios.models import BudgetLine, Honour, Member, Policy, Project, RuleDocument, Studio, Venue

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = ("国强", "秀英", "建军", "丽华", "志明", "晓东", "桂兰", "海涛", "文静")


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"{10000 + n}")
    name = factory.Sequence(lambda n: f"第{n + 1}工程学院")
    union_name = factory.LazyAttribute(lambda unit: f"{unit.name}部门工会")
    kind = Unit.Kind.COLLEGE


class UserFactory(DjangoModelFactory):
    """A person of a unit; ``roles=[("union_staff",), ("unit_leader", "party")]`` gives roles."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    staff_no = factory.Sequence(lambda n: f"T{n:05d}")
    name = factory.Sequence(lambda n: SURNAMES[n % 16] + GIVEN[n // 16 % 9] + ("" if n < 144 else str(n)))
    unit = factory.SubFactory(UnitFactory)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.edu.cn")
    phone = factory.Sequence(lambda n: f"139{n:08d}")
    sex = User.Sex.MALE
    birth_year = 1975
    birth_month = 6
    title = "教授"
    post = "实验室主任"
    politics = "中共党员"
    password = factory.LazyAttribute(lambda user: make_password(f"demo-{user.username}"))

    @factory.post_generation
    def roles(self, create, given, **kwargs):
        for code, *side in given or ():
            give_role(self, code, unit=self.unit, side=side[0] if side else "")


def give_role(user: User, code: str, *, unit: Unit | None = None, side: str = "") -> Role:
    """``unit`` counts for unit roles only, so that it may always be said."""
    role = Role.objects.create(
        user=user, code=code, unit=unit if code in RoleCode.IN_A_UNIT else None, side=side
    )
    vars(user).pop("held", None)
    return role


class PolicyFactory(DjangoModelFactory):
    """The first version, as the migration enters it; tests that empty the tables take it along."""

    class Meta:
        model = Policy
        django_get_or_create = ("effective_on",)

    effective_on = date(2022, 6, 16)
    title = "2022年6月16日起施行"


class RoundFactory(DjangoModelFactory):
    """This year's round, open on the day ``on`` (today); ``closed=True`` closed three days before it."""

    class Meta:
        model = Round
        django_get_or_create = ("year",)

    class Params:
        on = factory.LazyFunction(timezone.localdate)
        closed = factory.Trait(closes_on=factory.LazyAttribute(lambda o: o.on - timedelta(days=3)))

    year = factory.LazyAttribute(lambda o: o.on.year)
    title = factory.LazyAttribute(lambda o: f"{o.year}年劳模创新工作室评选")
    opens_on = factory.LazyAttribute(lambda o: o.on - timedelta(days=10))
    closes_on = factory.LazyAttribute(lambda o: o.on + timedelta(days=20))
    endorse_by = factory.LazyAttribute(lambda o: o.closes_on + timedelta(days=7))
    decide_by = factory.LazyAttribute(lambda o: o.closes_on + timedelta(days=40))
    naming_on = factory.LazyAttribute(lambda o: o.closes_on + timedelta(days=60))
    policy = factory.SubFactory(PolicyFactory)


class StudioFactory(DjangoModelFactory):
    """A candidate studio of a new lead; ``complete=True`` fills every part and meets every condition."""

    class Meta:
        model = Studio
        skip_postgeneration_save = True

    lead = factory.SubFactory(UserFactory)
    unit = factory.SelfAttribute("lead.unit")
    started_by = factory.SelfAttribute("lead")

    @factory.post_generation
    def complete(self, create, wanted, **kwargs):
        if wanted:
            fill_in(self)


def fill_in(studio: Studio, *, year: int | None = None) -> None:
    """Enter all seven parts, so that the studio may be handed in and every condition is met in ``year``."""
    PolicyFactory()
    year = year or timezone.localdate().year
    texts = {
        "founded_on": date(2019, 3, 1),
        "technology": True,
        "direction": "高精度装备的故障诊断",
        "equipment": "五轴加工中心一台",
        "plan_goals": "三年内形成一套诊断方法",
        "plan_first_year": "完成数据采集",
        "plan_second_year": "完成模型验证",
        "plan_third_year": "在两家企业应用",
        "plan_outcomes": "发明专利两项",
    }
    for field, value in texts.items():
        setattr(studio, field, value)
    studio.save()
    Honour.objects.create(
        studio=studio,
        title="上海市劳动模范",
        level="provincial",
        year=2018,
        certificate_no="SH-0231",
        body="上海市人民政府",
    )
    for name, title, born in (
        ("宋青", "副教授", 1982),
        ("唐敏", "工程师", 1990),
        ("许航", "助理工程师", 1997),
    ):
        Member.objects.create(
            studio=studio, name=name, title=title, birth_year=born, degree=Member.Degree.MASTER
        )
    Project.objects.create(
        studio=studio,
        name="装备可靠性提升",
        level="provincial",
        number=f"{year}-KJ-018",
        funder="上海市科委",
        starts_on=date(year, 1, 1),
        ends_on=date(year + 1, 12, 31),
        amount=500000,
    )
    for month in (2, 5):
        Achievement.objects.create(
            studio=studio,
            kind=Achievement.Kind.INVENTION,
            title=f"一种主轴监测方法（{month}）",
            owner="申江大学",
            recognised_by="国家知识产权局",
            recognised_on=date(year - 1, month, 10),
        )
    Venue.objects.create(studio=studio, address="机械楼 A415", area=86)
    BudgetLine.objects.create(
        studio=studio, year=year, purpose="实验耗材", source=BudgetLine.Source.UNIT, amount=20000
    )
    for kind, label in RuleDocument.Kind.choices:
        RuleDocument.objects.create(studio=studio, kind=kind, title=f"{label}办法", dated_on=date(2020, 1, 1))


def officer(code: str, *, unit: Unit | None = None, side: str = "") -> User:
    """Somebody who holds the role (in the unit, on that side); made when there is nobody yet."""
    held = Role.objects.filter(code=code, side=side)
    role = (held.filter(unit=unit) if code in RoleCode.IN_A_UNIT else held).select_related("user").first()
    if role:
        return role.user
    user = UserFactory(unit=unit) if unit else UserFactory()
    give_role(user, code, unit=unit, side=side)
    return user


def signatories(unit: Unit) -> dict[str, User]:
    """Who signs which of the three parts in a unit."""
    return {
        Part.RECOMMENDATION: officer(RoleCode.DEPARTMENT_UNION, unit=unit),
        Part.PARTY: officer(RoleCode.UNIT_LEADER, unit=unit, side=Side.PARTY),
        Part.ADMINISTRATION: officer(RoleCode.UNIT_LEADER, unit=unit, side=Side.ADMINISTRATION),
    }


class ApplicationFactory(DjangoModelFactory):
    """A draft of a complete studio in this year's round; each further state is a trait, reached by real moves."""

    class Meta:
        model = Application
        skip_postgeneration_save = True

    class Params:
        submitted = factory.Trait(reach=State.SUBMITTED)
        returned = factory.Trait(reach=State.RETURNED)
        recommended = factory.Trait(reach=State.RECOMMENDED)
        accepted = factory.Trait(reach=State.ACCEPTED)
        reviewed = factory.Trait(reach=State.REVIEWED)
        proposed = factory.Trait(reach=State.PROPOSED)
        approved = factory.Trait(reach=State.APPROVED)  # and the days of its public notice are over
        held = factory.Trait(reach=State.HELD)
        rejected = factory.Trait(reach=State.REJECTED)
        named = factory.Trait(reach=State.NAMED)
        withdrawn = factory.Trait(reach=State.WITHDRAWN)
        refused = factory.Trait(reach=State.REFUSED)

    studio = factory.SubFactory(StudioFactory, complete=True)
    round = factory.SubFactory(RoundFactory)
    started_by = factory.SelfAttribute("studio.lead")
    reach = State.DRAFT

    @classmethod
    def _create(cls, model_class, *args, reach, **fields):
        return bring_to(super()._create(model_class, *args, **fields), reach)


TO_THE_EXPERTS = ["submit", "endorse", "accept"]
WAYS = {
    State.DRAFT: [],
    State.SUBMITTED: ["submit"],
    State.RETURNED: ["submit", "return"],
    State.RECOMMENDED: ["submit", "endorse"],
    State.ACCEPTED: TO_THE_EXPERTS,
    State.REVIEWED: [*TO_THE_EXPERTS, "review"],
    State.PROPOSED: [*TO_THE_EXPERTS, "review", "approve"],
    State.APPROVED: [*TO_THE_EXPERTS, "review", "approve", "release", "wait"],
    State.HELD: [*TO_THE_EXPERTS, "review", "hold", "release"],
    State.REJECTED: [*TO_THE_EXPERTS, "review", "reject", "release"],
    State.NAMED: [*TO_THE_EXPERTS, "review", "approve", "release", "wait", "name"],
    State.WITHDRAWN: ["submit", "withdraw"],
    State.REFUSED: ["submit", "refuse"],
}


def bring_to(application: Application, state: str) -> Application:
    """Move a draft to ``state`` as people would."""
    for step in WAYS[State(state)]:
        _STEPS[step](application)
    if application.state != state:
        raise DomainError(f"{application.state} instead of {state}")
    return application


def endorse_all(application: Application) -> None:
    for part, user in signatories(application.studio.unit).items():
        application.endorse(part, by=user, opinion="同意推荐")


def reviewed_by(application: Application, *marks: int) -> Assignment | None:
    """Each of some further experts has given this mark of ten for every criterion and handed in; the last sheet."""
    if application.round.rubric is None:
        application.round.rubric = create_default()
        application.round.save()
    criteria = list(application.round.rubric.criteria.all())
    assignment = None
    for place, mark in enumerate(marks, application.assignments.count()):
        expert = expert_at(application, place)
        assignment = Assignment.objects.create(
            application=application,
            snapshot=application.snapshot,
            expert=expert,
            due_on=application.round.decide_by,
            assigned_by=officer(RoleCode.UNION_STAFF),
        )
        assignment.accept(by=expert)
        Mark.objects.bulk_create(
            Mark(assignment=assignment, criterion=one, points=mark, comment="材料可证。") for one in criteria
        )
        assignment.hand_in(by=expert)
    return assignment


def expert_at(application: Application, place: int) -> User:
    """The expert of that number on the panel of the round; invited when there is none yet."""
    seats = list(application.round.panel.order_by("pk").select_related("expert"))
    if place < len(seats):
        return seats[place].expert
    expert = UserFactory(unit=None, name=f"评审{'甲乙丙丁戊己庚'[place]}", roles=[(RoleCode.EXPERT,)])
    Panelist.objects.create(round=application.round, expert=expert)
    return expert


def _review(application: Application) -> None:
    reviewed_by(application, 8, 8, 8)
    application.complete_review(by=officer(RoleCode.UNION_STAFF))


def _release(application: Application) -> None:
    release_decisions(application.round, by=officer(RoleCode.UNION_STAFF), on=timezone.localdate())
    application.refresh_from_db()


def let_the_notice_pass(notice: PublicNotice, days: int = 60) -> None:
    """As if it had been published so many days earlier."""
    earlier = timedelta(days=days)
    for field in ("published_on", "starts_on", "ends_on"):
        setattr(notice, field, getattr(notice, field) - earlier)
    notice.save()


def _wait(application: Application) -> None:
    let_the_notice_pass(application.notice)


def _name(application: Application) -> None:
    today = timezone.localdate()
    name_studios([application], by=officer(RoleCode.UNION_LEADER), named_on=today, issued_on=today, on=today)
    application.refresh_from_db()
    application.studio.refresh_from_db()


_STEPS = {
    "submit": lambda a: a.submit(by=a.studio.lead, on=timezone.localdate()),
    "return": lambda a: a.return_for_correction(
        {"projects": "请补充立项文件。"},
        by=signatories(a.studio.unit)[Part.RECOMMENDATION],
        correct_by=max(a.round.closes_on, timezone.localdate() + timedelta(days=7)),
    ),
    "endorse": endorse_all,
    "accept": lambda a: a.accept(by=officer(RoleCode.UNION_STAFF)),
    "approve": lambda a: a.decide("approve", by=officer(RoleCode.UNION_LEADER), text="同意命名。"),
    "hold": lambda a: a.decide("hold", by=officer(RoleCode.UNION_LEADER), text="待补充材料后再议。"),
    "reject": lambda a: a.decide("reject", by=officer(RoleCode.UNION_LEADER), text="成果不足。"),
    "review": _review,
    "release": _release,
    "wait": _wait,
    "name": _name,
    "withdraw": lambda a: a.withdraw(by=a.studio.lead, reason="明年再报。"),
    "refuse": lambda a: a.refuse(by=signatories(a.studio.unit)[Part.RECOMMENDATION], reason="团队尚未成形。"),
}
