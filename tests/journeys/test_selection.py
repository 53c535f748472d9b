"""The whole selection of a round, from the proposal of the experts to the naming.

Five experts: one stands aside, one is late, one scores far below the others. A talk, the decisions, the public notice;
one objection is wrong and one is right. Two studios are accepted for review. The first goes the whole way in browsers;
the sheets of the second are handed in by code, since they are like those of the first.
"""

import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from portal import daily
from reviews import award
from reviews.models import Application, Assignment, Objection, PublicNotice, State
from reviews.objection_guard import LEAST_SECONDS
from reviews.replay import replay
from tests.browser import PHONE, WIDE
from tests.factories import ApplicationFactory, PolicyFactory, StudioFactory, UserFactory, let_the_notice_pass
from tests.journeys.setting_up import text_of
from tests.reviews.review import expert_of, open_review
from tests.reviews.scoring import fill_in

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ["周评", "吴评", "郑评", "王评", "冯评", "陈评"]


class Selection:
    """The people of the journey and what they act on."""

    def __init__(self, company):
        PolicyFactory()
        self.company = company
        self.first = ApplicationFactory(studio=StudioFactory(complete=True), accepted=True)
        self.second = ApplicationFactory(
            studio=StudioFactory(complete=True), accepted=True, round=self.first.round
        )
        self.round = self.first.round
        self.people = {name: expert_of(name) for name in NAMES}
        open_review(self.round, *self.people.values())
        self.staff = company.somebody(user=UserFactory(roles=[("union_staff",)]))
        self.leader = company.somebody(user=UserFactory(roles=[("union_leader",)]))

    def page(self, name: str, *args) -> str:
        return reverse(f"admin:reviews_{name}", args=args or [self.round.pk])

    def sheets(self, application) -> list[Assignment]:
        return list(application.assignments.holding().select_related("expert").order_by("expert__name"))

    def expert(self, assignment, *, sizes=(WIDE,)):
        walker = self.company.somebody(sizes=sizes, user=assignment.expert)
        walker.open(assignment.get_absolute_url())
        return walker


def state_of(application) -> str:
    return Application.objects.get(pk=application.pk).state


def test_selection(company):
    round_ = Selection(company)
    take_the_proposal(round_)
    aside, late, harsh, *others = round_.sheets(round_.first)
    substitute = stand_aside(round_, aside)
    for sheet in [*others, substitute]:
        score(round_, sheet, "8")
    score(round_, harsh, "4")
    be_late(round_, late)
    for sheet in round_.sheets(round_.second):
        sheet.accept(by=sheet.expert)
        fill_in(sheet).hand_in(by=sheet.expert)
    talk_it_over(round_)
    decide(round_)
    notice = release(round_)
    wrong, right = object_to(round_, notice)
    name_too_early(round_)
    investigate(round_, wrong, right)
    let_the_notice_pass(notice)
    name(round_)
    packed = io.BytesIO()
    award.pack(round_.round, packed, at=timezone.now())
    assert replay(packed) == []


def take_the_proposal(round_):
    """The solver proposes five of six for each, none in conflict; staff read the reasons and take it over."""
    staff = round_.staff
    staff.open(round_.page("round_panel"))
    staff.look("panel-empty")
    staff.follow("自动分配建议")
    staff.sees("未发现利害关系")
    staff.look("proposal")
    staff.press("采纳所选分配")
    staff.look("panel")
    loads = sorted(round_.people[name].assignments.count() for name in NAMES)
    assert loads == [1, 1, 2, 2, 2, 2]
    assert len(round_.sheets(round_.first)) == len(round_.sheets(round_.second)) == 5


def stand_aside(round_, assignment) -> Assignment:
    """The expert knows the lead; staff read why and choose somebody else of the panel."""
    expert = round_.expert(assignment, sizes=(PHONE,))
    expert.look("declare")
    assert "高精度装备的故障诊断" not in expert.page.content()  # nothing of the file before the declaration
    expert.follow("申请回避")
    expert.fill("利害关系说明", "曾是领衔人的博士生")
    expert.look("recuse")
    expert.press("申请回避")
    before = set(round_.first.assignments.values_list("pk", flat=True))
    staff = round_.staff
    staff.open(round_.page("round_application", round_.round.pk, round_.first.pk))
    staff.sees("曾是领衔人的博士生")
    staff.page.locator("input[name=pair]:enabled").first.check()
    staff.look("choose")
    staff.press("分配所选专家")
    (added,) = round_.first.assignments.exclude(pk__in=before)
    return added


def score(round_, assignment, mark: str):
    """On the page that stands beside the file; each mark is saved as it is typed."""
    expert = round_.expert(assignment)
    expert.press("无利害关系，开始评审")
    for field in expert.page.locator("main").get_by_label("评分").all():
        if field.evaluate("field => field.tagName") == "INPUT":
            field.fill(mark)
    expert.press("核对并提交")
    others = [sheet.expert.name for sheet in round_.sheets(round_.first) if sheet.pk != assignment.pk]
    assert not [name for name in others if name in expert.page.content()]
    expert.press("提交评分表")
    expert.sees("已提交")


