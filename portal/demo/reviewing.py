"""How experts went about the applications of the demo: asked, scored, recused, talked over; each dated at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from types import MappingProxyType

from django.db.models import Q
from django.utils import timezone

from accounts.models import Notice, User
from portal.demo.people import Town
from reviews import expert_reminders, panels
from reviews.models import Application, Assignment, Mark, Moderation, Panelist, Relation, Round, Rubric, Visit

EXPERTS = [f"expert{number}" for number in range(1, 6)]
FULL, NOTHING, HALF = Decimal(10), Decimal(0), Decimal("0.5")

# What experts write: of a high mark, and of a low one.
COMMENTS = {
    "lead": ("领衔人常年在一线带队，荣誉与专业一致。", "荣誉级别偏低，带队工作写得不具体。"),
    "team": ("老中青搭配合理，分工落实到人。", "人员偏少，专业结构单一。"),
    "projects": ("省部级项目接续，工作室承担主要任务。", "在研项目级别不够，与方向联系不紧。"),
    "results": ("成果经权威单位认定，权属清楚。", "近两年缺少经认定的成果。"),
    "place": ("场地固定，设备配套，经费逐年列支。", "经费来源没有落实。"),
    "innovation": ("解决了现场的老大难问题，做法可以推广。", "创新点不突出，多为日常工作。"),
    "benefit": ("效益有数据、有使用单位证明。", "效益只有描述，没有依据。"),
    "skill": ("师徒结对长期坚持，青年成员成长快。", "带徒记录零散，看不出效果。"),
    "plan": ("目标可量化，分年安排清楚。", "规划笼统，缺少年度目标。"),
}
OVERALL = {
    True: "基础扎实，特色明显，建议命名。",
    False: "方向可取，条件还不成熟，建议继续培育。",
}


def seat(town: Town, round_: Round) -> None:
    """The five experts of the demo sit on the panel of the round, which scores by the rubric of the portal."""
    round_.rubric = Rubric.objects.order_by("pk").first()
    round_.save(update_fields=["rubric"])
    for username in EXPERTS:
        Panelist.objects.create(round=round_, expert=town.accounts[username], added_by=town.accounts["staff"])


def ask(
    town: Town,
    application: Application,
    *,
    on: date,
    due_on: date | None = None,
    sooner: Mapping[str, date] = MappingProxyType({}),
    most: int = 5,
) -> list[Assignment]:
    """Those on the panel who are free of conflict are asked, the least busy first; in the order of their accounts.

    :param due_on: until when; the day of the round when left out.
    :param sooner: the accounts whose sheet is due on another day, as their letters say.
    """
    free = [one.expert for one in panels.choices(application) if not one.against][:most]
    days = {expert: sooner.get(expert.username, due_on) for expert in free}
    asked, moment = [], town.at(on)
    for day in dict.fromkeys(days.values()):
        pairs = [(application.pk, expert.pk) for expert in free if days[expert] == day]
        asked += panels.assign(pairs, application.round, by=town.accounts["staff"], due_on=day)
    for one in asked:
        Assignment.objects.filter(pk=one.pk).update(assigned_at=moment)
        dated(one, moment)
    return sorted(asked, key=lambda one: one.expert.username)


def dated(assignment: Assignment, moment: datetime, *, since: int = 0) -> None:
    """What came about an assignment after log row ``since`` belongs to this moment."""
    assignment.log.filter(pk__gt=since).update(at=moment)
    date_notices(f"assignment:{assignment.pk}", moment)


def date_notices(event: str, moment: datetime) -> None:
    """What was told of an event since belongs to this moment."""
    told = Notice.objects.filter(Q(event=event) | Q(event__startswith=f"{event}:"))
    told.filter(created_at__gt=moment).update(created_at=moment)


def remind(town: Town, round_: Round, *, on: date) -> None:
    """The reminders of each day since the first expert was asked, as the portal sends them, up to a day."""
    first = Assignment.objects.filter(application__round=round_).earliest("assigned_at").assigned_at
    day = timezone.localdate(first)
    while day <= on:
        expert_reminders.remind(day)
        date_notices(f"review-due:{round_.pk}", town.at(day))
        day += timedelta(days=1)


def last_of(assignment: Assignment) -> int:
    return assignment.log.order_by("-pk").values_list("pk", flat=True).first() or 0


def score(town: Town, assignment: Assignment, level: float, *, on: date, only: int | None = None) -> None:
    """The expert gives marks around a level and hands in; with ``only`` it stays at the first few marks."""
    since, moment = last_of(assignment), town.at(on)
    assignment.accept(by=assignment.expert)
    criteria = list(assignment.application.round.rubric.criteria.all())[:only]
    Mark.objects.bulk_create(_mark(town.random, assignment, one, level) for one in criteria)
    if only is None:
        assignment.overall = OVERALL[level >= 7]
        assignment.save(update_fields=["overall"])
        assignment.hand_in(by=assignment.expert)
        Assignment.objects.filter(pk=assignment.pk).update(handed_in_at=moment)
    assignment.marks.update(saved_at=moment)
    dated(assignment, moment, since=since)


def _mark(random: Random, assignment: Assignment, criterion, level: float) -> Mark:
    wanted = Decimal(round(2 * (level + random.choice((-1, -0.5, 0, 0, 0.5, 1))))) * HALF
    points = min(FULL, max(NOTHING, wanted))
    high, low = COMMENTS[criterion.key]
    says = criterion.needs_comment(points) or random.random() < 0.3
    comment = (high if points >= 7 else low) if says else ""
    return Mark(assignment=assignment, criterion=criterion, points=points, comment=comment)


def recuse(town: Town, assignment: Assignment, reason: str, *, on: date) -> None:
    since, moment = last_of(assignment), town.at(on)
    assignment.recuse(by=assignment.expert, reason=reason)
    Relation.objects.filter(person=assignment.expert, declared_at__gt=moment).update(declared_at=moment)
    dated(assignment, moment, since=since)


def talk_over(town: Town, application: Application, minutes: str, *, on: date) -> None:
    experts = User.objects.filter(assignments__application=application, assignments__state="handed_in")
    talk = Moderation.objects.create(
        application=application,
        held_on=on,
        people="、".join(sorted(one.name for one in experts)),
        minutes=minutes,
        recorded_by=town.accounts["staff"],
    )
    Moderation.objects.filter(pk=talk.pk).update(recorded_at=town.at(on))


def visit(town: Town, application: Application, minutes: str, *, on: date) -> Visit:
    seen = Visit.objects.create(
        application=application,
        held_on=on,
        place=application.studio.venue.address,
        people=f"{town.accounts['staff'].name}、{town.accounts['expert1'].name}、{application.studio.lead.name}",
        minutes=minutes,
        recorded_by=town.accounts["staff"],
    )
    Visit.objects.filter(pk=seen.pk).update(recorded_at=town.at(on))
    return seen
