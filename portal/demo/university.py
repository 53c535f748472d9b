"""The whole demo: forty studios in every state, the rounds since 2023, the cases that are easily forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import Notice, User
from ledgers.evidence import refresh_all
from portal.demo.people import HOME, Town
from portal.demo.pictures import photo
from portal.demo.story import Story, candidate, name_all, past_round, running_round
from records.attachments import attach
from records.outbox import Outbox
from reviews.actions import upload_paper_form
from reviews.models import FIRST_YEAR, Application, Part, Round
from reviews.papers import application_form_pdf
from studios.issuing import issue
from studios.models import Certificate, Studio

STUDIOS = 40
NAMED_BY_YEAR = {0: 3, 1: 5, 2: 5, 3: 5}  # how many were named in each of the past rounds, the oldest first


@transaction.atomic
def build(*, seed: int, on: date) -> dict[str, int]:
    """Fill an empty database; returns how many studios, applications and people it made."""
    random = Random(seed)  # noqa: S311 - made-up people, not secrets
    town = Town(random)
    town.settle()
    running = running_round(on)
    years = range(max(FIRST_YEAR, running.year - 4), running.year)
    for position, year in enumerate(years):
        _past(town, random, year, NAMED_BY_YEAR.get(position, 5), latest=year == years[-1])
    _since_named(town, on)
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


def _past(town: Town, random: Random, year: int, named: int, *, latest: bool) -> None:
    """A round of an earlier year: most are named, one is turned down on each of the ways there are."""
    round_ = past_round(year)
    spring = date(year, 3, 3)
    chosen, others = [], []
    for position in range(named):
        studio = candidate(
            town,
            random,
            on=spring,
            rare=position < 2,
            unit=HOME if position == 2 else "",
            born=1966 if position == 3 else 0,
        )
        story = (
            Story(town, studio, round_, on=spring)
            .submit(date(year, 3, 12 + position))
            .sign(on=date(year, 3, 30))
        )
        chosen.append(story.accept(date(year, 4, 8)).decide("approve", "同意命名。", on=date(year, 4, 18)))
    if year > FIRST_YEAR:
        story = Story(town, candidate(town, random, on=spring, weak=True), round_, on=spring)
        story.submit(date(year, 3, 20)).sign(on=date(year, 3, 30)).accept(date(year, 4, 8))
        others.append(
            story.decide("reject", "近两年无经认定的创新成果，建议条件成熟后再申报。", on=date(year, 4, 18))
        )
    if year == FIRST_YEAR + 2:
        story = Story(town, candidate(town, random, on=spring, weak=True), round_, on=spring).submit(
            date(year, 3, 21)
        )
        others.append(story.refuse("团队尚在组建，暂不推荐。", on=date(year, 3, 28)))
        story = Story(town, candidate(town, random, on=spring), round_, on=spring).submit(date(year, 3, 21))
        others.append(story.withdraw("领衔人公派出国一年，申请撤回。", on=date(year, 3, 26)))
    name_all(town, chosen, named_on=round_.naming_on, issued_on=date(year, 4, 24))
    for story in [*chosen, *others]:
        story.date_it()
    if not latest:  # those of the last round are still to be made
        for certificate in Certificate.objects.filter(year=year):
            issue(certificate)


def _since_named(town: Town, on: date) -> None:
    """What became of some studios: one revoked, one closed, one under rectification."""
    leader = town.accounts["leader"]
    oldest = list(Studio.objects.with_title().order_by("pk")[:5])
    revoked, closed, rectifying = oldest[0], oldest[1], oldest[4]
    revoked.move("revoke", by=leader, note="周期考核未达标。")
    Certificate.objects.filter(studio=revoked).update(
        revoked_on=on - timedelta(days=120), revoked_reason="周期考核未达标，不再保留称号。"
    )
    closed.move("close", by=leader, note="领衔人退休，无继任人选。")
    rectifying.move("rectify", by=leader, note="年度活动次数不足，限六个月整改。")


def _running(town: Town, random: Random, round_: Round, on: date) -> None:
    """The round that is open now: one application in every state, with something to do for every account."""
    day = round_.opens_on
    stories = [_leads_own(town, random, round_, on), _on_paper(town, random, round_, on)]

    def story(**options) -> Story:
        started_by = options.pop("started_by", None)
        studio = candidate(town, random, on=on, by=started_by, **options)
        stories.append(Story(town, studio, round_, on=day, by=started_by))
        return stories[-1]

    accounts = town.accounts
    later = [day + timedelta(days=step) for step in range(20)]
    story(empty=True)
    story(weak=True, unit=HOME, started_by=accounts["department"])
    story(unit=HOME, rare=True).submit(later[12])
    story(unit=HOME).submit(later[9]).sign(Part.RECOMMENDATION, Part.ADMINISTRATION, on=later[13])
    story(weak=True).submit(later[8]).sign(on=later[12])
    story(team=[accounts["staff"]]).submit(later[7]).sign(on=later[11])
    story(rare=True).submit(later[6]).sign(on=later[9]).accept(later[14])
    story().submit(later[6]).sign(on=later[9]).accept(later[15])
    story(name="焊接机器人劳模创新工作室", name_reason="领衔人为团队共同推举，沿用使用多年的名称。").submit(
        later[3]
    ).sign(on=later[6]).accept(later[9]).decide("approve", "同意命名。", on=later[15])
    story(rare=True).submit(later[3]).sign(on=later[6]).accept(later[9]).decide(
        "approve", "同意命名。", on=later[15]
    )
    story().submit(later[3]).sign(on=later[7]).accept(later[9]).decide(
        "hold", "请补充 2 项成果的认定材料后再议。", on=later[16]
    )
    story(weak=True).submit(later[3]).sign(on=later[7]).accept(later[9]).decide(
        "reject", "尚无省部级以上在研项目，建议下一年度再申报。", on=later[16]
    )
    story(weak=True).submit(later[5]).refuse("团队成员不足，暂不推荐。", on=later[10])
    story().submit(later[5]).withdraw("场地调整，待落实后再申报。", on=later[11])
    for each in stories:
        each.date_it()
    while Studio.objects.count() < STUDIOS:  # those who have not applied yet
        candidate(town, random, on=on, rare=True)


def _leads_own(town: Town, random: Random, round_: Round, on: date) -> Story:
    """The studio of the account ``lead``: recommended, sent back by staff, to be mended within days."""
    accounts = town.accounts
    studio = candidate(
        town,
        random,
        on=on,
        unit=HOME,
        lead=accounts["lead"],
        team=[accounts["member"]],
        editors=[accounts["member"]],
    )
    for name, hue in (("工作室全景.png", 0), ("培训区.png", 1)):
        attach(ContentFile(photo(hue), name=name), studio.venue, "photo", by=accounts["lead"])
    day = round_.opens_on
    story = (
        Story(town, studio, round_, on=day).submit(day + timedelta(days=4)).sign(on=day + timedelta(days=8))
    )
    return story.send_back(
        {
            "projects": "请补充省部级项目的立项编号和起止时间。",
            "place": "请上传能看清门牌的场地照片。",
        },
        by=accounts["staff"],
        on=day + timedelta(days=15),
        until=on + timedelta(days=3),
    )


def _on_paper(town: Town, random: Random, round_: Round, on: date) -> Story:
    """Signed on paper, scanned, uploaded, and waiting for staff to compare it."""
    officer = town.accounts["department"]
    story = Story(town, candidate(town, random, on=on, unit=HOME), round_, on=round_.opens_on)
    story.submit(round_.opens_on + timedelta(days=6))
    application = story.application
    scan = application_form_pdf(
        application.snapshot.data, number=application.number, round_title=round_.title
    )
    upload_paper_form(
        application,
        by=officer,
        scan=ContentFile(scan, name="申报表（盖章扫描件）.pdf"),
        signed={
            Part.RECOMMENDATION.value: ("李素珍", "同意推荐。"),
            Part.PARTY.value: ("陈国华", "同意申报。"),
            Part.ADMINISTRATION.value: ("林志远", "同意申报。"),
        },
    )
    return story.uploaded(round_.opens_on + timedelta(days=10))
