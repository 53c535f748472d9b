"""Rows of each model that moves, brought into each state as people would; and what is written with a move."""

from django.utils import timezone

from records.attachments import checked
from reviews.actions import check_paper_form, turn_down_paper_form, upload_paper_form
from reviews.models import (
    Application,
    Assignment,
    AssignmentState,
    DecisionDocument,
    Mark,
    Objection,
    ObjectionState,
    PaperForm,
    Part,
    PublicNotice,
    State,
)
from studios.models import State as StudioState
from studios.models import Studio
from tests.factories import ApplicationFactory, officer, reviewed_by, signatories
from tests.reviews.review import assigned, open_review
from tests.reviews.test_paper_forms import png


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
