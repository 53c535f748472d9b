"""The cases that are easily forgotten, one by one: the demo university has each of them."""

from contextlib import suppress
from datetime import date

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.base import ContentFile
from django.db.models import Q

from accounts.models import Notice, RoleCode, User
from ledgers.models import Achievement
from portal.demo import scans
from portal.demo.university import build
from records import agenda
from records.attachments import checked
from records.documents import missing_glyphs
from records.templatetags.present import day_of_record
from reviews.comparing import changes
from reviews.models import (
    Application,
    ApplicationLog,
    Assignment,
    Objection,
    PaperForm,
    Part,
    PublicNotice,
    State,
)
from reviews.permissions import open_signatures
from studios.levels import Level
from studios.models import Certificate, Honour, Member, Policy, Studio, Verdict
from studios.models import State as StudioState

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ON = date(2026, 11, 22)
UNMET = {"verdicts__condition": Verdict.Condition.LEAD, "verdicts__value": Verdict.Value.UNMET}


def account(name: str) -> User:
    return User.objects.get(username=name)


def is_rare(name: str) -> bool:
    """Whether a name has a sign that the character set of old systems lacks."""
    try:
        name.replace("·", "").encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def a_lead_who_is_an_officer_of_the_unit():
    """Who may recommend the others, and not the own."""
    both = account("both")
    open_ = Application.objects.filter(state=State.SUBMITTED, studio__unit=both.unit)
    own = open_.get(studio__lead=both)
    others = [one for one in open_.exclude(pk=own.pk) if Part.RECOMMENDATION in open_signatures(both, one)]
    return own.concerns(both) and not open_signatures(both, own) and others


def staff_who_belong_to_a_studio():
    """Who may not accept its application, which waits for its check by a colleague."""
    staff, colleague = account("staff"), account("staff2")
    own = Application.objects.get(state=State.RECOMMENDED, studio__members__user=staff)
    return [user for user in (staff, colleague) if user.has_perm("reviews.accept_application", own)] == [
        colleague
    ]


def results_that_are_recognised_by_who_recognises_such():
    """A patent by its office, a paper by its journal, and neither of any level; methods and awards by the city."""
    recognised = Achievement.objects.exclude(recognised_by="")
    bodies = {
        (one.kind, one.recognised_by[:2], one.recognised_by[-3:] == "编辑部", one.level) for one in recognised
    }
    return bodies == {
        ("invention", "国家", False, ""),
        ("paper", "《实", True, ""),
        ("method", "上海", False, "provincial"),
        ("award", "上海", False, "provincial"),
    }


def an_application_that_came_late():
    """After the closing day, by leave, and still named."""
    late = Application.objects.get(late_until__isnull=False)
    came = late.submitted_at.date()
    return late.round.closes_on < came <= late.late_until and late.late_reason and late.state == State.NAMED


def a_second_version_with_its_changes():
    """A row changed, one added, one taken away, and a text."""
    application = Application.objects.get(snapshots__version=2)
    first, second = application.snapshots.order_by("version")
    found = changes(first.data, second.data)
    kinds = {key for change in found for key in ("came", "went", "row") if key in change}
    return kinds == {"came", "went", "row"} and "plan" in {change["section"] for change in found}


def returns_by_the_unit():
    """One mended since, and one whose day has passed."""
    officers = User.objects.with_role(RoleCode.DEPARTMENT_UNION)
    returns = ApplicationLog.objects.filter(verb="return_for_correction", actor__in=officers)
    overdue = returns.filter(application__state=State.RETURNED, application__correct_by__lt=ON)
    return overdue.exists() and returns.filter(application__state=State.SUBMITTED).exists()


def stamped_forms_of_every_kind():
    """The one that was turned down says why, and another was uploaded in its place."""
    states = set(PaperForm.objects.values_list("state", flat=True))
    turned_down = PaperForm.objects.get(state=PaperForm.State.TURNED_DOWN)
    again = turned_down.application.paper_forms.filter(state=PaperForm.State.UPLOADED)
    return states == set(PaperForm.State) and turned_down.log.get().note and again.exists()


