"""What is done to several models at once; the only writes that cross packages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.names import bare
from accounts.permissions import check
from records.attachments import CheckedFile, attach
from records.documents import require_glyphs
from records.moves import DomainError, IllegalMove
from records.numbers import next_number
from records.templatetags.present import cn_date
from reviews import notices
from reviews.issuing import announce, title_of_decision
from reviews.models import Application, DecisionDocument, Endorsement, PaperForm, Part, Round, State
from reviews.notice_days import dated_too_early
from reviews.readiness import banned
from studios.models import HOLDS_TITLE, Certificate, Cycle, Studio


def start_application(studio: Studio, round_: Round, *, by, on: date) -> Application:
    """Open the application of a studio in a round, or return the open one: pressing twice starts one.

    A draft may be begun after the closing day too: the union can then let it in late, by exception.

    :raises DomainError: before the round opens, after its decision, for a studio with a title, and while a
        ban runs.
    """
    if not round_.is_under_way(on):
        raise DomainError(_("This round takes no applications now."))
    if studio.state in HOLDS_TITLE:
        raise DomainError(_("This studio holds its title already."))
    if why := banned(studio, round_):
        raise DomainError(why)
    with transaction.atomic():
        # One at a time for each studio: of two that press at once the second finds the first one's row.
        Studio.objects.select_for_update(of=("self",)).get(pk=studio.pk)
        application = Application.objects.open().filter(studio=studio).order_by("-pk").first()
        if application and application.round_id != round_.pk:
            raise DomainError(
                _("The application in “%(round)s” is still open.") % {"round": application.round.title}
            )
        if application is None:
            application = Application.objects.create(studio=studio, round=round_, started_by=by)
            application.log.create(actor=by, verb="start", from_state="", to_state=State.DRAFT)
    return application


def upload_paper_form(
    application: Application, *, by, scan: CheckedFile, signed: dict[str, tuple[str, str]]
) -> PaperForm:
    """Keep the stamped and scanned form until staff check it; one waits at a time.

    :param scan: the file, checked before the application is locked.
    :param signed: part → (name, opinion), for the parts that are signed on it.
    :raises DomainError: while another one waits, or when a part is signed already.
    """
    if not signed:
        raise DomainError(_("Say which parts are signed on the form."))
    with application.locked_for_signing() as snapshot:
        if application.paper_forms.filter(state=PaperForm.State.UPLOADED).exists():
            raise DomainError(_("A stamped form of this application is waiting for its check already."))
        for one in application.endorsements_now():
            if one.part in signed:
                raise DomainError(_("“%(part)s” is signed already.") % {"part": one.get_part_display()})
        words = {}
        for part, (name, opinion) in signed.items():
            words |= {f"{part}_name": bare(name), f"{part}_opinion": opinion}
        form = PaperForm.objects.create(application=application, snapshot=snapshot, uploaded_by=by, **words)
        attach(scan, form, "scan", by=by)
        application.log.create(
            actor=by, verb="upload_paper", from_state=application.state, to_state=application.state
        )
        notices.tell_of_uploaded_form(form)
    return form


def check_paper_form(form: PaperForm, *, by) -> None:
    """Staff found the stamped form in order: it counts as the signatures that it bears.

    :raises DomainError: when a part is signed already, one name stands twice, a signatory belongs to the
        studio, the papers have changed since, or who checks has uploaded it or signed on it.
    """
    application = form.application
    if why := form.why_not_checked_by(by):
        raise DomainError(why)
    with application.locked_for_signing() as snapshot:
        if form.snapshot_id != snapshot.pk:
            raise DomainError(_("The form was stamped on an earlier version of the papers."))
        form.move("check", by=by)
        signed = application.endorsements_now()
        own = application.names_in_the_papers(on=timezone.localdate())
        for part, (name, opinion) in form.signed_parts().items():
            _require_signable(part, name, signed=signed, own=own)
            signed.append(
                Endorsement.objects.create(
                    application=application,
                    part=part,
                    opinion=opinion,
                    signatory=name,
                    snapshot=form.snapshot,
                    paper=form,
                )
            )
        application.log.create(
            actor=by, verb="check_paper", from_state=application.state, to_state=application.state, note=""
        )
        notices.tell_of_paper_form(form)
        application.complete_if_signed(by=by)


def _require_signable(part: str, name: str, *, signed: list[Endorsement], own: set[str]) -> None:
    """Whether a name on paper counts for a part, beside what is ``signed``; ``own`` are the names of the studio.

    :raises DomainError: when it does not.
    """
    if any(one.part == part for one in signed):
        raise DomainError(_("“%(part)s” is signed already.") % {"part": Part(part).label})
    if any(bare(one.signatory) == name for one in signed):
        raise DomainError(_("The recommendation and the two sign-offs come from three different people."))
    if name in own:
        raise DomainError(
            _(
                "“%(name)s” leads, co-edits or belongs to the studio and does not sign for it. If another "
                "person of this name has signed, turn this form down, and that person signs online."
            )
            % {"name": name}
        )


def turn_down_paper_form(form: PaperForm, *, by, reason: str) -> None:
    """The scan will not do; the department union is told why.

    :raises DomainError: without a reason.
    """
    if not reason.strip():
        raise DomainError(_("Give the reason."))
    with transaction.atomic():
        form.move("turn_down", by=by, note=reason.strip())
        state = form.application.state
        form.application.log.create(
            actor=by, verb="turn_down_paper", from_state=state, to_state=state, note=reason.strip()
        )
        notices.tell_of_paper_form(form, reason.strip())


def each(applications: list[Application], act: Callable[[Application], object]) -> tuple[list, list]:
    """Do it to each, in a transaction of its own; who has moved on meanwhile is passed over.

    :returns: those that it was done to, and the others, each with the error that says why not.
    """
    done, refused = [], []
    for application in applications:
        try:
            act(application)
        except DomainError as error:
            refused.append((application, error))
        else:
            done.append(application)
    return done, refused


def name_studios(
    applications: list[Application], *, by, named_on: date, issued_on: date, on: date
) -> DecisionDocument:
    """Name the studios of approved applications of one round, all or none (Art. 8, 12).

    For each: the studio is named, its next cycle opens on ``named_on``, its certificate and plaque get a
    number. One decision document names them all. Everybody concerned is told.

    :param on: today; the public notice of each has to be over by then.
    :raises DomainError: when one is not approved, is on public notice still, has an objection that is not answered,
        would be named or dated before either was over or far from the round, is the person's own case, or bears a
        character that the document font lacks; nothing is changed then.
    """
    if not applications:
        raise DomainError(_("Choose at least one approved application."))
    for application in applications:
        check(by, "reviews.name_application", application)
        for text in application.named_as():
            require_glyphs(text, whose=application.named_as().studio)
    rounds = {application.round_id for application in applications}
    if len(rounds) > 1:
        raise DomainError(_("One decision names the studios of one round."))
    if why := far_from(applications[0].round, named_on, issued_on):
        raise DomainError(why)
    with transaction.atomic():
        keys = [application.pk for application in applications]
        rows = list(
            Application.objects.select_for_update(of=("self",))
            .select_related("studio__lead", "studio__unit", "round__policy", "notice")
            .prefetch_related("objections")
            .filter(pk__in=keys)
            .order_by("pk")
        )
        if any(row.state != State.APPROVED for row in rows):
            raise IllegalMove(
                _("One of these applications is not approved, or named already. Nothing was changed.")
            )
        late = (not_nameable(row, on=on) or dated_too_early(row, named_on, issued_on) for row in rows)
        if problems := [why for why in late if why]:
            raise DomainError(_("No studio was named."), tuple(problems))
        document = _decision_document(rows[0].round, by=by, named_on=named_on, issued_on=issued_on)
        # Locked in the order of their keys, numbered in the order in which the decision lists them.
        for application in sorted(rows, key=lambda one: (one.studio.unit.code, one.pk)):
            _name_one(application, document, by=by)
        announce(document)
    return document


def far_from(round_: Round, *days: date) -> str:
    """Why a naming of this round cannot bear one of these days, as a sentence; empty when it can."""
    return (
        "" if all(map(round_.names_on, days)) else _("This day is far from the round. Please check the year.")
    )


def not_nameable(application: Application, *, on: date) -> str:
    """Why an approved application cannot be named on a day; empty when it can."""
    facts = {"studio": application.studio.name, "day": cn_date(application.notice.ends_on)}
    objected = any(objection.is_open for objection in application.objections.all())
    if not application.notice.is_over(on):
        if objected:
            return (
                _("%(studio)s is on public notice until %(day)s, and an objection to it is not answered yet.")
                % facts
            )
        return _("%(studio)s is on public notice until %(day)s.") % facts
    if objected:
        return _("An objection to %(studio)s is not answered yet.") % facts
    return ""


def _decision_document(round_: Round, *, by, named_on: date, issued_on: date) -> DecisionDocument:
    serial = next_number("decision", issued_on.year)
    return DecisionDocument.objects.create(
        round=round_,
        year=issued_on.year,
        serial=serial,
        number=f"{settings.DECISION_PREFIX}〔{issued_on.year}〕{serial}号",
        title=title_of_decision(round_),
        named_on=named_on,
        issued_on=issued_on,
        issued_by=by,
    )


def _name_one(application: Application, document: DecisionDocument, *, by) -> Certificate:
    studio, names = application.studio, application.named_as()
    if studio.name != names.studio:  # changed after it was handed in: what was approved counts
        studio.name = names.studio
        studio.save(update_fields=["name", "pinyin", "initials"])
    studio.move("name_it", by=by, note=document.number)
    certificate = certificate_for(application, named_on=document.named_on, issued_on=document.issued_on)
    last = studio.cycles.order_by("-number").first()
    cycle = Cycle.objects.create(
        studio=studio,
        number=last.number + 1 if last else 1,
        starts_on=certificate.starts_on,
        ends_on=certificate.ends_on,
        policy=application.round.policy,
    )
    certificate.studio, certificate.cycle, certificate.issued_by = studio, cycle, by
    certificate.year = document.named_on.year
    certificate.serial = next_number("certificate", certificate.year)
    certificate.number = f"{certificate.year}-{certificate.serial:03d}"
    certificate.save()
    application.move("name_studio", by=by, note=document.number, document=document)
    return certificate


def certificate_for(application: Application, *, named_on: date, issued_on: date) -> Certificate:
    """What the certificate of a naming says, by the names that were handed in; not saved, and without a number."""
    names = application.named_as()
    return Certificate(
        studio_name=names.studio,
        lead_name=names.lead,
        starts_on=named_on,
        ends_on=cycle_end(named_on, application.round.policy.cycle_years),
        issued_on=issued_on,
    )


def cycle_end(starts_on: date, years: int) -> date:
    """The last day of a cycle of whole years: 1 May 2026 and three years end on 30 April 2029."""
    leap_day = (starts_on.month, starts_on.day) == (2, 29)
    start = starts_on.replace(month=3, day=1) if leap_day else starts_on
    anniversary = start.replace(year=starts_on.year + years)
    return anniversary - timedelta(days=1)
