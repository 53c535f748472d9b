"""How the rounds of the demo went: each application is played by the real verbs and then dated."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from django.core.files.base import ContentFile

from accounts.models import Notice, RoleCode, Side, User
from portal.demo import papers, reviewing
from portal.demo.people import HOME, Town
from records.attachments import Attachment, checked
from reviews.actions import (
    check_paper_form,
    name_studios,
    start_application,
    turn_down_paper_form,
    upload_paper_form,
)
from reviews.models import Application, PaperForm, Part, PublicNotice, Round
from reviews.papers import application_form_pdf
from reviews.releasing import release_decisions
from studios.models import Certificate, Editor, Policy, Studio
from studios.models.title import check_code

OPINIONS = {
    Part.RECOMMENDATION: "该工作室基础扎实、制度健全，在传帮带中作用明显，同意推荐。",
    Part.PARTY: "经研究，同意申报。",
    Part.ADMINISTRATION: "同意申报，学院将在场地和经费上给予保障。",
}


def past_round(year: int) -> Round:
    return Round.objects.create(
        year=year,
        title=f"{year}年度劳模创新工作室评选",
        opens_on=date(year, 3, 1),
        closes_on=date(year, 3, 31),
        endorse_by=date(year, 4, 7),
        review_by=date(year, 4, 15),
        decide_by=date(year, 4, 20),
        naming_on=date(year, 5, 1),
        policy=Policy.objects.in_force(date(year, 3, 1)),
    )


def running_round(on: date) -> Round:
    """The round that is open on the day of the demo; it names on the next 1 May that leaves time for it."""
    decide_by = on + timedelta(days=45)
    year = on.year if decide_by <= date(on.year, 5, 1) else on.year + 1
    return Round.objects.create(
        year=year,
        title=f"{year}年度劳模创新工作室评选",
        opens_on=on - timedelta(days=20),
        closes_on=on + timedelta(days=19),
        endorse_by=on + timedelta(days=26),
        review_by=on + timedelta(days=38),
        decide_by=decide_by,
        naming_on=max(date(year, 5, 1), decide_by),
        policy=Policy.objects.in_force(on),
    )


class Story:
    """One application on its way; every step takes the day on which it is told to have happened."""

    def __init__(self, town: Town, studio: Studio, round_: Round, *, on: date, by: User | None = None):
        self.town, self.studio, self.unit = town, studio, studio.unit
        self.application = start_application(studio, round_, by=by or studio.lead, on=on)
        self.days = [on]

    def _told(self, day: date) -> Story:
        """Every log row that has come since belongs to this day."""
        self.days += [day] * (self.application.log.count() - len(self.days))
        return self

    def submit(self, on: date) -> Story:
        if self.application.state == "returned":
            self.application.resubmit(by=self.studio.lead, on=on, note="已按意见修改。")
        else:
            self.application.submit(by=self.studio.lead, on=on)
        return self._told(on)

    def sign(self, *parts: Part, on: date) -> Story:
        for part in parts or Part:
            self.application.endorse(part, by=self.signatory(part), opinion=OPINIONS[part])
        return self._told(on)

    def signatory(self, part: Part) -> User:
        if part == Part.RECOMMENDATION:
            return self.town.officer(self.unit, RoleCode.DEPARTMENT_UNION)
        return self.town.officer(self.unit, RoleCode.UNIT_LEADER, Side(part.value))

    def send_back(self, corrections: dict[str, str], *, by: User, on: date, until: date) -> Story:
        self.application.return_for_correction(corrections, by=by, correct_by=until)
        return self._told(on)

    def refuse(self, reason: str, *, on: date) -> Story:
        self.application.refuse(by=self.signatory(Part.RECOMMENDATION), reason=reason)
        return self._told(on)

    def withdraw(self, reason: str, *, on: date) -> Story:
        self.application.withdraw(by=self.studio.lead, reason=reason)
        return self._told(on)

    def accept(self, on: date) -> Story:
        self.application.accept(by=self.town.accounts["staff"], note="材料齐全，予以受理。")
        return self._told(on)

    def review(self, level: float, *, asked: date, scored: date, apart: str = "", most: int = 5) -> Story:
        """Experts score around a level, from 0 to 10; with ``apart`` one of them far below, which is talked over."""
        town, levels = self.town, iter([level - 3.5] if apart else [])
        for one in reviewing.ask(town, self.application, on=asked, most=most):
            reviewing.score(town, one, next(levels, level), on=scored)
        if apart:
            reviewing.talk_over(town, self.application, apart, on=scored + timedelta(days=1))
        self.application.complete_review(by=town.accounts["staff"], note="评分齐全，请决定。")
        return self._told(scored + timedelta(days=1))

    def decide(self, decision: str, text: str, *, on: date) -> Story:
        self.application.decide(decision, by=self.town.accounts["leader"], text=text)
        return self._told(on)

    def allow_late(self, reason: str, *, until: date, on: date) -> Story:
        self.application.allow_late(by=self.town.accounts["staff"], until=until, reason=reason)
        return self._told(on)

    def upload(self, on: date) -> Story:
        """All three have signed on paper; the form is scanned, uploaded, and waits."""
        application = self.application
        scan = application_form_pdf(
            application.snapshot.data, number=application.number, round_title=application.round.title
        )
        upload_paper_form(
            application,
            by=self.signatory(Part.RECOMMENDATION),
            scan=checked(ContentFile(scan, name="申报表（盖章扫描件）.pdf")),
            signed={part.value: (self.signatory(part).name, OPINIONS[part]) for part in Part},
        )
        return self._told(on)

    def turn_down_form(self, reason: str, *, on: date) -> Story:
        turn_down_paper_form(
            self.application.paper_forms.first(), by=self.town.accounts["staff"], reason=reason
        )
        return self._told(on)

    def check_form(self, on: date) -> Story:
        check_paper_form(self.application.paper_forms.first(), by=self.town.accounts["staff"])
        self.application.refresh_from_db()
        return self._told(on)

    def named(self, on: date) -> Story:
        self.application.refresh_from_db()
        return self._told(on)

    def date_it(self) -> None:
        """Put the days under what the verbs wrote just now."""
        application = self.application
        moments = sorted(self.town.at(day) for day in self.days)
        versions = iter(application.snapshots.all())
        forms = iter(application.paper_forms.order_by("pk"))
        for log, moment in zip(application.log.all(), moments, strict=True):
            application.log.filter(pk=log.pk).update(at=moment)
            Notice.objects.filter(event=f"application:{application.pk}:{log.pk}").update(created_at=moment)
            if log.verb in ("submit", "resubmit"):
                application.snapshots.filter(pk=next(versions).pk).update(frozen_at=moment)
                Application.objects.filter(pk=application.pk).update(submitted_at=moment)
            if log.verb.startswith("sign_"):
                application.endorsements.filter(part=log.verb.removeprefix("sign_")).update(at=moment)
            if log.verb == "upload_paper":
                form = next(forms)
                date_form(form, moment)
            if log.verb in ("check_paper", "turn_down_paper"):
                date_answer(form, moment)
            if log.verb == "check_paper":
                application.endorsements.filter(paper__isnull=False).update(at=moment)
            if log.verb == "allow_late":
                event = f"late-entry:{application.pk}:{application.late_until}"
                Notice.objects.filter(event=event).update(created_at=moment)
            if log.verb in ("approve", "hold", "reject"):
                Application.objects.filter(pk=application.pk).update(decided_at=moment)
            if log.verb.startswith("announce_"):
                Application.objects.filter(pk=application.pk).update(released_at=moment)
        Application.objects.filter(pk=application.pk).update(created_at=moments[0])


def date_form(form: PaperForm, moment: datetime) -> None:
    """When a stamped form came."""
    PaperForm.objects.filter(pk=form.pk).update(uploaded_at=moment)
    Attachment.objects.of(form).update(created_at=moment)
    Notice.objects.filter(event=f"paper-form:{form.pk}", milestone="uploaded").update(created_at=moment)


def date_answer(form: PaperForm, moment: datetime) -> None:
    """When staff found that a stamped form agrees, or sent it back."""
    form.log.update(at=moment)
    told = Notice.objects.filter(event=f"paper-form:{form.pk}")
    told.exclude(milestone="uploaded").update(created_at=moment)


def release(town: Town, stories: list[Story], *, on: date) -> PublicNotice | None:
    """The decisions of a round become known together; those approved stand in a notice from the next working day."""
    notice = release_decisions(stories[0].application.round, by=town.accounts["staff"], on=on)
    if notice:
        PublicNotice.objects.filter(pk=notice.pk).update(created_at=town.at(on))
    for story in stories:
        story.application.refresh_from_db()
        story._told(on)
    return notice


def name_all(town: Town, stories: list[Story], *, named_on: date, issued_on: date) -> None:
    document = name_studios(
        [story.application for story in stories],
        by=town.accounts["leader"],
        named_on=named_on,
        issued_on=issued_on,
        on=issued_on,
    )
    for story in stories:
        number_again(story.studio.certificates.get(issued_on=issued_on), town.random)
        story.named(issued_on)
        story.studio.log.filter(note=document.number).update(at=town.at(issued_on))


def number_again(certificate: Certificate, random: Random) -> None:
    """Codes that nobody guesses would differ each time; those of a demo are the same for the same seed."""
    code = check_code(random.choice)
    Certificate.objects.filter(pk=certificate.pk).update(code=code)
    certificate.history.all().update(code=code)


def candidate(town: Town, random: Random, *, on: date, unit: str = "", **options) -> Studio:
    """A candidate studio with its papers filled in; ``rare``, ``weak``, ``empty``, ``honour``, ``name`` vary it."""
    place = town.units[unit or random.choice([code for code in town.units if code != HOME])]
    lead = options.get("lead") or town.person(
        place,
        name=town.rare_name() if options.get("rare") else "",
        title=random.choice(("教授", "研究员", "高级工程师")),
        born=random.randint(on.year - 50, on.year - 41),
    )
    studio = papers.start(
        lead,
        by=options.get("by") or lead,
        random=random,
        founded=on - timedelta(days=random.randint(200, 900)),
        started=town.at(on - timedelta(days=random.randint(21, 40))),
        name=options.get("name", ""),
        name_reason=options.get("name_reason", ""),
    )
    if not options.get("empty"):
        team = [*options.get("team", ()), *(town.person(place) for _each in range(random.randint(3, 8)))]
        kind = {how: options[how] for how in ("weak", "honour") if how in options}
        papers.fill(studio, team, random=random, on=on, **kind)
    for helper in options.get("editors", ()):
        Editor.objects.create(studio=studio, user=helper, added_by=lead)
    return studio
