"""Who makes the moves of each model that moves, in the words of the regulation, and the buttons that there are."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from records.attachments import checked
from records.moves import Movable, MoveLog
from reviews.actions import check_paper_form, turn_down_paper_form, upload_paper_form
from reviews.models import (
    Application,
    ApplicationLog,
    Assignment,
    AssignmentLog,
    AssignmentState,
    DecisionDocument,
    Mark,
    Objection,
    ObjectionLog,
    ObjectionState,
    PaperForm,
    PaperFormLog,
    Part,
    PublicNotice,
    State,
)
from studios.models import State as StudioState
from studios.models import Studio, StudioLog
from tests.factories import ApplicationFactory, officer, reviewed_by, signatories
from tests.reviews.review import assigned, open_review
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
    return lambda client, row: client.post(reverse(f"reviews:{name}", args=[row.pk]), sent)


def buttons_of_an_assignment() -> dict:
    return {
        "accept": of_review("accept_review"),
        "decline": of_review("decline", reason="出差"),
        "recuse": of_review("recuse", reason="合作过课题"),
        "hand in": of_review("hand_in_review"),
    }


def buttons_of_an_objection() -> dict:
    return {}


def buttons_of_a_studio() -> dict:
    typed = {f"type {state}": on_its_page(state=state.value) for state in StudioState}
    return {"name": name_it, **typed}


# -- each model that moves -----------------------------------------------------------------------


def apply_as_far_as(studio, state) -> Application:
    """Under expert review the sheets are in, so that the review can be completed."""
    application = ApplicationFactory(studio=studio, reach=state)
    if state == State.ACCEPTED:
        reviewed_by(application, 8, 8, 8)
    return application


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


def assignment_of_the_expert(studio, state) -> Assignment:
    """The sheet is filled in, so that it can be handed in."""
    application, expert, staff = (
        ApplicationFactory(studio=studio, accepted=True),
        officer("expert"),
        officer("union_staff"),
    )
    if application.round.rubric is None:
        open_review(application.round, expert)
    assignment = assigned(application, expert)
    criteria = application.round.rubric.criteria.all()
    Mark.objects.bulk_create(Mark(assignment=assignment, criterion=one, points=8) for one in criteria)
    if state in (AssignmentState.ACCEPTED, AssignmentState.HANDED_IN):
        assignment.accept(by=expert)
    if state == AssignmentState.HANDED_IN:
        assignment.hand_in(by=expert)
    ends = {"decline": {"by": expert}, "recuse": {"by": expert}, "replace": {"by": staff}}
    for verb, by in ends.items():
        if state in Assignment.MOVES[verb].targets:
            getattr(assignment, verb)(reason="另有安排", **by)
    return assignment


def objection_to_an_approved_application(studio, state) -> Objection:
    """Taken on by the staff, once anybody has taken it on."""
    application, staff = ApplicationFactory(studio=studio, approved=True), officer("union_staff")
    objection = Objection.objects.create(
        notice=application.notice,
        application=application,
        number=f"YY-{application.pk}",
        name="钱真",
        contact="13900001111",
        text="成果归属有误。",
    )
    if state not in (ObjectionState.RECEIVED, ObjectionState.SET_ASIDE):
        objection.take_on(by=staff)
    if state == ObjectionState.DISMISSED:
        objection.dismiss(by=staff, minutes="查阅了原件。", answer="经核查不成立。")
    elif state == ObjectionState.UPHELD:
        objection.uphold(by=staff, minutes="查阅了原件。", answer="经核查成立。")
    elif state == ObjectionState.SET_ASIDE:
        objection.set_aside(by=staff, reason="与公示无关。")
    return objection


def stamps_of_an_application(verb, state, cast) -> dict:
    """What the database wants written together with a move."""
    now, today = timezone.now(), timezone.localdate()
    round_ = Application.objects.get(studio=cast.studio).round
    decided = {"decision_text": "试", "decided_at": now, "decided_by": cast.leader, "released_at": None}
    known = {**decided, "released_at": now}
    notice = {"round": round_, "serial": 99, "title": "试", "days": 5, "published_by": cast.leader}
    later = today + timezone.timedelta(days=1)
    return {
        "submit": lambda: {"submitted_at": now, "submitted_by": cast.lead},
        "return_for_correction": lambda: {"returned_from": state},
        "approve": lambda: {**decided, "decision": "approve"},
        "hold": lambda: {**decided, "decision": "hold"},
        "reject": lambda: {**decided, "decision": "reject"},
        "resubmit": lambda: {**known, "decision": "hold"},  # it may come back to where it was held
        "announce_hold": lambda: {**known, "decision": "hold"},
        "announce_rejection": lambda: {**known, "decision": "reject"},
        "announce_approval": lambda: {
            **known,
            "decision": "approve",
            "notice": PublicNotice.objects.create(
                **notice, published_on=today, starts_on=later, ends_on=later
            ),
        },
        "name_studio": lambda: {
            "document": DecisionDocument.objects.create(
                round=round_,
                year=today.year,
                serial=999,
                number="校工〔试〕999号",
                named_on=today,
                issued_on=today,
                issued_by=cast.leader,
            )
        },
    }.get(verb, dict)()


def stamps_of_an_assignment(verb, state, cast) -> dict:
    return {"hand_in": {"handed_in_at": timezone.now()}}.get(verb, {})


def stamps_of_an_objection(verb, state, cast) -> dict:
    answered = {
        "minutes": "试",
        "answer": "试",
        "answered_at": timezone.now(),
        "answered_by": cast.staff,
    }
    return {} if verb == "take_on" else answered


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
            "take_on": always({"staff", "leader"}, ObjectionState),
            # Who has taken it on answers it.
            "dismiss": {ObjectionState.INVESTIGATED: {"staff"}},
            "uphold": {ObjectionState.INVESTIGATED: {"staff"}},
            "set_aside": always({"staff", "leader"}, ObjectionState),
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
