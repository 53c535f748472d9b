"""Who: units as a tree, people, their roles, their inbox."""

from __future__ import annotations

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts import tree
from accounts.answerable import ANSWERABLE
from accounts.names import NameField, write_pinyin


class UnitQuerySet(models.QuerySet):
    def within(self, units):
        """The given units and everything below them in the tree."""
        paths = [unit.path for unit in units]
        if not paths:
            return self.none()
        condition = Q()
        for path in paths:
            condition |= Q(path__startswith=path)
        return self.filter(condition)

    def search(self, text: str):
        """By name, short name, code and chair; and as either name is read, whole or by initials. A university has some
        hundred units, so their names are read here and not kept.
        """
        from accounts.names import pinyin_of

        text = text.strip()
        plain = text.replace(" ", "").replace("'", "").lower()
        words = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(union_chair__icontains=text)
        named = self.model.objects.values_list("pk", "name", "short_name") if plain.isascii() else ()
        read = [
            pk
            for pk, *names in named
            if any(reading.startswith(plain) for name in names if name for reading in pinyin_of(name))
        ]
        return self.filter(words | Q(code__startswith=text) | Q(pk__in=read))


class Unit(models.Model):
    """A school, hospital or office of the university, with its department union (部门工会)."""

    class Kind(models.TextChoices):
        COLLEGE = "college", _("College")
        MEDICAL_SCHOOL = "medical_school", _("Medical school")
        AFFILIATED = "affiliated", _("Affiliated institution")
        DIRECT = "direct", _("Directly affiliated unit")
        OFFICE = "office", _("Administrative office")

    code = models.CharField(
        _("unit code"),
        max_length=20,
        unique=True,
        error_messages={"unique": _("This unit code is taken.")},
        validators=[
            RegexValidator(r"^[0-9A-Za-z-]+\Z", _("A unit code consists of digits, letters and hyphens."))
        ],
    )
    name = NameField(
        _("unit name"),
        max_length=100,
        unique=True,
        error_messages={"unique": _("There is a unit of this name already.")},
    )
    short_name = models.CharField(_("short name"), max_length=30, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent unit")
    )
    kind = models.CharField(_("kind of unit"), max_length=20, choices=Kind)
    union_name = models.CharField(_("department union"), max_length=100, blank=True)
    union_chair = models.CharField(_("chair of the department union"), max_length=50, blank=True)
    union_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    path = models.CharField(max_length=255, editable=False, db_index=True)

    MOST_PATH = path.max_length

    objects = UnitQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(code__contains="/"),
                name="a_unit_code_is_one_step_of_a_path",
                violation_error_message=_("A unit code consists of digits, letters and hyphens."),
            )
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        moved = self.path
        self.path = tree.path_of(self)
        with transaction.atomic():
            super().save(*args, **kwargs)
            if moved and moved != self.path:
                for child in self.children.all():
                    child.save()

    def is_related_to(self, other: Unit | None) -> bool:
        """Whether one of the two stands above the other, or both are the same."""
        return other is not None and (self.path.startswith(other.path) or other.path.startswith(self.path))

    def clean(self):
        if self.parent and self.pk and self.parent.path.startswith(f"{self.path}"):
            raise ValidationError({"parent": _("A unit cannot stand below itself.")})
        if tree.longest_path(self) > self.MOST_PATH:
            raise ValidationError({"parent": tree.TOO_DEEP})


class UserQuerySet(models.QuerySet):
    def with_role(self, *codes: str, unit: Unit | None = None, side: str | None = None):
        """Active people who hold one of the roles, for ``unit`` or a unit above it when one is given."""
        roles = Role.objects.filter(code__in=codes)
        if unit is not None:
            roles = roles.filter(unit__path__in=tree.prefixes(unit.path))
        if side is not None:
            roles = roles.filter(side=side)
        return self.filter(is_active=True, pk__in=roles.values("user"))

    def changeable_by(self, user: User | None):
        """Whom ``user`` may change as far as roles go: those who hold one by the system administrator only.

        They sign and decide, and who sets somebody's mail address can have their password reset.
        """
        if user is not None and (user.is_superuser or user.has_role(RoleCode.SYSADMIN)):
            return self
        return self.filter(is_superuser=False).exclude(pk__in=Role.objects.values("user"))

    def account_kept_by(self, user: User | None):
        """Whose mail address and one-time code ``user`` may set: of those whom they may change, not who leads or fills
        in a studio, and could then be signed in as; these are the system administrator's.
        """
        people = self.changeable_by(user)
        if user is not None and (user.is_superuser or user.has_role(RoleCode.SYSADMIN)):
            return people
        for keys in ANSWERABLE:
            people = people.exclude(pk__in=keys())
        return people

    def search(self, text: str):
        """By name, pinyin, initials and staff number."""
        text = text.strip()
        plain = text.replace(" ", "").replace("'", "").lower()
        return self.filter(
            Q(name__icontains=text)
            | Q(pinyin__startswith=plain)
            | Q(initials__startswith=plain)
            | Q(staff_no__startswith=text)
        )


