"""The studio itself and who may work on it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts import tree
from accounts.models import RoleCode, Unit, User
from accounts.names import NameField, bare, write_pinyin
from records import cells
from records.moves import Movable, MoveLog, moves
from studios.models.belonging import present


class State(models.TextChoices):
    CANDIDATE = "candidate", _("Candidate")
    NAMED = "named", _("Named")
    RECTIFYING = "rectifying", _("Under rectification")
    REVOKED = "revoked", _("Revoked")
    CLOSED = "closed", _("Closed")


HOLDS_TITLE = frozenset({State.NAMED, State.RECTIFYING})
LIVE = frozenset({State.CANDIDATE, *HOLDS_TITLE})
# Which studios are run in the lead's place; Studio.is_run_on_behalf says the same of one.
ON_BEHALF = Q(state=State.CANDIDATE) & ~Q(started_by=F("lead")) | Q(lead__is_active=False)


class StudioQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The studios a person may read: own ones, those of the own unit, and all for the union's office.

        Finance sees studios that hold or held a title, for their grants; the system administrator sees
        none.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.reads_all:
            return self
        belongs = Q(members__user=user) & present(timezone.localdate(), "members__")
        seen = Q(lead=user) | Q(editors__user=user) | belongs
        seen |= tree.below(user.units_as(*RoleCode.IN_A_UNIT), "unit__")
        if user.has_role(RoleCode.FINANCE):
            seen |= ~Q(state=State.CANDIDATE)
        return self.filter(pk__in=self.model.objects.filter(seen).values("pk"))

    def of(self, user):
        """The studios a person leads or helps to edit."""
        return self.filter(
            pk__in=self.model.objects.filter(Q(lead=user) | Q(editors__user=user)).values("pk")
        )

    def worked_on_by(self, user):
        """The studios whose papers a person fills in: own ones, and those that their department union runs in the
        lead's place.
        """
        on_behalf = tree.below(user.units_as(RoleCode.DEPARTMENT_UNION), "unit__") & ON_BEHALF
        worked_on = Q(lead=user) | Q(editors__user=user) | on_behalf
        return self.filter(pk__in=self.model.objects.filter(worked_on).values("pk"))

    def concerning(self, user):
        """The person's own cases by account; with those by name alone: :func:`studios.own_cases.own_cases`."""
        own = Q(lead=user) | Q(editors__user=user) | Q(members__user=user)
        return self.filter(pk__in=self.model.objects.filter(own).values("pk"))

    def asked_by(self, user):
        """With whether the person co-edits each, so that their page need not ask for all co-editors."""
        mine = Editor.objects.filter(studio=OuterRef("pk"), user=user.pk)
        return self.annotate(asker=Value(user.pk), asker_co_edits=Exists(mine))

    def with_title(self):
        return self.filter(state__in=HOLDS_TITLE)

    def live(self):
        return self.filter(state__in=LIVE)

    def search(self, text: str):
        """By name of studio or lead, pinyin and initials of either, and the lead's staff number."""
        text = text.strip()
        plain = text.replace(" ", "").replace("'", "").lower()
        own = Q(name__icontains=text) | Q(pinyin__startswith=plain) | Q(initials__startswith=plain)
        return self.filter(own | Q(lead__in=User.objects.search(text)))


