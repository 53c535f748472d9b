"""Every state × every move × every role: exactly the allowed ones pass, and a refused attempt changes nothing.

The models that move are found by themselves, their states and moves come from their ``MOVES``; who may make a move
stands here, in the words of the regulation, and not in those of the code. Everybody presses every button there is, in
the portal and in the office.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from records.attachments import checked
from records.moves import IllegalMove, Movable, MoveLog
from reviews.actions import check_paper_form, turn_down_paper_form, upload_paper_form
from reviews.models import (
    Application,
    ApplicationLog,
    Correction,
    DecisionDocument,
    Endorsement,
    PaperForm,
    PaperFormLog,
    Part,
    Snapshot,
    State,
)
from reviews.permissions import PERMISSIONS, SIGNING
from studios.models import Certificate, Cycle, Studio, StudioLog
from studios.models import State as StudioState
from tests.factories import ApplicationFactory, officer, signatories
from tests.reviews.test_paper_forms import SIGNED, png

# Who may press what does not depend on the database, and the walk through all of it takes minutes.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

LEADS = {"lead", "leader_lead"}
UNIT = {"department", "party", "administration"}


# -- the buttons ---------------------------------------------------------------------------------


def portal(name, **sent):
    return lambda client, row: client.post(reverse(f"reviews:{name}", args=[application_of(row).pk]), sent)


def office(verb, **sent):
    def press(client, row):
        where = {"pk": application_of(row).pk, "verb": verb}
        return client.post(reverse("admin:reviews_application_verb", kwargs=where), sent)

    return press


def name_it(client, row):
    application = application_of(row)
    day = application.round.naming_on.isoformat()
    sent = {"pk": [application.pk], "named_on": day, "issued_on": day}
    return client.post(reverse("admin:reviews_application_naming"), sent)


def upload(client, row):
    where = reverse("reviews:stamped", args=[application_of(row).pk])
    return client.post(where, {**SIGNED, "scan": png()})


def on_its_page(**sent):
    """The row's own page in the office."""

    def press(client, row):
        return client.post(reverse(f"admin:{row._meta.db_table}_change", args=[row.pk]), sent)

    return press


def sending_back() -> dict:
    later = (timezone.localdate() + timezone.timedelta(days=40)).isoformat()
    return {
        "withdraw": portal("withdraw", reason="明年再报"),
        "return": portal("return", reason_team="请补充", correct_by=later),
        "refuse": portal("refuse", reason="团队尚未成形"),
        "return in the office": office("return", reason_team="请补充", correct_by=later),
        "refuse in the office": office("refuse", reason="团队尚未成形"),
    }


def buttons_of_an_application() -> dict:
    later = (timezone.localdate() + timezone.timedelta(days=40)).isoformat()
    return {
        "submit": portal("submit", declaration="on", note="已按意见说明"),
        **sending_back(),
        "accept": office("accept", note=""),
        "approve": office("decide", decision="approve", text="同意"),
        "hold": office("decide", decision="hold", text="暂缓"),
        "reject": office("decide", decision="reject", text="不同意"),
        "allow late": office("late", until=later, reason="住院"),
        "name": name_it,
        "upload": upload,
        **{f"sign {part}": portal("sign", part=part, opinion="同意") for part in Part.values},
    }


def buttons_of_a_paper_form() -> dict:
    answers = {"check": on_its_page(check="1"), "turn down": on_its_page(turn_down="1", reason="重新扫描")}
    return {**answers, "upload": upload, **sending_back()}


def buttons_of_a_studio() -> dict:
    typed = {f"type {state}": on_its_page(state=state.value) for state in StudioState}
    return {"name": name_it, **typed}


# -- each model that moves -----------------------------------------------------------------------


def apply_as_far_as(studio, state) -> Application:
    return ApplicationFactory(studio=studio, reach=state)


WAYS_OF_A_STUDIO = {
    StudioState.CANDIDATE: [],
    StudioState.NAMED: ["name_it"],
    StudioState.RECTIFYING: ["name_it", "rectify"],
    StudioState.REVOKED: ["name_it", "revoke"],
    StudioState.CLOSED: ["close"],
}


def studio_with_an_approved_application(studio, state) -> Studio:
    ApplicationFactory(studio=studio, approved=True)
    for verb in WAYS_OF_A_STUDIO[state]:
        studio.move(verb, by=None)
    return studio


def form_beside_what_awaits_its_signatures(studio, state) -> PaperForm:
    """It bears one of the three signatures, so that the application goes on waiting."""
    application, by = ApplicationFactory(studio=studio, submitted=True), signatories(studio.unit)
    signed = {Part.PARTY: ("钱书记", "同意。")}
    form = upload_paper_form(application, by=by[Part.RECOMMENDATION], scan=checked(png()), signed=signed)
    if state == PaperForm.State.CHECKED:
        check_paper_form(form, by=officer("union_staff"))
    elif state == PaperForm.State.TURNED_DOWN:
        turn_down_paper_form(form, by=officer("union_staff"), reason="重新扫描")
    return form


