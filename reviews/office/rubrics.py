"""Rubrics in the office: criteria with weights; frozen once a round is scored by them, and copied to be changed."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleCode
from accounts.office import OfficeAdmin, OfficeFormSet, OfficeInline
from accounts.permissions import check
from records.pages import number
from records.templatetags.present import badge
from reviews.models import Criterion, Rubric
from reviews.rubrics import source_cited, source_shown

WIDE = forms.Textarea(attrs={"rows": 2})


def by_rows(rubrics):
    """With their criteria and the number of rounds that are scored by each; two queries for all of them."""
    return rubrics.prefetch_related("criteria").annotate(used=Count("rounds"))


def newest_whole() -> Rubric | None:
    """The newest rubric that experts can score by."""
    return next((one for one in Rubric.objects.prefetch_related("criteria") if not one.missing()), None)


def is_frozen(rubric: Rubric | None) -> bool:
    """As the rubric says itself; asked of the database once where a list has counted its rounds."""
    if rubric is None:
        return False
    return bool(rubric.used) if hasattr(rubric, "used") else rubric.is_frozen


def plain(number: Decimal) -> str:
    """10 for 10.00, 12.5 for 12.50."""
    return f"{number.normalize():f}"


class CriterionForm(forms.ModelForm):
    class Meta:
        model = Criterion
        fields = (
            *("position", "title", "weight", "top"),
            *("guidance", "low_anchor", "high_anchor", "source"),
        )
        widgets = {"guidance": WIDE}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].required = False
        if "weight" in self.fields and self.instance.pk:
            self.initial["weight"] = Decimal(plain(self.instance.weight))
        cited = source_cited(self.instance.source)
        if "source" in self.fields and cited != self.instance.source:
            self.fields["source"].help_text = cited


class CriteriaFormSet(OfficeFormSet):
    """Gives new criteria the short name by which the figures are kept, and a place where none was typed."""

    def clean(self):
        kept = [form for form in self.forms if form.instance.pk or form.has_changed()]
        last = max(
            (form.cleaned_data.get("position") or 0 for form in kept if self._is_read(form)), default=0
        )
        names = {form.instance.key for form in self.forms}
        free = (name for n in count(1) if (name := f"item-{n}") not in names)
        for form in kept:
            if self._is_read(form) and not form.cleaned_data.get("position"):
                last += 1
                form.instance.position = form.cleaned_data["position"] = last
            form.instance.key = form.instance.key or next(free)
        super().clean()

    @staticmethod
    def _is_read(form) -> bool:
        return hasattr(form, "cleaned_data")


class CriterionInline(OfficeInline, admin.StackedInline):
    model = Criterion
    form = CriterionForm
    formset = CriteriaFormSet
    template = "admin/reviews/criteria.html"
    viewers = RoleCode.READS_ALL
    editors = deleters = frozenset({RoleCode.UNION_STAFF})
    extra = 1
    fields = CriterionForm.Meta.fields
    readonly_fields = ("weight_shown", "source_told")

    def get_fields(self, request, obj=None):
        """What is only read is read as people write it: 10 and 第三条第一项, not 10.00 and 3(1)."""
        if self.has_change_permission(request, obj):
            return self.fields
        read = {"weight": "weight_shown", "source": "source_told"}
        return [read.get(name, name) for name in self.fields]

    @admin.display(description=_("weight (points)"))
    def weight_shown(self, criterion):
        return plain(criterion.weight)

    @admin.display(description=_("article or source"))
    def source_told(self, criterion):
        return source_cited(criterion.source)

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request, obj) and not is_frozen(obj)

    def has_add_permission(self, request, obj=None) -> bool:
        return super().has_add_permission(request, obj) and not is_frozen(obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and not is_frozen(obj)


class CopyForm(forms.ModelForm):
    class Meta:
        model = Rubric
        fields = ("title",)
        help_texts = {"title": _("By this name the version is chosen for a round.")}


@admin.register(Rubric)
class RubricAdmin(OfficeAdmin):
    """Union staff write rubrics; what a round is scored by stays as it is."""

    viewers = RoleCode.READS_ALL
    editors = deleters = frozenset({RoleCode.UNION_STAFF})
    inlines = [CriterionInline]
    list_display = ["title", "criteria_count", "points", "standing"]
    search_fields = ["title"]
    fieldsets = [
        (None, {"fields": ["title", "note"]}),
        (
            _("Where a mark has to be explained"),
            {
                "fields": ["low_end", "high_end"],
                "description": _(
                    "An expert explains in words a mark that is not above the low line or not below the high line. "
                    "With a low line of 30 percent, a criterion with at most 10 points needs words up to 3 points."
                ),
            },
        ),
    ]
    change_form_template = "admin/reviews/rubric_form.html"
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    def get_queryset(self, request):
        return by_rows(super().get_queryset(request))

    def get_actions(self, request):
        """Several at once are not deleted: each is looked at."""
        return {}

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request, obj) and not is_frozen(obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and not is_frozen(obj)

    # -- columns ------------------------------------------------------------------------------------------------

    @admin.display(description=_("criteria"))
    def criteria_count(self, obj):
        return len(obj.criteria.all())

    @admin.display(description=_("points"))
    def points(self, obj):
        return plain(obj.weight())

    @admin.display(description=_("standing"))
    def standing(self, obj):
        if obj.used:
            return badge(_now("In use"), "met")
        return badge(_now("Not complete yet"), "risk") if obj.missing() else badge(_now("Ready"), "judge")

    # -- pages --------------------------------------------------------------------------------------------------

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/copy/", wrap(self.copy_view), name="reviews_rubric_copy"),
            path("<int:pk>/sheet/", wrap(self.sheet_view), name="reviews_rubric_sheet"),
            *super().get_urls(),
        ]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Whoever saves holds the row: no round begins to be scored by it meanwhile."""
        with transaction.atomic():
            if request.method == "POST" and object_id:
                Rubric.objects.select_for_update(of=("self",)).filter(pk=number(object_id)).first()
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["frozen"] = is_frozen(obj)
        context["problems"] = obj.missing() if obj else []
        context["weight"] = plain(obj.weight()) if obj else ""
        context["may_copy"] = self.has_add_permission(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_related(self, request, form, formsets, change):
        """With the criteria saved, what the weights come to."""
        super().save_related(request, form, formsets, change)
        rubric = Rubric.objects.get(pk=form.instance.pk)
        for problem in rubric.missing():
            messages.warning(request, problem)

    def copy_view(self, request, pk: int):
        """A new version with all criteria of this one, to be changed.

        :raises PermissionDenied: to anybody but union staff.
        """
        check(request.user, "reviews.assign_experts")
        rubric = get_object_or_404(self.get_queryset(request), pk=pk)
        title = _now("%(title)s (new version)") % {"title": rubric.title}
        form = CopyForm(request.POST or None, initial={"title": title[:80]})
        if request.method == "POST" and form.is_valid():
            twin = rubric.copy(form.cleaned_data["title"])
            self.log_addition(request, twin, [{"added": {}}])
            messages.success(request, _now("“%(title)s” is written; change it here.") % {"title": twin})
            return redirect("admin:reviews_rubric_change", twin.pk)
        title = _now("Save as a new version")
        return self._page(request, "admin/reviews/rubric_copy.html", rubric, title=title, form=form)

    def sheet_view(self, request, pk: int):
        """The sheet as an expert will see it, with nothing to fill in.

        :raises PermissionDenied: to whom rubrics are not shown.
        """
        rubrics = self.get_queryset(request) if self.has_view_permission(request) else Rubric.objects.none()
        rubric = get_object_or_404(rubrics, pk=pk)
        title = _now("The sheet as experts see it")
        criteria = [{"criterion": one, "source": source_shown(one.source)} for one in rubric.criteria.all()]
        return self._page(request, "admin/reviews/rubric_sheet.html", rubric, title=title, criteria=criteria)

    def _page(self, request, template: str, rubric: Rubric, **context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, "rubric": rubric, **context}
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context)

    def delete_view(self, request, object_id, extra_context=None):
        text = _now("It has been used by no round. Its criteria go with it.")
        return super().delete_view(request, object_id, {"text": text, **(extra_context or {})})
