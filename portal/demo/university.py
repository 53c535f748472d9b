"""The whole demo: forty studios in every state, the rounds since 2023, the cases that are easily forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from django.db import transaction

from accounts.models import Notice, User
from ledgers.evidence import refresh_all
from portal.demo import cases, reviewing
from portal.demo.people import HOME, Town
from portal.demo.story import Story, candidate, name_all, past_round, release, running_round
from records.outbox import Outbox
from reviews.models import FIRST_YEAR, Application, Round
from studios.issuing import issue
from studios.models import Certificate, IssuedPaper, Studio

STUDIOS = 40
NAMED_BY_YEAR = {0: 3, 1: 3, 2: 3, 3: 4}  # how many were named in each of the past rounds, the oldest first


@transaction.atomic
def build(*, seed: int, on: date) -> dict[str, int]:
    """Fill an empty database; returns how many studios, applications and people it made."""
    random = Random(seed)  # noqa: S311 - made-up people, not secrets
    town = Town(random)
    town.settle()
    running = running_round(on)
    years = range(max(FIRST_YEAR, running.year - 4), running.year)
    for position, year in enumerate(years):
        _past(town, random, year, NAMED_BY_YEAR.get(position, 5), on, latest=year == years[-1])
    cases.since_named(town, on)
    _running(town, random, running, on)
    refresh_all(on)
    # What was told in the years of the demo has long been read, and none of it goes out by mail now.
    week_ago = on - timedelta(days=7)
    for notice in Notice.objects.filter(created_at__date__lt=week_ago):
        Notice.objects.filter(pk=notice.pk).update(read_at=notice.created_at)
    Outbox.objects.all().delete()
    return {
        "studios": Studio.objects.count(),
        "applications": Application.objects.count(),
        "people": User.objects.count(),
    }


def _past(town: Town, random: Random, year: int, named: int, on: date, *, latest: bool) -> None:
    """A round of an earlier year: most are named, one is turned down; in the latest one on each way there is."""
    round_ = past_round(year)
    reviewing.seat(town, round_)
    spring = date(year, 3, 3)
    chosen, others = [], []

    most = 5 if latest else 3  # experts of each; the quorum was enough in the first years

    def april(day: int) -> date:
        return date(year, 4, day)

    def story(**options) -> Story:
        return Story(town, candidate(town, random, on=spring, **options), round_, on=spring)

    for position in range(named):
        # The last one to be named this year is about to retire.
        lead = {"lead": cases.soon_retired(town, on)} if latest and position == named - 1 else {}
        one = story(rare=position < 2, unit=HOME if position == 2 else "", **lead)
        if latest and position == 1:
            cases.came_late(one)
        elif latest and position == 2:
            cases.signed_on_paper(one, on=date(year, 3, 29))
        else:
            one.submit(date(year, 3, 12 + position)).sign(on=date(year, 3, 30))
        apart = "合议认为成果属实，个别专家打分偏严，维持各自评分。" if position == 1 else ""
        one.accept(april(8)).review(8.5, asked=april(9), scored=april(13), apart=apart, most=most)
        chosen.append(one.decide("approve", "同意命名。", on=april(16)))
    rejected = []
    if year > FIRST_YEAR:
        one = story(weak=True).submit(date(year, 3, 20)).sign(on=date(year, 3, 30)).accept(april(8))
        one.review(5.5, asked=april(9), scored=april(14), most=most)
        text = "近两年无经认定的创新成果，建议条件成熟后再申报。"
        rejected.append(one.decide("reject", text, on=april(16)))
    release(town, [*chosen, *rejected], on=april(17))
    others += rejected
    if latest:
        one = story(weak=True).submit(date(year, 3, 21))
        others.append(one.refuse("团队尚在组建，暂不推荐。", on=date(year, 3, 28)))
        one = story().submit(date(year, 3, 21))
        others.append(one.withdraw("领衔人公派出国一年，申请撤回。", on=date(year, 3, 26)))
    name_all(town, chosen, named_on=round_.naming_on, issued_on=april(28))
    for one in [*chosen, *others]:
        one.date_it()
    if not latest:  # those of the last round are still to be made
        for certificate in Certificate.objects.filter(year=year):
            made_at = town.at(certificate.issued_on)
            for paper in issue(certificate):
                IssuedPaper.objects.filter(pk=paper.pk).update(made_at=made_at)
            Notice.objects.filter(event=f"certificate-issued:{certificate.pk}").update(created_at=made_at)


def _running(town: Town, random: Random, round_: Round, on: date) -> None:
    """The round that is open now: one application in every state, with something to do for every account."""
    reviewing.seat(town, round_)
    day, accounts = round_.opens_on, town.accounts
    stories = [
        tell(town, random, round_, on)
        for tell in (
            cases.leads_own,
            cases.officers_own,
            cases.mended,
            cases.overdue,
            cases.on_paper,
            cases.applied_again,
            cases.left_behind,
        )
    ]

    def story(**options) -> Story:
        studio = candidate(town, random, on=on, **options)
        stories.append(Story(town, studio, round_, on=day, by=options.get("by")))
        return stories[-1]

    later = [day + timedelta(days=step) for step in range(20)]
    story(empty=True)
    story(weak=True, unit=HOME, by=accounts["department"])
    story(weak=True).submit(later[8]).sign(on=later[12])
    story(team=[accounts["staff"]]).submit(later[7]).sign(on=later[11])
    cases.under_review(story(rare=True, honour=cases.MUNICIPAL, unit=HOME), on)

    def decided(level: float, decision: str, text: str, **options) -> Story:
        """One of those that were early: reviewed, and decided on the ninth day."""
        one = story(**options).submit(later[2]).sign(on=later[4]).accept(later[5])
        return one.review(level, asked=later[5], scored=later[7]).decide(decision, text, on=later[9])

    welding = {
        "name": "焊接机器人劳模创新工作室",
        "name_reason": "领衔人为团队共同推举，沿用使用多年的名称。",
    }
    early = [
        decided(8.5, "approve", "同意命名。", **welding),
        decided(9, "approve", "同意命名。", rare=True),
        decided(7.5, "hold", "请补充 2 项成果的认定材料后再议。"),
        decided(5.5, "reject", "尚无省部级以上在研项目，建议下一年度再申报。", weak=True),
    ]
    release(town, early, on=later[10])
    noticed = [
        decided(level, "approve", "同意命名。", unit=unit) for level, unit in ((8, "30100"), (8.5, "07000"))
    ]
    cases.objected(town, noticed, release(town, noticed, on=later[18]), on=on)
    cases.talked_over(story(unit="40100"), on)
    decided(8, "approve", "同意命名。", unit="12000")
    story(honour=cases.TOO_LOW).submit(later[5]).refuse("领衔人的荣誉未达到市级，不予推荐。", on=later[10])
    story().submit(later[5]).withdraw("场地调整，待落实后再申报。", on=later[11])
    for each in stories:
        each.date_it()
    reviewing.remind(town, round_, on=on)
    while Studio.objects.count() < STUDIOS:  # those who have not applied yet
        candidate(town, random, on=on, rare=True)
