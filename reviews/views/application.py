"""The page of one application: what is to be done, the papers, the opinions, the way."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from records.attachments import Attachment
from records.templatetags.present import cn_date
from reviews import readiness, reading, relations
from reviews.mending import asked, to_correct
from reviews.models import IN_THE_OFFICE, Decision, PaperForm, State
from reviews.objecting import upheld
from reviews.permissions import open_moves, open_signatures
from reviews.timeline import due_on, known, timeline
from reviews.views.asking import application_for, refusal
from studios import parts
from studios.models import State as StudioState
from studios.models import Studio

DECISION_LOOKS = {Decision.APPROVE: "met", Decision.HOLD: "risk", Decision.REJECT: "unmet"}
ENDINGS = {State.REFUSED: "unmet", State.REJECTED: "unmet", State.WITHDRAWN: "risk"}  # and the look of each
TAKES_BACK = {"reverse", "uphold_objection"}
TO_BE_DECIDED = {State.ACCEPTED, State.REVIEWED, State.PROPOSED}
OFFICE_VERBS = {"accept", *IN_THE_OFFICE, "reverse", "name_studio"}


@dataclass(frozen=True)
class Act:
    """A button: what happens, and the page where it is done."""

    label: str
    url: str


@require_safe
@never_cache
def page(request, pk):
    """Everything about one application, as far as this person may see it."""
    application = application_for(request, pk)
    user, on = request.user, timezone.localdate()
    works = user.has_perm("reviews.fill_in_application", application)
    log = known(application.log.select_related("actor"))
    mending = asked(application=application) if application.state == State.RETURNED else []
    stamped = stamped_forms(user, application, log)
    context = {
        "application": application,
        "studio": application.studio,
        "on": on,
        "works": works,
        "manages": application.is_editable and user.has_perm("studios.manage_editors", application.studio),
        "due_on": due_on(application),
        "ending": ending(user, application, log, on=on),
        "taken_back": taken_back(application, log),
        "upheld": upheld(application, log),
        **to_do(user, application, mending, stamped, works=works),
        **(papers_at_hand(application, mending) if works else frozen_papers(application, user, log)),
        **after_naming(application),
        "entries": timeline(application, log, set(application.given()), on=on),
        "paper_forms": stamped,
        "opinions": application.opinions(),
    }
    return render(request, "reviews/application.html", context)


def to_do(user, application, mending, stamped: list[PaperForm], *, works: bool) -> dict:
    """What this person does next: the task list with what came back, the main button and the quiet ones."""
    tasks = task_list(application, mending) if works or application.state == State.DRAFT else []
    main = main_act(user, application, tasks, works)
    return {
        "tasks": tasks,
        "complete": parts.complete(tasks),
        # Beside the task list the reasons stand there already, but for those that were dealt with.
        "corrections": [one for one in mending if one.touched or not works],
        "main": main,
        "acts": [*go_on(main, tasks), *further_acts(user, application, works, main, stamped)],
    }


def task_list(application, mending) -> list[parts.Task]:
    """The parts with their state; what came back and was not saved since is to be corrected."""
    studio = parts.with_holdings(Studio.objects.filter(pk=application.studio_id)).get()
    return parts.tasks(studio, to_correct(mending))


def main_act(user, application, tasks, works: bool) -> Act | None:
    """The one button: what this person does next, or None when it is with others."""
    if works:
        todo = next_task(tasks)
        submit = reverse("reviews:submit", args=[application.pk])
        hands_in = user.has_perm("reviews.submit_application", application)
        if hands_in and todo and todo.progress == parts.Progress.TO_CORRECT:
            # What was asked for may have been mended in another part; the page of handing in names what was not.
            return Act(_("Check and hand in again"), submit)
        if todo:
            return Act(_("Go on: %(part)s") % {"part": todo.part.title}, todo.url)
        if hands_in:
            return Act(submit_label(application), submit)
    if open_signatures(user, application):
        return Act(_("Read and sign"), reverse("reviews:sign", args=[application.pk]))
    if open_moves(user, application) & OFFICE_VERBS:
        return Act(
            _("Deal with it in the office"),
            reverse("admin:reviews_application_change", args=[application.pk]),
        )
    return None


def go_on(main: Act | None, tasks: list[parts.Task]) -> list[Act]:
    """The part that came back, beside the button that hands in again."""
    todo = next_task(tasks)
    if main is None or todo is None or not main.url.endswith("/submit/"):
        return []
    return [Act(_("Go on: %(part)s") % {"part": todo.part.title}, todo.url)]


def next_task(tasks: list[parts.Task]) -> parts.Task | None:
    """The part to go on with: what is not complete first, then what came back."""
    unfinished = [task for task in tasks if task.progress != parts.Progress.COMPLETE]
    lacking = [task for task in unfinished if task.progress != parts.Progress.TO_CORRECT]
    return (lacking or unfinished or [None])[0]


def submit_label(application) -> str:
    return _("Hand in again") if application.state == State.RETURNED else _("Hand in the application")


def further_acts(user, application, works: bool, main: Act | None, stamped: list[PaperForm]) -> list[Act]:
    """The quiet buttons: what else may be done, but for what the main button does and what waits already."""

    def act(label: str, name: str, *more) -> Act:
        return Act(label, reverse(f"reviews:{name}", args=[application.pk, *more]))

    open_ = open_moves(user, application)
    form = _("Preview of the form (PDF)") if works else _("Application form (PDF)")
    acts = [act(form, "form", "pdf"), act(_("Application form (Word)"), "form", "docx")]
    if application.state == State.RETURNED and "resubmit" in open_:
        acts.insert(0, act(_("Check and hand in again"), "submit"))
    waits = any(form.state == PaperForm.State.UPLOADED for form in stamped)
    submitted = application.state == State.SUBMITTED
    if submitted and not waits and user.has_perm("reviews.upload_paper_form", application):
        acts.append(act(_("Upload the stamped form"), "stamped"))
    if application.state in relations.OPEN and user.has_perm(relations.PERMISSION, application):
        acts.append(act(_("People who should not review"), "relations"))
    if "return_for_correction" in open_:
        acts.append(act(_("Return for correction"), "return"))
    if "refuse" in open_:
        acts.append(act(refusal(user, application), "refuse"))
    if "withdraw" in open_:
        acts.append(act(_("Withdraw the application"), "withdraw"))
    return [one for one in acts if main is None or one.url != main.url]


def papers_at_hand(application, mending) -> dict:
    """For who fills in: the task list stands for the papers, with the version that came back."""
    last = mending[0].snapshot if mending else None
    return {
        "snapshot": last,
        "versions": range(last.version, 0, -1) if last else [],
        "changes": None,
        "note": "",
        "chapters": [],
        "conditions": application.studio.verdicts.all(),
    }


def frozen_papers(application, user, log) -> dict:
    """The version handed in last, and what it changed."""
    if application.submitted_at is None:
        return papers_at_hand(application, [])
    personal = user.has_perm("reviews.view_personal", application)
    papers = reading.papers(application, personal=personal, log=log)
    return {**papers, "versions": range(papers["snapshot"].version, 0, -1)}


def ending(user, application, log, *, on) -> dict | None:
    """What to read at the top of an application that was decided or has ended: why, and what comes next."""
    look = ENDINGS.get(application.state)
    if look is None:
        return after_decision(application, on=on)
    title = application.get_refused_as_display() or application.get_state_display()
    decided = application.state == State.REJECTED  # the decision and its text stand above
    reason = [] if decided else [_("Reason: %(reason)s") % {"reason": log[-1].note}]
    again = readiness.applies_again(application, on=on)
    return {
        "look": look,
        "title": _("What comes next") if decided else title,
        "text": "\n".join([*reason, again]),
        "url": start_again(user, application, on=on),
        "link": _("Start an application again"),
    }


def after_decision(application, *, on) -> dict | None:
    """What follows from a decision that is released and leaves the application open: on hold, or on public notice."""
    said = {"look": "", "title": _("What comes next"), "url": "", "link": ""}
    if application.state == State.HELD:
        text = _(
            "The application stays open and need not be made again. The university union decides on it later; where "
            "papers are to be added it is returned for correction."
        )
        return {**said, "text": text}
    if application.state != State.APPROVED:
        return None
    notice = application.notice
    text = _(
        "The public notice runs until %(day)s. Once it is over and no objection is open, the studio is named."
    )
    if notice.is_over(on):
        text = _("The public notice was over on %(day)s. Once no objection is open, the studio is named.")
    return {
        **said,
        "text": text % {"day": cn_date(notice.ends_on)},
        "url": notice.get_absolute_url(),
        "link": _("To the public notice"),
    }


def taken_back(application, log) -> str:
    """Why a decision that was known is to be taken anew; empty when none was, and once there is another."""
    if application.state not in TO_BE_DECIDED:
        return ""
    last = next((row for row in reversed(log) if row.verb in TAKES_BACK), None)
    if last is None:
        return ""
    if last.verb == "uphold_objection":
        return _("An objection to it was upheld during the public notice.")
    return _("Reason: %(reason)s") % {"reason": last.note}


def start_again(user, application, *, on) -> str:
    """Where the studio applies again in the same round; empty where it or this person may not."""
    studio, round_ = application.studio, application.round
    is_free = studio.state in (StudioState.CANDIDATE, StudioState.REVOKED) and round_.is_open(on)
    if not is_free or not user.has_perm("studios.edit_studio", studio) or readiness.banned(studio, round_):
        return ""
    under_way = studio.applications.open().exists()
    return "" if under_way else reverse("reviews:start", args=[studio.pk])


def after_naming(application) -> dict:
    """The decision, and once named its document and the certificate."""
    document = application.document
    look = DECISION_LOOKS.get(application.known_decision, "")
    issued = application.studio.certificates.filter(starts_on=document.named_on).first() if document else None
    facts = issued and [
        (_("Decision document"), document.number),
        (_("Named on"), cn_date(document.named_on)),
        (_("Certificate number"), issued.number),
        (_("Valid until"), cn_date(issued.ends_on)),
    ]
    return {"document": document, "certificate": issued, "naming_facts": facts, "decision_look": look}


def stamped_forms(user, application, log) -> list[PaperForm]:
    """The stamped forms, newest first, with their scans for those who may open them."""
    forms = application.forms_on_paper(log)
    prefetch_related_objects(forms, "log")
    scans = Attachment.objects.current().by_target(forms)
    opened = PaperForm.objects.visible_to(user).in_bulk([form.pk for form in forms])
    for form in forms:
        form.scan = next(iter(scans[form.pk]), None) if form.pk in opened else None
        form.why = next((row.note for row in form.log.all()), "")
    return forms
