"""The release: every decision of a round before the eyes, then all known at once; neither twice nor on the own case."""

from datetime import timedelta

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from records import agenda
from records.documents import MissingGlyph
from reviews.models import Application, PublicNotice, State
from reviews.releasing import release_decisions
from tests.cast import make_cast
from tests.factories import ApplicationFactory, RoundFactory, StudioFactory, UserFactory, let_the_notice_pass
from tests.queries import selects
from tests.reviews.noticing import objected, on_notice
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
RARE = "王\U000323af"


def page_of(round_) -> str:
    return reverse("admin:reviews_round_release", args=[round_.pk])


def preview_of(round_) -> str:
    return reverse("admin:reviews_round_preview_notice", args=[round_.pk])


def decided(decision: str, text: str, leader, **fields) -> Application:
    application = ApplicationFactory(reviewed=True, **fields)
    application.decide(decision, by=leader, text=text)
    return application


@pytest.fixture
def three(cast) -> dict[str, Application]:
    """A decision of each kind, and an application that has none yet."""
    return {
        "approve": decided("approve", "标记同意", cast.leader, studio=cast.studio),
        "hold": decided("hold", "标记暂缓", cast.leader),
        "reject": decided("reject", "标记不同意", cast.leader),
        "open": ApplicationFactory(accepted=True),
    }


def press(client, round_, **changes):
    read = client.get(page_of(round_)).context["release"].read
    return client.post(page_of(round_), {"read": read} | changes, follow=True)


def states(applications: dict) -> dict[str, str]:
    return {key: Application.objects.get(pk=one.pk).state for key, one in applications.items()}


# -- the page -----------------------------------------------------------------------------------------------------


def test_it_opens_for_staff_and_leaders(cast, sign_in):
    round_ = RoundFactory()
    everybody = cast.everybody().items()
    opened = {name for name, user in everybody if sign_in(user).get(page_of(round_)).status_code == 200}
    assert opened == {"staff", "staff_member", "leader", "leader_lead"}


def test_all_that_waits_is_before_the_eyes_with_its_text(cast, sign_in, three):
    response = sign_in(cast.staff).get(page_of(three["open"].round))
    release = response.context["release"]
    assert {group.decision: group.rows for group in release.groups} == {
        "approve": [three["approve"]], "hold": [three["hold"]], "reject": [three["reject"]]
    }  # fmt: skip
    assert release.undecided == [three["open"]]
    shown = response.content.decode()
    for expected in ("标记同意", "标记暂缓", "标记不同意", "本轮还有1份申报没有决定", "公布3项决定"):
        assert expected in shown, expected


def test_of_the_own_case_nobody_reads_the_decision_here_either(cast, sign_in, three):
    """The button is somebody else's then, and the notice that is looked at leaves it out."""
    client, round_ = sign_in(cast.staff_member), three["open"].round
    shown = client.get(page_of(round_)).content.decode()
    assert "标记暂缓" in shown
    assert "标记同意" not in shown
    assert "本人回避" in shown
    assert "公布3项决定" not in shown
    assert client.get(preview_of(round_)).status_code == 404
    assert client.post(page_of(round_), {"read": "x"}).status_code == 403
    assert states(three) == dict.fromkeys(("approve", "hold", "reject"), State.PROPOSED) | {
        "open": State.ACCEPTED
    }


def test_until_the_release_nobody_outside_the_office_reads_a_decision(cast, sign_in, three):
    page = reverse("reviews:application", args=[three["approve"].pk])
    for name in ("lead", "co_editor", "member", "department", "party"):
        client = sign_in(getattr(cast, name))
        for url in (page, "/", "/applications/", "/inbox/"):
            shown = client.get(url).content.decode()
            assert "标记同意" not in shown, (name, url)


def test_the_page_asks_the_same_however_many_wait(cast, sign_in):
    client = sign_in(cast.staff)
    one = ApplicationFactory(proposed=True)
    count = selects(client, page_of(one.round))
    for _n in range(3):
        ApplicationFactory(proposed=True)
    assert selects(client, page_of(one.round)) == count


def test_when_the_plan_of_holidays_is_not_out_it_says_so(cast, sign_in, three, monkeypatch):
    monkeypatch.setattr("records.calendar.LAST_PLAN", 2000)
    monkeypatch.setattr("reviews.notice_days.LAST_PLAN", 2000)
    assert "放假安排尚未公布" in sign_in(cast.staff).get(page_of(three["open"].round)).content.decode()


