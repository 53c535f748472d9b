"""Many at once cost the writes of each and nothing more; pages cost the same whatever the round holds."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode, User
from reviews.models import Application, Assignment, Decision, Mark, Objection, Snapshot, State
from reviews.releasing import release_decisions
from studios.models import Studio
from tests.factories import ApplicationFactory, officer
from tests.queries import selects

pytestmark = pytest.mark.django_db

# The state and its log, each move in two savepoints: one keeps state and log together, the other the notices too.
WRITES_OF_A_MOVE = 2 + 2 * 2
names = itertools.count(1)


def copied(row, **changes):
    """The same row again, not saved."""
    values = {
        one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if not one.primary_key
    }
    return type(row)(**values | changes)


def copies(application: Application, count: int) -> list[Application]:
    """As many more of the same round, in the same state, each with its lead, studio, papers and sheets."""
    lead = application.studio.lead
    leads = User.objects.bulk_create(
        copied(lead, username=f"copy{number}", staff_no=f"C{number}", name=f"龚{number}")
        for number in itertools.islice(names, count)
    )
    studios = Studio.objects.bulk_create(
        copied(application.studio, lead_id=one.pk, name=one.name) for one in leads
    )
    rows = Application.objects.bulk_create(copied(application, studio_id=one.pk) for one in studios)
    papers = Snapshot.objects.bulk_create(copied(application.snapshot, application_id=one.pk) for one in rows)
    for row, paper in zip(rows, papers, strict=True):
        row.log.create(actor=lead, verb="complete_review", from_state="accepted", to_state=row.state)
        for sheet in application.assignments.all():
            own = Assignment.objects.bulk_create(
                [copied(sheet, application_id=row.pk, snapshot_id=paper.pk)]
            )[0]
            Mark.objects.bulk_create(copied(mark, assignment_id=own.pk) for mark in sheet.marks.all())
    return list(Application.objects.filter(pk__in=[row.pk for row in rows]))


def cost(act) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def officers() -> tuple[User, User]:
    return officer(RoleCode.UNION_STAFF), officer(RoleCode.UNION_LEADER)


# -- many at once ---------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", Decision)
def test_a_release_costs_the_writes_of_each_decision(decision):
    staff, leader = officers()

    def release(rows) -> int:
        for row in rows:
            row.decide(decision, by=leader, text="意见。")
        return cost(lambda: release_decisions(rows[0].round, by=staff, on=timezone.localdate()))

    first = ApplicationFactory(reviewed=True)
    others = copies(first, 30)
    one, thirty = release([first]), release(others)
    assert {row.state for row in Application.objects.filter(pk__in=[row.pk for row in others])} <= {
        State.APPROVED, State.HELD, State.REJECTED
    }  # fmt: skip
    assert thirty - one <= 29 * WRITES_OF_A_MOVE
    assert one <= 32


def test_several_decisions_cost_the_writes_of_each(sign_in):
    _staff, leader = officers()
    client, url = sign_in(leader), reverse("admin:reviews_application_bulk", args=["decide"])

    def decide(rows) -> int:
        keys = [row.pk for row in rows]
        data = {"pk": keys, "decision": "approve", "text": "同意命名。", "read": [f"{key}:1" for key in keys]}
        return cost(lambda: client.post(url, data))

    first = ApplicationFactory(reviewed=True)
    others = copies(first, 30)
    one, thirty = decide([first]), decide(others)
    assert Application.objects.filter(state=State.PROPOSED).count() == 31
    assert thirty - one <= 29 * WRITES_OF_A_MOVE
    assert one <= 36


# -- the pages ------------------------------------------------------------------------------------


def test_the_pages_of_a_decision_ask_the_same_whatever_the_round_holds(sign_in):
    """More than other pages, see docs/adr/0014."""
    staff, leader = officers()
    application = ApplicationFactory(proposed=True)
    decide = reverse("admin:reviews_application_verb", args=[application.pk, "decide"])
    result = reverse("admin:reviews_round_result", args=[application.round_id, application.pk])
    release = reverse("admin:reviews_round_release", args=[application.round_id])
    pages = [(sign_in(leader), decide, 15), (sign_in(staff), result, 15), (sign_in(staff), release, 14)]
    before = [selects(client, url) for client, url, _most in pages]
    copies(application, 30)
    assert [selects(client, url) for client, url, _most in pages] == before
    assert [count for count, (_client, _url, most) in zip(before, pages, strict=True) if count > most] == []


def test_what_was_taken_back_before_costs_the_decision_page_one_query_more(sign_in):
    _staff, leader = officers()
    application = ApplicationFactory(approved=True)
    url = reverse("admin:reviews_application_verb", args=[application.pk, "decide"])
    for number in range(3):
        objection = Objection.objects.create(
            notice=application.notice, application=application, number=f"2026-Y{number}", name="举报人",
            contact="13800000000", text="情况不实。", state="upheld", minutes="核查记录。", answer="情况属实。",
            answered_at=timezone.now(), answered_by=leader,
        )  # fmt: skip
        application.log.create(
            actor=leader,
            verb="uphold_objection",
            from_state="approved",
            to_state="reviewed",
            note=objection.number,
        )
    Application.objects.update(
        state="reviewed", decision="", decision_text="", decided_at=None, decided_by=None, released_at=None
    )
    assert selects(sign_in(leader), url) <= 16
