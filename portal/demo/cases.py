"""The cases that are easily forgotten, each a small story of one studio.

Which of them the demo holds is listed in tests/portal/test_demo_cases.py, where each is looked for.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from django.conf import settings

from accounts.models import User
from portal.demo import papers, reviewing, scans
from portal.demo.people import HOME, Town
from portal.demo.story import Story, candidate
from reviews.models import Application, Objection, Part, PublicNotice, Round, State
from reviews.objecting import Words, file_objection
from studios.models import Certificate, Member, Policy, Studio
from studios.models.title import check_code

MUNICIPAL = ("杭州市劳动模范", "municipal", "杭州市人民政府")  # just enough
TOO_LOW = ("校先进工作者", "university", settings.UNIVERSITY)


def soon_retired(town: Town, on: date) -> User:
    """A lead who reaches retirement age eight months after the day of the demo."""
    lead = town.person(town.units["03000"], title="高级工程师")
    month = on.year * 12 + on.month - 1 + 8
    lead.sex, lead.birth_month = User.Sex.MALE, month % 12 + 1
    lead.birth_year = month // 12 - Policy.objects.in_force(on).retirement_male
    lead.save()
    return lead


def leads_own(town: Town, random: Random, round_: Round, on: date) -> Story:
    """The studio of the account ``lead``: recommended, sent back by staff, to be mended within days.

    One member has no account, and one has left.
    """
    lead, member = town.accounts["lead"], town.accounts["member"]
    studio = candidate(town, random, on=on, unit=HOME, lead=lead, team=[member], editors=[member])
    day = round_.opens_on
    gone = studio.members.last()
    gone.left_on = day - timedelta(days=30)
    gone.save()
    Member.objects.create(
        studio=studio,
        name="顾卫东",
        title="高级技师",
        degree=Member.Degree.COLLEGE,
        birth_year=on.year - 48,
        role=Member.Duty.CORE,
        duty="合作企业的技能带头人，现场指导",
        joined_on=studio.founded_on,
    )
    for name, hue in scans.PHOTOS:
        scans.keep(scans.picture(name, hue), studio.venue, "photo", by=lead, on=day + timedelta(days=3))
    story = Story(town, studio, round_, on=day).submit(day + timedelta(days=4))
    return story.sign(on=day + timedelta(days=8)).send_back(
        {
            "projects": "请补充省部级项目的立项编号和起止时间。",
            "place": "请上传能看清门牌的场地照片。",
        },
        by=town.accounts["staff"],
        on=day + timedelta(days=15),
        until=on + timedelta(days=3),
    )


def officers_own(town: Town, random: Random, round_: Round, on: date) -> Story:
    """The studio of the account ``both``, whose lead is an officer of the department union: the own case."""
    studio = candidate(town, random, on=on, unit=HOME, lead=town.accounts["both"])
    return Story(town, studio, round_, on=round_.opens_on).submit(round_.opens_on + timedelta(days=12))


def mended(town: Town, random: Random, round_: Round, on: date) -> Story:
    """Returned by the unit, handed in again as version 2; the Party side has still to sign."""
    day = round_.opens_on
    story = Story(town, candidate(town, random, on=on, unit=HOME), round_, on=day).submit(
        day + timedelta(days=4)
    )
    story.send_back(
        {"projects": "请写明第一个项目的立项编号。", "team": "请补充负责现场培训的成员。"},
        by=town.accounts["department"],
        on=day + timedelta(days=6),
        until=day + timedelta(days=10),
    )
    papers.mend(story.studio)
    return story.submit(day + timedelta(days=9)).sign(
        Part.RECOMMENDATION, Part.ADMINISTRATION, on=day + timedelta(days=13)
    )


def overdue(town: Town, random: Random, round_: Round, on: date) -> Story:
    """Returned by the unit, and not mended by the day that was set."""
    day = round_.opens_on
    story = Story(town, candidate(town, random, on=on, unit="20100"), round_, on=day)
    return story.submit(day + timedelta(days=5)).send_back(
        {"place": "请附年度经费的批复文件。"},
        by=story.signatory(Part.RECOMMENDATION),
        on=day + timedelta(days=9),
        until=on - timedelta(days=2),
    )


def on_paper(town: Town, random: Random, round_: Round, on: date) -> Story:
    """Signed on paper; the first scan was turned down, the second waits for staff to compare it."""
    day = round_.opens_on
    story = Story(town, candidate(town, random, on=on, unit=HOME), round_, on=day)
    story.submit(day + timedelta(days=5)).upload(day + timedelta(days=8))
    story.turn_down_form("第 3 页缺行政公章，请盖章后重新扫描。", on=day + timedelta(days=9))
    return story.upload(day + timedelta(days=11))


def applied_again(town: Town, random: Random, round_: Round, on: date) -> Story:
    """Refused in the last round, applied again once the year was over; one expert scored far below the others."""
    refused = Application.objects.filter(state=State.REFUSED).exclude(round=round_).latest("pk")
    day = round_.opens_on
    papers.strengthen(refused.studio, random=random, on=on)
    scans.hand_in(refused.studio, on=day + timedelta(days=5))
    story = Story(town, refused.studio, round_, on=day).submit(day + timedelta(days=6))
    story.sign(on=day + timedelta(days=9)).accept(day + timedelta(days=11))
    asked = reviewing.ask(town, story.application, on=day + timedelta(days=12))
    for level, one in zip((8.5, 8, 5, 8.5, 8), asked, strict=False):
        reviewing.score(town, one, level, on=day + timedelta(days=16))
    return story


def under_review(story: Story, on: date) -> None:
    """Experts are about it: one has handed in, one is half through, one has not begun, one is late, one stood aside."""
    town, day = story.town, story.application.round.opens_on
    scans.hand_in(story.studio, on=day + timedelta(days=5))
    story.submit(day + timedelta(days=6)).sign(on=day + timedelta(days=9)).accept(day + timedelta(days=12))
    asked = reviewing.ask(
        town,
        story.application,
        on=day + timedelta(days=13),
        due_on=on + timedelta(days=5),
        sooner={"expert4": on - timedelta(days=2)},
    )
    by_name = {one.expert.username: one for one in asked}
    reviewing.score(town, by_name["expert1"], 8.5, on=on - timedelta(days=4))
    reviewing.score(town, by_name["expert2"], 8, on=on - timedelta(days=1), only=5)
    reviewing.score(town, by_name["expert4"], 7.5, on=on - timedelta(days=3), only=0)
    reason = "与领衔人共同承担过横向课题"
    reviewing.recuse(town, by_name["expert5"], reason, on=on - timedelta(days=5))


def talked_over(story: Story, on: date) -> None:
    """One expert scored far below the others; it was talked over and seen on the spot, and waits for the decision."""
    day = story.application.round.opens_on
    scans.hand_in(story.studio, on=day + timedelta(days=2))
    story.submit(day + timedelta(days=3)).sign(on=day + timedelta(days=6)).accept(day + timedelta(days=8))
    seen = reviewing.visit(
        story.town,
        story.application,
        "场地与申报一致，设备在用；查看了培训签到表和师徒协议原件，询问了两名青年成员。",
        on=day + timedelta(days=10),
    )
    by = story.town.accounts["staff"]
    scans.keep(scans.picture("考察现场.png", 2), seen, "photo", by=by, on=day + timedelta(days=11))
    minutes = (
        "争议在于成果是否属于工作室。经核对立项书和专利权利人，成果属实；个别专家认为推广面不够，保留意见。"
    )
    story.review(8, asked=day + timedelta(days=9), scored=day + timedelta(days=14), apart=minutes)


OBJECTIONS = (
    Words("郭晓梅", "13800138000", "公示的第2项成果为我所在课题组完成，请核实工作室是否参与。"),
    Words("何志远", "hezhiyuan@sjd.example", "该工作室的省部级项目已于去年结题，不应算作在研项目。"),
)


def objected(town: Town, stories: list[Story], notice: PublicNotice, *, on: date) -> None:
    """On public notice still; one objection was found wrong, the other is being looked into."""
    staff, day = town.accounts["staff2"], on - timedelta(days=1)
    wrong, open_ = (
        file_objection(notice, story.application, words, on=day)
        for story, words in zip(stories, OBJECTIONS, strict=True)
    )
    for objection in (wrong, open_):
        objection.take_on(by=staff)
    wrong.dismiss(
        by=staff,
        minutes="查阅专利证书和任务书，工作室成员为第二、第三完成人，单位出具了分工说明。",
        answer="经核查，工作室成员为该成果的完成人，贡献已由单位证明，异议不成立。",
    )
    for objection in (wrong, open_):
        moments = iter(sorted(town.at(day) for _each in range(3)))
        code = check_code(town.random.choice)
        Objection.objects.filter(pk=objection.pk).update(received_at=next(moments), code=code)
        reviewing.date_notices(f"objection:{objection.pk}", town.at(day))
        for row, moment in zip(objection.log.order_by("pk"), moments, strict=False):
            objection.log.filter(pk=row.pk).update(at=moment)
    Objection.objects.filter(pk=wrong.pk).update(answered_at=wrong.log.latest("pk").at)


def left_behind(town: Town, random: Random, round_: Round, on: date) -> Story:
    """A draft whose lead has left the university; the department union goes on with it."""
    story = Story(town, candidate(town, random, on=on, unit=HOME), round_, on=round_.opens_on)
    User.objects.filter(pk=story.studio.lead_id).update(is_active=False)
    return story


def came_late(story: Story) -> Story:
    """In hospital on the closing day: let in by exception, then as fast as the others."""
    closed = story.application.round.closes_on
    story.allow_late("领衔人因病住院", until=closed + timedelta(days=4), on=closed + timedelta(days=1))
    return story.submit(closed + timedelta(days=2)).sign(on=closed + timedelta(days=5))


def signed_on_paper(story: Story, *, on: date) -> Story:
    """All three signed on paper, and staff found the scan to agree with what was handed in."""
    return story.submit(on - timedelta(days=15)).upload(on).check_form(on + timedelta(days=2))


def since_named(town: Town, on: date) -> None:
    """What became of some studios: one revoked, one closed, one under rectification, one lead without honour."""
    leader = town.accounts["leader"]
    revoked, closed, _same, honourless, rectifying = Studio.objects.with_title().order_by("pk")[:5]
    reason = "周期考核未达标，不再保留称号。"
    _move(town, revoked, "revoke", reason, by=leader, on=on - timedelta(days=120))
    for certificate in Certificate.objects.filter(studio=revoked):
        certificate.revoked_on, certificate.revoked_reason = on - timedelta(days=120), reason
        certificate.save()
    _move(town, closed, "close", "领衔人退休，无继任人选。", by=leader, on=on - timedelta(days=90))
    note = "年度活动次数不足，限六个月整改。"
    _move(town, rectifying, "rectify", note, by=leader, on=on - timedelta(days=30))
    honour = honourless.honours.get()
    honour.withdrawn_on = on - timedelta(days=45)
    honour.save()


def _move(town: Town, studio: Studio, verb: str, note: str, *, by: User, on: date) -> None:
    moved = studio.move(verb, by=by, note=note)
    studio.log.filter(pk=moved.pk).update(at=town.at(on))
