"""The public notice of those that are to be named: what it shows, and for how long (公示)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models.round import Round
from reviews.models.states import State

# What stands in its notice: approved by it, or named since.
STANDING = (State.APPROVED, State.NAMED)


class PublicNoticeQuerySet(models.QuerySet):
    def open(self, on: date):
        """Those to which objections may be raised on a day."""
        return self.filter(published_on__lte=on, ends_on__gte=on)

    def with_standing(self):
        """Each with ``left``: how many of its studios still stand in it, see :meth:`PublicNotice.standing`."""
        standing = Q(applications__state__in=STANDING)
        return self.annotate(left=models.Count("applications", filter=standing))


class PublicNotice(models.Model):
    """One notice; a round has a further one when decisions are released later.

    ``entries`` is all that the public reads of a studio: application (its key), number, studio, unit, lead, kinds.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="notices", verbose_name=_("round"))
    serial = models.PositiveSmallIntegerField(_("number within the round"))
    title = models.CharField(_("title"), max_length=120)
    entries = models.JSONField(_("studios"), default=list, editable=False)
    days = models.PositiveSmallIntegerField(_("working days"))
    published_on = models.DateField(_("published"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    # False when the holiday plan of these days was not out yet, and weekdays were taken for worked.
    plan_is_known = models.BooleanField(default=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("published by")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["-published_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "serial"],
                name="notices_of_a_round_are_numbered",
                violation_error_message=_("There is a notice of this number already."),
            ),
            models.CheckConstraint(
                condition=Q(published_on__lt=F("starts_on"), starts_on__lte=F("ends_on"), days__gte=1),
                name="a_notice_runs_after_its_publication",
                violation_error_message=_(
                    "A notice runs from a day after its publication, for one day at least."
                ),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reviews:notice", args=[self.pk])

    def is_open(self, on: date) -> bool:
        """Whether objections are taken on a day: from its publication to the end of its last day."""
        return self.published_on <= on <= self.ends_on

    def is_over(self, on: date) -> bool:
        return on > self.ends_on

    def placed(self) -> list[dict]:
        """The entries with their ``place`` in it, from 1 on: by it the public page names a studio, for no expert knows
        the papers by it.
        """
        return [{**one, "place": place} for place, one in enumerate(self.entries, start=1)]

    def standing(self) -> set[int]:
        """The applications that still stand in it: approved by it, or named since; one query. What was taken out by an
        objection or a reversal is not among them, also where a later notice carries it again.
        """
        held = self.applications.filter(state__in=STANDING)
        return set(held.values_list("pk", flat=True))

    def upheld(self) -> set[int]:
        """The applications to which an objection raised by this notice was upheld; one query."""
        return set(self.objections.filter(state="upheld").values_list("application", flat=True))