def be_late(round_, assignment):
    """The day has passed: the expert is reminded, staff see it, and the sheet still counts."""
    today = timezone.localdate()
    long_ago = timezone.now() - timedelta(days=20)
    Assignment.objects.filter(pk=assignment.pk).update(due_on=today - timedelta(days=1), assigned_at=long_ago)
    assert daily.run(today)["experts_reminded"] == 1
    reminders = Notice.objects.filter(recipient=assignment.expert, subject__contains="逾期")
    assert reminders.count() == 1
    staff = round_.staff
    staff.open(round_.page("round_panel"))
    staff.sees("已逾期 1 天")
    score(round_, assignment, "8.5")


def talk_it_over(round_):
    """One sheet lies far below the others: the review cannot be completed before that is dealt with."""
    staff = round_.staff
    where = round_.page("round_result", round_.round.pk, round_.first.pk)
    staff.open(where)
    staff.sees("评分相差超过20分")
    staff.look("apart")
    staff.follow("组织合议")
    staff.page.locator("[name=held_on]").fill(timezone.localdate().isoformat())
    staff.page.locator("[name=people]").fill("评审专家五人、校工会干事")
    staff.page.locator("[name=minutes]").fill("逐项核对材料，低分专家说明理由，各自维持评分。")
    staff.look("talk")
    staff.press("保存纪要")
    for application in (round_.first, round_.second):
        staff.open(round_.page("round_result", round_.round.pk, application.pk))
        staff.follow("完成专家评审")
        staff.press("完成专家评审")
        assert state_of(application) == State.REVIEWED
    staff.open(round_.page("round_results"))
    staff.look("results")


def decide(round_):
    """With the experts' figures at hand; nobody outside the office learns of it."""
    leader = round_.leader
    for application in (round_.first, round_.second):
        leader.open(round_.page("application_change", application.pk))
        leader.follow("作出决定")
        leader.sees("专家评审结果")
        leader.look("decide")
        leader.tick("同意")
        leader.fill("决定意见", "经研究，同意命名。")
        leader.press("作出决定")
        assert state_of(application) == State.PROPOSED
    lead = round_.company.somebody(user=round_.first.studio.lead)
    lead.open(round_.first.get_absolute_url())
    assert "经研究，同意命名" not in lead.page.content()


def release(round_) -> PublicNotice:
    staff = round_.staff
    staff.open(round_.page("round_release"))
    staff.look("release")
    staff.press("公布2项决定")
    notice = PublicNotice.objects.get()
    assert state_of(round_.first) == state_of(round_.second) == State.APPROVED
    lead = round_.company.somebody(user=round_.first.studio.lead)
    lead.open(round_.first.get_absolute_url())
    lead.sees("经研究，同意命名")
    lead.look("application-noticed")
    return notice


def object_to(round_, notice) -> list[Objection]:
    """Two strangers, one on a phone: no account, no puzzle, a receipt each."""
    taken = []
    for number, application in enumerate((round_.first, round_.second)):
        stranger = round_.company.somebody(sizes=(PHONE, WIDE))
        stranger.open("/")
        stranger.follow("公示", exact=False)
        stranger.follow(notice.title)
        stranger.sees(application.studio.name)
        stranger.look("notice")
        if not number:
            assert application.studio.name in text_of(stranger.document("下载公示（PDF）"))
        stranger.follow("提出异议")
        [place] = [one["place"] for one in notice.placed() if one["application"] == application.pk]
        stranger.field("工作室").select_option(value=str(place))
        stranger.fill("事实和理由", f"第{number + 1}项成果不属于该工作室。")
        stranger.fill("真实姓名", f"钱真{'名实'[number]}")
        stranger.fill("联系电话或邮箱", f"1390000111{number}")
        stranger.look("object")
        stranger.page.wait_for_timeout(1000 * LEAST_SECONDS + 500)
        stranger.press("提交异议")
        objection = Objection.objects.latest("pk")
        stranger.sees(objection.number)
        stranger.look("receipt")
        objection.walker = stranger
        taken.append(objection)
    return taken


def name_too_early(round_):
    """The days of the notice have not passed, and the objections are open."""
    leader = round_.leader
    leader.open(naming_of(round_.first))
    leader.sees("公示到")
    assert not leader.page.get_by_role("button", name=re.compile("^命名 ")).count()


def naming_of(application) -> str:
    return f"{reverse('admin:reviews_application_naming')}?pk={application.pk}"


def investigate(round_, wrong, right):
    """Who objects is read by whoever takes it on; one is dismissed, one upheld, both are answered."""
    staff = round_.staff
    for objection, outcome in ((wrong, "答复：异议不成立"), (right, "答复：异议成立")):
        staff.open(round_.page("objection_change", objection.pk))
        assert objection.contact not in staff.page.content()
        staff.press("承接核查")
        staff.sees(objection.contact)
        staff.look("objection")
        staff.follow(outcome)
        staff.fill("核查记录", "查阅成果证书和单位说明。")
        staff.fill("答复", f"{outcome[3:]}，理由见核查。")
        staff.press(outcome)
        objection.walker.page.reload()
        objection.walker.sees(f"{outcome[3:]}，理由见核查。")
    assert [state_of(round_.first), state_of(round_.second)] == [State.APPROVED, State.REVIEWED]
    stranger = round_.company.somebody()
    stranger.open(PublicNotice.objects.get().get_absolute_url())
    stranger.sees("已撤出公示")
    stranger.look("notice-after")


def name(round_):
    leader = round_.leader
    leader.open(naming_of(round_.first))
    leader.look("naming")
    leader.press("命名 1 个工作室")
    leader.sees("已命名 1 个工作室")
    assert [state_of(round_.first), state_of(round_.second)] == [State.NAMED, State.REVIEWED]
