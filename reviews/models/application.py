"""One studio's application in one round: its moves, and what must hold before each."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts import tree
from accounts.models import RoleCode
from ledgers.signals import refresh_later
from records.moves import DomainError, IllegalMove, Movable, MoveLog, moves
from reviews.concerned import concerned_by
from reviews.models.deciding import Deciding
from reviews.models.round import Round
from reviews.models.signing import Signing
from reviews.models.snapshot import Names, Snapshot, handed_in_anew
from reviews.models.states import EDITABLE, ENDED, OPEN, RETURNABLE, Decision, Refusal, State, required
from studios.models import Studio
from studios.models.belonging import present


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Applications of the studios a person may read.

        Those beside the studio see them once they are handed in; finance and the system administrator see
        none.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.reads_all:
            return self
        seen = (
            Q(studio__lead=user)
            | Q(studio__editors__user=user)
            | Q(studio__members__user=user) & present(timezone.localdate(), "studio__members__")
        )
        seen |= tree.below(user.units_as(RoleCode.DEPARTMENT_UNION), "studio__unit__")
        handed_in = Q(submitted_at__isnull=False)
        seen |= tree.below(user.units_as(RoleCode.UNIT_LEADER), "studio__unit__") & handed_in
        return self.filter(pk__in=self.model.objects.filter(seen).values("pk"))

    def open(self):
        return self.filter(state__in=OPEN)


class Application(Signing, Deciding, Movable, models.Model):
    """A candidate studio's way through one round (Art. 7, 8)."""

    MOVES = moves(
        submit=({State.DRAFT}, State.SUBMITTED),
        resubmit=({State.RETURNED}, RETURNABLE),
        complete_endorsement=({State.SUBMITTED}, State.RECOMMENDED),
        return_for_correction=(RETURNABLE, State.RETURNED),
        refuse=({State.SUBMITTED, State.RECOMMENDED}, State.REFUSED),
        withdraw=(OPEN - {State.APPROVED}, State.WITHDRAWN),
        accept=({State.RECOMMENDED}, State.ACCEPTED),
        complete_review=({State.ACCEPTED}, State.REVIEWED),
        reopen_review=({State.REVIEWED, State.HELD}, State.ACCEPTED),
        approve=({State.REVIEWED, State.PROPOSED, State.HELD}, State.PROPOSED),
        hold=({State.REVIEWED, State.PROPOSED}, State.PROPOSED),
        reject=({State.REVIEWED, State.PROPOSED, State.HELD}, State.PROPOSED),
        announce_approval=({State.PROPOSED}, State.APPROVED),
        announce_hold=({State.PROPOSED}, State.HELD),
        announce_rejection=({State.PROPOSED}, State.REJECTED),
        reverse=({State.APPROVED, State.HELD, State.REJECTED}, State.REVIEWED),
        uphold_objection=({State.REVIEWED, State.PROPOSED, State.APPROVED, State.HELD}, State.REVIEWED),
        name_studio=({State.APPROVED}, State.NAMED),
    )

    STATE_LOOKS = {
        State.SUBMITTED: "judge",
        State.RETURNED: "risk",
        State.RECOMMENDED: "judge",
        State.ACCEPTED: "judge",
        State.REVIEWED: "judge",
        State.PROPOSED: "judge",
        State.APPROVED: "met",
        State.HELD: "risk",
        State.REJECTED: "unmet",
        State.NAMED: "met",
        State.REFUSED: "unmet",
    }

    studio = models.ForeignKey(Studio, models.PROTECT, related_name="applications", verbose_name=_("studio"))
    round = models.ForeignKey(Round, models.PROTECT, related_name="applications", verbose_name=_("round"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    # Whom the papers concerned in any version that was handed in; see reviews.concerned.Concerned.
    concerned = models.JSONField(default=list, editable=False)
    concerned_typed = models.JSONField(default=list, editable=False)
    concerned_names = models.JSONField(default=list, editable=False)
    # Whoever handed in any version, the lead or others in the lead's place.
    handed_in_by = models.JSONField(default=list, editable=False)
    # The names as they were handed in last, which certificate, plaque and decision bear: studio, lead, unit.
    named = models.JSONField(default=dict, editable=False)
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    returned_from = models.CharField(max_length=20, blank=True, editable=False)
    correct_by = models.DateField(_("correct until"), null=True, blank=True, editable=False)
    refused_as = models.CharField(_("refused"), max_length=20, choices=Refusal, blank=True, editable=False)

    late_until = models.DateField(_("late entry allowed until"), null=True, blank=True, editable=False)
    late_reason = models.CharField(_("reason for late entry"), max_length=300, blank=True, editable=False)
    late_allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True, editable=False)
    decision_text = models.TextField(_("text of the decision"), blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    released_at = models.DateTimeField(_("released"), null=True, blank=True, editable=False)
    notice = models.ForeignKey(
        "reviews.PublicNotice",
        models.PROTECT,
        null=True,
        related_name="applications",
        editable=False,
        verbose_name=_("public notice"),
    )
    document = models.ForeignKey(
        "reviews.DecisionDocument",
        models.PROTECT,
        null=True,
        related_name="applications",
        editable=False,
        verbose_name=_("decision document"),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["round", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["studio", "round"],
                condition=~Q(state__in=["rejected", "named", "withdrawn", "refused"]),
                name="one_open_application_a_round",
                violation_error_message=_("This studio has an open application in this round already."),
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True, decision_text="")
                | (
                    ~Q(decision="")
                    & ~Q(decision_text="")
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
                name="a_decision_comes_with_text_day_and_name",
                violation_error_message=_("A decision needs its text, its day and who decided."),
            ),
            models.CheckConstraint(
                condition=Q(late_until__isnull=True, late_reason="", late_allowed_by__isnull=True)
                | (~Q(late_reason="") & Q(late_until__isnull=False, late_allowed_by__isnull=False)),
                name="a_late_entry_has_a_reason",
                violation_error_message=_("A late entry needs a reason and a last day."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="what_was_handed_in_says_by_whom",
                violation_error_message=_("What was handed in says when and by whom."),
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(returned_from=""),
                name="a_return_knows_where_from",
                violation_error_message=_("A returned application says where it goes back to."),
            ),
            models.CheckConstraint(
                condition=~Q(state="named") | Q(document__isnull=False),
                name="a_named_studio_has_its_document",
                violation_error_message=_("A studio is named in a decision document."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "named"], decision="approve", released_at__isnull=False)
                | Q(state="rejected", decision="reject", released_at__isnull=False)
                | Q(state="held", decision="hold", released_at__isnull=False)
                | Q(state="proposed") & ~Q(decision="")
                | ~Q(state__in=["approved", "named", "rejected", "held", "proposed"]),
                name="what_was_decided_stands_in_its_state",
                violation_error_message=_("The state of an application follows its decision."),
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | ~Q(decision=""),
                name="only_a_decision_is_released",
                violation_error_message=_("What is released is a decision."),
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(notice__isnull=False),
                name="what_was_approved_stands_in_a_notice",
                violation_error_message=_("An approved application stands in a public notice."),
            ),
        ]

    def __str__(self):
        return f"{self.studio.name} · {self.round}"

    def get_absolute_url(self):
        return reverse("reviews:application", args=[self.pk])

    # -- what is asked ---------------------------------------------------------------------------

    @property
    def number(self) -> str:
        """The number on the receipt, such as 2026-A0017."""
        return f"{self.round.year}-A{self.pk:04d}"

    def named_as(self) -> Names:
        """The names as they were handed in last: they were approved, and nothing typed since changes them."""
        studio = self.studio
        return Names(**self.named) if self.named else Names(studio.name, studio.lead.name, studio.unit.name)

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def snapshot(self):
        """What was handed in last, or None."""
        return self.snapshots.order_by("-version").first()

    @property
    def version(self) -> int:
        """The number of the version handed in last, 0 before that."""
        return self.snapshots.aggregate(last=models.Max("version"))["last"] or 0

    def closes_on(self) -> date:
        """The last day for handing in: the round's, a late entry's, or the day a return has to be mended
        by.
        """
        if self.state == State.RETURNED and self.correct_by:
            return self.correct_by
        return max(self.round.closes_on, self.late_until or self.round.closes_on)

    def missing_before_submission(self, *, on: date) -> list[str]:
        """Why this cannot be handed in on a day, one sentence each; empty when it can."""
        from reviews.readiness import missing

        return missing(self, on=on)

    def move(self, verb, *, tell=None, **kwargs):
        """As every move, and everybody concerned is told: with ``tell(application, log)`` by who moves many at once."""
        from reviews import notices

        with transaction.atomic():
            log = super().move(verb, **kwargs)
            (tell or notices.tell_of_move)(self, log)
            self.end_waiting_form(log)
            if self.state in ENDED:  # from here on another policy may count for the studio
                refresh_later(Application, self)
        return log

    def require(self, problems: list[str], message: str) -> None:
        if problems:
            raise DomainError(message, tuple(problems))

    # -- the moves -------------------------------------------------------------------------------

    def submit(self, *, by, on: date):
        """Hand in: freeze what everybody after this reads."""
        self._hand_in("submit", by=by, on=on, to=State.SUBMITTED)

    def resubmit(self, *, by, on: date, note: str = ""):
        """Hand in again after a return; it comes back to where it was."""
        self._hand_in("resubmit", by=by, on=on, note=note, returned_from="", correct_by=None)

    def _hand_in(self, verb: str, *, by, on: date, to: str | None = None, **stamps):
        """Freeze the papers and move on, both or neither.

        What is missing is asked twice: once to say it before anything is done, and once of what was frozen,
        since a row may be taken away while the button is pressed.
        """
        message = _now("The application cannot be handed in yet.")
        self.require(self.missing_before_submission(on=on), message)
        with self.locked(verb) as row:
            snapshot = Snapshot.take(self, by=by, on=on)
            self.require(self.missing_before_submission(on=on), message)
            case = concerned_by(self.studio, on=on)
            stamps |= {
                "concerned": sorted(case.people.union(row.concerned)),
                "concerned_typed": sorted(case.typed.union(row.concerned_typed)),
                "concerned_names": sorted(case.names.union(row.concerned_names)),
                "named": snapshot.names(),
                "handed_in_by": sorted({by.pk, *row.handed_in_by}),
            }
            self.require(self.signed_by_their_own(stamps), _now("Who signed cannot belong to the studio."))
            target = to or row.returned_from
            self.move(verb, by=by, to=target, submitted_at=timezone.now(), submitted_by=by, **stamps)
            if target == State.ACCEPTED:
                self.give_to_experts_anew(snapshot, by=by)

    def return_for_correction(self, corrections: dict[str, str], *, by, correct_by: date | None = None):
        """Send back to the lead, with a reason beside each part it concerns.

        :param corrections: part key → reason; at least one.
        :raises DomainError: without a reason.
        """
        from reviews.mending import in_words

        corrections = {part: reason.strip() for part, reason in corrections.items() if reason.strip()}
        if not corrections:
            raise DomainError(_now("Give a reason beside at least one part."))
        with transaction.atomic():
            origin = self.state
            log = self.move(
                "return_for_correction",
                by=by,
                note=in_words(corrections),
                returned_from=origin,
                correct_by=correct_by,
            )
            for part, reason in corrections.items():
                self.corrections.create(part=part, reason=reason, snapshot=self.snapshot, log=log)

    @contextmanager
    def as_read(self, version: int | None):
        """Hold the row while somebody acts on papers they have read; refused when these were handed in anew since.

        The state does not tell it: returned and handed in again, an application stands where it stood before.

        :param version: what lay before them; None for an act that was done on no page.
        :raises IllegalMove: when another version is the last one now.
        """
        with transaction.atomic():
            Application.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if version not in (None, self.version):
                raise IllegalMove(handed_in_anew(self.version))
            yield

    def refuse(self, *, by, reason: str):
        from reviews.permissions import refuses_as

        reason = required(reason, _now("Give the reason for the refusal."))
        self.move("refuse", by=by, note=reason, refused_as=refuses_as(by, self))

    def withdraw(self, *, by, reason: str):
        """The lead takes the application back, until it is approved; experts at work are told."""
        from reviews import expert_notices

        reason = required(reason, _now("Give the reason for the withdrawal."))
        with transaction.atomic():
            self.move("withdraw", by=by, note=reason)
            expert_notices.tell_of_withdrawal(self)

    def accept(self, *, by, note: str = ""):
        """Staff found the papers complete."""
        self.move("accept", by=by, note=note)

    def allow_late(self, *, by, until: date, reason: str):
        """Let this application in after the window, by exception; said twice it is allowed once."""
        from reviews import notices

        reason = required(reason, _now("Give the reason for the late entry."))
        if why := self.round.why_not_late(until):
            raise DomainError(why)
        with self.locked("submit") as row:
            if (row.late_until, row.late_reason) == (until, reason):
                return
            self.late_until, self.late_reason, self.late_allowed_by = until, reason, by
            self.save(update_fields=["late_until", "late_reason", "late_allowed_by"])
            self.log.create(
                actor=by, verb="allow_late", from_state=self.state, to_state=self.state, note=reason
            )
            notices.tell_of_late_entry(self)


class ApplicationLog(MoveLog):
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="log", verbose_name=_("application")
    )

    class Meta(MoveLog.Meta):
        verbose_name = _("move of an application")
        verbose_name_plural = _("moves of applications")

    def __str__(self):
        return f"{self.application} {self.pk}"
