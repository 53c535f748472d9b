"""Nobody is named before the public notice is over and every objection is answered (Art. 8)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from records.moves import DomainError, IllegalMove
from records.templatetags.present import cn_date
from reviews.actions import name_studios, not_nameable
from reviews.models import Application, DecisionDocument, Objection, Round, State
from reviews.releasing import release_decisions
from studios.models import Certificate
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
ONE_DAY = timedelta(days=1)


@pytest.fixture
def on_notice(cast):
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    release_decisions(application.round, by=cast.staff, on=TODAY())
    return Application.objects.get()


def objected(application) -> Objection:
    return Objection.objects.create(
        notice=application.notice,
        application=application,
        number=f"{TODAY().year}-Y0001",
        name="钱真",
        contact="13900001111",
        text="成果归属有误。",
    )


def name(application, cast, *, on) -> DecisionDocument:
    return name_studios(
        [application], by=cast.leader, named_on=application.round.naming_on, issued_on=on, on=on
    )


def refused(application, cast, *, on) -> list[str]:
    """Why nobody is named on a day; and nobody is."""
    with pytest.raises(DomainError) as refusal:
        name(application, cast, on=on)
    assert Application.objects.get(pk=application.pk).state == State.APPROVED
    assert not DecisionDocument.objects.exists()
    assert not Certificate.objects.exists()
    return list(refusal.value.problems)


def test_until_the_last_day_is_over_nobody_is_named_and_on_the_day_after_they_are(cast, on_notice):
    last = on_notice.notice.ends_on
    wait = f"{cast.studio.name}的公示到{cn_date(last)}为止。"
    for on in (TODAY(), on_notice.notice.starts_on, last):
        assert refused(on_notice, cast, on=on) == [wait]
    assert not_nameable(on_notice, on=last + ONE_DAY) == ""
    name(on_notice, cast, on=last + ONE_DAY)
    assert Application.objects.get().state == State.NAMED


def test_while_both_stop_it_the_days_and_the_objection_are_said(cast, sign_in, on_notice):
    objection = objected(on_notice)
    both = f"{cast.studio.name}的公示到{cn_date(on_notice.notice.ends_on)}为止，且有异议还没有答复。"
    assert refused(on_notice, cast, on=TODAY()) == [both]
    page = sign_in(cast.leader).get(reverse("admin:reviews_application_naming"), {"pk": on_notice.pk})
    [excluded] = page.context["excluded"]
    assert excluded.reason == both
    assert excluded.url == reverse("admin:reviews_objection_change", args=[objection.pk])


def test_an_open_objection_stops_the_naming_however_long_it_takes(cast, on_notice):
    objection, after = objected(on_notice), on_notice.notice.ends_on + ONE_DAY
    why = [f"对{cast.studio.name}的异议还没有答复。"]
    assert refused(on_notice, cast, on=after) == why
    objection.take_on(by=cast.staff)
    assert refused(on_notice, cast, on=after + 365 * ONE_DAY) == why
    objection.dismiss(by=cast.staff, minutes="查阅了原件。", answer="经核查不成立。")
    name(on_notice, cast, on=after)
    assert Application.objects.get().state == State.NAMED


def test_an_objection_that_is_set_aside_stops_nothing(cast, on_notice):
    objected(on_notice).set_aside(by=cast.staff, reason="没有留下真实姓名。")
    assert not_nameable(on_notice, on=on_notice.notice.ends_on + ONE_DAY) == ""


def test_an_objection_upheld_puts_the_decision_back(cast, on_notice):
    objection, after = objected(on_notice), on_notice.notice.ends_on + ONE_DAY
    objection.take_on(by=cast.staff)
    objection.uphold(by=cast.staff, minutes="查阅了原件。", answer="经核查成立。")
    row = Application.objects.get()
    assert (row.state, row.decision, row.decision_text, row.decided_by, row.released_at) == (
        State.REVIEWED,
        "",
        "",
        None,
        None,
    )
    moved = row.log.last()
    assert (moved.verb, moved.actor, moved.from_state, moved.note) == (
        "uphold_objection",
        cast.staff,
        State.APPROVED,
        objection.number,
    )
    with pytest.raises(IllegalMove):
        name(row, cast, on=after)
    row.decide("reject", by=cast.leader, text="归属有误，不予命名。")
    release_decisions(row.round, by=cast.staff, on=TODAY())
    assert Application.objects.get().state == State.REJECTED


def test_an_objection_from_an_earlier_notice_counts_in_the_next_one_too(cast, on_notice):
    objection = objected(on_notice)
    on_notice.reverse(by=cast.leader, reason="先行撤回。")
    on_notice.decide("approve", by=cast.leader, text="核实后同意。")
    again = release_decisions(on_notice.round, by=cast.staff, on=TODAY())
    row = Application.objects.get()
    assert refused(row, cast, on=again.ends_on + ONE_DAY) == [f"对{cast.studio.name}的异议还没有答复。"]
    objection.take_on(by=cast.staff)
    objection.uphold(by=cast.staff, minutes="查阅了原件。", answer="经核查成立。")
    assert Application.objects.get().state == State.REVIEWED


def test_of_several_one_that_has_to_wait_holds_back_all(cast, on_notice):
    ready = ApplicationFactory(approved=True)
    with pytest.raises(DomainError) as refusal:
        name_studios(
            [ready, on_notice],
            by=cast.leader,
            named_on=TODAY(),
            issued_on=TODAY(),
            on=on_notice.notice.ends_on,
        )
    assert len(refusal.value.problems) == 1
    assert set(Application.objects.values_list("state", flat=True)) == {State.APPROVED}
    assert not DecisionDocument.objects.exists()


@pytest.mark.parametrize("field", ["named_on", "issued_on"])
def test_a_naming_is_dated_after_the_last_day_of_the_notice(cast, on_notice, field):
    first = on_notice.notice.ends_on + ONE_DAY
    days = {"named_on": first, "issued_on": first}
    with pytest.raises(DomainError) as refusal:
        name_studios([on_notice], by=cast.leader, on=first, **days | {field: first - ONE_DAY})
    assert refusal.value.problems == (f"{cast.studio.name}的命名日期和印发日期最早为{cn_date(first)}。",)
    assert not DecisionDocument.objects.exists()
    name_studios([on_notice], by=cast.leader, on=first, **days)


def test_a_naming_is_not_dated_before_an_objection_was_answered(cast, on_notice):
    objection, later = objected(on_notice), on_notice.notice.ends_on + 9 * ONE_DAY
    objection.take_on(by=cast.staff)
    objection.dismiss(by=cast.staff, minutes="查阅了原件。", answer="经核查不成立。")
    answered = on_notice.notice.ends_on + 5 * ONE_DAY
    Objection.objects.update(answered_at=datetime(*answered.timetuple()[:3], 9, tzinfo=UTC))
    row = Application.objects.get()
    with pytest.raises(DomainError):
        name_studios([row], by=cast.leader, named_on=answered - ONE_DAY, issued_on=answered, on=later)
    name_studios([row], by=cast.leader, named_on=answered, issued_on=answered, on=later)


@pytest.mark.parametrize("several", [False, True])
def test_the_page_says_so_at_the_field_and_names_nobody(cast, sign_in, several):
    chosen = [ApplicationFactory(approved=True) for _n in range(1 + several)]
    first = max(one.notice.ends_on for one in chosen) + ONE_DAY
    Round.objects.update(opens_on=first - 90 * ONE_DAY)
    days = {"named_on": (first - ONE_DAY).isoformat(), "issued_on": (first - ONE_DAY).isoformat()}
    page = sign_in(cast.leader).post(
        reverse("admin:reviews_application_naming"), {"pk": [one.pk for one in chosen], **days}
    )
    wrong = f"最早为{cn_date(first)}，此前仍在公示期内，或异议尚未答复。"
    assert page.context["form"].errors == {"named_on": [wrong], "issued_on": [wrong]}
    assert not DecisionDocument.objects.exists()


def test_the_office_says_on_its_page_until_when_to_wait_and_offers_no_button(cast, on_notice, sign_in):
    client = sign_in(cast.leader)
    naming = reverse("admin:reviews_application_naming")
    page = client.get(naming, {"pk": on_notice.pk})
    assert [one.reason for one in page.context["excluded"]] == [not_nameable(on_notice, on=TODAY())]
    assert page.context["ready"] == []
    desk = client.get(reverse("admin:reviews_application_change", args=[on_notice.pk])).content.decode()
    assert f"{naming}?pk={on_notice.pk}" not in desk
    notice = on_notice.notice
    for field in ("published_on", "starts_on", "ends_on"):
        setattr(notice, field, getattr(notice, field) - timedelta(days=60))
    notice.save()
    desk = client.get(reverse("admin:reviews_application_change", args=[on_notice.pk])).content.decode()
    assert f"{naming}?pk={on_notice.pk}" in desk


@pytest.mark.parametrize("field", ["named_on", "issued_on"])
def test_a_slip_in_the_year_names_nobody(cast, field):
    application = ApplicationFactory(approved=True)
    days = {"named_on": TODAY(), "issued_on": TODAY()}
    far = {field: TODAY().replace(year=2060, day=1)}
    with pytest.raises(DomainError, match="请核对年份"):
        name_studios([application], by=cast.leader, on=TODAY(), **{**days, **far})
    application.refresh_from_db()
    assert application.state == State.APPROVED
