"""The numbered document in which the union names studios (字号, such as 校工〔2026〕5号)."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models.application import Application


class DecisionDocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever may read an application named in it; union staff, leaders and auditors read all."""
        reads_all = user.is_authenticated and user.reads_all
        if reads_all and user.is_active:
            return self
        return self.filter(
            pk__in=Application.objects.visible_to(user).filter(document__isnull=False).values("document")
        )


class DecisionDocument(models.Model):
    round = models.ForeignKey(
        "reviews.Round", models.PROTECT, related_name="documents", verbose_name=_("round")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("number within the year"))
    number = models.CharField(_("document number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    named_on = models.DateField(_("named on"))
    issued_on = models.DateField(_("issued on"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("issued by")
    )
    created_at = models.DateTimeField(default=timezone.now)
    file = models.FileField(_("file"), upload_to="decisions/", max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = DecisionDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision document")
        verbose_name_plural = _("decision documents")
        ordering = ["-year", "-serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "serial"],
                name="document_numbers_are_given_once",
                violation_error_message=_("This document number is given already."),
            )
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def studios_by_unit(self) -> list[tuple[str, list[str]]]:
        """Unit name → names of its studios, in the order of unit codes, as they stand on the certificates."""
        by_unit: dict[str, list[str]] = {}
        for application in self.applications.order_by("studio__unit__code", "pk"):
            names = application.named_as()
            by_unit.setdefault(names.unit, []).append(names.studio)
        return list(by_unit.items())
