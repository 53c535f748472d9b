"""Who makes the moves of each model that moves, in the words of the regulation, and the buttons that there are."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from records.moves import Movable, MoveLog
from reviews.models import (
    Application,
    ApplicationLog,
    Assignment,
    AssignmentLog,
    AssignmentState,
    Objection,
    ObjectionLog,
    ObjectionState,
    PaperForm,
    PaperFormLog,
    Part,
    State,
)
from studios.models import State as StudioState
from studios.models import Studio, StudioLog
from tests.reviews.reaching import (
    apply_as_far_as,
    assignment_of_the_expert,
    form_beside_what_awaits_its_signatures,
    objection_to_an_approved_application,
    stamps_of_an_application,
    stamps_of_an_assignment,
    stamps_of_an_objection,
    studio_with_an_approved_application,
)
from tests.reviews.test_paper_forms import SIGNED, png

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
        "complete the review": office("review", note=""),
        "back to the experts": office("reopen", reason="材料有改动"),
        "take the decision back": office("reverse", reason="依据有误"),
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


def of_review(name, **sent):
    """A button of the expert's own pages."""
    return lambda client, row: client.post(reverse(f"reviews:{name}", args=[row.application_id]), sent)


def of_row(page, *more, **sent):
    """A button of the row's own pages in the office."""

    def press(client, row):
        where = reverse(f"admin:{row._meta.db_table}_{page}", args=[row.pk, *more])
        return client.post(where, sent)

    return press


def buttons_of_an_assignment() -> dict:
    return {
        "accept": of_review("accept_review"),
        "decline": of_review("decline", reason="出差"),
        "recuse": of_review("recuse", reason="合作过课题"),
        "hand in": of_review("hand_in_review"),
        "give back": of_row("verb", "reopen", reason="请补充理由"),
        "replace": of_row("verb", "replace", reason="逾期未交", substitute=""),
    }


def buttons_of_an_objection() -> dict:
    words = {"minutes": "查阅了原件，约谈了双方。", "answer": "经核查，情况如下。"}
    return {
        "take on": of_row("take_on"),
        "dismiss": of_row("answer", "dismiss", **words),
        "uphold": of_row("answer", "uphold", **words),
        "set aside": of_row("answer", "set_aside", reason="与公示无关。"),
    }


def buttons_of_a_studio() -> dict:
    typed = {f"type {state}": on_its_page(state=state.value) for state in StudioState}
    return {"name": name_it, **typed}


# -- each model that moves -----------------------------------------------------------------------


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


def always(people: set[str], states=State) -> dict[str, set[str]]:
    return dict.fromkeys(states, people)


WITH_THE_OFFICE = (State.RECOMMENDED, State.ACCEPTED, State.HELD)
ALL_TOGETHER = "follows from the release of all decisions of a round"
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
            "complete_review": always({"staff"}),
            "reopen_review": always({"staff"}),
            "reverse": always({"leader"}),
            "approve": always({"leader"}),
            "hold": always({"leader"}),
            "reject": always({"leader"}),
            "name_studio": always({"leader"}),
        },
        unpressed={
            "complete_endorsement": "follows from the third signature",
            **dict.fromkeys(["announce_approval", "announce_hold", "announce_rejection"], ALL_TOGETHER),
            "uphold_objection": "follows from the answer to an objection",
        },
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
    Assignment: Table(
        who={
            "accept": {AssignmentState.INVITED: {"expert"}},
            "decline": {AssignmentState.INVITED: {"expert"}},
            "recuse": always({"expert"}, AssignmentState),
            "hand_in": {AssignmentState.ACCEPTED: {"expert"}},
            "reopen": {AssignmentState.HANDED_IN: {"staff"}},
            "replace": always({"staff"}, AssignmentState),
        },
        reach=assignment_of_the_expert,
        buttons=buttons_of_an_assignment,
        log=AssignmentLog,
        stamps=stamps_of_an_assignment,
    ),
    Objection: Table(
        who={
            # The staff have taken it on already; whoever has answers it.
            "take_on": {
                ObjectionState.RECEIVED: {"staff", "leader"},
                ObjectionState.INVESTIGATED: {"leader"},
            },
            "dismiss": {ObjectionState.INVESTIGATED: {"staff"}},
            "uphold": {ObjectionState.INVESTIGATED: {"staff"}},
            "set_aside": {ObjectionState.INVESTIGATED: {"staff"}},
        },
        reach=objection_to_an_approved_application,
        buttons=buttons_of_an_objection,
        log=ObjectionLog,
        stamps=stamps_of_an_objection,
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


def application_of(row) -> Application:
    """The application that a row is, or is about."""
    if isinstance(row, Application):
        return row
    return row.applications.get() if isinstance(row, Studio) else row.application
