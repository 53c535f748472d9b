"""Assignments in the office: found, read with their marks, replaced, given back, put off; each with its reason."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import RoleCode
from records.moves import DomainError, IllegalMove
from reviews import panel_changes
from reviews.models import Application, Assignment, AssignmentState, Panelist, State
from tests.factories import ApplicationFactory, officer
from tests.queries import selects
from tests.reviews.review import assigned, expert_of, under_review

pytestmark = pytest.mark.django_db
LIST = reverse("admin:reviews_assignment_changelist")


def page_of(row) -> str:
    return reverse("admin:reviews_assignment_change", args=[row.pk])


def act(row, verb: str) -> str:
    return reverse("admin:reviews_assignment_verb", args=[row.pk, verb])


def text(response) -> str:
    return response.content.decode()


def listed(response) -> set[str]:
    return {str(row.expert) for row in response.context["cl"].result_list}


@pytest.fixture
def row():
    """An assignment of 周评, with 吴评 free beside them on the panel."""
    expert, free = expert_of("周评"), expert_of("吴评")
    application = under_review(expert, free)
    return assigned(application, expert)


def in_state(row: Assignment, state: str) -> Assignment:
    stamps = {"handed_in_at": timezone.now()} if state == "handed_in" else {}
    Assignment.objects.filter(pk=row.pk).update(state=state, **stamps)
    return Assignment.objects.get(pk=row.pk)


@pytest.fixture
def staff():
    return officer(RoleCode.UNION_STAFF)


# -- the list and the row --------------------------------------------------------------------------


def test_the_list_finds_by_expert_studio_and_standing(cast, sign_in, row):
    other = assigned(ApplicationFactory(accepted=True, round=row.application.round), expert_of_panel(row))
    Assignment.objects.filter(pk=other.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    client = sign_in(cast.auditor)
    assert listed(client.get(LIST)) == {"周评", "吴评"}
    assert listed(client.get(LIST, {"q": "周评"})) == {"周评"}
    assert listed(client.get(LIST, {"q": row.application.studio.lead.name})) == {"周评"}
    assert listed(client.get(LIST, {"standing": "late"})) == {"吴评"}
    assert listed(client.get(LIST, {"standing": "under_way", "expert": row.expert_id})) == {"周评"}
    assert listed(client.get(LIST, {"standing": "done"})) == set()
    Assignment.objects.filter(pk=row.pk).update(state="handed_in", handed_in_at=timezone.now())
    assert listed(client.get(LIST, {"standing": "done"})) == {"周评"}
    Application.objects.filter(pk=row.application_id).update(state="reviewed")
    assert listed(client.get(LIST, {"standing": "done"})) == set()


def expert_of_panel(row):
    """The free one."""
    return row.application.round.panel.exclude(expert=row.expert).get().expert


def test_the_list_goes_out_as_excel_with_the_reasons(cast, sign_in, row):
    row.recuse(by=row.expert, reason="同门师兄弟")
    file = sign_in(cast.leader).get(reverse("admin:reviews_assignment_export"))
    head, line = load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True)
    found = dict(zip(head, line, strict=True))
    assert (found["专家"], found["状态"], found["原因"]) == ("周评", "已回避", "同门师兄弟")


def test_list_and_row_ask_little(cast, sign_in, row):
    client = sign_in(cast.staff)
    selects(client, LIST)
    before = [selects(client, LIST), selects(client, page_of(row))]
    for number in range(3):
        expert = expert_of(f"专家{number}")
        Panelist.objects.create(round=row.application.round, expert=expert)
        assigned(row.application, expert)
    assert [selects(client, LIST), selects(client, page_of(row))] == before
    assert before[0] <= 10
    assert before[1] <= 14


def test_the_row_shows_marks_comments_and_what_became_of_it(cast, sign_in, row):
    row.accept(by=row.expert)
    criterion = row.rubric.criteria.first()
    row.mark(criterion, by=row.expert, points=Decimal("7.5"), comment="分工清楚")
    page = text(sign_in(cast.auditor).get(page_of(row)))
    assert "分工清楚" in page
    assert "7.5 / 10" in page
    assert "接受评审，声明无利害关系" in page


def test_nobody_of_the_office_reads_the_sheets_of_their_own_case(cast, sign_in, row):
    own = ApplicationFactory(studio=cast.studio, accepted=True, round=row.application.round)
    expert = expert_of_panel(row)
    sheet = assigned(own, expert)
    client = sign_in(cast.staff_member)
    assert client.get(page_of(sheet)).status_code == 403
    assert listed(client.get(LIST)) == {"周评"}
    export = client.get(reverse("admin:reviews_assignment_export"))
    rows = list(load_workbook(io.BytesIO(export.content)).active.iter_rows(values_only=True))
    assert len(rows) == 2
    for verb in ("replace", "reopen", "put_off"):
        assert client.post(act(sheet, verb), {"reason": "x"}).status_code == 403


def test_leader_and_auditor_look_and_change_nothing(cast, sign_in, row):
    people = cast.everybody()
    seen = {name for name, user in people.items() if sign_in(user).get(page_of(row)).status_code == 200}
    acted = {
        name for name, user in people.items() if sign_in(user).get(act(row, "replace")).status_code == 200
    }
    assert seen == {"staff", "staff_member", "leader", "leader_lead", "auditor"}
    assert acted == {"staff", "staff_member"}


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("invited", {"replace", "put_off"}),
        ("accepted", {"replace", "put_off"}),
        ("handed_in", {"replace", "reopen"}),
        ("declined", set()),
        ("recused", set()),
        ("replaced", set()),
    ],
)
def test_what_is_offered_follows_from_the_state(cast, sign_in, row, state, offered):
    in_state(row, state)
    client = sign_in(cast.staff)
    found = {entry["url"] for entry in client.get(page_of(row)).context["acts"]}
    assert found == {act(row, verb) for verb in offered}
    closed = {"replace", "reopen", "put_off"} - offered
    assert {client.get(act(row, verb)).status_code for verb in closed} <= {302}


def test_every_state_is_tried_above():
    assert set(AssignmentState.values) == {
        *("invited", "accepted", "handed_in"),
        *("declined", "recused", "replaced"),
    }


# -- replacing -------------------------------------------------------------------------------------


def test_an_expert_is_replaced_by_the_one_who_is_proposed(cast, sign_in, row):
    client = sign_in(cast.staff)
    form = client.get(act(row, "replace")).context["form"]
    free = expert_of_panel(row)
    assert form["substitute"].value() == free.pk
    response = client.post(act(row, "replace"), {"reason": "长期出差", "substitute": free.pk})
    assert response["Location"] == page_of(row)
    states = dict(Assignment.objects.values_list("expert__name", "state"))
    assert states == {"周评": "replaced", "吴评": "invited"}
    log = row.log.get(verb="replace")
    assert (log.actor, log.note) == (cast.staff, "长期出差")


def test_replaced_without_a_substitute_the_application_lacks_one(cast, sign_in, row):
    sent = {"reason": "长期出差", "substitute": ""}
    response = sign_in(cast.staff).post(act(row, "replace"), sent, follow=True)
    assert dict(Assignment.objects.values_list("expert__name", "state")) == {"周评": "replaced"}
    said = [str(message) for message in response.context["messages"]]
    assert said == ["已更换周评。暂无人接替，这份申报现缺5位专家。"]


def test_when_nobody_can_take_over_the_page_says_so_and_where_to_find_somebody(cast, sign_in, row):
    client = sign_in(cast.staff)
    assert not client.get(act(row, "replace")).context["nobody_left"]
    assigned(row.application, expert_of_panel(row))
    page = text(client.get(act(row, "replace")))
    assert "专家组中现在没有人可以接替" in page
    for name in ("reviews_round_panel_add", "reviews_round_panel_invite"):
        assert reverse(f"admin:{name}", args=[row.application.round_id]) in page


def test_without_a_reason_nobody_is_replaced(cast, sign_in, row):
    response = sign_in(cast.staff).post(act(row, "replace"), {"reason": " ", "substitute": ""})
    assert list(response.context["form"].errors) == ["reason"]
    assert Assignment.objects.get().state == "invited"


def test_a_substitute_in_conflict_leaves_everything_as_it_was(row, staff):
    own = expert_of("同院", row.application.studio.unit)
    Panelist.objects.create(round=row.application.round, expert=own)
    with pytest.raises(DomainError):
        panel_changes.replace(row, by=staff, reason="长期出差", substitute=own.pk)
    assert dict(Assignment.objects.values_list("expert__name", "state")) == {"周评": "invited"}


@pytest.mark.parametrize("change", ["replace", "reopen", "put_off"])
def test_once_the_review_is_complete_nothing_is_changed(row, staff, change):
    in_state(row, "handed_in" if change == "reopen" else "accepted")
    Application.objects.filter(pk=row.application_id).update(state=State.REVIEWED)
    row = Assignment.objects.get(pk=row.pk)
    more = {"until": row.due_on + timedelta(days=1)} if change == "put_off" else {}
    with pytest.raises(IllegalMove):
        getattr(panel_changes, change)(row, by=staff, reason="长期出差", **more)
    assert Assignment.objects.get().state == row.state


@pytest.mark.parametrize("change", ["replace", "reopen", "put_off"])
def test_nobody_changes_it_for_their_own_case_or_without_the_office(cast, row, change):
    more = {"until": row.due_on + timedelta(days=1)} if change == "put_off" else {}
    for person in (row.application.studio.lead, cast.leader, cast.auditor, row.expert):
        with pytest.raises(PermissionDenied):
            getattr(panel_changes, change)(row, by=person, reason="长期出差", **more)


# -- given back, put off ---------------------------------------------------------------------------


def test_a_sheet_is_given_back_with_a_reason(cast, sign_in, row):
    in_state(row, "handed_in")
    sign_in(cast.staff).post(act(row, "reopen"), {"reason": "漏填评语"})
    fresh = Assignment.objects.get()
    assert (fresh.state, fresh.handed_in_at) == ("accepted", None)
    assert fresh.log.get(verb="reopen").note == "漏填评语"


def test_one_sheet_gets_more_time_and_its_expert_is_told(cast, sign_in, row):
    until = row.due_on + timedelta(days=2)
    sign_in(cast.staff).post(act(row, "put_off"), {"until": until, "reason": "住院"})
    fresh = Assignment.objects.get()
    assert fresh.due_on == until
    log = fresh.log.get(verb="put_off")
    assert (log.from_state, log.to_state) == ("invited", "invited")
    assert "住院" in log.note
    assert row.expert.notices.filter(event__startswith="assignment-put-off").count() == 1


@pytest.mark.parametrize("days", [0, -1, 11])
def test_a_day_is_put_off_and_not_beyond_the_decision(row, staff, days):
    """The sheet is due ten days before the decision."""
    with pytest.raises(DomainError):
        panel_changes.put_off(row, by=staff, until=row.due_on + timedelta(days=days), reason="住院")
    assert Assignment.objects.get().due_on == row.due_on


def test_what_is_handed_in_is_not_put_off(row, staff):
    row = in_state(row, "handed_in")
    with pytest.raises(IllegalMove):
        panel_changes.put_off(row, by=staff, until=row.due_on + timedelta(days=1), reason="住院")
