"""What a studio holds once it is named: cycles, certificates; and the stored verdicts on the five
conditions.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from studios.models.policy import Policy
from studios.models.rows import RowQuerySet
from studios.models.studio import Studio


class Cycle(models.Model):
    """One management cycle of a named studio, three years by default (Art. 12)."""

    studio = models.ForeignKey(Studio, models.PROTECT, related_name="cycles", verbose_name=_("studio"))
    number = models.PositiveSmallIntegerField(_("which cycle"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    policy = models.ForeignKey(
        Policy, models.PROTECT, related_name="cycles", verbose_name=_("policy version")
    )

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["studio", "number"],
                name="cycles_are_numbered_once",
                violation_error_message=_("The studio has a cycle of this number already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="cycles_end_after_they_start",
                violation_error_message=_("The end of a cycle comes after its beginning."),
            ),
        ]

    def __str__(self):
        return f"{self.starts_on} – {self.ends_on}"


def check_code(choice: Callable[[str], str] = secrets.choice) -> str:
    """A code for the QR that nobody guesses: 16 characters, 80 bits, no look-alikes."""
    return "".join(choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _i in range(16))


def check_url(code: str) -> str:
    """The public address that the QR carries: the check page of a certificate; without a code that of any."""
    return settings.SITE_URL + reverse("portal:check", args=[code] if code else [])


class CertificateState(models.TextChoices):
    PENDING = "pending", _("Not in force yet")
    VALID = "valid", _("Valid")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class Certificate(models.Model):
    """The certificate and the plaque of one cycle; both bear its number.

    What stands on them is kept here as it was when they were issued, whatever the studio is called later.
    """

    studio = models.ForeignKey(Studio, models.PROTECT, related_name="certificates", verbose_name=_("studio"))
    cycle = models.OneToOneField(Cycle, models.PROTECT, related_name="certificate", verbose_name=_("cycle"))
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("number within the year"))
    number = models.CharField(_("certificate number"), max_length=20, unique=True)
    code = models.CharField(max_length=16, unique=True, default=check_code, editable=False)
    studio_name = models.CharField(_("name of the studio"), max_length=80)
    lead_name = models.CharField(_("lead"), max_length=60)
    starts_on = models.DateField(_("valid from"))
    ends_on = models.DateField(_("valid until"))
    issued_on = models.DateField(_("issued on"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("issued by")
    )
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    revoked_reason = models.CharField(_("reason for revocation"), max_length=200, blank=True)

    objects = RowQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-year", "-serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "serial"],
                name="certificate_numbers_are_given_once",
                violation_error_message=_("This certificate number is given already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="certificates_end_after_they_start",
                violation_error_message=_("The end of a certificate comes after its beginning."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True, revoked_reason="")
                | (Q(revoked_on__isnull=False) & ~Q(revoked_reason="")),
                name="a_revocation_has_day_and_reason",
                violation_error_message=_("A revocation needs its day and its reason."),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.studio_name}"

    def get_check_url(self) -> str:
        return check_url(self.code)

    def state(self, on: date) -> CertificateState:
        if self.revoked_on:
            return CertificateState.REVOKED
        if on < self.starts_on:
            return CertificateState.PENDING
        return CertificateState.EXPIRED if on > self.ends_on else CertificateState.VALID


def issued_path(instance: IssuedPaper, filename: str) -> str:
    return f"issued/{instance.certificate.year}/{uuid.uuid4().hex}.pdf"


class IssuedPaper(models.Model):
    """The certificate or the plaque as a file, made once: what was handed out stays what it is."""

    class Kind(models.TextChoices):
        CERTIFICATE = "certificate", _("Certificate")
        PLAQUE = "plaque", _("Plaque")

    certificate = models.ForeignKey(
        Certificate, models.PROTECT, related_name="papers", verbose_name=_("certificate")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    file = models.FileField(_("file"), upload_to=issued_path, max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("size"))
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("issued paper")
        verbose_name_plural = _("issued papers")
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "kind"],
                name="each_paper_is_made_once",
                violation_error_message=_("This paper of the certificate is made already."),
            )
        ]

    def __str__(self):
        return f"{self.certificate.number} {self.get_kind_display()}"


class Verdict(models.Model):
    """What stands in the lists about one condition of one studio; worked out on change and every night."""

    class Condition(models.IntegerChoices):
        LEAD = 1, _("Led by a model worker")
        TEAM = 2, _("Innovation team")
        PROJECTS = 3, _("Innovation projects")
        RESULTS = 4, _("Innovation results")
        MEANS = 5, _("Place and budget")

    class Value(models.TextChoices):
        MET = "met", _("Met")
        RISK = "risk", _("At risk")
        UNMET = "unmet", _("Not met")
        JUDGE = "judge", _("For expert judgement")

    studio = models.ForeignKey(Studio, models.CASCADE, related_name="verdicts", verbose_name=_("studio"))
    condition = models.PositiveSmallIntegerField(_("condition"), choices=Condition)
    value = models.CharField(_("verdict"), max_length=6, choices=Value)
    evidence = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    refreshed_at = models.DateTimeField(default=timezone.now)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["condition"]
        constraints = [
            models.UniqueConstraint(
                fields=["studio", "condition"],
                name="one_verdict_a_condition",
                violation_error_message=_("The studio has a verdict on this condition already."),
            )
        ]

    def __str__(self):
        return f"{self.get_condition_display()}: {self.get_value_display()}"
