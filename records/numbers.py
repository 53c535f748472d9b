"""Yearly number sequences without gaps or doubles."""

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class NumberSequence(models.Model):
    """The last number given out under a name in a year."""

    name = models.CharField(_("name"), max_length=40)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number sequence")
        verbose_name_plural = _("number sequences")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "year"],
                name="one_sequence_a_year",
                violation_error_message=_("There is a sequence of this name for this year already."),
            )
        ]

    def __str__(self):
        return f"{self.name} {self.year}: {self.last}"


def next_number(name: str, year: int) -> int:
    """The next number of ``name`` in ``year``, from 1.

    Must run inside the transaction that uses the number: the row stays locked until that commits, so a
    number is never given twice, and a rollback gives it back, so none is skipped.

    :raises RuntimeError: outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("next_number() belongs inside the transaction that uses the number")
    NumberSequence.objects.get_or_create(name=name, year=year)
    row = NumberSequence.objects.filter(name=name, year=year)
    row.update(last=F("last") + 1)
    return row.values_list("last", flat=True).get()
