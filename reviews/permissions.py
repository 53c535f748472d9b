"""Who may do what to an application, one sentence a rule; and which permission each move asks for."""

from __future__ import annotations

import rules

from accounts.models import RoleCode, Side
from accounts.permissions import is_auditor, is_union_leader, is_union_staff
from reviews import conflicts
from reviews.models import KEEPS_AWAY, Part, Refusal, State
from studios import permissions as studio_rules


def _of_studio(predicate):
    """The studio's rule, asked of an application."""

    @rules.predicate(f"application:{predicate.name}")
    def of_application(user, application):
        return application is not None and predicate.test(user, application.studio)

    return of_application


runs_it = _of_studio(studio_rules.runs_it)
works_on_it = _of_studio(studio_rules.runs_it | studio_rules.co_edits)


reads_reviews = is_union_staff | is_union_leader | is_auditor


@rules.predicate
def own_case(user, application):
    """The studio is or was the person's own, now or in any version handed in, or a relation with it is declared: nobody
    acts on their own case.
    """
    return application is not None and application.concerns(user)


is_department_union = _of_studio(studio_rules.is_department_union)


def _leads_side(side: str):
    @rules.predicate(f"unit_leader:{side}")
    def leads_side(user, application):
        return application is not None and user.acts_for(application.studio.unit, RoleCode.UNIT_LEADER, side)

    return leads_side


leads_party = _leads_side(Side.PARTY)
leads_administration = _leads_side(Side.ADMINISTRATION)


@rules.predicate
def has_signed(user, application):
    """The person gave the recommendation or one of the sign-offs, online or on paper."""
    return application is not None and any(one.is_by(user) for one in application.endorsements.all())


@rules.predicate
def has_handed_in(user, application):
    """The person handed in one of its versions, for the lead or as the lead."""
    return application is not None and user.pk in application.handed_in_by


@rules.predicate
def is_filled_in(user, application):
    """It is a draft or came back: what was handed in, if anything, is being worked on."""
    return application is not None and application.is_editable


edits_the_papers = _of_studio(rules.predicate(lambda u, s: u.has_perm("studios.edit_studio", s), "edits"))


@rules.predicate
def awaits_signatures(user, application):
    return application is not None and application.state == State.SUBMITTED


@rules.predicate
def is_with_the_office(user, application):
    """The unit has signed; it waits for the check or the decision of the university union."""
    waiting = (State.RECOMMENDED, State.ACCEPTED, State.HELD)
    return application is not None and application.state in waiting


def _of_objection(predicate):
    """The rule of an application, asked of an objection to it."""

    @rules.predicate(f"objection:{predicate.name}")
    def of_objection(user, objection):
        return objection is not None and predicate.test(user, objection.application)

    return of_objection


@rules.predicate
def investigates(user, objection):
    """The person has taken on the objection: they alone read who objects."""
    return objection is not None and any(one.pk == user.pk for one in objection.investigators.all())


@rules.predicate
def reviews_it(user, assignment):
    """The person is the expert who was asked, and is an expert still."""
    return assignment is not None and assignment.expert_id == user.pk and user.has_role(RoleCode.EXPERT)


@rules.predicate
def is_kept_from_marks(user, application):
    """The person is one of its experts and has not handed in, or has recused themselves: what others gave would sway
    them, or is none of their business.
    """
    return application is not None and any(
        one.expert_id == user.pk and one.state in KEEPS_AWAY for one in application.assignments.all()
    )


@rules.predicate
def may_see_marks(user, application):
    """Staff, leaders and auditors read what experts gave; not of their own case, and not of what they still have to
    score themselves. Without an application: whether results are for this person at all.
    """
    return reads_reviews.test(user) and not (own_case | is_kept_from_marks).test(user, application)


@rules.predicate
def is_barred(user, assignment):
    """A conflict between the expert and the studio is known by now, also one that came up since."""
    return assignment is not None and bool(conflicts.known(assignment.application, assignment.expert))


# The office looks at what others have handed in and signed.
takes_no_part = ~own_case & ~has_signed & ~has_handed_in
signs_for_unit = is_department_union | leads_party | leads_administration
sends_back = (
    awaits_signatures & signs_for_unit | is_with_the_office & is_union_staff & ~has_signed
) & ~own_case

