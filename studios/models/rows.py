"""The rows of a studio's papers: honours, members, projects, place, budget, rules."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.names import NameField, bare, bare_in_database
from studios.levels import Level
from studios.models.belonging import present
from studios.models.studio import Studio

YEAR = [
    MinValueValidator(1949, _("Give a year after 1949.")),
    MaxValueValidator(2100, _("Give a year before 2100.")),
]
BIRTH_YEAR = [MinValueValidator(1900, _("Give a year of birth after 1900.")), MaxValueValidator(2100)]


class RowQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(studio__in=Studio.objects.visible_to(user))


class Row(models.Model):
    """One row of a studio's papers.

    ``once`` comes with the form that adds the row: the same form sent twice, or eight times at once, is one
    row.
    """

    studio = models.ForeignKey(Studio, models.CASCADE, related_name="%(class)ss", verbose_name=_("studio"))
    once = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = RowQuerySet.as_manager()

    class Meta:
        abstract = True


class Honour(Row):
    """An honour of the lead (Art. 3, first condition)."""

    title = models.CharField(_("title of the honour"), max_length=100)
    level = models.CharField(_("level"), max_length=20, choices=Level)
    year = models.PositiveSmallIntegerField(_("year"), validators=YEAR)
    certificate_no = models.CharField(_("certificate number"), max_length=60, blank=True)
    body = models.CharField(_("awarded by"), max_length=100, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("honour")
        verbose_name_plural = _("honours")
        ordering = ["-year", "pk"]

    def __str__(self):
        return f"{self.year} {self.title}"


class Rank(models.TextChoices):
    """The band of a professional title, as the structure of a team is counted."""

    SENIOR = "senior", _("Senior title")
    MIDDLE = "middle", _("Intermediate title")
    JUNIOR = "junior", _("Junior title")
    OTHER = "other", _("Other")


class MemberQuerySet(RowQuerySet):
    def present(self, on: date):
        """Those who belong to the team on a day."""
        return self.filter(present(on))

    def bearing(self, name: str):
        """Those who are listed by name alone, and by this one."""
        return self.filter(user=None).alias(bare=bare_in_database("name")).filter(bare=bare(name))


class Member(Row):
    """A member of the team besides the lead (Art. 3, second condition)."""

    class Duty(models.TextChoices):
        CORE = "core", _("Core member")
        MEMBER = "member", _("Member")
        SECRETARY = "secretary", _("Secretary")
        APPRENTICE = "apprentice", _("Apprentice")

    class Degree(models.TextChoices):
        DOCTOR = "doctor", _("Doctorate")
        MASTER = "master", _("Master’s degree")
        BACHELOR = "bachelor", _("Bachelor’s degree")
        COLLEGE = "college", _("Junior college")
        OTHER = "other", _("Other education")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("account"),
    )
    name = NameField(_("name"), max_length=60)
    title = models.CharField(_("professional title"), max_length=40, blank=True)
    rank = models.CharField(_("band of title"), max_length=10, choices=Rank, blank=True)
    degree = models.CharField(_("education"), max_length=10, choices=Degree, blank=True)
    birth_year = models.PositiveSmallIntegerField(
        _("year of birth"), null=True, blank=True, validators=BIRTH_YEAR
    )
    role = models.CharField(_("role in the studio"), max_length=12, choices=Duty, default=Duty.MEMBER)
    duty = models.CharField(_("what they do"), max_length=200, blank=True)
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)

    objects = MemberQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["studio", "user"],
                condition=Q(left_on__isnull=True),
                name="a_member_is_listed_once",
                violation_error_message=_("This person is listed as a member already."),
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True)
                | Q(joined_on__isnull=True)
                | Q(left_on__gte=F("joined_on")),
                name="members_leave_after_they_join",
                violation_error_message=_("The day of leaving comes after the day of joining."),
            ),
        ]

    def __str__(self):
        return self.name

    def is_present(self, on: date) -> bool:
        """Whether they belong to the team on a day, as :meth:`MemberQuerySet.present` asks it of many."""
        return (self.joined_on is None or self.joined_on <= on) and (
            self.left_on is None or self.left_on > on
        )

    @property
    def staff_no(self) -> str:
        """The staff number of somebody of the university; empty for others."""
        return (self.user.staff_no or "") if self.user else ""

    def save(self, *args, **kwargs):
        from studios.titles import rank_of

        self.rank = rank_of(self.title)
        super().save(*args, **kwargs)


class Project(Row):
    """An innovation project with its level and period (Art. 3, third condition)."""

    name = models.CharField(_("name of the project"), max_length=200)
    level = models.CharField(_("level"), max_length=20, choices=Level)
    number = models.CharField(_("project number"), max_length=60, blank=True)
    funder = models.CharField(_("funded or approved by"), max_length=100, blank=True)
    duty = models.CharField(_("role of the studio"), max_length=100, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    amount = models.DecimalField(
        _("funding (yuan)"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="projects_end_after_they_start",
                violation_error_message=_("The end of the project comes before its beginning."),
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="funding_is_not_below_nought",
                violation_error_message=_("The amount is not below nought."),
            ),
        ]

    def __str__(self):
        return self.name


class Venue(models.Model):
    """The fixed place of a studio (Art. 3, fifth condition); photos are attachments in slot ``photo``."""

    studio = models.OneToOneField(Studio, models.CASCADE, related_name="venue", verbose_name=_("studio"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    area = models.DecimalField(
        _("floor area (m²)"),
        max_digits=8,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
    )

    objects = RowQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self):
        return self.address


class BudgetLine(Row):
    """One line of the dedicated budget of a year, with its source (Art. 3, fifth condition)."""

    class Source(models.TextChoices):
        UNIT = "unit", _("Unit")
        UNION = "union", _("University union")
        PROJECT = "project", _("Project funds")
        OTHER = "other", _("Other")

    studio = models.ForeignKey(Studio, models.CASCADE, related_name="budget_lines", verbose_name=_("studio"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEAR)
    purpose = models.CharField(_("purpose"), max_length=100)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    amount = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        ordering = ["-year", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="budget_lines_are_above_nought",
                violation_error_message=_("The amount is more than nought."),
            ),
        ]

    def __str__(self):
        return f"{self.year} {self.purpose}"


RULES = ("exchange", "problems", "transfer", "training")  # as the regulation names them (Art. 9)


class RuleDocument(Row):
    """One of the studio's own rules (Art. 9); the text is an attachment."""

    class Kind(models.TextChoices):
        EXCHANGE = "exchange", _("Study and exchange")
        PROBLEMS = "problems", _("Problem solving")
        TRANSFER = "transfer", _("Transfer of results")
        TRAINING = "training", _("Training of people")

    studio = models.ForeignKey(
        Studio, models.CASCADE, related_name="rule_documents", verbose_name=_("studio")
    )
    kind = models.CharField(_("what it governs"), max_length=10, choices=Kind)
    title = models.CharField(_("title of the rules"), max_length=120)
    version = models.CharField(_("version"), max_length=20, blank=True)
    dated_on = models.DateField(_("date"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rules of the studio")
        verbose_name_plural = _("rules of the studio")
        ordering = [Case(*(When(kind=kind, then=at) for at, kind in enumerate(RULES))), "pk"]

    def __str__(self):
        return self.title
