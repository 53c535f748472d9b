"""People, and how they are found."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts import tree
from accounts.answerable import ANSWERABLE
from accounts.models.role import Role, RoleCode
from accounts.models.unit import Unit
from accounts.names import NameField, bare, write_pinyin


class UserQuerySet(models.QuerySet):
    def with_role(self, *codes: str, unit: Unit | None = None, side: str | None = None):
        """Active people who hold one of the roles, for ``unit`` or a unit above it when one is given."""
        roles = Role.objects.filter(code__in=codes)
        if unit is not None:
            roles = roles.filter(unit__path__in=tree.prefixes(unit.path))
        if side is not None:
            roles = roles.filter(side=side)
        return self.filter(is_active=True, pk__in=roles.values("user"))

    def reading_all(self):
        """Those to whom an office shows every application with all that is said of it."""
        return self.filter(
            Q(is_superuser=True) | Q(pk__in=Role.objects.filter(code__in=RoleCode.READS_ALL).values("user"))
        )

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
        """The roles this person holds, read once a request; not again where they were read for many at once."""
        is_read = "roles" in getattr(self, "_prefetched_objects_cache", {})
        roles = self.roles.all() if is_read else self.roles.select_related("unit")
        return list(roles) if self.is_active else []

    def has_role(self, *codes: str) -> bool:
        return any(role.code in codes for role in self.held)

    @property
    def reads_all(self) -> bool:
        """Whether an office shows them every application with all that is said of it; see also ``reading_all``."""
        return self.is_superuser or self.has_role(*RoleCode.READS_ALL)

    def units_as(self, *codes: str, side: str | None = None) -> list[Unit]:
        """The units for which this person holds one of the roles (on that side of the house)."""
        return [role.unit for role in self.held if role.code in codes and side in (None, role.side)]

    def acts_for(self, unit: Unit | None, code: str, side: str | None = None) -> bool:
        """Whether this person holds ``code`` for ``unit`` or for a unit above it."""
        return unit is not None and any(
            unit.path.startswith(own.path) for own in self.units_as(code, side=side)
        )

    @cached_property
    def units_of_namesakes(self) -> list[Unit]:
        """The units of the others who bear this name, as names are compared; read once a request."""
        name = bare(self.name)
        alike = User.objects.filter(name__startswith=name[:1], unit__isnull=False).exclude(pk=self.pk)
        return [one.unit for one in alike.select_related("unit") if bare(one.name) == name]

    def is_meant_by(self, names: Collection[str], unit: Unit) -> bool:
        """Whether a mere name in the papers of a unit, among the bare ``names``, is taken for this person's.

        It is that of the one who bears it in the unit, above or below it; where nobody there does, of whoever does.
        """
        name = bare(self.name)
        if not name or name not in names:
            return False
        return unit.is_related_to(self.unit) or not any(map(unit.is_related_to, self.units_of_namesakes))

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