def signatures_on_paper():
    checked = PaperForm.objects.get(state=PaperForm.State.CHECKED)
    return set(checked.endorsements.values_list("part", flat=True)) == set(Part)


def a_withdrawn_honour():
    """The studio keeps its title for now, and does not meet the first condition."""
    return Studio.objects.filter(state=StudioState.NAMED, honours__withdrawn_on__lte=ON, **UNMET)


def an_honour_that_just_suffices():
    enough = Honour.objects.filter(level=Level.MUNICIPAL).values("studio")
    return Studio.objects.filter(pk__in=enough, applications__state=State.ACCEPTED).exclude(**UNMET)


def an_honour_that_is_too_low():
    return Studio.objects.filter(honours__level=Level.UNIVERSITY, applications__state=State.REFUSED, **UNMET)


def a_member_without_account():
    return Member.objects.filter(user=None, left_on=None, studio__lead=account("lead"))


def a_member_who_left():
    """Listed with the day, and not in what was handed in after it."""
    gone = Member.objects.get(left_on__isnull=False)
    handed_in = gone.studio.applications.get().snapshot.data["members"]
    return gone.left_on < ON and gone.name not in {member["name"] for member in handed_in}


def a_lead_who_left():
    """The department union finds the draft among its tasks."""
    draft = Application.objects.get(state=State.DRAFT, studio__lead__is_active=False)
    tasks = agenda.tasks_of(account("department"), ON)
    return draft.get_absolute_url() in {task.url for task in tasks}


def a_draft_on_a_leads_behalf():
    return Application.objects.filter(state=State.DRAFT, studio__started_by=account("department"))


def a_refused_lead_who_applied_again():
    refused = Application.objects.filter(state=State.REFUSED).values("studio__lead")
    return Application.objects.filter(studio__lead__in=refused, state=State.ACCEPTED)


def rare_characters_on_certificates():
    """Which the documents can draw."""
    names = [name for name in Certificate.objects.values_list("lead_name", flat=True) if is_rare(name)]
    return names and not any(missing_glyphs(name) for name in names)


def a_name_with_a_middle_dot():
    return Certificate.objects.filter(lead_name__contains="·", studio_name__contains="·")


def a_lead_soon_to_retire():
    """Of a studio that holds its title: within the year, and no sooner than in six months."""
    policy = Policy.objects.in_force(ON)
    ages = {User.Sex.MALE: policy.retirement_male, User.Sex.FEMALE: policy.retirement_female}
    now = ON.year * 12 + ON.month
    months = [
        (lead.birth_year + ages[lead.sex]) * 12 + lead.birth_month - now
        for lead in User.objects.filter(led_studios__in=Studio.objects.with_title())
    ]
    return any(6 < left < 12 for left in months)


def a_name_of_its_own():
    return Studio.objects.exclude(name_reason="")


def a_cycle_that_ended_without_decision():
    ended = Q(cycles__ends_on__lt=ON) & ~Q(cycles__ends_on__gte=ON)
    return Studio.objects.with_title().filter(ended)


def somebody_who_has_not_applied():
    return Studio.objects.filter(state=StudioState.CANDIDATE, applications=None)


def reviews_of_every_kind():
    """Handed in, half through, late, not begun, and one expert who stood aside."""
    under_review = Application.objects.filter(state=State.ACCEPTED, assignments__state="recused").get()
    states = {one.state for one in under_review.assignments.all()}
    half = under_review.assignments.filter(state="accepted", marks__isnull=False, due_on__gte=ON)
    return states == {"handed_in", "accepted", "invited", "recused"} and (
        half.exists() and under_review.assignments.late(ON).exists()
    )


