"""Decisions in the office: what was named, under which number, with the file."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleCode
from accounts.office import OfficeAdmin
from accounts.permissions import check
from records.pages import number
from reviews.models import Application, DecisionDocument
from studios.models import Certificate, Studio


@admin.register(DecisionDocument)
class DecisionDocumentAdmin(OfficeAdmin):
    viewers = RoleCode.READS_ALL
    list_display = ["number", "title", "named_on", "issued_on", "studios_named", "download"]
    list_filter = ["round"]
    list_select_related = ["round"]
    search_fields = ["number", "title"]
    search_help_text = _("Document number, title, or a named studio by name, lead, pinyin or initials")
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(named=Count("applications"))

    def get_search_results(self, request, queryset, search_term):
        """Also by what was named in it; the subquery leaves the count of its studios whole."""
        if not (text := search_term.strip()):
            return queryset, False
        naming = Application.objects.filter(studio__in=Studio.objects.search(text), document__isnull=False)
        found = Q(number__icontains=text) | Q(title__icontains=text) | Q(pk__in=naming.values("document"))
        return queryset.filter(found), False

    @admin.display(description=_("studios named"), ordering="named")
    def studios_named(self, obj):
        return obj.named

    @admin.display(description=_("file"))
    def download(self, obj):
        return format_html('<a href="{}">PDF</a>', reverse("reviews:decision", args=[obj.pk]))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The decision with its studios and their certificates; right after the naming it says what was done."""
        if not self.has_view_permission(request):
            check(request.user, "reviews.name_application")
        rows = self.get_queryset(request).select_related("round", "issued_by")
        document = get_object_or_404(rows, pk=number(object_id))
        named = list(
            document.applications.select_related("studio__unit").order_by("studio__unit__code", "pk")
        )
        issued = Certificate.objects.filter(
            studio__in=[one.studio_id for one in named], starts_on=document.named_on
        )
        numbers = {certificate.studio_id: certificate for certificate in issued}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": document.number,
            "document": document,
            "rows": [{"application": one, "certificate": numbers.get(one.studio_id)} for one in named],
            "just_named": "named" in request.GET,
            "certificates": f"{reverse('admin:studios_certificate_changelist')}?papers=lacking",
            "may_issue": request.user.has_perm("studios.issue_certificates"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/reviews/decision.html", context)
