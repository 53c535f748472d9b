"""Search and filters that lists of studios, and of what belongs to a studio, have in common."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from records.pages import number
from studios.models import KINDS, Studio, Verdict

MOST_UNITS = 300


class SearchedByStudio:
    """Put before the base of an admin: its rows are found by what their studio is found by.

    ``way_to_studio`` is the way from the listed rows to the studio.
    """

    way_to_studio = "studio"
    search_help_text = _("Name of the studio or its lead, pinyin, initials, or staff number")

    def get_search_fields(self, request):
        """Named for the box to be there; what it finds is said below."""
        return [f"{self.way_to_studio}__name"]

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        return queryset.filter(**{f"{self.way_to_studio}__in": Studio.objects.search(search_term)}), False


def unit_filter(path: str = "unit") -> type[admin.SimpleListFilter]:
    """Filter by unit with everything below it; offers the units that have a studio.

    :param path: the way from the listed rows to the unit.
    """

    class UnitFilter(admin.SimpleListFilter):
        title = _("unit")
        parameter_name = "unit"

        def lookups(self, request, model_admin):
            with_studios = Unit.objects.filter(pk__in=Studio.objects.order_by().values("unit")).order_by(
                "code"
            )
            return [(str(pk), name) for pk, name in with_studios.values_list("pk", "name")[:MOST_UNITS]]

        def queryset(self, request, queryset):
            unit = Unit.objects.filter(pk=number(self.value())).first()
            return queryset.filter(**{f"{path}__path__startswith": unit.path}) if unit else queryset

    return UnitFilter


def kind_filter(path: str = "") -> type[admin.SimpleListFilter]:
    """Filter by kind of innovation (Art. 4); ``path`` is the way to the studio, with its trailing ``__``."""

    class KindFilter(admin.SimpleListFilter):
        title = _("kind of innovation")
        parameter_name = "kind"

        def lookups(self, request, model_admin):
            return [(kind, Studio._meta.get_field(kind).verbose_name) for kind in KINDS]

        def queryset(self, request, queryset):
            return queryset.filter(**{f"{path}{self.value()}": True}) if self.value() in KINDS else queryset

    return KindFilter


class ConditionFilter(admin.SimpleListFilter):
    """Studios at which one of the five conditions stands so: ``3-unmet``; ``any-unmet`` asks for any of them."""

    title = _("five conditions")
    parameter_name = "condition"
    STANDINGS = (Verdict.Value.UNMET, Verdict.Value.RISK)

    def lookups(self, request, model_admin):
        offered = [("any-unmet", _("Any not met")), ("any-risk", _("Any at risk"))]
        for condition, label in Verdict.Condition.choices:
            for value in self.STANDINGS:
                text = _("%(condition)s: %(verdict)s") % {"condition": label, "verdict": value.label}
                offered.append((f"{condition}-{value}", text))
        return offered

    def queryset(self, request, queryset):
        which, _dash, value = (self.value() or "").partition("-")
        if value not in self.STANDINGS:
            return queryset
        verdicts = Verdict.objects.filter(value=value)
        if which := number(which):
            verdicts = verdicts.filter(condition=which)
        return queryset.filter(pk__in=verdicts.values("studio"))