def test_a_notice_that_runs_beyond_the_naming_day_is_warned_of(cast, sign_in, three):
    round_, client = three["open"].round, sign_in(cast.staff)
    assert "晚于命名日" not in client.get(page_of(round_)).content.decode()
    ends_on = client.get(page_of(round_)).context["release"].days.ends_on
    type(round_).objects.filter(pk=round_.pk).update(
        naming_on=ends_on, decide_by=TODAY(), endorse_by=TODAY(), closes_on=TODAY()
    )
    assert "晚于命名日" in client.get(page_of(round_)).content.decode()


# -- the notice beforehand ----------------------------------------------------------------------------------------


def test_the_notice_is_looked_at_before_with_a_watermark(cast, sign_in, three):
    response = sign_in(cast.leader).get(preview_of(three["open"].round))
    pdf = response.getvalue()
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    assert "预览" in text
    assert cast.studio.name in text
    assert "/notices/" not in text
    assert not PublicNotice.objects.exists()


def test_without_an_approval_there_is_no_notice(cast, sign_in):
    application = decided("reject", "不足", cast.leader)
    client = sign_in(cast.staff)
    assert client.get(preview_of(application.round)).status_code == 404
    press(client, application.round)
    application.refresh_from_db()
    assert (application.state, PublicNotice.objects.count()) == (State.REJECTED, 0)


def test_a_name_that_the_file_could_not_show_stops_it_with_a_sentence(cast, sign_in, three):
    studio = StudioFactory(lead=UserFactory(name=RARE), complete=True)
    rare = decided("approve", "同意", cast.leader, studio=studio)
    client, round_ = sign_in(cast.staff), rare.round
    response = client.get(page_of(round_))
    assert "U+323AF" in response.content.decode()
    assert "公布4项决定" not in response.content.decode()
    preview = client.get(preview_of(round_))
    assert (preview.status_code, "U+323AF" in preview.content.decode()) == (409, True)
    answer = client.post(page_of(round_), {"read": response.context["release"].read}, follow=True)
    assert "U+323AF" in answer.content.decode()
    with pytest.raises(MissingGlyph):
        release_decisions(round_, by=cast.staff, on=TODAY())
    assert states(three)["approve"] == State.PROPOSED
    rare.decide("hold", by=cast.leader, text="字库补字后再公布")  # the way out: the others do not wait for it
    press(client, round_)
    assert states(three)["approve"] == State.APPROVED


# -- the release --------------------------------------------------------------------------------------------------


def test_one_button_makes_all_known_at_once(cast, sign_in, three):
    shown = press(sign_in(cast.staff), three["open"].round).content.decode()
    assert "公示共列1个工作室" in shown
    assert states(three) == {
        "approve": State.APPROVED, "hold": State.HELD, "reject": State.REJECTED, "open": State.ACCEPTED
    }  # fmt: skip
    [notice] = PublicNotice.objects.all()
    assert [one["application"] for one in notice.entries] == [three["approve"].pk]
    assert (notice.published_on, notice.published_by) == (TODAY(), cast.staff)
    assert notice.title in shown
    told = Notice.objects.filter(recipient=cast.lead).latest("pk")
    assert "标记同意" in told.body


def test_pressed_twice_it_is_released_once(cast, sign_in, three):
    client, round_ = sign_in(cast.staff), three["open"].round
    read = client.get(page_of(round_)).context["release"].read
    client.post(page_of(round_), {"read": read})
    again = client.post(page_of(round_), {"read": read}, follow=True).content.decode()
    assert "没有待公布的决定" in again
    assert PublicNotice.objects.count() == 1


def test_what_was_decided_otherwise_meanwhile_is_read_first(cast, sign_in, three):
    client, round_ = sign_in(cast.staff), three["open"].round
    read = client.get(page_of(round_)).context["release"].read
    three["approve"].decide("hold", by=cast.leader, text="改为暂缓")
    answer = client.post(page_of(round_), {"read": read}, follow=True).content.decode()
    assert "请重新看过再公布" in answer
    assert states(three)["hold"] == State.PROPOSED
    for sent in ({}, {"read": ""}):
        client.post(page_of(round_), sent)
        assert states(three)["hold"] == State.PROPOSED


