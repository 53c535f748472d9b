"""Stamped forms: the scan beside what was handed in, found to agree or turned down with a reason."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import RoleCode
from accounts.office import OfficeAdmin, WithoutHistoryPage
from accounts.permissions import check
from records.pages import number
from records.templatetags.present import moment, state_badge
from records.views import send_or_404
from reviews import reading
from reviews.actions import check_paper_form, turn_down_paper_form
from reviews.forms import Words
from reviews.models import PaperForm, Part
from reviews.office.desk import scans_of
from reviews.views.asking import attempt
from studios.office.filters import SearchedByStudio, unit_filter

PERMISSION = "reviews.check_paper_form"


class TurnDownForm(forms.Form):
    reason = Words(
        label=_("Reason"),
        help_text=_("The department union reads it and uploads the form again."),
        missing=_("Give the reason."),
        rows=3,
    )


@admin.register(PaperForm)
class PaperFormAdmin(SearchedByStudio, WithoutHistoryPage, OfficeAdmin):
    viewers = frozenset({RoleCode.UNION_STAFF, RoleCode.AUDITOR})
    list_display = ["studio", "unit", "round", "state_shown", "parts_shown", "uploaded", "uploaded_by"]
    list_filter = ["state", "application__round", unit_filter("application__studio__unit")]
    list_select_related = ["application__studio__unit", "application__round", "uploaded_by"]
    way_to_studio = "application__studio"
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    def get_queryset(self, request):
        """The auditor reads of every form what became of it, though not the scan."""
        if request.user.has_role(RoleCode.AUDITOR):
            return admin.ModelAdmin.get_queryset(self, request)
        return super().get_queryset(request)

    @admin.display(description=_("studio"), ordering="application__studio__pinyin")
    def studio(self, obj):
        return obj.application.studio.name

    @admin.display(description=_("unit"), ordering="application__studio__unit__code")
    def unit(self, obj):
        return obj.application.studio.unit.name

    @admin.display(description=_("round"), ordering="application__round__year")
    def round(self, obj):
        return obj.application.round.title

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, obj):
        return state_badge(obj)

    @admin.display(description=_("signed parts"))
    def parts_shown(self, obj):
        return _now(", ").join(str(Part(part).label) for part in obj.signed_parts())

    @admin.display(description=_("uploaded at"), ordering="uploaded_at")
    def uploaded(self, obj):
        return moment(obj.uploaded_at)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/scan/<uuid:file>/", wrap(self.scan), name="reviews_paperform_scan"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return _page(request, self, object_id)

    def scan(self, request, pk, file):
        return _scan(request, self.get_queryset(request).with_papers(), pk, file)


class Comparison:
    """A stamped form and the papers it was stamped on, for one person of the office."""

    def __init__(self, paper: PaperForm, user):
        self.paper, self.user = paper, user

    @cached_property
    def personal(self) -> bool:
        """Whether this person may read birth and telephone, which stand on the paper too."""
        return self.user.has_perm("reviews.view_personal", self.paper.application)

    @cached_property
    def scans(self) -> list:
        return scans_of(self.paper) if self.personal else []

    @property
    def signed(self) -> list[dict]:
        """The opinions as the department union entered them."""
        signed = self.paper.signed_parts().items()
        return [
            {"label": Part(part).label, "name": name, "opinion": opinion} for part, (name, opinion) in signed
        ]

    @cached_property
    def chapters(self) -> list:
        return reading.chapters(self.paper.snapshot, personal=self.personal)

    @cached_property
    def answer(self):
        """The row of the log in which it was found to agree or turned down, if it was."""
        return self.paper.log.select_related("actor").order_by("-at").first()

    @property
    def why_not(self) -> str:
        """Why this person can turn it down and yet not say that it agrees."""
        return self.paper.why_not_checked_by(self.user)

    @property
    def may_answer(self) -> bool:
        return self.paper.can_move("check") and self.user.has_perm(PERMISSION, self.paper.application)


@require_http_methods(["GET", "HEAD", "POST"])
def _page(request, office: PaperFormAdmin, object_id):
    """The scan beside the electronic papers, and the two answers."""
    if not office.has_view_permission(request):
        check(request.user, PERMISSION)
    paper = get_object_or_404(office.get_queryset(request).with_papers(), pk=number(object_id))
    form = TurnDownForm(request.POST if "turn_down" in request.POST else None)
    if request.method == "POST":
        check(request.user, PERMISSION, paper.application)
        if "check" in request.POST or form.is_valid():
            return _answer(request, paper, form)
    context = {
        **office.admin_site.each_context(request),
        "opts": office.opts,
        "title": _now("Stamped form of %(studio)s") % {"studio": paper.application.studio.name},
        "paper": paper,
        "comparison": Comparison(paper, request.user),
        "form": form,
    }
    return TemplateResponse(request, "admin/reviews/paper_form.html", context)


def _answer(request, paper: PaperForm, form: TurnDownForm):
    if "check" in request.POST:
        done = _now("The stamped form agrees; the opinions on it now count.")
        attempt(request, lambda: check_paper_form(paper, by=request.user), done)
    else:
        reason = form.cleaned_data["reason"]
        done = _now("The stamped form is turned down; the department union is told.")
        attempt(request, lambda: turn_down_paper_form(paper, by=request.user, reason=reason), done)
    return redirect("admin:reviews_paperform_change", paper.pk)


@require_safe
@xframe_options_sameorigin
def _scan(request, forms_seen, pk, file):
    """One scan, to be shown within our own page: without the sandbox, in which browsers show no PDF."""
    paper = get_object_or_404(forms_seen, pk=pk)
    scan = next((one for one in Comparison(paper, request.user).scans if one.pk == file), None)
    if scan is None:
        raise Http404
    response = send_or_404(scan.file, scan.name, scan.kind, inline=True)
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
    )
    return response
