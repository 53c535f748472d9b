"""What is typed and not yet saved, who saved a part last, and who has it open."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studios.models.studio import Studio

PRESENT_FOR = timedelta(seconds=90)


class Draft(models.Model):
    """What one person typed into one form and has not saved: raw, as posted, valid or not."""

    studio = models.ForeignKey(Studio, models.CASCADE, related_name="drafts")
    part = models.CharField(max_length=20)
    row = models.CharField(
        max_length=40,
        blank=True,
        help_text="kind of row and its pk, 0 for a new one; empty for the part itself",
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["studio", "part", "row", "user"],
                name="one_draft_a_form_and_person",
                violation_error_message=_("A draft of this person for this form is there already."),
            )
        ]

    def __str__(self):
        return f"{self.part} {self.row}"

    def get_absolute_url(self):
        """The page on which it was typed and stands again."""
        kind, _colon, row = self.row.partition(":")
        if not kind:
            return reverse("studios:part", args=[self.studio_id, self.part])
        if row == "0":
            return reverse("studios:row_add", args=[self.studio_id, kind])
        return reverse("studios:row", args=[self.studio_id, kind, row])


class PartVersion(models.Model):
    """How often a part was saved, and by whom last: a form that was opened before is out of date."""

    studio = models.ForeignKey(Studio, models.CASCADE, related_name="part_versions")
    part = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["studio", "part"],
                name="one_version_row_a_part",
                violation_error_message=_("The versions of this part are counted already."),
            )
        ]

    def __str__(self):
        return f"{self.part} {self.version}"


class Presence(models.Model):
    """Who has a part open; seen again every few seconds while the page is open."""

    studio = models.ForeignKey(Studio, models.CASCADE, related_name="presences")
    part = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["studio", "part", "user"],
                name="one_presence_a_part_and_person",
                violation_error_message=_("It is noted already that this person has the part open."),
            )
        ]

    def __str__(self):
        return f"{self.part}: {self.user}"
