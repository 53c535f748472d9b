"""The numbers a union changes without a programmer (DOMAIN §4), versioned, each with its article."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from studios.levels import Level

LAST_DAY = date(2100, 12, 31)
FIRST = {"effective_on": date(2022, 6, 16), "title": "2022年6月16日起施行"}


def between(least: int, most: int) -> list:
    """Validators that say at the field what a constraint below keeps."""
    return [MinValueValidator(least), MaxValueValidator(most)]


class PolicyQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Policy:
        """The version in force on a day.

        :raises Policy.DoesNotExist: when no version has taken effect by then.
        """
        policy = self.filter(effective_on__lte=on).order_by("-effective_on", "-pk").first()
        if policy is None:
            raise self.model.DoesNotExist(
                _now("No policy is in force on %(day)s. Enter one in the admin.") % {"day": date_format(on)}
            )
        return policy


class Policy(models.Model):
    """One version. A round and a cycle keep the version in force when they were opened."""

    class Aggregation(models.TextChoices):
        MEAN = "mean", _("mean")
        MEDIAN = "median", _("median")
        TRIMMED = "trimmed", _("trimmed mean")

    title = models.CharField(_("title of the version"), max_length=80)
    effective_on = models.DateField(
        _("effective from"),
        unique=True,
        validators=[MaxValueValidator(LAST_DAY)],
        error_messages={"unique": _("A version takes effect on this day already.")},
    )

    honour_level = models.CharField(
        _("minimum level of the lead's honour"), max_length=20, choices=Level, default=Level.MUNICIPAL
    )
    members_least = models.PositiveSmallIntegerField(_("members besides the lead, at least"), default=3)
    projects_a_year = models.PositiveSmallIntegerField(
        _("projects running in each year, at least"), default=1
    )
    project_level = models.CharField(
        _("minimum level of these projects"), max_length=20, choices=Level, default=Level.PROVINCIAL
    )
    results_in_two_years = models.PositiveSmallIntegerField(
        _("recognised results in every two years, at least"), default=1
    )
    results_aim = models.PositiveSmallIntegerField(
        _("recognised results in every two years, the aim"), default=2
    )
    trainings_a_year = models.PositiveSmallIntegerField(_("trainings a year"), default=2)
    exchanges_a_year = models.PositiveSmallIntegerField(_("exchanges a year"), default=2)
    mentorings_a_year = models.PositiveSmallIntegerField(_("mentorings a year"), default=1)
    cycle_years = models.PositiveSmallIntegerField(
        _("length of a cycle (years)"), default=3, validators=between(1, 10)
    )
    grant_amount = models.DecimalField(
        _("grant per cycle (yuan)"), max_digits=12, decimal_places=2, default=Decimal("20000.00")
    )
    grant_purposes = models.TextField(
        _("allowed purposes of the grant, one a line"),
        default="技术培训\n业务交流\n资料图书\n实验耗材\n成果推广",
    )
    notice_days = models.PositiveSmallIntegerField(
        _("length of the public notice (working days)"), default=5, validators=between(1, 60)
    )
    naming_month = models.PositiveSmallIntegerField(
        _("naming day: month"), default=5, validators=between(1, 12)
    )
    naming_day = models.PositiveSmallIntegerField(_("naming day: day"), default=1, validators=between(1, 28))
    experts_each = models.PositiveSmallIntegerField(_("experts per application"), default=5)
    experts_quorum = models.PositiveSmallIntegerField(_("quorum of experts"), default=3)
    aggregation = models.CharField(
        _("how scores are put together"), max_length=10, choices=Aggregation, default=Aggregation.TRIMMED
    )
    pass_mark = models.DecimalField(
        _("pass mark"), max_digits=5, decimal_places=2, default=Decimal("70.00"), validators=between(0, 100)
    )
    marks_apart = models.DecimalField(
        _("marks are talked over when further apart than (points)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal("20.00"),
        validators=between(1, 100),
    )
    excellent_percent = models.PositiveSmallIntegerField(
        _("share of “excellent” (percent)"), default=20, validators=between(0, 100)
    )
    # Days before, with commas between them; what is overdue is reminded of every ``overdue_reminder_days``.
    closing_reminders = models.CharField(
        _("reminders before applications close (days)"), max_length=80, default="14,7,3,1"
    )
    correction_reminders = models.CharField(
        _("reminders before a correction is due (days)"), max_length=80, default="7,3,1"
    )
    signing_reminders = models.CharField(
        _("reminders before recommendation and sign-offs are due (days)"), max_length=80, default="5,3,1"
    )
    review_reminders = models.CharField(
        _("reminders before expert reviews are due (days)"), max_length=80, default="7,3,1"
    )
    decision_reminders = models.CharField(
        _("reminders before check, decision and naming are due (days)"), max_length=80, default="14,7,3,1"
    )
    cycle_reminders = models.CharField(
        _("reminders before a cycle ends (days)"), max_length=80, default="180,90,30,7,1"
    )
    overdue_reminder_days = models.PositiveSmallIntegerField(
        _("reminder when overdue, every (days)"), default=7, validators=between(1, 365)
    )
    endorse_days = models.PositiveSmallIntegerField(
        _("days for recommendation and sign-offs"), default=7, validators=between(1, 90)
    )
    ban_after_refusal = models.PositiveSmallIntegerField(
        _("years before a refused studio may apply again"), default=1, validators=between(0, 10)
    )
    ban_after_revocation = models.PositiveSmallIntegerField(
        _("years before a revoked studio may apply again"), default=3, validators=between(0, 10)
    )
    retirement_male = models.PositiveSmallIntegerField(
        _("retirement age, men"), default=60, validators=between(40, 80)
    )
    retirement_female = models.PositiveSmallIntegerField(
        _("retirement age, women"), default=55, validators=between(40, 80)
    )

    objects = PolicyQuerySet.as_manager()
    history = HistoricalRecords()

    REMINDERS = (
        "closing_reminders",
        "correction_reminders",
        "signing_reminders",
        "review_reminders",
        "decision_reminders",
        "cycle_reminders",
    )
    # The article each number rests on; "practice" marks what the regulation leaves to the union.
    ARTICLES = {
        "honour_level": "3(1)",
        "members_least": "3(2)",
        "projects_a_year": "3(3)",
        "project_level": "3(3)",
        "results_in_two_years": "3(4)",
        "results_aim": "3(4)",
        "trainings_a_year": "11",
        "exchanges_a_year": "11",
        "mentorings_a_year": "11",
        "cycle_years": "12",
        "grant_amount": "13",
        "grant_purposes": "13",
        "notice_days": "7",
        "naming_month": "8",
        "naming_day": "8",
        "experts_each": "7",
        "experts_quorum": "7",
        "aggregation": "7",
        "pass_mark": "7",
        "marks_apart": "7",
        "excellent_percent": "11",
        "closing_reminders": "7",
        "correction_reminders": "8",
        "signing_reminders": "8",
        "review_reminders": "7",
        "decision_reminders": "8",
        "cycle_reminders": "12",
        "overdue_reminder_days": "11",
        "endorse_days": "8",
        "ban_after_refusal": "7",
        "ban_after_revocation": "12",
        "retirement_male": "12",
        "retirement_female": "12",
    }

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["-effective_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(experts_quorum__lte=models.F("experts_each")),
                name="quorum_fits_the_experts",
                violation_error_message=_("The quorum cannot exceed the number of experts."),
            ),
            models.CheckConstraint(
                condition=models.Q(effective_on__lte=LAST_DAY),
                name="policies_take_effect_until_2100",
                violation_error_message=_("A version takes effect by the end of 2100."),
            ),
            models.CheckConstraint(
                condition=models.Q(cycle_years__range=(1, 10)),
                name="a_cycle_has_one_to_ten_years",
                violation_error_message=_("A cycle has 1 to 10 years."),
            ),
            models.CheckConstraint(
                condition=models.Q(naming_month__range=(1, 12), naming_day__range=(1, 28)),
                name="the_naming_day_is_in_every_year",
                violation_error_message=_(
                    "The naming day is one that every year has: month 1 to 12, day 1 to 28."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    endorse_days__range=(1, 90),
                    notice_days__range=(1, 60),
                    overdue_reminder_days__range=(1, 365),
                ),
                name="the_days_of_a_policy_can_be_waited_for",
                violation_error_message=_(
                    "Signing takes 1 to 90 days, a notice 1 to 60 working days; of what is overdue there is a reminder "
                    "every 1 to 365 days."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(ban_after_refusal__range=(0, 10), ban_after_revocation__range=(0, 10)),
                name="a_ban_lasts_ten_years_at_most",
                violation_error_message=_("A ban on applying again lasts 10 years at most."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    pass_mark__range=(0, 100), excellent_percent__range=(0, 100), marks_apart__range=(1, 100)
                ),
                name="marks_and_shares_are_of_a_hundred",
                violation_error_message=_(
                    "Pass mark, share of “excellent” and the distance of marks lie between 0 and 100."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(retirement_male__range=(40, 80), retirement_female__range=(40, 80)),
                name="people_retire_between_40_and_80",
                violation_error_message=_("The retirement age lies between 40 and 80."),
            ),
        ]

    def __str__(self):
        return self.title

    def naming_on(self, year: int) -> date:
        """The naming day of a year; 1 May by default (Art. 8)."""
        return date(year, self.naming_month, self.naming_day)

    def days_before(self, reminders: str) -> tuple[int, ...]:
        """How many days before the day itself there is a reminder; ``reminders`` is one of :attr:`REMINDERS`."""
        return tuple(int(days) for days in getattr(self, reminders).split(",") if days.strip().isdecimal())

    def is_used(self) -> bool:
        """Whether a round, an assessment or a cycle rests on this version; it is then read-only."""
        relations = [
            r for r in self._meta.related_objects if not r.related_model.__name__.startswith("Historical")
        ]
        return any(getattr(self, r.get_accessor_name()).exists() for r in relations)
