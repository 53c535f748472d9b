"""What reaches a person: notices, and the one-time code of who has no mail."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.person import User


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(recipient=user)

    def unread_count(self, user) -> int:
        return self.filter(recipient=user, read_at=None).count()


class Notice(models.Model):
    """One message to one person: in the inbox, and by mail when an address is known.

    The unique (event, milestone, recipient) is what makes sending happen once, however often a day is run.
    """

    recipient = models.ForeignKey(User, models.CASCADE, related_name="notices", verbose_name=_("recipient"))
    event = models.CharField(max_length=80)
    milestone = models.CharField(max_length=40, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "milestone", "recipient"],
                name="a_notice_is_sent_once",
                violation_error_message=_("This person has this notice already."),
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"]),
            models.Index(fields=["recipient", "read_at"]),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("accounts:notice", args=[self.pk])


class ActivationCode(models.Model):
    """A one-time code, printed for a person who has no mail; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="activation_codes", verbose_name=_("person"))
    code_hash = models.CharField(max_length=255)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("activation code")
        verbose_name_plural = _("activation codes")
        ordering = ["-created_at"]

    def __str__(self):
        return f"{self.user} {self.created_at:%Y-%m-%d}"