class PeopleManager(UserManager.from_queryset(UserQuerySet)):
    def create_user(self, username, email=None, password=None, **fields):
        user = self.model(username=username, email=email or "", **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username, email=None, password=None, **fields):
        fields.pop("is_staff", None)
        return self.create_user(username, email, password, **{**fields, "is_superuser": True})


class User(AbstractUser):
    """A person of the university, or an invited outsider.

    Birth is kept as year and month only: ages and retirement need no more.
    """

    class Sex(models.TextChoices):
        MALE = "male", _("male")
        FEMALE = "female", _("female")

    first_name = None
    last_name = None
    staff_no = models.CharField(
        _("staff number"),
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        error_messages={"unique": _("This staff number is taken.")},
    )
    name = NameField(_("name"), max_length=60)
    pinyin = models.CharField(max_length=200, blank=True, editable=False, db_index=True)
    initials = models.CharField(max_length=40, blank=True, editable=False, db_index=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("unit")
    )
    sex = models.CharField(_("sex"), max_length=6, choices=Sex, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(_("month of birth"), null=True, blank=True)
    title = models.CharField(_("professional title"), max_length=40, blank=True)
    degree = models.CharField(_("education"), max_length=40, blank=True)
    academic_degree = models.CharField(_("academic degree"), max_length=20, blank=True)
    post = models.CharField(_("administrative post"), max_length=60, blank=True)
    politics = models.CharField(_("political affiliation"), max_length=30, blank=True)
    phone = models.CharField(_("mobile phone"), max_length=30, blank=True)
    honour_text = models.CharField(_("honours as recorded by personnel"), max_length=200, blank=True)

    objects = PeopleManager()
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["staff_no", "username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True) | Q(birth_month__range=(1, 12)),
                name="birth_month_is_a_month",
                violation_error_message=_("The month of birth is a number from 1 to 12."),
            ),
            # One signs in by it in capital or small letters.
            models.UniqueConstraint(
                Lower("username"),
                name="a_user_name_is_one_persons_in_any_letters",
                violation_error_message=_("Somebody else signs in by this name."),
            ),
        ]

    def __str__(self):
        return self.name or self.username

    def save(self, *args, **kwargs):
        write_pinyin(self)
        fields = set(kwargs.get("update_fields") or ())
        if "name" in fields:
            kwargs["update_fields"] = {*fields, "pinyin", "initials"}
        if fields == {"last_login"}:  # a sign-in changes nothing that anybody could dispute
            self.skip_history_when_saving = True
        super().save(*args, **kwargs)
        vars(self).pop("skip_history_when_saving", None)

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name

    def has_perm(self, perm: str, obj=None) -> bool:
        """Rules alone say who may, to a superuser as to everybody: nobody acts on their own case."""
        return self.is_active and any(
            backend.has_perm(self, perm, obj) for backend in get_backends() if hasattr(backend, "has_perm")
        )

    @cached_property
    def held(self) -> list[Role]:
        """The roles this person holds, read once a request."""
        return list(self.roles.select_related("unit")) if self.is_active else []

    def has_role(self, *codes: str) -> bool:
        return any(role.code in codes for role in self.held)

    def units_as(self, code: str, side: str | None = None) -> list[Unit]:
        """The units for which this person holds ``code`` (on that side of the house)."""
        return [role.unit for role in self.held if role.code == code and (side is None or role.side == side)]

    def acts_for(self, unit: Unit | None, code: str, side: str | None = None) -> bool:
        """Whether this person holds ``code`` for ``unit`` or for a unit above it."""
        return unit is not None and any(unit.path.startswith(own.path) for own in self.units_as(code, side))

    @property
    def account_state(self) -> str:
        """How the account stands, in words."""
        if not self.is_active:
            return _now("Switched off")
        return _now("Activated") if self.has_usable_password() else _now("Not activated yet")

    @property
    def is_staff(self) -> bool:
        """Whether the admin is open: to the union's office, not to portal roles."""
        return self.is_active and (self.is_superuser or self.has_role(*RoleCode.OFFICE))


