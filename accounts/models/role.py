"""Roles that people hold, several per person, in a unit where that makes sense."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.unit import Unit


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
# Who reads every studio and every application; others read those of their unit, or their own.
RoleCode.READS_ALL = frozenset({RoleCode.UNION_STAFF, RoleCode.UNION_LEADER, RoleCode.AUDITOR})
RoleCode.IN_A_UNIT = frozenset({RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER})


class Side(models.TextChoices):
    """The two sign-offs of a unit (Art. 8) are two different offices."""

    PARTY = "party", _("Party")
    ADMINISTRATION = "administration", _("Administration")


class Role(models.Model):
    """One role of one person, in one unit where the role is a unit's."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="roles", verbose_name=_("person")
    )
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