class Studio(Movable, models.Model):
    """A team led by a model worker and named after them (Art. 2); a candidate until it is named."""

    MOVES = moves(
        name_it=({State.CANDIDATE, State.REVOKED}, State.NAMED),
        rectify=({State.NAMED}, State.RECTIFYING),
        renew=({State.NAMED, State.RECTIFYING}, State.NAMED),
        revoke=({State.NAMED, State.RECTIFYING}, State.REVOKED),
        close=({State.CANDIDATE, State.NAMED, State.RECTIFYING}, State.CLOSED),
    )
    STATE_LOOKS = {
        State.CANDIDATE: "judge",
        State.NAMED: "met",
        State.RECTIFYING: "risk",
        State.REVOKED: "unmet",
    }

    name = NameField(_("name of the studio"), max_length=80)
    name_reason = models.CharField(_("reason for a name of its own"), max_length=200, blank=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="led_studios", verbose_name=_("lead")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="studios", verbose_name=_("unit"))
    state = models.CharField(
        _("state"), max_length=20, choices=State, default=State.CANDIDATE, editable=False
    )

    technology = models.BooleanField(_("technological innovation"), default=False)
    management = models.BooleanField(_("management innovation"), default=False)
    service = models.BooleanField(_("service innovation"), default=False)
    mechanism = models.BooleanField(_("mechanism innovation"), default=False)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    direction = models.TextField(_("direction of work"), blank=True)
    equipment = models.TextField(_("main equipment"), blank=True)
    plan_goals = models.TextField(_("goals of the three years"), blank=True)
    plan_first_year = models.TextField(_("first year"), blank=True)
    plan_second_year = models.TextField(_("second year"), blank=True)
    plan_third_year = models.TextField(_("third year"), blank=True)
    plan_outcomes = models.TextField(_("expected outcomes"), blank=True)

    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    pinyin = models.CharField(max_length=300, blank=True, editable=False, db_index=True)
    initials = models.CharField(max_length=80, blank=True, editable=False, db_index=True)

    objects = StudioQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["pinyin", "initials"])

    class Meta:
        verbose_name = _("studio")
        verbose_name_plural = _("studios")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"],
                condition=Q(state__in=["candidate", "named", "rectifying"]),
                name="one_live_studio_a_lead",
                violation_error_message=_("This person already leads a studio."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("studios:studio", args=[self.pk])

    def save(self, *args, **kwargs):
        self.name = cells.plain(self.name) or derived_name(self.lead)
        write_pinyin(self)
        super().save(*args, **kwargs)

    @property
    def kinds(self) -> list[str]:
        """The labels of the kinds of innovation it works in (Art. 4)."""
        return [self._meta.get_field(kind).verbose_name for kind in KINDS if getattr(self, kind)]

    @property
    def is_run_on_behalf(self) -> bool:
        """Whether others than the lead answer for the papers: a candidate that was started on the lead's behalf, or
        a studio whose lead has left.
        """
        started_by_others = self.state == State.CANDIDATE and self.started_by_id != self.lead_id
        return started_by_others or not self.lead.is_active

    def is_co_edited_by(self, user) -> bool:
        known = vars(self)
        if user.pk is not None and known.get("asker") == user.pk:
            return known["asker_co_edits"]
        return any(editor.user_id == user.pk for editor in self.editors.all())

    def is_worked_on_by(self, user) -> bool:
        """Whether the person leads it or is a co-editor of it."""
        return self.lead_id == user.pk or self.is_co_edited_by(user)

    def concerns(self, user) -> bool:
        """Whether this is the person's own case as the studio is now: as lead, co-editor or member, who may be there by
        name alone. Nobody acts on their own case.
        """
        if self.is_worked_on_by(user):
            return True
        members = self.members.all()
        typed = {bare(member.name) for member in members if member.user_id is None}
        return any(member.user_id == user.pk for member in members) or user.is_meant_by(typed, self.unit)


KINDS = ("technology", "management", "service", "mechanism")


def derived_name(lead) -> str:
    """A studio bears its lead's name (Art. 2)."""
    return f"{lead.name}劳模创新工作室"


class StudioLog(MoveLog):
    studio = models.ForeignKey(Studio, models.PROTECT, related_name="log", verbose_name=_("studio"))

    class Meta(MoveLog.Meta):
        verbose_name = _("move of a studio")
        verbose_name_plural = _("moves of studios")

    def __str__(self):
        return f"{self.studio} {self.pk}"


class Editor(models.Model):
    """A person whom the lead lets work on the studio's papers."""

    studio = models.ForeignKey(Studio, models.CASCADE, related_name="editors", verbose_name=_("studio"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="edits", verbose_name=_("person")
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("co-editor")
        verbose_name_plural = _("co-editors")
        constraints = [
            models.UniqueConstraint(
                fields=["studio", "user"],
                name="a_co_editor_is_named_once",
                violation_error_message=_("This person is a co-editor already."),
            )
        ]

    def __str__(self):
        return str(self.user)
