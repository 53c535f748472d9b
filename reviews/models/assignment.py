"""One expert's review of one application: its moves, and the marks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.permissions import check
from records.moves import DomainError, IllegalMove, Movable, MoveLog, moves
from reviews.models.application import Application
from reviews.models.panel import DeclaredBy, Relation
from reviews.models.round import Round
from reviews.models.rubric import Criterion
from reviews.models.snapshot import Snapshot
from reviews.models.states import State as Stage
from reviews.models.states import required

HALF = Decimal("0.5")


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An expert sees the own assignments; the office sees all; nobody else sees any."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.reads_all:
            return self
        return self.filter(expert=user)

    def keeping_away(self, person):
        """Those of somebody that keep them from what the others give for the same application: what others gave would
        sway them, or, once they are recused, is none of their business.
        """
        return self.filter(expert=person, state__in=KEEPS_AWAY)

    def holding(self):
        """Those that count towards the experts an application has."""
        return self.filter(state__in=HOLDING)

    def under_way(self):
        """Those on which the expert still has something to do: the application is under expert review."""
        return self.filter(state__in=UNDER_WAY, application__state=Stage.ACCEPTED)

    def late(self, on: date):
        return self.under_way().filter(due_on__lt=on)


class AssignmentState(models.TextChoices):
    INVITED = "invited", _("Invited")
    ACCEPTED = "accepted", _("Under review")
    HANDED_IN = "handed_in", pgettext_lazy("review", "Handed in")
    DECLINED = "declined", _("Declined")
    RECUSED = "recused", _("Recused")
    REPLACED = "replaced", _("Replaced")


UNDER_WAY = frozenset({AssignmentState.INVITED, AssignmentState.ACCEPTED})
HOLDING = UNDER_WAY | {AssignmentState.HANDED_IN}
KEEPS_AWAY = UNDER_WAY | {AssignmentState.RECUSED}


class Assignment(Movable, models.Model):
    """Invited, accepted, handed in; or declined, recused or replaced, each with its reason."""

    State = AssignmentState
    MOVES = moves(
        accept=({State.INVITED}, State.ACCEPTED),
        decline=({State.INVITED}, State.DECLINED),
        recuse=(HOLDING, State.RECUSED),
        hand_in=({State.ACCEPTED}, State.HANDED_IN),
        reopen=({State.HANDED_IN}, State.ACCEPTED),
        replace=(HOLDING, State.REPLACED),
    )
    STATE_LOOKS = {
        State.INVITED: "judge",
        State.ACCEPTED: "judge",
        State.HANDED_IN: "met",
        State.DECLINED: "unmet",
        State.RECUSED: "unmet",
        State.REPLACED: "unmet",
    }

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="assignments", verbose_name=_("application")
    )
    # What the expert reads; the version that was accepted for review.
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+", editable=False)
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments", verbose_name=_("expert")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.INVITED, editable=False)
    due_on = models.DateField(_("due"))
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    assigned_at = models.DateTimeField(_("assigned"), default=timezone.now, editable=False)
    overall = models.TextField(_("overall comment"), blank=True)
    handed_in_at = models.DateTimeField(_("handed in"), null=True, blank=True, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("review assignment")
        verbose_name_plural = _("review assignments")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "expert"],
                name="an_expert_is_assigned_once",
                violation_error_message=_("This expert has been assigned to this application already."),
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_in") | Q(handed_in_at__isnull=False),
                name="what_an_expert_handed_in_has_its_time",
                violation_error_message=_("A review that was handed in bears its time."),
            ),
        ]

    def __str__(self):
        return f"{self.application} · {self.expert}"

    def get_absolute_url(self):
        """By the application: the numbers of one's assignments would tell how many others were asked."""
        return reverse("reviews:assignment", args=[self.application_id])

    # -- what is asked ---------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What the expert calls the application: blind, by its number alone."""
        return self.application.number if self.application.round.blind else self.application.studio.name

    @property
    def is_under_review(self) -> bool:
        """Whether the application is with the experts; else the sheet is there to be read only."""
        return self.application.state == Stage.ACCEPTED

    @property
    def is_withdrawn(self) -> bool:
        """Whether the studio took the application back while the expert was at work."""
        return self.application.state == Stage.WITHDRAWN and self.state in UNDER_WAY

    @property
    def counts(self) -> bool:
        """Whether it counts towards the experts its application has."""
        return self.state in HOLDING

    @property
    def rubric(self):
        return self.application.round.rubric

    def given(self) -> dict[int, Mark]:
        """Criterion → mark, of those that are given."""
        return {mark.criterion_id: mark for mark in self.marks.all()}

    def fingerprint(self) -> str:
        """What stands on the sheet: it tells whether it is still the one that was looked at."""
        return digest_of(self.marks.values_list("criterion", "points", "comment"), self.overall)

    def missing(self) -> list[str]:
        """Why the sheet cannot be handed in yet, one sentence each; empty when it can."""
        given, problems = self.given(), []
        for criterion in self.rubric.criteria.select_related("rubric"):
            mark = given.get(criterion.pk)
            if mark is None or mark.points is None:
                problems.append(_now("“%(criterion)s” has no mark.") % {"criterion": criterion.title})
            elif criterion.needs_comment(mark.points) and not mark.comment.strip():
                problems.append(
                    _now("“%(criterion)s”: explain a mark at this end of the scale.")
                    % {"criterion": criterion.title}
                )
        return problems

    # -- the moves -------------------------------------------------------------------------------

    def move(self, verb, **kwargs):
        """As every move, and those whom it concerns are told."""
        from reviews import expert_notices

        with transaction.atomic():
            log = super().move(verb, **kwargs)
            expert_notices.tell_of_move(self, log)
        return log

    @contextmanager
    def under_review(self) -> Iterator[None]:
        """Hold the application while its review goes on, so that of two last sheets the second sees the first.

        :raises IllegalMove: when the application is not under expert review, or no longer.
        """
        with transaction.atomic():
            rows = Application.objects.select_for_update(of=("self",)).filter(pk=self.application_id)
            if rows.values_list("state", flat=True).get() != Stage.ACCEPTED:
                raise IllegalMove(
                    _now("The application is not under expert review now. Nothing was changed.")
                )
            yield

    def accept(self, *, by):
        """The expert declares that there is no relation; from here on the file is open."""
        check(by, "reviews.review_assignment", self)
        with self.under_review():
            self.move("accept", by=by)

    def decline(self, *, by, reason: str):
        check(by, "reviews.answer_assignment", self)
        reason = required(reason, _now("Give the reason."))
        with self.under_review():
            self.move("decline", by=by, note=reason)

    def recuse(self, *, by, reason: str):
        """The expert declares a relation, also one that came up after handing in: it bars them from the studio from now
        on, and what they gave counts no more.

        :raises IllegalMove: when the application is not under expert review, or no longer.
        """
        check(by, "reviews.answer_assignment", self)
        reason = required(reason, _now("Say what the relation is."))
        with self.under_review():
            self.move("recuse", by=by, note=reason)
            Relation.objects.get_or_create(
                studio=self.application.studio,
                name=self.expert.name,
                declared_by=by,
                defaults={"person": self.expert, "reason": reason[:200], "side": DeclaredBy.EXPERT},
            )

    @contextmanager
    def round_held(self) -> Iterator[None]:
        """Hold the round, before the application as everywhere."""
        with transaction.atomic():
            Round.objects.select_for_update(of=("self",), no_key=True).get(pk=self.application.round_id)
            yield

    @contextmanager
    def sheet_held(self, *, by) -> Iterator[Assignment]:
        """Hold the sheet while the expert writes on it; gives the row as it stands now.

        :raises PermissionDenied: for anybody but its expert, and once a conflict is known.
        :raises IllegalMove: when it is handed in, or the application is not under review.
        """
        check(by, "reviews.review_assignment", self)
        with self.under_review(), self.locked("hand_in") as row:
            yield row

    def mark(self, criterion: Criterion, *, by, points: Decimal | None, comment: str) -> Mark:
        """Keep one mark as it stands, in halves; refused once the sheet is handed in.

        :raises DomainError: when it is not under review, or off the scale.
        """
        if criterion.rubric_id != self.application.round.rubric_id:
            raise DomainError(_now("This criterion belongs to another rubric."))
        if points is not None and (not 0 <= points <= criterion.top or points % HALF):
            raise DomainError(
                _now("Marks go from 0 to %(top)s, in steps of a half.") % {"top": criterion.top}
            )
        with self.sheet_held(by=by):
            mark, _is_new = Mark.objects.update_or_create(
                assignment=self, criterion=criterion, defaults={"points": points, "comment": comment.strip()}
            )
        return mark

    def hand_in(self, *, by, seen: str = ""):
        """Lock the sheet. Asked under the lock, so that no mark changes while it is handed in.

        The round is held first, as by whoever saves its settings: what experts are shown of each other does not change
        between the last look at it and the first sheet.

        :param seen: the :meth:`fingerprint` of the sheet that lay before the expert; empty for none.
        :raises DomainError: while something is missing, and when the sheet is another one than was looked at.
        """
        with self.round_held(), self.sheet_held(by=by) as row:
            if problems := row.missing():
                raise DomainError(_now("The sheet cannot be handed in yet."), tuple(problems))
            if seen and seen != row.fingerprint():
                raise IllegalMove(
                    _now("The sheet was changed meanwhile, perhaps in another window. Look at it once more.")
                )
            self.move("hand_in", by=by, handed_in_at=timezone.now())

    def reopen(self, *, by, reason: str):
        """Staff give the sheet back, with a reason that its expert reads."""
        reason = required(reason, _now("Give the reason."))
        with self.under_review():
            self.move("reopen", by=by, note=reason, handed_in_at=None)

    def replace(self, *, by, reason: str):
        """Staff take the application from this expert."""
        self.move("replace", by=by, note=required(reason, _now("Give the reason.")))


def digest_of(marks: Iterable[tuple[int, Decimal | None, str]], overall: str) -> str:
    """A digest of criterion, mark and comment of a sheet, and of its overall comment; what is empty does not count."""
    told = sorted((key, f"{points:.1f}" if points is not None else "", text) for key, points, text in marks)
    return hashlib.sha256(json.dumps([[one for one in told if any(one[1:])], overall]).encode()).hexdigest()[
        :16
    ]


class AssignmentLog(MoveLog):
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="log", verbose_name=_("review assignment")
    )

    class Meta(MoveLog.Meta):
        verbose_name = _("move of a review assignment")
        verbose_name_plural = _("moves of review assignments")

    def __str__(self):
        return f"{self.assignment} {self.pk}"


class Mark(models.Model):
    """What an expert gave for one criterion; empty while only the comment is written."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="marks")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="marks")
    points = models.DecimalField(_("mark"), max_digits=5, decimal_places=1, null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "criterion"],
                name="a_criterion_is_marked_once",
                violation_error_message=_("This criterion has a mark already."),
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0, points__lte=100),
                name="a_mark_lies_on_a_scale",
                violation_error_message=_("A mark is 0 or more."),
            ),
        ]

    def __str__(self):
        return f"{self.criterion}: {self.points}"
