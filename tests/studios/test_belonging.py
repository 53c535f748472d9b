"""Who belongs to a team on a day is said once, and everything that counts members asks it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from ledgers.evidence import gather
from reviews.actions import name_studios
from reviews.models import Application
from studios import parts
from studios.charts import team_structure
from studios.models import Member, Studio
from tests.factories import ApplicationFactory, StudioFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 12)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
TIMES = [(joined, left) for joined in (None, BEFORE, DAY, AFTER) for left in (None, BEFORE, DAY, AFTER)]


def test_members_belong_from_the_day_they_join_until_the_day_they_leave():
    studio, there = StudioFactory(), set()
    for joined, left in TIMES:
        if not (joined and left and left < joined):
            member = Member.objects.create(studio=studio, name="成员", joined_on=joined, left_on=left)
            if joined != AFTER and left in (None, AFTER):
                there.add(member.pk)
    members = list(studio.members.all())
    assert {member.pk for member in members if member.is_present(DAY)} == there
    assert set(studio.members.present(DAY).values_list("pk", flat=True)) == there
    assert len(gather(studio, on=DAY).members) == len(there)
    assert [sum(number for _label, number in chart.pairs) for chart in team_structure(members, DAY)] == [
        len(there)
    ] * 3


@pytest.mark.parametrize(("days", "belongs"), [(None, True), (200, True), (1, True), (0, False), (-1, False)])
def test_who_leaves_at_the_end_of_the_year_reads_and_counts_until_then(days, belongs, cast):
    today = timezone.localdate()
    application = ApplicationFactory(studio=cast.studio)
    left = None if days is None else today + timedelta(days=days)
    cast.studio.members.update(left_on=left)
    assert Studio.objects.visible_to(cast.member).exists() is belongs
    assert Application.objects.visible_to(cast.member).filter(pk=application.pk).exists() is belongs
    assert (parts.get("team").missing(cast.studio) == []) is belongs
    fetched = parts.with_holdings(Studio.objects.filter(pk=cast.studio.pk)).get()
    assert (parts.get("team").missing(fetched) == []) is belongs


def test_who_has_left_is_not_told_of_the_naming(cast):
    application, today = ApplicationFactory(studio=cast.studio, approved=True), timezone.localdate()
    Notice.objects.all().delete()
    cast.studio.members.filter(user=cast.staff_member).update(left_on=today)
    name_studios([application], by=cast.leader, named_on=today, issued_on=today, on=today)
    of_the_studio = {"lead", "co_editor", "member", "staff_member"}
    told = set(Notice.objects.values_list("recipient__username", flat=True))
    assert told & of_the_studio == {"lead", "co_editor", "member"}
