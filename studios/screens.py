"""What stands on the page of a part: its own form if it has one, and what the page says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from records.templatetags.present import cn_date
from studios.forms import LeadForm, PartForm, PlaceForm, PlanForm
from studios.models import Studio, Venue


@dataclass(frozen=True)
class Screen:
    """:param form: the form of what is not a row: of the studio itself, or of its place."""

    lead_in: Any
    form: type[PartForm] | None = None

    def stored(self, studio: Studio) -> Model:
        """What the form edits, as it was read with the studio."""
        if self.form is PlaceForm:
            return getattr(studio, "venue", None) or Venue(studio=studio)
        return studio

    def locked(self, studio: Studio) -> Model:
        """What the form edits as it stands in the database now, held until the commit.

        The studio's row is shared by several parts, so whoever saves one of them holds it for that moment.
        """
        if self.form is PlaceForm:
            return Venue.objects.filter(studio=studio.pk).first() or Venue(studio_id=studio.pk)
        return Studio.objects.select_for_update(of=("self",)).select_related("lead").get(pk=studio.pk)

    def facts(self, studio: Studio) -> list[tuple[str, str]]:
        """Names and values of the form, to read."""
        if self.form is None:
            return []
        row = self.stored(studio)
        shown = [
            (capfirst(row._meta.get_field(name).verbose_name), _words(getattr(row, name)))
            for name in self.form.Meta.fields
        ]
        if self.form is LeadForm:
            shown.insert(
                2, (_now("Kinds of innovation"), _now(", ").join(str(kind) for kind in studio.kinds))
            )
        return shown


def _words(value) -> str:
    if isinstance(value, date):
        return cn_date(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def lead_facts(studio: Studio, *, personal: bool) -> list[tuple[str, str]]:
    """The lead as personnel data has them; birth and telephone for those entitled only."""
    lead = studio.lead
    facts = [
        (_now("Name"), lead.name),
        (_now("Unit"), studio.unit.name),
        (_now("Sex"), lead.get_sex_display()),
        (_now("Professional title"), lead.title),
        (_now("Administrative post"), lead.post),
        (_now("Political affiliation"), lead.politics),
        (_now("Education"), lead.degree),
    ]
    if personal:
        born = f"{lead.birth_year}.{lead.birth_month or 0:02d}".removesuffix(".00") if lead.birth_year else ""
        facts += [(_now("Born"), born), (_now("Mobile phone"), lead.phone)]
    return facts


SCREENS = {
    "lead": Screen(
        _("Who leads the studio, what it works on, and the honours that qualify the lead."), LeadForm
    ),
    "team": Screen(
        _("The members besides the lead. Titles, education and ages are drawn as charts for the experts.")
    ),
    "projects": Screen(_("Projects that the studio leads or takes part in, with level and period.")),
    "results": Screen(
        _(
            "Results that somebody outside the studio has recognised. They begin the studio’s ledger of achievements."
        )
    ),
    "place": Screen(_("A fixed place for the work, and money set aside for this year."), PlaceForm),
    "rules": Screen(_("The studio’s own rules, each with its text as a file.")),
    "plan": Screen(_("What the studio sets out to do in the three years of its first cycle."), PlanForm),
}
