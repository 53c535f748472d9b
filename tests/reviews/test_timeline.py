"""The way of an application: what has been, where it stands, what comes next and by when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from records.attachments import checked
from records.templatetags.present import cn_date
from reviews.actions import turn_down_paper_form, upload_paper_form
from reviews.models import ENDED, Part, State
from reviews.office.beforehand import Beforehand
from reviews.releasing import release_decisions
from reviews.timeline import DONE, STEPS, by_when, known, timeline
from tests.factories import ApplicationFactory, bring_to
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db
SIGNING, CHECK, EXPERTS, DECISION, NOTICE, NAMING = (
    "部门工会推荐、党政签署意见",
    "校工会审核材料",
    "专家评审",
    "校工会决定",
    "公示",
    "命名，颁发证书和铭牌",
)


def way(application, on=None):
    signed = {one.part for one in application.endorsements.all()}
    return timeline(application, application.log.all(), signed, on=on or timezone.localdate())


def titles(application, look):
    return [entry.title for entry in way(application) if entry.look == look]


@pytest.mark.parametrize(
    ("state", "now", "coming"),
    [
        (State.DRAFT, "填写并提交", [SIGNING, CHECK, EXPERTS, DECISION, NOTICE, NAMING]),
        (State.SUBMITTED, SIGNING, [CHECK, EXPERTS, DECISION, NOTICE, NAMING]),
        (State.RETURNED, "修改后重新提交", [SIGNING, CHECK, EXPERTS, DECISION, NOTICE, NAMING]),
        (State.RECOMMENDED, CHECK, [EXPERTS, DECISION, NOTICE, NAMING]),
        (State.ACCEPTED, EXPERTS, [DECISION, NOTICE, NAMING]),
        (State.REVIEWED, DECISION, [NOTICE, NAMING]),
        (State.PROPOSED, "待公布决定", [NOTICE, NAMING]),
        (State.HELD, "暂缓，等待决定", [NOTICE, NAMING]),
        (State.APPROVED, NAMING, []),
    ],
)
def test_where_it_stands_and_what_comes(state, now, coming, cast):
    application = bring_to(ApplicationFactory(studio=cast.studio), state)
    assert titles(application, "now") == [now]
    assert titles(application, "next") == coming


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_has_ended_expects_nothing_more(state, cast):
    application = bring_to(ApplicationFactory(studio=cast.studio), state)
    assert titles(application, "now") == titles(application, "next") == []
    assert titles(application, "done")


def test_each_step_says_by_when(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    round_ = application.round
    when = {entry.title: entry.when for entry in way(application) if entry.look != "done"}
    assert when == {
        SIGNING: f"{cn_date(round_.endorse_by)}前",
        CHECK: f"{cn_date(round_.decide_by)}前",
        EXPERTS: f"{cn_date(round_.decide_by)}前",
        DECISION: f"{cn_date(round_.decide_by)}前",
        NOTICE: "",  # it runs from the release on, which has no day yet
        NAMING: f"{cn_date(round_.naming_on)}前",
    }
    overdue = way(application, on=round_.endorse_by.replace(year=round_.year + 1))
    assert {entry.when for entry in overdue if entry.look == "now"} == {
        f"应于{cn_date(round_.endorse_by)}前完成"
    }


def test_after_a_late_entry_no_step_is_due_before_the_one_before_it(cast):
    application = ApplicationFactory(studio=cast.studio)
    round_ = application.round
    application.allow_late(by=cast.staff, until=round_.decide_by, reason="出差")
    more = round_.decide_by - round_.closes_on
    days = [by_when(application, state) for state, _title in STEPS]
    assert days[:2] == [round_.decide_by, round_.endorse_by + more]
    assert days == sorted(days)


def test_what_was_done_says_who_when_and_with_what_words(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    application.endorse(Part.PARTY, by=cast.party, opinion="同意")
    last = [entry for entry in way(application) if entry.look == "done"][-1]
    assert (last.title, last.who, last.note) == ("党组织已签署意见", cast.party.name, "同意")
    assert last.at == application.log.last().at


def test_a_stamped_form_that_was_sent_back_stands_between_the_two_that_were_uploaded(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    signed = {"party": ("赵书记", "同意")}
    for reason in ("缺第二页", ""):
        form = upload_paper_form(application, by=cast.department, scan=checked(png()), signed=signed)
        if reason:
            turn_down_paper_form(form, by=cast.staff, reason=reason)
    told = [(entry.title, entry.who, entry.note) for entry in way(application) if entry.look == "done"][-3:]
    uploaded = ("已上传盖章申报表", str(cast.department), "")
    assert told == [uploaded, ("盖章申报表已退回", str(cast.staff), "缺第二页"), uploaded]
    progress = sign_in(cast.lead).get(application.get_absolute_url()).content.decode().partition("<aside>")[2]
    assert "缺第二页" in progress


def test_it_names_the_parts_that_are_still_awaited(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    application.endorse(Part.PARTY, by=cast.party, opinion="同意")
    now = next(entry for entry in way(application) if entry.look == "now")
    assert str(Part.PARTY.label) not in now.note
    assert str(Part.RECOMMENDATION.label) in now.note
    assert str(Part.ADMINISTRATION.label) in now.note


def test_a_return_from_the_check_comes_back_to_the_check(cast):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    application.return_for_correction({"plan": "写具体些"}, by=cast.staff, correct_by=timezone.localdate())
    assert titles(application, "next") == [CHECK, EXPERTS, DECISION, NOTICE, NAMING]


def test_while_the_notice_runs_its_last_day_is_said_and_then_the_naming_is_left(cast):
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    today = timezone.localdate()
    notice = release_decisions(application.round, by=cast.staff, on=today)
    application.refresh_from_db()

    def ahead(on) -> list[tuple[str, str]]:
        return [(entry.title, entry.look) for entry in way(application, on=on) if entry.look != "done"]

    for on in (today, notice.ends_on):
        assert ahead(on) == [(NOTICE, "now"), (NAMING, "next")]
    [running] = [entry for entry in way(application) if entry.look == "now"]
    assert running.when == f"{cn_date(notice.ends_on)}前"
    assert ahead(notice.ends_on + timedelta(days=1)) == [(NAMING, "now")]


def test_what_is_the_offices_alone_stands_in_no_timeline_outside(cast):
    application = ApplicationFactory(studio=cast.studio, rejected=True)
    application.reverse(by=cast.leader, reason="依据有误。")
    told = [row.verb for row in known(application.log.order_by("pk"))]
    assert told[-4:] == ["complete_endorsement", "accept", "announce_rejection", "reverse"]
    everything = [row.verb for row in application.log.order_by("pk")]
    assert everything[-4:] == ["complete_review", "reject", "announce_rejection", "reverse"]


@pytest.mark.parametrize(
    ("verb", "state"), [("approve", State.APPROVED), ("hold", State.HELD), ("reject", State.REJECTED)]
)
def test_a_decision_from_before_decisions_were_released_together_is_known_as_it_was(verb, state, cast):
    application = ApplicationFactory(studio=cast.studio, accepted=True)
    row = application.log.create(verb=verb, from_state="accepted", to_state=state, note="同意命名。")
    assert known(application.log.order_by("pk"))[-1] == row


def test_every_verb_that_is_logged_has_its_words():
    from reviews.models import Application

    signed = {f"sign_{part}" for part in Part.values}
    others = {"start", "upload_paper", "check_paper", "turn_down_paper", "allow_late"}
    assert set(DONE) == set(Application.MOVES) | signed | others


def test_a_release_is_handled_by_who_released_and_repeats_the_leaders_words_nowhere(cast):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    application.decide("hold", by=cast.leader, text="补充材料后再议。")
    release_decisions(application.round, by=cast.staff, on=timezone.localdate())
    application.refresh_from_db()

    def told(log) -> list[tuple[str, str, str]]:
        entries = timeline(application, log, set(), on=timezone.localdate())
        return [(one.title, one.who, one.note) for one in entries if one.look == "done"]

    released = ("公布决定：暂缓", f"{cast.staff}经办")
    log = application.log.order_by("pk")
    assert told(log)[-2:] == [
        ("拟定决定：暂缓", str(cast.leader), "补充材料后再议。"),
        (*released, ""),
    ]
    assert told(known(log))[-1] == (*released, "补充材料后再议。")  # outside the office it stands there alone
    events = Beforehand(application, cast.leader).events
    assert [(one.title, one.who, one.words) for one in events] == [
        (*released, ""),
        ("拟定决定：暂缓", str(cast.leader), "补充材料后再议。"),
    ]