class RoleCode(models.TextChoices):
    """Roles that are given; lead and member follow from the studios themselves."""

    DEPARTMENT_UNION = "department_union", _("Department union officer")
    UNIT_LEADER = "unit_leader", _("Unit leader")
    EXPERT = "expert", _("Expert")
    UNION_STAFF = "union_staff", _("Union staff")
    UNION_LEADER = "union_leader", _("Union leader")
    FINANCE = "finance", _("Finance")
    AUDITOR = "auditor", _("Auditor")
    SYSADMIN = "sysadmin", _("System administrator")


RoleCode.OFFICE = frozenset(
    {RoleCode.UNION_STAFF, RoleCode.UNION_LEADER, RoleCode.FINANCE, RoleCode.AUDITOR, RoleCode.SYSADMIN}
)
RoleCode.IN_A_UNIT = frozenset({RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER})


class Side(models.TextChoices):
    """The two sign-offs of a unit (Art. 8) are two different offices."""

    PARTY = "party", _("Party")
    ADMINISTRATION = "administration", _("Administration")


class Role(models.Model):
    """One role of one person, in one unit where the role is a unit's."""

    user = models.ForeignKey(User, models.CASCADE, related_name="roles", verbose_name=_("person"))
    code = models.CharField(_("role"), max_length=20, choices=RoleCode)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="roles", verbose_name=_("unit")
    )
    side = models.CharField(_("side"), max_length=20, choices=Side, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code", "unit", "side"],
                name="a_role_is_given_once_in_a_unit",
                violation_error_message=_("This person holds this role already."),
            ),
            models.UniqueConstraint(
                fields=["user", "code"],
                condition=Q(unit__isnull=True),
                name="a_role_without_unit_is_given_once",
                violation_error_message=_("This person holds this role already."),
            ),
            models.CheckConstraint(
                condition=Q(code__in=["department_union", "unit_leader"], unit__isnull=False)
                | (~Q(code__in=["department_union", "unit_leader"]) & Q(unit__isnull=True)),
                name="unit_roles_name_their_unit",
                violation_error_message=_(
                    "Department union officers and unit leaders are named for a unit, other roles for none."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(code="unit_leader") & ~Q(side="")) | (~Q(code="unit_leader") & Q(side="")),
                name="only_unit_leaders_have_a_side",
                violation_error_message=_(
                    "A unit leader signs for the Party or for the administration; other roles have no side."
                ),
            ),
        ]

    def __str__(self):
        words = [self.get_code_display()]
        if self.side:
            words.append(self.get_side_display())
        if self.unit_id:
            words.append(self.unit.name)
        return " · ".join(str(word) for word in words)


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(recipient=user)

    def unread_count(self, user) -> int:
        return self.filter(recipient=user, read_at=None).count()


class Notice(models.Model):
    """One message to one person: in the inbox, and by mail when an address is known.

    The unique (event, milestone, recipient) is what makes sending happen once, however often a day is run.
    """

    recipient = models.ForeignKey(User, models.CASCADE, related_name="notices", verbose_name=_("recipient"))
    event = models.CharField(max_length=80)
    milestone = models.CharField(max_length=40, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "milestone", "recipient"], name="a_notice_is_sent_once")
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"]),
            models.Index(fields=["recipient", "read_at"]),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("accounts:notice", args=[self.pk])


class ActivationCode(models.Model):
    """A one-time code, printed for a person who has no mail; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="activation_codes", verbose_name=_("person"))
    code_hash = models.CharField(max_length=255)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("activation code")
        verbose_name_plural = _("activation codes")
        ordering = ["-created_at"]

    def __str__(self):
        return f"{self.user} {self.created_at:%Y-%m-%d}"
