"""What waits for people on the way of applications."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import RoleCode
from records import agenda
from reviews import expert_agenda  # noqa: F401 what experts are told stands there
from reviews.models import (
    EDITABLE,
    OPEN,
    Application,
    ApplicationLog,
    Endorsement,
    PaperForm,
    PaperFormLog,
    Part,
    Round,
    Snapshot,
    State,
)
from reviews.permissions import open_signatures
from reviews.readiness import ban
from reviews.timeline import by_when
from studios import parts
from studios.models import State as StudioState
from studios.models import Studio, StudioLog

MOST = 50


@agenda.tasks
def own_papers(user, on):
    """What the studios are about whose papers a person fills in: an application to go on with, to hand in or to
    correct, or one to start while a round is open. The department union's are those it runs in the lead's place.
    """
    studios = list(_studios(user, on)[:MOST])
    if any(studio.has_applied for studio in studios):
        prefetch_related_objects(
            studios, Prefetch("applications", _applications(), to_attr="every_application")
        )
    for studio in studios:
        applications = studio.every_application if studio.has_applied else []
        for application in applications:
            if application.state == State.RETURNED:
                yield _to_correct(application)
            elif application.state == State.DRAFT and on <= application.closes_on():
                yield _to_hand_in(user, studio, application)
        if studio.round_pk and may_apply(studio, applications):
            again = any(one.round_id == studio.round_pk for one in applications)
            yield _to_start(user, studio, again=again)


def _studios(user, on):
    """The candidates, and whoever applies, with what the parts hold and the round that is open, in one query."""
    given = Application.objects.filter(studio=OuterRef("pk"))
    denied = Application.objects.filter(
        studio__lead=OuterRef("lead"), state__in=[State.REFUSED, State.REJECTED]
    )
    revoked = StudioLog.objects.filter(studio__lead=OuterRef("lead"), to_state=StudioState.REVOKED)
    rounds = Round.objects.open(on).order_by("-year")
    return (
        parts.with_holdings(Studio.objects.worked_on_by(user))
        .filter(Q(state=StudioState.CANDIDATE) | Exists(given.filter(state__in=EDITABLE)))
        .annotate(
            has_applied=Exists(given),
            once_denied=Exists(denied) | Exists(revoked),
            round_pk=Subquery(rounds.values("pk")[:1]),
            round_title=Subquery(rounds.values("title")[:1]),
            round_closes_on=Subquery(rounds.values("closes_on")[:1]),
        )
        .order_by("-pk")
    )


def _applications():
    """Each with its round, and with why it came back last."""
    returns = ApplicationLog.objects.filter(application=OuterRef("pk"), verb="return_for_correction")
    return Application.objects.select_related("round").annotate(
        asked=Subquery(returns.order_by("-at").values("note")[:1])
    )


def may_apply(studio: Studio, applications: list[Application]) -> bool:
    """Whether a candidate can start an application in the round that is open and has not tried in it already.

    Who withdrew may apply again until the round closes.
    """
    if studio.state != StudioState.CANDIDATE:
        return False
    tried = any(one.round_id == studio.round_pk and one.state != State.WITHDRAWN for one in applications)
    if tried or any(one.state in OPEN for one in applications):
        return False
    if not studio.once_denied:
        return True
    round_ = Round.objects.select_related("policy").get(pk=studio.round_pk)
    return not ban(studio, year=round_.year, policy=round_.policy)


def _to_correct(application: Application) -> agenda.Task:
    title = _("Correct the application of %(studio)s") % {"studio": application.studio.name}
    return agenda.Task(title, application.get_absolute_url(), application.asked, application.closes_on())


def _to_hand_in(user, studio: Studio, application: Application) -> agenda.Task:
    done, total = progress(studio)
    title = _("Go on with the application of %(studio)s")
    if done == total:
        hands_in = user.has_perm("reviews.submit_application", application)
        title = (
            _("Hand in the application of %(studio)s") if hands_in else _("Check the papers of %(studio)s")
        )
    return agenda.Task(
        title % {"studio": studio.name},
        application.get_absolute_url(),
        _detail(user, studio, application.round.title),
        application.closes_on(),
    )


def _to_start(user, studio: Studio, *, again: bool) -> agenda.Task:
    done, total = progress(studio)
    if again:
        title = _("You may apply again with %(studio)s; the last application was withdrawn")
        url = reverse("reviews:start", args=[studio.pk])
    elif done == total:
        title, url = _("Start the application of %(studio)s"), reverse("reviews:start", args=[studio.pk])
    else:
        title = _("Fill in the papers of %(studio)s, then start the application")
        url = reverse("studios:parts", args=[studio.pk])
    detail = _detail(user, studio, studio.round_title)
    return agenda.Task(title % {"studio": studio.name}, url, detail, studio.round_closes_on)


def progress(studio: Studio) -> tuple[int, int]:
    """How many parts are complete, of how many."""
    tasks = parts.tasks(studio, {})
    return parts.complete(tasks), len(tasks)


def _detail(user, studio: Studio, round_title: str) -> str:
    """How far the papers are, in which round, and whose they are where somebody acts in the lead's place."""
    done, total = progress(studio)
    facts = {"done": done, "all": total, "round": round_title, "lead": studio.lead.name}
    if studio.lead_id != user.pk and user.acts_for(studio.unit, RoleCode.DEPARTMENT_UNION):
        return _("For the lead %(lead)s · %(done)s of %(all)s parts complete · %(round)s") % facts
    return _("%(done)s of %(all)s parts complete · %(round)s") % facts


