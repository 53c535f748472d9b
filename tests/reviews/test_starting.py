"""When an application may be begun, and for whom a ban runs."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from records.moves import DomainError
from reviews.actions import start_application
from reviews.beside import way_to_apply
from reviews.models import PaperForm, State
from reviews.readiness import ban
from studios.models import State as StudioState
from studios.models import Studio, StudioLog
from tests.factories import ApplicationFactory, RoundFactory, StudioFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_starting_twice_gives_the_same_application():
    studio, round_ = StudioFactory(), RoundFactory()
    today = timezone.localdate()
    first = start_application(studio, round_, by=studio.lead, on=today)
    assert start_application(studio, round_, by=studio.lead, on=today) == first
    assert [log.verb for log in first.log.all()] == ["start"]


@pytest.mark.parametrize("day", ["opens_on", "closes_on", "decide_by"])
def test_a_draft_may_be_begun_until_the_round_is_decided(day):
    studio, round_ = StudioFactory(), RoundFactory()
    assert start_application(studio, round_, by=studio.lead, on=getattr(round_, day)).state == State.DRAFT


@pytest.mark.parametrize(("day", "days"), [("opens_on", -1), ("decide_by", 1)])
def test_before_and_after_that_it_is_refused(day, days):
    studio, round_ = StudioFactory(), RoundFactory()
    with pytest.raises(DomainError):
        start_application(studio, round_, by=studio.lead, on=getattr(round_, day) + timedelta(days=days))
    assert not studio.applications.exists()


def test_the_page_of_a_round_offers_to_start_exactly_where_it_is_possible(sign_in):
    """A studio that took its application back may try again in the same round; one that was refused may not."""
    round_, fresh, closed = RoundFactory(), StudioFactory(), StudioFactory()
    Studio.objects.filter(pk=closed.pk).update(state=StudioState.CLOSED)
    withdrawn = ApplicationFactory(withdrawn=True, round=round_).studio
    for state in ("submitted", "refused", "named"):
        ApplicationFactory(round=round_, **{state: True})
    ApplicationFactory(round=round_)
    colleague = UserFactory()
    for studio in Studio.objects.all():
        studio.editors.create(user=colleague, added_by=studio.lead)
    page = sign_in(colleague).get(round_.get_absolute_url())
    assert set(page.context["startable"]) == {fresh, withdrawn}


def test_begun_after_the_closing_day_it_is_handed_in_once_the_union_allows_it():
    studio, round_ = StudioFactory(complete=True), RoundFactory(closed=True)
    today = timezone.localdate()
    application = start_application(studio, round_, by=studio.lead, on=today)
    with pytest.raises(DomainError) as refused:
        application.submit(by=studio.lead, on=today)
    assert len(refused.value.problems) == 1
    application.allow_late(by=UserFactory(), until=today, reason="公派出国，延期一周。")
    application.submit(by=studio.lead, on=today)
    assert application.state == State.SUBMITTED


def test_a_studio_with_its_title_does_not_apply_again():
    studio = ApplicationFactory(named=True).studio
    with pytest.raises(DomainError, match="已命名"):
        start_application(studio, RoundFactory(), by=studio.lead, on=timezone.localdate())


def test_a_ban_holds_for_the_lead_and_not_only_for_the_studio():
    refused = ApplicationFactory(refused=True)
    lead = refused.studio.lead
    Studio.objects.filter(lead=lead).update(state=StudioState.CLOSED)
    another = StudioFactory(lead=lead)
    year = refused.round.year
    with pytest.raises(DomainError, match=str(year + 1)):
        start_application(another, refused.round, by=lead, on=timezone.localdate())
    assert not another.applications.exists()


def test_a_ban_counts_from_the_year_of_the_revocation_as_the_calendar_here_has_it():
    round_, studio = RoundFactory(), StudioFactory()
    new_year = datetime(2026, 1, 1, 5, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    StudioLog.objects.create(
        studio=studio, verb="revoke", from_state="named", to_state="revoked", at=new_year
    )
    assert new_year.year == 2025
    assert ban(studio, year=2026, policy=round_.policy) == 2026 + round_.policy.ban_after_revocation


def test_a_stamped_form_is_called_by_the_day_it_came():
    new_year = datetime(2026, 1, 1, 5, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    form = PaperForm(application=ApplicationFactory(), uploaded_at=new_year)
    assert str(form).endswith("2026-01-01")


@pytest.mark.parametrize(("years", "free"), [(2, False), (3, True)])
def test_who_lost_the_title_applies_again_with_a_new_studio_once_the_ban_is_over(years, free, cast, sign_in):
    """The one that was revoked stays as it is, and offers nothing that would be refused."""
    round_, client = RoundFactory(), sign_in(cast.lead)
    Studio.objects.filter(pk=cast.studio.pk).update(state=StudioState.REVOKED)
    StudioLog.objects.create(
        studio=cast.studio,
        actor=None,
        verb="revoke",
        from_state="named",
        to_state="revoked",
        at=datetime(round_.year - years, 6, 1, tzinfo=UTC),
    )
    begin = reverse("reviews:start", args=[cast.studio.pk])
    assert way_to_apply(Studio.objects.get(pk=cast.studio.pk), cast.lead) is None
    assert client.post(begin).status_code == 403
    client.post(reverse("studios:start"), {"name": "", "name_reason": ""})
    anew = Studio.objects.get(lead=cast.lead, state=StudioState.CANDIDATE)
    begin = reverse("reviews:start", args=[anew.pk])
    assert begin in client.get(reverse("studios:parts", args=[anew.pk])).content.decode()
    client.post(begin)
    assert anew.applications.exists() is free
