"""Every state × every move × every role: exactly the allowed ones pass, and a refused attempt changes nothing.

The states and their moves come from ``Application.MOVES``; who may make a move stands here, in the words of the
regulation, and not in those of the code. Everybody presses every button there is, in the portal and in the office.
"""

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from records.moves import IllegalMove
from reviews.models import (
    EDITABLE,
    Application,
    ApplicationLog,
    Correction,
    Endorsement,
    Part,
    Snapshot,
    State,
)
from reviews.permissions import PERMISSIONS, SIGNING
from studios.models import Certificate, Cycle, Studio, StudioLog
from tests.factories import ApplicationFactory
from tests.reviews.test_paper_forms import SIGNED, png

pytestmark = pytest.mark.django_db

LEADS = {"lead", "leader_lead"}
UNIT = {"department", "party", "administration"}


def always(people: set[str]) -> dict[str, set[str]]:
    return dict.fromkeys(State, people)


# Who makes a move, by the state it starts from. “leader_lead” is tried on the studio that this person leads.
WHO = {
    "submit": always(LEADS),
    "resubmit": always(LEADS),
    "withdraw": always(LEADS),
    "return_for_correction": {State.SUBMITTED: UNIT, State.RECOMMENDED: {"staff"}},
    "refuse": {State.SUBMITTED: UNIT, State.RECOMMENDED: {"staff"}},
    "accept": always({"staff"}),
    "approve": always({"leader"}),
    "hold": always({"leader"}),
    "reject": always({"leader"}),
    "name_studio": always({"leader"}),
}
# What is logged without moving the application on: signatures and the paper road while it awaits them.
BESIDE = {
    State.DRAFT: {("staff", "allow_late")},
    State.SUBMITTED: {
        ("department", "sign_recommendation"),
        ("party", "sign_party"),
        ("administration", "sign_administration"),
        ("department", "upload_paper"),
    },
}


def portal(name, **sent):
    return lambda client, application: client.post(reverse(f"reviews:{name}", args=[application.pk]), sent)


def office(verb, **sent):
    def press(client, application):
        address = reverse("admin:reviews_application_verb", kwargs={"pk": application.pk, "verb": verb})
        return client.post(address, sent)

    return press


def name_it(client, application):
    day = application.round.naming_on.isoformat()
    sent = {"pk": [application.pk], "named_on": day, "issued_on": day}
    return client.post(reverse("admin:reviews_application_naming"), sent)


def upload(client, application):
    return client.post(reverse("reviews:stamped", args=[application.pk]), {**SIGNED, "scan": png()})


def buttons() -> dict:
    later = (timezone.localdate() + timezone.timedelta(days=40)).isoformat()
    return {
        "submit": portal("submit", declaration="on", note="已按意见说明"),
        "withdraw": portal("withdraw", reason="明年再报"),
        "return": portal("return", reason_team="请补充", correct_by=later),
        "refuse": portal("refuse", reason="团队尚未成形"),
        "return in the office": office("return", reason_team="请补充", correct_by=later),
        "refuse in the office": office("refuse", reason="团队尚未成形"),
        "accept": office("accept", note=""),
        "approve": office("decide", decision="approve", text="同意"),
        "hold": office("decide", decision="hold", text="暂缓"),
        "reject": office("decide", decision="reject", text="不同意"),
        "allow late": office("late", until=later, reason="住院"),
        "name": name_it,
        "upload": upload,
        **{f"sign {part}": portal("sign", part=part, opinion="同意") for part in Part.values},
    }


def everything(application) -> tuple:
    """All that a move could have changed."""
    fields = Application.objects.filter(pk=application.pk).values().get()
    rows = (ApplicationLog, Snapshot, Correction, Endorsement, Certificate, Cycle, StudioLog)
    return fields, application.studio.state, [model.objects.count() for model in rows]


def test_who_is_said_for_every_move_that_somebody_presses():
    assert set(WHO) == set(PERMISSIONS) == set(Application.MOVES) - {"complete_endorsement"}
    assert set(SIGNING) == set(Part)