def letters_that_say_the_day_of_the_sheet():
    """Each expert is asked for the day on which the sheet is due, and who is late was reminded before it."""
    sheets = Assignment.objects.filter(application__state=State.ACCEPTED)
    wrong = [
        sheet
        for sheet in sheets
        if day_of_record(sheet.due_on) not in Notice.objects.get(event=f"assignment:{sheet.pk}").body
    ]
    late = sheets.late(ON).get()
    reminders = Notice.objects.filter(
        recipient=late.expert,
        event=f"review-due:{late.application.round_id}:{late.due_on}",
        created_at__date__lte=late.due_on,
    )
    return not wrong and late.expert.username == "expert4" and reminders.exists()


def files_of_every_kind_beside_the_sheet():
    """Whoever scores looks at scans and pictures in place; they were there when the papers were handed in."""
    under_review = Application.objects.filter(state=State.ACCEPTED, assignments__isnull=False).distinct()
    parts = [{file["part"] for file in one.snapshot.data["files"]} for one in under_review]
    return parts and all(found == {"lead", "projects", "results", "place", "rules"} for found in parts)


def marks_that_lie_apart():
    """Of one application not dealt with yet, of another talked over; and what was seen on the spot is recorded."""
    waiting = Application.objects.filter(state=State.ACCEPTED, moderations=None)
    apart = [one for one in waiting if any("相差" in problem for problem in one.missing_before_reviewed())]
    return apart and Application.objects.filter(
        state=State.REVIEWED, moderations__isnull=False, visits__isnull=False
    )


def notices_that_are_over_and_that_run():
    """Studios that can be named now, and others for which it is too early."""
    days = set(
        PublicNotice.objects.filter(applications__state=State.APPROVED).values_list("ends_on", flat=True)
    )
    return any(day < ON for day in days) and any(day >= ON for day in days)


def objections_answered_and_open():
    return set(Objection.objects.values_list("state", flat=True)) == {"dismissed", "investigated"}


def something_to_do_for_every_account():
    """In the portal a task, in the office a queue; who has no work yet in this version is left out."""
    portal = {"lead", "member", "department", "both", "party", "administration", "expert2", "expert4"}
    without = {name for name in portal if not agenda.tasks_of(account(name), ON)}
    return not without | {
        name
        for name in ("staff", "staff2", "leader")
        if not any(queue.count for queue in agenda.queues.of(account(name), ON))
    }


CASES = [
    reviews_of_every_kind,
    letters_that_say_the_day_of_the_sheet,
    files_of_every_kind_beside_the_sheet,
    marks_that_lie_apart,
    notices_that_are_over_and_that_run,
    objections_answered_and_open,
    something_to_do_for_every_account,
    a_lead_who_is_an_officer_of_the_unit,
    staff_who_belong_to_a_studio,
    an_application_that_came_late,
    a_second_version_with_its_changes,
    returns_by_the_unit,
    stamped_forms_of_every_kind,
    signatures_on_paper,
    a_withdrawn_honour,
    an_honour_that_just_suffices,
    an_honour_that_is_too_low,
    a_member_without_account,
    a_member_who_left,
    a_lead_who_left,
    a_draft_on_a_leads_behalf,
    a_refused_lead_who_applied_again,
    rare_characters_on_certificates,
    a_name_with_a_middle_dot,
    a_lead_soon_to_retire,
    a_name_of_its_own,
    a_cycle_that_ended_without_decision,
    somebody_who_has_not_applied,
    results_that_are_recognised_by_who_recognises_such,
]


@pytest.mark.parametrize("name", ["通知书.pdf", "证书.jpg"])
def test_what_the_demo_draws_would_be_taken_from_anybody(name):
    drawn = scans.scanned(name, "立 项 通 知 书", ("项目名称：龚䶮", "编号：一"), "校工会")
    assert checked(ContentFile(drawn.data, name=name)) == drawn


def test_the_demo_has_every_case():
    build(seed=1, on=ON)
    assert [case.__name__ for case in CASES if not case()] == []


def test_an_empty_university_has_none_of_them():
    """Else the list above would prove nothing."""
    found = []
    for case in CASES:
        with suppress(ObjectDoesNotExist):
            found += [case.__name__] if case() else []
    assert found == []
