"""Units as a tree, each with its department union."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts import tree
from accounts.names import NameField
from records.moves import DomainError


class UnitQuerySet(models.QuerySet):
    def within(self, units):
        """The given units and everything below them in the tree."""
        return self.filter(tree.below(units))

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
        """Takes the unit's place in the tree and with it the places of all below it.

        :raises DomainError: when it would stand below itself, also by what somebody else has moved meanwhile.
        """
        written = kwargs.get("update_fields")
        if written is not None and not {"code", "parent"} & {*written}:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            tree.lock()
            moved = self._take_place()
            if written is not None:
                kwargs["update_fields"] = {*written, "path"}
            super().save(*args, **kwargs)
            if moved:
                for child in self.children.all():
                    child.save()

    def _take_place(self) -> bool:
        """Sets the path by the parent's as it stands now; whether the unit had another one until now."""
        there = Unit.objects.filter(pk__in={self.pk, self.parent_id} - {None})
        paths = dict(there.values_list("pk", "path"))
        above, before = paths.get(self.parent_id, "/"), paths.get(self.pk)
        if before and above.startswith(before):
            raise DomainError(tree.IN_A_RING)
        self.path = f"{above}{self.code}/"
        return before not in {None, self.path}

    def is_related_to(self, other: Unit | None) -> bool:
        """Whether one of the two stands above the other, or both are the same."""
        return other is not None and (self.path.startswith(other.path) or other.path.startswith(self.path))

    def clean(self):
        if self.parent and self.pk and self.parent.path.startswith(f"{self.path}"):
            raise ValidationError({"parent": tree.IN_A_RING})
        if tree.longest_path(self) > self.MOST_PATH:
            raise ValidationError({"parent": tree.TOO_DEEP})