def test_a_later_release_has_a_notice_of_its_own(cast, sign_in, three):
    client, round_ = sign_in(cast.staff), three["open"].round
    press(client, round_)
    held = Application.objects.get(pk=three["hold"].pk)
    assert held in client.get(page_of(round_)).context["release"].held
    held.decide("approve", by=cast.leader, text="同意")
    press(client, round_)
    assert [[one["application"] for one in notice.entries] for notice in round_.notices.order_by("serial")] == [
        [three["approve"].pk], [held.pk]
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_who_release_at_once_one_does():
    cast = make_cast()
    application = ApplicationFactory(studio=cast.studio, proposed=True)

    def press(by):
        return release_decisions(application.round, by=by, on=TODAY())

    assert kinds(at_once(lambda: press(cast.staff), lambda: press(cast.leader))) == ["DomainError", "done"]
    assert PublicNotice.objects.count() == 1


# -- afterwards ---------------------------------------------------------------------------------------------------


def application_page(sign_in, application) -> str:
    client = sign_in(application.studio.lead)
    return client.get(reverse("reviews:application", args=[application.pk])).content.decode()


def test_each_lead_reads_the_decision_its_text_and_what_comes_next(cast, sign_in, three):
    press(sign_in(cast.staff), three["open"].round)
    approved, held, rejected = (
        application_page(sign_in, three[key]) for key in ("approve", "hold", "reject")
    )
    notice = PublicNotice.objects.get()
    for expected in (
        "标记同意",
        "没有未答复的异议，由校工会命名",
        reverse("reviews:notice", args=[notice.pk]),
    ):
        assert expected in approved, expected
    for expected in ("标记暂缓", "不用重新申报"):
        assert expected in held, expected
    for expected in ("标记不同意", f"{three['reject'].round.year + 1}年"):
        assert expected in rejected, expected
    assert "标记同意" not in held + rejected


def queue_of(user, title: str):
    return next((one for one in agenda.queues.of(user, TODAY()) if one.title == title), None)


def test_the_queue_leads_to_the_release(cast, sign_in, three):
    queue = queue_of(cast.staff, "待公布的决定")
    assert (queue.count, queue.url) == (3, page_of(three["open"].round))
    assert queue_of(cast.staff_member, "待公布的决定").aside == 1
    press(sign_in(cast.staff), three["open"].round)
    after = queue_of(cast.staff, "待公布的决定")
    assert after.count == 0
    assert sign_in(cast.staff).get(after.url).context["cl"].result_count == 0


def test_the_queue_of_namings_counts_those_that_can_be_named(cast, sign_in):
    ready = on_notice()
    let_the_notice_pass(ready.notice)
    running = on_notice()
    disputed = on_notice()
    objected(disputed)
    let_the_notice_pass(disputed.notice)
    queue = queue_of(cast.leader, "待命名的工作室")
    assert queue.count == 1
    assert "另有1个公示中" in queue.detail
    assert "另有1个有未答复的异议" in queue.detail
    client, url = sign_in(cast.leader), reverse("admin:reviews_application_changelist")
    assert [one.pk for one in client.get(queue.url).context["cl"].result_list] == [ready.pk]
    for value, expected in (("ready", ready), ("running", running), ("objected", disputed)):
        found = client.get(url, {"on_notice": value}).context["cl"].result_list
        assert [one.pk for one in found] == [expected.pk], value


def test_the_round_and_its_desk_lead_here(cast, sign_in, three):
    link = page_of(three["open"].round)
    round_page = reverse("admin:reviews_round_change", args=[three["open"].round_id])
    assert link in sign_in(cast.leader).get(round_page).content.decode()
    assert link not in sign_in(cast.auditor).get(round_page).content.decode()
    desk = reverse("admin:reviews_application_change", args=[three["hold"].pk])
    assert link in sign_in(cast.staff).get(desk).content.decode()


def test_notices_are_looked_at_in_the_office_and_not_changed(cast, sign_in):
    notice = on_notice(studio=cast.studio).notice
    client = sign_in(cast.staff)
    listed = reverse("admin:reviews_publicnotice_changelist")
    change = reverse("admin:reviews_publicnotice_change", args=[notice.pk])
    assert notice.title in client.get(listed).content.decode()
    assert client.get(change).status_code == 200
    assert client.post(change, {"title": "另一个"}).status_code == 403
    for name in ("add", "delete"):
        args = [] if name == "add" else [notice.pk]
        assert client.get(reverse(f"admin:reviews_publicnotice_{name}", args=args)).status_code == 403
    notice.refresh_from_db()
    assert notice.title != "另一个"
    assert selects(client, listed) <= 10
    assert TODAY() + timedelta(1) <= notice.starts_on


def test_what_an_earlier_release_put_on_hold_or_did_not_approve_stands_below(cast, sign_in):
    held, rejected = ApplicationFactory(held=True), ApplicationFactory(rejected=True)
    decided("approve", "标记同意", cast.leader)
    response = sign_in(cast.staff).get(page_of(held.round))
    release = response.context["release"]
    assert (release.held, release.rejected, release.undecided) == ([held], [rejected], [])
    shown = response.content.decode()
    section = shown.partition("此前公布为不同意")[2].partition("</section>")[0]
    assert rejected.studio.name in section
    assert held.studio.name not in section