@agenda.tasks
def to_sign(user, on):
    """Applications that wait for this person's recommendation or sign-off, and stamped forms that were sent back."""
    if not user.has_role(RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER):
        return
    rows = (
        Application.objects.visible_to(user)
        .filter(state=State.SUBMITTED)
        .select_related("studio__unit", "studio__lead", "round")
        .prefetch_related("studio__editors", "studio__members", "endorsements", _last_forms())
        .annotate(last_snapshot=_last_snapshot())
    )
    # What is signed leaves the list before it is cut off, but for a form of it that came back.
    signed = Exists(Endorsement.objects.by_person(user).filter(application=OuterRef("pk")))
    back = PaperForm.objects.filter(application=OuterRef("pk"), state=PaperForm.State.TURNED_DOWN)
    rows = rows.exclude(signed & ~Exists(back))
    for application in rows.order_by("round__endorse_by", "pk")[:MOST]:
        form = _form_of_the_papers(application)
        if form and _is_to_be_uploaded_again(user, application, form):
            yield _to_upload_again(application, form)
        for part in open_signatures(user, application):
            yield _to_sign(application, part, form)


def _last_snapshot() -> Subquery:
    return Subquery(Snapshot.objects.filter(application=OuterRef("pk")).order_by("-version").values("pk")[:1])


def _last_forms() -> Prefetch:
    """The stamped forms, the newest first, each with why it was sent back."""
    reasons = PaperFormLog.objects.filter(paper_form=OuterRef("pk"), verb="turn_down").values("note")
    forms = PaperForm.objects.annotate(why=Subquery(reasons[:1])).order_by("-uploaded_at", "-pk")
    return Prefetch("paper_forms", forms, to_attr="every_form")


def _form_of_the_papers(application: Application) -> PaperForm | None:
    """The stamped form that came last; one that was stamped on earlier papers counts no more."""
    form = next(iter(application.every_form), None)
    return form if form and form.snapshot_id == application.last_snapshot else None


def _is_to_be_uploaded_again(user, application: Application, form: PaperForm) -> bool:
    """Whether it was sent back and something that it bears is not signed yet."""
    return (
        form.state == PaperForm.State.TURNED_DOWN
        and bool(form.signed_parts().keys() - application.given().keys())
        and user.has_perm("reviews.upload_paper_form", application)
    )


def _to_upload_again(application: Application, form: PaperForm) -> agenda.Task:
    return agenda.Task(
        _("Upload the stamped form of %(studio)s again") % {"studio": application.studio.name},
        reverse("reviews:stamped", args=[application.pk]),
        _("Sent back by the university union: %(reason)s") % {"reason": form.why},
        by_when(application, State.SUBMITTED),
    )


def _to_sign(application: Application, part: str, form: PaperForm | None) -> agenda.Task:
    studio = application.studio
    detail = _("%(unit)s · lead %(lead)s")
    if form and form.state == PaperForm.State.UPLOADED and part in form.signed_parts():
        detail = _(
            "%(unit)s · lead %(lead)s · the university union is checking a stamped form with this signature"
        )
    return agenda.Task(
        _("%(studio)s: %(part)s") % {"studio": studio.name, "part": Part(part).label},
        reverse("reviews:sign", args=[application.pk]),
        detail % {"unit": studio.unit.name, "lead": studio.lead.name},
        by_when(application, State.SUBMITTED),
    )