rules.add_perm("reviews.fill_in_application", is_filled_in & edits_the_papers)
rules.add_perm("reviews.submit_application", runs_it)
rules.add_perm("reviews.withdraw_application", runs_it)
rules.add_perm("reviews.sign_recommendation", is_department_union & ~own_case & ~has_signed)
rules.add_perm("reviews.sign_party", leads_party & ~own_case & ~has_signed)
rules.add_perm("reviews.sign_administration", leads_administration & ~own_case & ~has_signed)
rules.add_perm("reviews.upload_paper_form", is_department_union & ~own_case)
rules.add_perm("reviews.check_paper_form", is_union_staff & takes_no_part)
rules.add_perm("reviews.return_application", sends_back)
# Who has signed has said yes. A mistake that is found after that is mended by a return, which keeps the signatures.
rules.add_perm("reviews.refuse_application", sends_back & ~has_signed)
rules.add_perm("reviews.accept_application", is_union_staff & takes_no_part)
rules.add_perm("reviews.allow_late_entry", is_union_staff & ~own_case)
rules.add_perm("reviews.decide_application", is_union_leader & takes_no_part)
rules.add_perm("reviews.name_application", is_union_leader & takes_no_part)
rules.add_perm("reviews.declare_relation", works_on_it)
rules.add_perm("reviews.read_panel", is_union_staff | is_union_leader | is_auditor)
rules.add_perm("reviews.assign_experts", is_union_staff & ~own_case)
rules.add_perm("reviews.view_marks", may_see_marks)
rules.add_perm("reviews.complete_review", is_union_staff & takes_no_part & ~is_kept_from_marks)
rules.add_perm("reviews.reopen_review", is_union_staff & takes_no_part)
rules.add_perm("reviews.moderate", is_union_staff & takes_no_part & ~is_kept_from_marks)
rules.add_perm("reviews.record_visit", is_union_staff & takes_no_part)
rules.add_perm("reviews.view_visits", reads_reviews & ~own_case)
rules.add_perm("reviews.release_decisions", (is_union_staff | is_union_leader) & takes_no_part)
rules.add_perm("reviews.reverse_decision", is_union_leader & takes_no_part)
rules.add_perm("reviews.investigate", _of_objection((is_union_staff | is_union_leader) & takes_no_part))
rules.add_perm("reviews.record_objection", (is_union_staff | is_union_leader) & takes_no_part)
# What is said against the own studio, or against what one has signed, others in the office read.
rules.add_perm(
    "reviews.read_objection",
    (is_union_staff | is_union_leader | is_auditor) & _of_objection(takes_no_part),
)
# Who has left the office, or has become part of the studio since, investigates no more.
still_investigates = investigates & _of_objection((is_union_staff | is_union_leader) & takes_no_part)
rules.add_perm("reviews.answer_objection", still_investigates)
rules.add_perm("reviews.view_objector", still_investigates)
rules.add_perm("reviews.answer_assignment", reviews_it)
rules.add_perm("reviews.review_assignment", reviews_it & ~is_barred)
rules.add_perm("reviews.make_award_file", is_union_staff | is_union_leader)
rules.add_perm("reviews.preview_naming", is_union_staff | is_union_leader)
rules.add_perm(
    "reviews.view_personal",
    _of_studio(rules.predicate(lambda u, s: u.has_perm("studios.view_personal", s), "personal")),
)

# Every verb of Application.MOVES that a person presses, and the permission it asks for. “complete_endorsement”
# has none: it follows from the third signature.
PERMISSIONS = {
    "submit": "reviews.submit_application",
    "resubmit": "reviews.submit_application",
    "return_for_correction": "reviews.return_application",
    "refuse": "reviews.refuse_application",
    "withdraw": "reviews.withdraw_application",
    "accept": "reviews.accept_application",
    "complete_review": "reviews.complete_review",
    "reopen_review": "reviews.reopen_review",
    "approve": "reviews.decide_application",
    "hold": "reviews.decide_application",
    "reject": "reviews.decide_application",
    "reverse": "reviews.reverse_decision",
    "name_studio": "reviews.name_application",
}
SIGNING = {
    Part.RECOMMENDATION: "reviews.sign_recommendation",
    Part.PARTY: "reviews.sign_party",
    Part.ADMINISTRATION: "reviews.sign_administration",
}


def open_moves(user, application) -> set[str]:
    """The verbs this person may press on this application now."""
    return {
        verb
        for verb, permission in PERMISSIONS.items()
        if application.can_move(verb) and user.has_perm(permission, application)
    }


def refuses_as(user, application) -> str:
    """For which office a person ends an application, by where it stands; empty for somebody who has none."""
    if application.state != State.SUBMITTED:
        return Refusal.UNION
    offices = {
        Refusal.RECOMMENDATION: is_department_union,
        Refusal.PARTY: leads_party,
        Refusal.ADMINISTRATION: leads_administration,
    }
    return next((office for office, rule in offices.items() if rule.test(user, application)), "")


def open_signatures(user, application) -> list[str]:
    """The parts this person may sign now."""
    if application.state != State.SUBMITTED:
        return []
    given = application.given()
    return [
        part
        for part, permission in SIGNING.items()
        if part not in given and user.has_perm(permission, application)
    ]