def stamps_of_an_application(verb, state, cast) -> dict:
    """What the database wants written together with a move."""
    today = timezone.localdate()
    if verb == "submit":
        return {"submitted_at": timezone.now(), "submitted_by": cast.lead}
    if verb == "return_for_correction":
        return {"returned_from": state}
    if verb in ("approve", "hold", "reject", "resubmit"):
        decided = {"decision_text": "试", "decided_at": timezone.now(), "decided_by": cast.leader}
        return decided | {
            "decision": "hold" if verb == "resubmit" else verb
        }  # it may come back to where it was held
    if verb == "name_studio":
        document = DecisionDocument.objects.create(
            round=Application.objects.get(studio=cast.studio).round,
            year=today.year,
            serial=999,
            number="校工〔试〕999号",
            named_on=today,
            issued_on=today,
            issued_by=cast.leader,
        )
        return {"document": document}
    return {}


@dataclass(frozen=True)
class Table:
    """Who makes the moves of a model.

    :param who: verb → state it starts from → people; “leader_lead” is tried on the studio that this person leads.
    :param unpressed: the verbs for which there is no button, with the reason.
    :param reach: ``(studio, state) -> row``, as people would bring it there.
    :param log: where its moves are written.
    :param beside: state → what is logged without moving it on.
    :param stamps: what the database wants written together with a move.
    """

    who: dict[str, dict[str, set[str]]]
    reach: Callable
    buttons: Callable[[], dict]
    log: type[MoveLog]
    unpressed: dict[str, str] = field(default_factory=dict)
    beside: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    stamps: Callable[..., dict] = lambda verb, state, cast: {}


def always(people: set[str]) -> dict[str, set[str]]:
    return dict.fromkeys(State, people)


WITH_THE_OFFICE = (State.RECOMMENDED, State.ACCEPTED, State.HELD)
NO_CYCLE_REVIEW = "comes with the review at the end of a cycle"
TABLES: dict[type[Movable], Table] = {
    Application: Table(
        who={
            "submit": always(LEADS),
            "resubmit": always(LEADS),
            "withdraw": always(LEADS),
            "return_for_correction": {
                State.SUBMITTED: UNIT,
                **{state: {"staff"} for state in WITH_THE_OFFICE},
            },
            "refuse": {State.SUBMITTED: UNIT, State.RECOMMENDED: {"staff"}},
            "accept": always({"staff"}),
            "approve": always({"leader"}),
            "hold": always({"leader"}),
            "reject": always({"leader"}),
            "name_studio": always({"leader"}),
        },
        unpressed={"complete_endorsement": "follows from the third signature"},
        # Signatures and the paper road while it awaits them.
        beside={
            State.DRAFT: {("staff", "allow_late")},
            State.SUBMITTED: {
                ("department", "sign_recommendation"),
                ("party", "sign_party"),
                ("administration", "sign_administration"),
                ("department", "upload_paper"),
            },
        },
        reach=apply_as_far_as,
        buttons=buttons_of_an_application,
        log=ApplicationLog,
        stamps=stamps_of_an_application,
    ),
    PaperForm: Table(
        who={
            "check": {PaperForm.State.UPLOADED: {"staff"}},
            # Who ends the signing voids the form as well: it was stamped on papers that no longer count.
            "turn_down": {PaperForm.State.UPLOADED: {"staff"} | UNIT | LEADS},
        },
        reach=form_beside_what_awaits_its_signatures,
        buttons=buttons_of_a_paper_form,
        log=PaperFormLog,
    ),
    Studio: Table(
        who={"name_it": {StudioState.CANDIDATE: {"leader"}, StudioState.REVOKED: {"leader"}}},
        unpressed={
            **dict.fromkeys(["rectify", "renew", "revoke"], NO_CYCLE_REVIEW),
            "close": "comes with the succession of leads",
        },
        reach=studio_with_an_approved_application,
        buttons=buttons_of_a_studio,
        log=StudioLog,
    ),
}
STATES = [(model, state) for model in TABLES for state, _label in model._meta.get_field("state").flatchoices]
EACH_STATE = pytest.mark.parametrize(
    ("model", "state"), STATES, ids=[f"{model.__name__}-{state}" for model, state in STATES]
)


def movable(model=Movable) -> set[type[Movable]]:
    """Every model of the project that moves, however it comes by it."""
    below = set().union(*(movable(child) for child in model.__subclasses__()))
    return below if model._meta.abstract else below | {model}


