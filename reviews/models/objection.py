"""An objection to a naming, under a real name; investigated with minutes, and answered."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from records.moves import DomainError, Movable, MoveLog, moves
from records.templatetags.present import cn_date, moment
from reviews.models.application import Application
from reviews.models.notice import PublicNotice
from reviews.models.states import required
from reviews.objector import hidden, hidden_answer, names_who_objects
from studios.models.title import check_code


class ObjectionState(models.TextChoices):
    RECEIVED = "received", _("Received")
    INVESTIGATED = "investigated", _("Under investigation")
    DISMISSED = "dismissed", _("Dismissed")
    UPHELD = "upheld", _("Upheld")
    SET_ASIDE = "set_aside", _("Not taken up")


NAMES_WHO_OBJECTS = _("This names who objects, or how to reach the person. Write “the objector” instead.")
OPEN_OBJECTIONS = frozenset({ObjectionState.RECEIVED, ObjectionState.INVESTIGATED})


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Union staff, leaders and auditors; who objects and how to reach them only the investigators read."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self if user.reads_all else self.none()

    def files_visible_to(self, user):
        """Whose files a person may open: of those that they have taken on, where they may read who objects, by the one
        rule for it. Nobody takes on so many that they could not be asked one by one.
        """
        if not (user.is_authenticated and user.is_active):
            return self.none()
        taken_on = self.filter(investigators=user.pk).select_related(
            "application__studio__unit", "application__studio__lead"
        )
        rows = taken_on.prefetch_related(
            "investigators",
            "application__endorsements",
            "application__studio__editors",
            "application__studio__members",
        )
        return self.filter(pk__in=[one.pk for one in rows if user.has_perm("reviews.view_objector", one)])

    def open(self):
        return self.filter(state__in=OPEN_OBJECTIONS)


class Objection(Movable, models.Model):
    """What somebody holds against the naming of one studio."""

    State = ObjectionState
    MOVES = moves(
        take_on=({State.RECEIVED, State.INVESTIGATED}, State.INVESTIGATED),
        dismiss=({State.INVESTIGATED}, State.DISMISSED),
        uphold=({State.INVESTIGATED}, State.UPHELD),
        set_aside=({State.RECEIVED, State.INVESTIGATED}, State.SET_ASIDE),
    )
    STATE_LOOKS = {
        State.RECEIVED: "judge",
        State.INVESTIGATED: "judge",
        State.DISMISSED: "met",
        State.UPHELD: "unmet",
        State.SET_ASIDE: "risk",
    }

    notice = models.ForeignKey(
        PublicNotice, models.PROTECT, related_name="objections", verbose_name=_("public notice")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="objections", verbose_name=_("application")
    )
    number = models.CharField(_("receipt number"), max_length=20, unique=True)
    # With it the answer can be read; nobody guesses it.
    code = models.CharField(max_length=16, unique=True, default=check_code, editable=False)
    name = models.CharField(_("real name"), max_length=60)
    contact = models.CharField(_("telephone or mail"), max_length=120)
    organisation = models.CharField(
        _("unit (when a unit objects, under its seal)"), max_length=120, blank=True
    )
    text = models.TextField(_("facts and reasons"))
    received_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RECEIVED, editable=False)
    investigators = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True, verbose_name=_("investigators")
    )
    minutes = models.TextField(_("minutes of the investigation"), blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(contact="") & ~Q(text=""),
                name="who_objects_gives_name_contact_and_reasons",
                violation_error_message=_(
                    "An objection bears a real name, a way to reach the person, and its reasons."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["received", "investigated"],
                    answer="",
                    answered_at__isnull=True,
                    answered_by__isnull=True,
                )
                | Q(
                    state__in=["dismissed", "upheld", "set_aside"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                )
                & ~Q(answer=""),
                name="an_objection_ends_with_its_answer",
                violation_error_message=_("An objection ends with an answer, its time and who gave it."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["dismissed", "upheld"]) | ~Q(minutes=""),
                name="what_was_investigated_has_minutes",
                violation_error_message=_("Write the minutes of the investigation first."),
            ),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        """Where whoever objected follows it."""
        return reverse("reviews:objection", args=[self.code])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_OBJECTIONS

    @property
    def received(self) -> str:
        """When it came, to the minute; of a letter the day, for which the start of that day stands."""
        at = timezone.localtime(self.received_at)
        return cn_date(at.date()) if at.time() == time.min else moment(at)

    # What others than its investigators read.

    @property
    def text_for_others(self) -> str:
        return hidden(self, self.text)

    @property
    def minutes_for_others(self) -> str:
        return hidden(self, self.minutes)

    @property
    def answer_for_others(self) -> str:
        return hidden_answer(self, self.answer)

    def move(self, verb, **kwargs):
        """As every move, and those whom it concerns are told."""
        from reviews import objection_notices

        with transaction.atomic():
            log = super().move(verb, **kwargs)
            objection_notices.tell_of_move(self, log)
        return log

    # -- the moves -------------------------------------------------------------------------------

    def take_on(self, *, by, note: str = ""):
        """Become one of its investigators, who alone read who objects; said twice it is done once."""
        with self.locked("take_on"):
            if self.investigators.filter(pk=by.pk).exists():
                return
            self.move("take_on", by=by, note=note)
            self.investigators.add(by)

    def dismiss(self, *, by, minutes: str, answer: str):
        self._answer("dismiss", by=by, minutes=minutes, answer=answer)

    def uphold(self, *, by, minutes: str, answer: str):
        """It is right: the decision goes back to be taken anew, and the studio leaves the notice.

        The row of the application is held first: how it stands, whoever is told and whatever is put back is one.
        """
        with transaction.atomic():
            application = Application.objects.select_for_update(of=("self",)).get(pk=self.application_id)
            self._answer("uphold", by=by, minutes=minutes, answer=answer)
            application.uphold_objection(self.number, by=by)

    def set_aside(self, *, by, reason: str):
        """Nothing to investigate: no real name, no way to reach the person, or another matter."""
        reason = self._nameless(required(reason, _now("Give the reason.")))
        self.move("set_aside", by=by, note=reason, answer=reason, **self._stamps(by))

    def _answer(self, verb: str, *, by, minutes: str, answer: str):
        minutes = self._nameless(required(minutes, _now("Write the minutes of the investigation first.")))
        answer = self._nameless(required(answer, _now("Give the answer.")))
        self.move(verb, by=by, note=answer, minutes=minutes, answer=answer, **self._stamps(by))

    def _nameless(self, text: str) -> str:
        """:raises DomainError: when it names who objects, which others than the investigators would read."""
        if names_who_objects(self, text):
            raise DomainError(NAMES_WHO_OBJECTS)
        return text

    def _stamps(self, by) -> dict:
        return {"answered_at": timezone.now(), "answered_by": by}


class ObjectionLog(MoveLog):
    objection = models.ForeignKey(Objection, models.PROTECT, related_name="log", verbose_name=_("objection"))

    class Meta(MoveLog.Meta):
        verbose_name = _("move of an objection")
        verbose_name_plural = _("moves of objections")

    def __str__(self):
        return f"{self.objection} {self.pk}"
