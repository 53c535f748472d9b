"""The experts of a round, and relations that keep one of them away from a studio."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models.round import Round
from studios.models import Studio


class Panelist(models.Model):
    """One expert of one round."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="panel", verbose_name=_("round"))
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="panels", verbose_name=_("expert")
    )
    most = models.PositiveSmallIntegerField(
        _("applications at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("expert of a round")
        verbose_name_plural = _("experts of a round")
        ordering = ["expert__pinyin", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "expert"],
                name="an_expert_sits_once_on_a_panel",
                violation_error_message=_("This expert is on the panel already."),
            ),
            models.CheckConstraint(
                condition=Q(most__isnull=True) | Q(most__gte=1),
                name="an_expert_takes_at_least_one",
                violation_error_message=_("Give a number from 1 on, or leave it empty."),
            ),
        ]

    def __str__(self):
        return self.expert.name


class RelationQuerySet(models.QuerySet):
    def studios_of(self, person) -> frozenset[int]:
        """The keys of the studios with which a relation of this account is declared; asked once of an account that is
        read, as its roles are. Names that a studio's side typed do not count: it chooses not who decides.
        """
        if (found := getattr(person, "related_studios", None)) is None:
            found = frozenset(self.filter(person=person.pk).values_list("studio", flat=True))
            person.related_studios = found
        return found


def studios_of_their_own(person):
    """The studios that are somebody's own case by their account, or with which a relation of theirs is declared."""
    related = Relation.objects.filter(person=person.pk).values("studio")
    return Studio.objects.filter(Q(pk__in=Studio.objects.concerning(person).values("pk")) | Q(pk__in=related))


class DeclaredBy(models.TextChoices):
    """For which side somebody declared a relation; it stays that side’s, whoever holds which office later."""

    STUDIO = "studio", _("the studio")
    OFFICE = "office", _("the office")
    EXPERT = "expert", _("the expert")


class Relation(models.Model):
    """A relation between a person and a studio that either side has declared: the person reviews it in no round."""

    studio = models.ForeignKey(Studio, models.CASCADE, related_name="relations", verbose_name=_("studio"))
    # The studio's side names somebody without learning who is on the panel: then there is only a name.
    name = models.CharField(_("name"), max_length=60)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="relations",
        verbose_name=_("person"),
    )
    reason = models.CharField(_("relation"), max_length=200)
    side = models.CharField(
        _("side"), max_length=6, choices=DeclaredBy, default=DeclaredBy.STUDIO, editable=False
    )
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("declared by")
    )
    declared_at = models.DateTimeField(_("declared"), default=timezone.now, editable=False)

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("declared relation")
        verbose_name_plural = _("declared relations")
        ordering = ["-declared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["studio", "name", "declared_by"],
                name="a_relation_is_declared_once_by_each",
                violation_error_message=_("You have declared this relation already."),
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(name=""),
                name="a_relation_says_what_it_is",
                violation_error_message=_("Say with whom, and what the relation is."),
            ),
        ]

    def __str__(self):
        return f"{self.name} · {self.studio}"
