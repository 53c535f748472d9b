"""What experts and staff do besides the sheets: talking over marks that lie far apart, and seeing for themselves."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reviews.models.application import Application
from reviews.models.assignment import Assignment


def not_in_the_future(day: date) -> None:
    from django.core.exceptions import ValidationError

    if day > timezone.localdate():
        raise ValidationError(_("This day lies in the future."))


class Moderation(models.Model):
    """How marks that lie far apart were dealt with: talked over, with minutes, or by one more expert's marks.

    A talk settles the sheets as they were then; one more expert settles them once the sheet is handed in.
    """

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="moderations", verbose_name=_("application")
    )
    assignment = models.OneToOneField(
        Assignment, models.PROTECT, null=True, blank=True, related_name="moderation",
        verbose_name=_("further expert"),
    )  # fmt: skip
    held_on = models.DateField(_("talked over on"), null=True, blank=True, validators=[not_in_the_future])
    people = models.CharField(_("who took part"), max_length=300, blank=True)
    minutes = models.TextField(_("minutes"), blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("moderation")
        verbose_name_plural = _("moderations")
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(assignment__isnull=False)
                | Q(held_on__isnull=False) & ~Q(people="") & ~Q(minutes=""),
                name="a_talk_has_its_day_people_and_minutes",
                violation_error_message=_("A talk has its day, the people who took part and its minutes."),
            ),
        ]

    def __str__(self):
        return f"{self.application} {self.recorded_at:%Y-%m-%d}"


class Visit(models.Model):
    """A visit to the studio or a defence before the experts, with people, photos (slot ``photo``) and minutes."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("Site visit")
        DEFENCE = "defence", _("Defence")

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="visits", verbose_name=_("application")
    )
    kind = models.CharField(_("kind of visit"), max_length=10, choices=Kind, default=Kind.VISIT)
    held_on = models.DateField(_("held on"), validators=[not_in_the_future])
    place = models.CharField(pgettext_lazy("visit", "place"), max_length=100, blank=True)
    people = models.CharField(_("who took part"), max_length=300)
    minutes = models.TextField(_("minutes"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("visit or defence")
        verbose_name_plural = _("visits and defences")
        ordering = ["held_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(people="") & ~Q(minutes=""),
                name="a_visit_has_people_and_minutes",
                violation_error_message=_("Say who took part, and what was found."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.held_on}"
