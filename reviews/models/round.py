"""The yearly selection (Art. 7)."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from records.templatetags.present import cn_date
from reviews.models.rubric import Rubric
from studios.models import Policy

FIRST_YEAR, LAST_YEAR = 2023, 2100
BEFORE_THE_FIRST = _("Selections are held from 2023 on (Article 7).")
AFTER_THE_LAST = _("The year is 2100 at the latest.")


class RoundQuerySet(models.QuerySet):
    def open(self, on: date):
        return self.filter(opens_on__lte=on, closes_on__gte=on)

    def under_way(self, on: date):
        """Not decided yet: a draft may be begun; after the closing day it needs leave to come late."""
        return self.filter(opens_on__lte=on, decide_by__gte=on)

    def to_open(self, on: date):
        """Announced, and not opened by this day."""
        return self.filter(opens_on__gt=on)


class Shows(models.TextChoices):
    """What an expert who has handed in sees of the other sheets of the same application."""

    NOTHING = "nothing", _("Nothing")
    MARKS = "marks", _("Marks, without names")
    ALL = "all", _("Marks and comments, without names")


class Round(models.Model):
    """One selection a year from 2023 on, with its windows; no limit on how many are named (Art. 7)."""

    year = models.PositiveSmallIntegerField(
        _("year"),
        unique=True,
        validators=[
            MinValueValidator(FIRST_YEAR, BEFORE_THE_FIRST),
            MaxValueValidator(LAST_YEAR, AFTER_THE_LAST),
        ],
        error_messages={"unique": _("There is a round for this year already.")},
    )
    title = models.CharField(_("title"), max_length=80)
    opens_on = models.DateField(_("applications from"))
    closes_on = models.DateField(_("applications until"))
    endorse_by = models.DateField(_("recommendation and sign-offs until"))
    decide_by = models.DateField(_("decision until"))
    naming_on = models.DateField(_("naming day"))
    policy = models.ForeignKey(
        Policy, models.PROTECT, related_name="rounds", verbose_name=_("policy version")
    )

    # Expert review (Art. 7): by which rubric, until when, and what experts may see of each other.
    rubric = models.ForeignKey(
        Rubric, models.PROTECT, null=True, blank=True, related_name="rounds", verbose_name=_("rubric")
    )
    review_by = models.DateField(_("expert review until"), null=True, blank=True)
    blind = models.BooleanField(
        _("blind review"),
        default=False,
        help_text=_("Experts read the papers without names and units."),
    )
    shows = models.CharField(
        _("what experts see of each other after handing in"),
        max_length=10,
        choices=Shows,
        default=Shows.NOTHING,
    )

    objects = RoundQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR),
                name="rounds_begin_in_2023",
                violation_error_message=BEFORE_THE_FIRST,
            ),
            models.CheckConstraint(
                condition=Q(year__lte=LAST_YEAR),
                name="rounds_are_held_until_2100",
                violation_error_message=AFTER_THE_LAST,
            ),
            models.CheckConstraint(
                condition=Q(opens_on__year__gte=F("year") - 1) & Q(naming_on__year__lte=F("year") + 1),
                name="the_days_of_a_round_are_near_its_year",
                violation_error_message=_(
                    "The days of a round lie in its year, in the one before or in the one after."
                ),
            ),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("closes_on"))
                & Q(closes_on__lte=F("endorse_by"))
                & Q(endorse_by__lte=F("decide_by"))
                & Q(decide_by__lte=F("naming_on")),
                name="the_windows_of_a_round_follow_each_other",
                violation_error_message=_(
                    "The dates of a round follow each other: opening, closing, sign-offs, decision, naming."
                ),
            ),
            models.CheckConstraint(
                condition=Q(review_by__isnull=True)
                | Q(review_by__gte=F("endorse_by"), review_by__lte=F("decide_by")),
                name="experts_review_between_sign_offs_and_decision",
                violation_error_message=_("Experts review after the sign-offs and before the decision."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reviews:round", args=[self.pk])

    def clean(self):
        """Who has handed in has written for those who were to read it: that stays."""
        super().clean()
        before = type(self).objects.filter(pk=self.pk).values_list("shows", flat=True).first()
        if before not in (None, self.shows) and self.has_been_scored():
            raise ValidationError(
                {"shows": _("Sheets are handed in already: what experts see of each other stays as it is.")}
            )

    def has_been_scored(self) -> bool:
        """Whether an expert has handed in a sheet, also one that was given back since."""
        sheets = self.applications.filter(assignments__state="handed_in")
        return (sheets | self.applications.filter(assignments__log__verb="hand_in")).exists()

    def names_on(self, day: date) -> bool:
        """Whether a naming may bear this day: not before the round opened, nor more than a year after its naming day; a
        slip of the pen would stand on every certificate.
        """
        return self.opens_on <= day <= self.naming_on.replace(year=self.naming_on.year + 1, day=28)

    def why_not_late(self, until: date) -> str:
        """Why nobody is let in late until this day, as a sentence; empty when somebody may be."""
        if self.closes_on < until <= self.decide_by:
            return ""
        facts = {"closes": cn_date(self.closes_on), "decide": cn_date(self.decide_by)}
        return _now("Give a day after %(closes)s, when the round closes, and not after %(decide)s.") % facts

    def is_under_way(self, on: date) -> bool:
        return self.opens_on <= on <= self.decide_by

    def is_open(self, on: date) -> bool:
        return self.opens_on <= on <= self.closes_on


def follow_the_policy(sender, instance: Policy, **signal) -> None:
    """A version that takes effect before an announced round opens is the one that the round will go by (DOMAIN §4)."""
    if not Policy.objects.exclude(pk=instance.pk).exists():
        return  # the first of all replaces none
    for round_ in Round.objects.to_open(timezone.localdate()).select_related("policy"):
        policy = Policy.objects.in_force(round_.opens_on)
        if policy != round_.policy:
            round_.policy = policy
            round_.save(update_fields=["policy"])
