"""Two of the staff at once: one proposal is taken once, nobody is assigned by a rubric that changes at that moment.

Real threads on real connections. On SQLite writers queue before they begin, so the twins run on PostgreSQL only.
"""

import threading
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import RoleCode
from reviews import panel_changes, panels
from reviews.models import Assignment, AssignmentLog, Round, Rubric
from tests.factories import ApplicationFactory, UserFactory, give_role
from tests.reviews.review import assigned, expert_of, under_review
from tests.reviews.test_admin_rounds import page_of, typed
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
on_postgres = pytest.mark.postgres


@pytest.fixture
def staff():
    """Two of them."""
    people = [UserFactory(name=name) for name in ("吴干", "卫干")]
    for person in people:
        give_role(person, RoleCode.UNION_STAFF)
    return people


@pytest.fixture
def round_(transactional_db):
    """Two applications, and three experts who could review both."""
    application = under_review(*[expert_of(f"专家{n}") for n in range(3)])
    ApplicationFactory(accepted=True, round=application.round)
    return application.round


def take_twice(round_, staff) -> list:
    pairs = [(pair.application.pk, pair.expert.pk) for pair in panels.plan(round_).pairs]
    return at_once(*[lambda by=by: panels.assign(pairs, round_, by=by) for by in staff])


def test_of_two_who_take_the_same_proposal_one_does_and_everybody_is_told_once(round_, staff):
    assert kinds(take_twice(round_, staff)) == ["DomainError", "done"]
    assert Assignment.objects.count() == AssignmentLog.objects.count() == 6
    for seat in round_.panel.all():
        assert seat.expert.notices.count() == 1


@on_postgres
def test_without_the_lock_both_write_it_and_one_falls_over_the_other(round_, staff, monkeypatch):
    meeting, invite = threading.Barrier(2), panels._invite

    def together(*args, **kwargs):
        meeting.wait(10)
        return invite(*args, **kwargs)

    monkeypatch.setattr(panels, "_invite", together)
    monkeypatch.setattr(panels, "locked", lambda one: Round.objects.get(pk=one.pk))
    rows = lambda one, keys: {row.pk: row for row in panels.under_review(one).filter(pk__in=keys)}  # noqa: E731
    monkeypatch.setattr(panels, "_locked_rows", rows)
    assert kinds(take_twice(round_, staff)) == ["IntegrityError", "done"]


def test_of_two_who_replace_one_expert_one_does(staff):
    experts = [expert_of(f"专家{n}") for n in range(3)]
    application = under_review(*experts)
    row = assigned(application, experts[0])
    acts = [
        lambda by=by, other=other: panel_changes.replace(
            Assignment.objects.get(pk=row.pk), by=by, reason="长期出差", substitute=other.pk
        )
        for by, other in zip(staff, experts[1:], strict=True)
    ]
    assert kinds(at_once(*acts)) == ["IllegalMove", "done"]
    assert sorted(Assignment.objects.values_list("state", flat=True)) == ["invited", "replaced"]


def test_the_rubric_of_a_round_changes_before_the_first_assignment_or_not_at_all(round_, staff):
    """Whatever comes first, what experts are asked to score by is what the round names."""
    other = Rubric.objects.get(pk=round_.rubric_id).copy("另一版")
    client = Client()
    client.force_login(staff[0])
    sent = typed(client.get(page_of(round_)), rubric=other.pk)
    pair = [(panels.under_review(round_).first().pk, round_.panel.first().expert_id)]
    results = at_once(
        lambda: client.post(page_of(round_), sent).status_code,
        lambda: panels.assign(pair, round_, by=staff[1]) and 0,
    )
    assert results[1] == 0
    assert results[0] == 302
    changed = Round.objects.get().rubric_id == other.pk
    first = Assignment.objects.get().log.get().at
    assert not changed or Round.objects.get().history.latest().history_date <= first


def test_a_sheet_is_not_put_off_past_the_day_that_the_round_gives_it(round_, staff):
    """Both days are put off at once: the later one of the sheet stands."""
    application = panels.under_review(round_).first()
    row = assigned(application, round_.panel.first().expert)
    client = Client()
    client.force_login(staff[0])
    of_round, of_sheet = (row.due_on + timedelta(days=days) for days in (3, 5))
    sent = typed(client.get(page_of(round_)), review_by=of_round)
    results = at_once(
        lambda: client.post(page_of(round_), sent).status_code,
        lambda: panel_changes.put_off(
            Assignment.objects.get(pk=row.pk), by=staff[1], until=of_sheet, reason="住院"
        ),
    )
    assert results == [302, None]
    assert Assignment.objects.get().due_on == of_sheet


def test_an_outsider_invited_twice_at_once_has_one_account(round_, staff):
    address = reverse("admin:reviews_round_panel_invite", args=[round_.pk])
    data = {"name": "何外", "post": "上海某研究所", "email": "he.wai@example.org"}

    def invite(by):
        client = Client()
        client.force_login(by)
        return client.post(address, data).status_code

    assert sorted(at_once(*[lambda by=by: invite(by) for by in staff])) == [200, 302]
    assert round_.panel.filter(expert__username="he.wai@example.org").count() == 1
