"""What was handed in: frozen, numbered by version, and what a return asked for."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _


def handed_in_anew(version: int) -> str:
    """What is said to whoever acts on papers that are no longer the last ones."""
    return _now(
        "The papers were handed in anew meanwhile. Read version %(version)s before you act on it."
    ) % {"version": version}


class Names(NamedTuple):
    """What certificate, plaque and decision say."""

    studio: str
    lead: str
    unit: str


class Declaration(NamedTuple):
    """The word that the papers are true, which is given online with the handing in.

    Who hands in for the lead gives it too; the lead's own then comes as a signature on paper.
    """

    name: str
    at: datetime
    by_lead: bool


class Snapshot(models.Model):
    """One version of the papers as they were handed in; nobody after that reads anything else.

    ``data`` has the shape that :func:`reviews.freezing.freeze` documents; ``sha256`` is over its canonical
    JSON.
    """

    application = models.ForeignKey("reviews.Application", models.PROTECT, related_name="snapshots")
    version = models.PositiveSmallIntegerField(_("version"))
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField(_("frozen"), default=timezone.now)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "version"],
                name="snapshots_are_numbered_once",
                violation_error_message=_("The application has a version of this number already."),
            )
        ]

    def __str__(self):
        return f"{self.application_id}/{self.version}"

    @classmethod
    def take(cls, application, *, by, on) -> Snapshot:
        from reviews.freezing import freeze

        data = freeze(application.studio, on=on, policy=application.round.policy)
        return cls.objects.create(
            application=application,
            version=application.version + 1,
            data=data,
            sha256=checksum(data),
            frozen_by=by,
        )

    def names(self) -> dict[str, str]:
        """What certificate, plaque and decision will bear."""
        studio = self.data["studio"]
        return {"studio": studio["name"], "lead": self.data["lead"]["name"], "unit": studio["unit"]}

    def declared(self) -> Declaration:
        """Who declared this version to be true, and when."""
        by_lead = self.frozen_by_id == self.application.studio.lead_id
        name = self.data["lead"]["name"] if by_lead else self.frozen_by.name
        return Declaration(name, self.frozen_at, by_lead)

    def is_intact(self) -> bool:
        return checksum(self.data) == self.sha256


def checksum(data: dict) -> str:
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class Correction(models.Model):
    """What is to be mended in one part, and the version it was said of."""

    application = models.ForeignKey("reviews.Application", models.PROTECT, related_name="corrections")
    log = models.ForeignKey("reviews.ApplicationLog", models.PROTECT, related_name="corrections")
    part = models.CharField(_("part"), max_length=20)
    reason = models.TextField(_("what is to be corrected"))
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="corrections")

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="a_return_has_a_reason",
                violation_error_message=_("Give a reason beside the part."),
            )
        ]

    def __str__(self):
        return f"{self.part}: {self.reason}"