@pytest.mark.parametrize("state", State)
def test_exactly_the_allowed_moves_pass(state, cast, sign_in):
    applications = {
        studio.pk: ApplicationFactory(studio=studio, reach=state) for studio in (cast.studio, cast.own_studio)
    }
    passed = set()
    for name, user in cast.everybody().items():
        application = applications[cast.studio_of(name).pk]
        passed |= {(name, verb) for verb in verbs_that_pass(sign_in(user), application, buttons())}
    assert passed == allowed(state, WHO) | BESIDE.get(state, set())


def verbs_that_pass(client, application, pressed: dict) -> set[str]:
    """What the buttons did that worked; each is pressed on the application as it was."""
    before, passed = everything(application), set()
    for button, press in pressed.items():
        with transaction.atomic():
            response = press(client, application)
            assert response.status_code in {200, 302, 403, 404}, button
            new = set(ApplicationLog.objects.order_by("pk").values_list("verb", flat=True)[before[2][0] :])
            assert new or everything(application) == before, button
            passed |= new
            transaction.set_rollback(True)
    return passed


def allowed(state, who: dict) -> set[tuple[str, str]]:
    return {
        (name, verb)
        for verb, move in Application.MOVES.items()
        if state in move.origins and verb in who
        for name in who[verb].get(state, set())
    }


def started_on_behalf(application) -> set[str]:
    """The department union started it: any of its officers does what the lead may do."""
    Studio.objects.filter(pk=application.studio_id).update(started_by=officer(application.studio))
    return {"lead", "department", "department_member"}


def lead_has_left(application) -> set[str]:
    """The department union does it in the place of a lead who has left, though the lead started it."""
    User.objects.filter(pk=application.studio.lead_id).update(is_active=False)
    return {"department", "department_member"}


def officer(studio) -> User:
    return User.objects.with_role("department_union", unit=studio.unit).order_by("-pk").first()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("become", [started_on_behalf, lead_has_left])
def test_the_department_union_hands_in_and_withdraws_on_behalf_of_the_lead(state, become, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, reach=state)
    clients = {name: sign_in(user) for name, user in cast.everybody().items()}
    people = become(application)
    own = {button: press for button, press in buttons().items() if button in ("submit", "withdraw")}
    passed = {(name, verb) for name in clients for verb in verbs_that_pass(clients[name], application, own)}
    assert passed == allowed(state, dict.fromkeys(("submit", "resubmit", "withdraw"), always(people)))


def stamps(verb, state, cast) -> dict:
    """What the database wants written together with a move."""
    decided = {"decision_text": "试", "decided_at": timezone.now(), "decided_by": cast.leader}
    return {
        "submit": {"submitted_at": timezone.now(), "submitted_by": cast.lead},
        "return_for_correction": {"returned_from": state},
        **{verb: decided | {"decision": verb} for verb in ("approve", "hold", "reject")},
    }.get(verb, {})


@pytest.mark.parametrize("state", [state for state in State if state != State.APPROVED])
def test_no_verb_starts_from_a_state_that_the_table_does_not_name(state, cast):
    application = ApplicationFactory(studio=cast.studio, reach=state)
    before, passed = everything(application), set()
    for verb, move in Application.MOVES.items():
        for target in move.targets:
            fresh = Application.objects.get(pk=application.pk)
            with transaction.atomic():
                try:
                    fresh.move(verb, by=cast.staff, note="试", to=target, **stamps(verb, state, cast))
                except IllegalMove as refusal:
                    told = str(refusal)
                else:
                    told = ""
                    passed.add(verb)
                transaction.set_rollback(not told)
            assert not told or (str(state.label) in told and everything(application) == before)
    assert passed == {verb for verb, move in Application.MOVES.items() if state in move.origins}


def test_the_papers_can_be_edited_exactly_while_they_are_with_the_lead(cast):
    with_lead = {state for state in State if Application(studio=cast.studio, state=state).is_editable}
    assert with_lead == set(EDITABLE) == {State.DRAFT, State.RETURNED}
