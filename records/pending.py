"""An upload that waits for its confirmation: kept as it came, so that what was previewed is what is applied."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(hours=12)


class PendingImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Lists hold telephone numbers and births: only who uploaded one sees it again."""
        return self.filter(by=user)

    def waiting(self, on=None):
        return self.filter(applied_at=None, expires_at__gt=on or timezone.now())

    def hold(self, *, kind: str, name: str, content: bytes, by) -> PendingImport:
        """Keeps an upload for ``KEPT``."""
        self.forget(timezone.now())
        return self.create(
            kind=kind,
            name=name[:150],
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            by=by,
            expires_at=timezone.now() + KEPT,
        )

    def forget(self, now) -> int:
        """Deletes what nobody confirmed in time, and the content of what was; returns how many there were."""
        old = self.filter(expires_at__lte=now)
        emptied = old.exclude(applied_at=None).exclude(content=b"").update(content=b"")
        return emptied + old.filter(applied_at=None).delete()[0]


class PendingImport(models.Model):
    """One uploaded list. Of one that was applied the counts stay, as the record of who did it."""

    kind = models.CharField(_("kind"), max_length=30)
    name = models.CharField(_("file name"), max_length=150)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("uploaded by")
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    expires_at = models.DateTimeField()
    applied_at = models.DateTimeField(_("imported"), null=True, blank=True)
    outcome = models.JSONField(default=dict)

    objects = PendingImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]

    def __str__(self):
        return self.name

    def take(self, outcome: dict[str, int]) -> bool:
        """Marks as applied, once: of two clicks the second gets ``False``."""
        now = timezone.now()
        taken = type(self).objects.waiting(now).filter(pk=self.pk)
        return bool(taken.update(applied_at=now, outcome=outcome))