def application_of(row) -> Application:
    if isinstance(row, PaperForm):
        return row.application
    return row.applications.get() if isinstance(row, Studio) else row


def everything(row) -> tuple:
    """All that a move could have changed."""
    application = application_of(row)
    fields = [
        model.objects.filter(**which).order_by("pk").values()
        for model, which in (
            (Application, {"pk": application.pk}),
            (Studio, {"pk": application.studio_id}),
            (PaperForm, {"application": application.pk}),
        )
    ]
    counted = (*LOGS, Snapshot, Correction, Endorsement, Certificate, Cycle)
    return [list(rows) for rows in fields], [model.objects.count() for model in counted]


LOGS = tuple(table.log for table in TABLES.values())


# -- the matrix ----------------------------------------------------------------------------------


def test_every_model_that_moves_has_its_table_here():
    assert movable() == set(TABLES)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_who_is_said_for_every_move_that_somebody_presses(model):
    table = TABLES[model]
    assert set(table.who) | set(table.unpressed) == set(model.MOVES)
    assert not set(table.who) & set(table.unpressed)
    assert all(table.unpressed.values())


def test_every_move_of_an_application_that_somebody_presses_asks_for_a_permission():
    assert set(PERMISSIONS) == set(TABLES[Application].who)
    assert set(SIGNING) == set(Part)


@EACH_STATE
def test_exactly_the_allowed_moves_pass(model, state, cast, sign_in):
    table = TABLES[model]
    rows = {studio.pk: table.reach(studio, state) for studio in (cast.studio, cast.own_studio)}
    assert {row.state for row in rows.values()} == {state}
    passed, statuses = set(), set()
    for name, user in cast.everybody().items():
        client, row = sign_in(user), rows[cast.studio_of(name).pk]
        before, logged = everything(row), [log.objects.count() for log in LOGS]
        for button, press in table.buttons().items():
            with transaction.atomic():
                statuses.add(press(client, row).status_code)
                new = table.log.objects.order_by("pk").values_list("verb", flat=True)
                passed |= {(name, verb) for verb in new[logged[LOGS.index(table.log)] :]}
                silent = [log.objects.count() for log in LOGS] == logged
                assert not silent or everything(row) == before, (name, button)
                transaction.set_rollback(True)
    allowed = {
        (name, verb)
        for verb, people in table.who.items()
        if state in model.MOVES[verb].origins
        for name in people.get(state, set())
    }
    assert passed == allowed | table.beside.get(state, set())
    assert statuses <= {200, 302, 403, 404}


@EACH_STATE
def test_no_verb_starts_from_a_state_that_the_table_does_not_name(model, state, cast):
    table = TABLES[model]
    row = table.reach(cast.studio, state)
    label = dict(model._meta.get_field("state").flatchoices)[state]
    passed, refused, changed = set(), {}, set()
    for verb, move in model.MOVES.items():
        for target in move.targets:
            fresh = model.objects.get(pk=row.pk)
            with transaction.atomic():
                stamps = table.stamps(verb, state, cast)
                before = everything(row)
                try:
                    fresh.move(verb, by=cast.staff, note="试", to=target, **stamps)
                except IllegalMove as refusal:
                    refused[verb] = str(refusal)
                    changed |= {verb} if everything(row) != before else set()
                else:
                    passed.add(verb)
                transaction.set_rollback(True)
    assert passed == {verb for verb, move in model.MOVES.items() if state in move.origins}
    assert set(refused) == set(model.MOVES) - passed
    assert changed == set()
    assert {verb for verb, told in refused.items() if str(label) not in told} == set()


def form_as_read(client, application) -> str:
    response = client.get(reverse("reviews:form", args=[application.pk, "docx"]))
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return archive.read("word/document.xml").decode()


@pytest.mark.parametrize("state", State)
def test_what_is_typed_reaches_the_papers_exactly_while_they_are_with_the_lead(state, cast, sign_in):
    """The studio goes on and may be edited; what others judge is changed by handing in alone."""
    application, client = ApplicationFactory(studio=cast.studio, reach=state), sign_in(cast.lead)
    url = reverse("studios:part", args=[cast.studio.pk, "plan"])
    form = client.get(url).context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"plan_goals": "改写后的总体目标"}
    client.post(url, {**sent, "opened": form.opened})
    assert "改写后的总体目标" in client.get(url).content.decode()
    with_lead = state in {State.DRAFT, State.RETURNED}
    assert ("改写后的总体目标" in form_as_read(client, application)) is with_lead
    assert ("改写后的总体目标" in form_as_read(sign_in(cast.staff), application)) is (state == State.DRAFT)
