"""What a studio does. Its achievements come with the application and go on as its second ledger (Art. 10)."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from studios.levels import Level
from studios.models.rows import Row


class Achievement(Row):
    """A result of the studio, with its owner and share (Art. 17) and whoever recognised it (Art. 3, fourth
    condition).
    """

    class Kind(models.TextChoices):
        INVENTION = "invention", _("Invention patent")
        UTILITY = "utility", _("Utility model patent")
        SOFTWARE = "software", _("Software copyright")
        PAPER = "paper", _("Paper")
        BOOK = "book", _("Book")
        STANDARD = "standard", _("Standard")
        AWARD = "award", _("Award")
        TEACHING = "teaching", _("Teaching achievement award")
        METHOD = "method", _("Advanced working method")
        TRANSFER = "transfer", _("Transfer of technology")
        OTHER = "other", _("Other result")

    kind = models.CharField(_("kind of result"), max_length=12, choices=Kind)
    title = models.CharField(_("name of the result"), max_length=200)
    number = models.CharField(_("number"), max_length=80, blank=True)
    owner = models.CharField(_("owner"), max_length=100, blank=True)
    share = models.CharField(_("share of the studio"), max_length=60, blank=True)
    level = models.CharField(_("level"), max_length=20, choices=Level, blank=True)
    recognised_by = models.CharField(_("recognised by"), max_length=100, blank=True)
    recognised_on = models.DateField(_("recognised on"), null=True, blank=True)
    benefit_amount = models.DecimalField(
        _("benefit (yuan)"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    benefit = models.CharField(_("benefit in words"), max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        ordering = ["-recognised_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recognised_on__isnull=True, recognised_by="")
                | (Q(recognised_on__isnull=False) & ~Q(recognised_by="")),
                name="recognition_has_body_and_day",
                violation_error_message=_("Recognition needs both the body and the day, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(benefit_amount__isnull=True) | Q(benefit_amount__gte=0),
                name="a_benefit_is_not_below_nought",
                violation_error_message=_("The amount is not below nought."),
            ),
        ]

    def __str__(self):
        return self.title
