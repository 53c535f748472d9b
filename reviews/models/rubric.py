"""What experts score by: weighted criteria with guidance, in versions that are frozen once somebody scores by them."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from records.moves import DomainError
from reviews.aggregation import WHOLE
from reviews.aggregation import Criterion as Weighed


class Rubric(models.Model):
    """One version. A round names the one it is scored by."""

    title = models.CharField(
        _("title of the version"),
        max_length=80,
        unique=True,
        error_messages={"unique": _("There is a version of this title already.")},
    )
    note = models.TextField(_("what experts read first"), blank=True)
    # A mark in the lowest or the highest part of its scale has to be explained.
    low_end = models.PositiveSmallIntegerField(
        _("comment needed up to (percent of the scale)"), default=30, validators=[MaxValueValidator(100)]
    )
    high_end = models.PositiveSmallIntegerField(
        _("comment needed from (percent of the scale)"), default=90, validators=[MaxValueValidator(100)]
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(low_end__lt=F("high_end"), high_end__lte=100),
                name="the_ends_of_a_scale_lie_apart",
                violation_error_message=_("The low end of the scale lies below the high end."),
            ),
        ]

    def __str__(self):
        return self.title

    def weight(self) -> Decimal:
        """What the weights come to; a rubric that is scored by has 100 points."""
        return sum((one.weight for one in self.criteria.all()), Decimal())

    def weighed(self) -> list[Weighed]:
        """The criteria as :mod:`reviews.aggregation` reckons with them."""
        return [Weighed(one.key, one.weight, one.top) for one in self.criteria.all()]

    def missing(self) -> list[str]:
        """Why experts cannot score by it yet, one sentence each."""
        if not self.criteria.exists():
            return [_now("The rubric has no criteria.")]
        if (weight := self.weight()) != WHOLE:
            return [
                _now("The weights come to %(weight)s points; they must come to 100.")
                % {"weight": f"{weight.normalize():f}"}
            ]
        return []

    @property
    def is_frozen(self) -> bool:
        """Whether a round is scored by it: marks mean something only as long as it stays as it is."""
        return self.rounds.exists()

    def copy(self, title: str) -> Rubric:
        """A new version to be changed, with all criteria of this one."""
        with transaction.atomic():
            twin = Rubric.objects.create(
                title=title, note=self.note, low_end=self.low_end, high_end=self.high_end
            )
            for criterion in self.criteria.all():
                criterion.pk, criterion.rubric, criterion._state.adding = None, twin, True
                criterion.save()
        return twin


class Criterion(models.Model):
    """One thing that is scored, from 0 to ``top``, and what it counts for."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="criteria", verbose_name=_("rubric"))
    key = models.SlugField(_("short name"), max_length=20)
    position = models.PositiveSmallIntegerField(_("order"))
    title = models.CharField(_("criterion"), max_length=60)
    weight = models.DecimalField(
        _("weight (points)"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(WHOLE)],
    )
    top = models.PositiveSmallIntegerField(
        _("highest mark"), default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    guidance = models.TextField(_("what is judged"))
    low_anchor = models.CharField(_("what a low mark stands for"), max_length=200)
    high_anchor = models.CharField(_("what a high mark stands for"), max_length=200)
    source = models.CharField(
        _("article or source"), max_length=60, help_text=_("Such as 3(1) for Article 3, item 1.")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rubric", "key"],
                name="a_criterion_stands_once_in_a_rubric",
                violation_error_message=_("This short name stands twice in the rubric."),
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0, top__gte=1),
                name="a_criterion_counts_for_something",
                violation_error_message=_("A criterion has a weight and a highest mark above 0."),
            ),
        ]

    def __str__(self):
        return self.title

    def needs_comment(self, mark: Decimal) -> bool:
        """Whether a mark lies at either end of the scale and has to be explained."""
        share = mark * 100 / self.top
        return share <= self.rubric.low_end or share >= self.rubric.high_end


def adopted(rubric: Rubric) -> Rubric:
    """The rubric, once it is whole.

    :raises DomainError: while experts cannot score by it.
    """
    if problems := rubric.missing():
        raise DomainError(_now("Experts cannot score by this rubric yet."), tuple(problems))
    return rubric
