"""Certificates and plaques in the office: look before issue, issue one, issue many as a job."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import RoleCode
from accounts.office import OfficeAdmin
from accounts.permissions import check
from records.attachments import send
from records.exports import ExportsMixin
from records.moves import DomainError
from records.templatetags.present import badge, cn_date
from studios import issuing
from studios.exports import CertificateResource
from studios.models import Certificate, CertificateState, IssuedPaper, Studio
from studios.office.filters import unit_filter
from studios.own_cases import own_cases

Kind = IssuedPaper.Kind
LOOKS = {
    CertificateState.PENDING: "",
    CertificateState.VALID: "met",
    CertificateState.EXPIRED: "",
    CertificateState.REVOKED: "unmet",
}


class StandingFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return CertificateState.choices

    def queryset(self, request, queryset):
        today = timezone.localdate()
        match self.value():
            case CertificateState.REVOKED:
                return queryset.filter(revoked_on__isnull=False)
            case CertificateState.EXPIRED:
                return queryset.filter(revoked_on=None, ends_on__lt=today)
            case CertificateState.PENDING:
                return queryset.filter(revoked_on=None, starts_on__gt=today)
            case CertificateState.VALID:
                return queryset.filter(revoked_on=None, starts_on__lte=today, ends_on__gte=today)
        return queryset


class PapersFilter(admin.SimpleListFilter):
    title = _("files")
    parameter_name = "papers"

    def lookups(self, request, model_admin):
        return [("lacking", _("Not made yet")), ("made", _("Made"))]

    def queryset(self, request, queryset):
        if self.value() not in ("lacking", "made"):
            return queryset
        return (
            lacking_papers(queryset) if self.value() == "lacking" else queryset.filter(papers_made=len(Kind))
        )


def with_papers(certificates):
    """Each with ``papers_made``, the number of its files."""
    papers = IssuedPaper.objects.filter(certificate=OuterRef("pk")).order_by().values("certificate")
    counted = papers.annotate(number=Count("pk")).values("number")
    return certificates.annotate(papers_made=Coalesce(Subquery(counted), 0))


def lacking_papers(certificates):
    """Those that still have to be made; revoked ones are not."""
    return certificates.filter(papers_made__lt=len(Kind), revoked_on=None)


MOST_LOOKED_THROUGH = 100


@admin.register(Certificate)
class CertificateAdmin(ExportsMixin, OfficeAdmin):
    viewers = RoleCode.READS_ALL
    resource = CertificateResource
    list_display = ["number", "studio_name", "unit", "term", "standing", "files_shown", "lead_name"]
    list_filter = ["year", StandingFilter, PapersFilter, unit_filter("studio__unit")]
    search_fields = ["number"]
    search_help_text = _(
        "Certificate number, name of the studio or its lead, pinyin, initials, or staff number"
    )
    actions = ["issue_many"]
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    change_form_template = "admin/studios/certificate_form.html"
    fields = [
        "number",
        "studio_link",
        "unit",
        "lead_name",
        "term",
        "issued_on",
        "issuer",
        "standing",
        "revocation",
        "check_page",
    ]
    readonly_fields = ["studio_link", "unit", "term", "issuer", "standing", "revocation", "check_page"]

    def get_queryset(self, request):
        return with_papers(super().get_queryset(request).select_related("studio__unit", "issued_by"))

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        found = Q(number__icontains=search_term.strip()) | Q(studio_name__icontains=search_term.strip())
        return queryset.filter(found | Q(studio__in=Studio.objects.search(search_term))), False

    def has_issue_permission(self, request, studio=None) -> bool:
        return request.user.has_perm("studios.issue_certificates", studio)

    # -- columns ------------------------------------------------------------------------------------------------

    @admin.display(description=_("unit"), ordering="studio__unit__code")
    def unit(self, obj):
        return obj.studio.unit.name

    @admin.display(description=_("studio"))
    def studio_link(self, obj):
        url = reverse("admin:studios_studio_change", args=[obj.studio_id])
        return format_html('<a href="{}">{}</a>', url, obj.studio_name)

    @admin.display(description=_("valid"), ordering="starts_on")
    def term(self, obj):
        return _now("%(start)s to %(end)s") % {"start": cn_date(obj.starts_on), "end": cn_date(obj.ends_on)}

    @admin.display(description=_("issued by"))
    def issuer(self, obj):
        return str(obj.issued_by)

    @admin.display(description=_("state"))
    def standing(self, obj):
        now = obj.state(timezone.localdate())
        return badge(now.label, LOOKS[now])

    @admin.display(description=_("revocation"))
    def revocation(self, obj):
        if not obj.revoked_on:
            return "—"
        return _now("%(day)s: %(reason)s") % {"day": cn_date(obj.revoked_on), "reason": obj.revoked_reason}

    @admin.display(description=_("public check page"))
    def check_page(self, obj):
        return format_html('<a href="{0}">{0}</a>', obj.get_check_url())

    @admin.display(description=_("files"), ordering="papers_made")
    def files_shown(self, obj):
        if obj.papers_made == len(Kind):
            rows = (
                (reverse("studios:paper", args=[obj.studio_id, obj.pk, kind]), kind.label) for kind in Kind
            )
            return format_html_join(" · ", '<a href="{}">{}</a>', rows)
        return badge(_now("Not made yet"), "" if obj.revoked_on else "risk")

    # -- acts ---------------------------------------------------------------------------------------------------

    @admin.action(description=_("Issue certificates and plaques, one ZIP"), permissions=["issue"])
    def issue_many(self, request, queryset):
        """Looked through first, with previews; then made: what is made once stays what it is."""
        own = own_cases(Studio.objects.filter(pk__in=queryset.values("studio")), request.user)
        ready = queryset.filter(revoked_on=None).exclude(studio__in=own)
        if "confirm" not in request.POST:
            return self.look_through(request, ready, queryset.exclude(pk__in=ready.values("pk")))
        try:
            work = issuing.start_batch(ready, by=request.user)
        except DomainError as error:
            messages.error(request, str(error))
            return None
        return redirect(work)

    def look_through(self, request, ready, left_out):
        """The page before a batch: which certificates, how each will look, and which not, with the reason."""
        shown = ready.order_by("year", "serial")[:MOST_LOOKED_THROUGH]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _now("Issue certificates and plaques"),
            "certificates": [
                {"certificate": one, "made": one.papers_made == len(Kind), "previews": previews_of(one)}
                for one in shown
            ],
            "number": ready.count(),
            "more": max(0, ready.count() - MOST_LOOKED_THROUGH),
            "left_out": [
                (one, _now("Revoked") if one.revoked_on else _now("Your own studio: somebody else issues it"))
                for one in left_out[:MOST_LOOKED_THROUGH]
            ],
            "chosen": request.POST.getlist("_selected_action"),
            "across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/studios/issue_many.html", context)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/issue/", wrap(require_POST(self.issue)), name="studios_certificate_issue"),
            path(
                "<int:pk>/preview/<str:kind>.pdf",
                wrap(require_safe(self.preview)),
                name="studios_certificate_preview",
            ),
            *super().get_urls(),
        ]

    def issue(self, request, pk):
        """Make the two files of one certificate; pressed again it finds them made."""
        certificate = get_object_or_404(self.get_queryset(request), pk=pk)
        check(request.user, "studios.issue_certificates", certificate.studio)
        try:
            issuing.issue(certificate)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _now("Certificate and plaque %(number)s are ready for download.")
                % {"number": certificate.number},
            )
        return redirect("admin:studios_certificate_change", pk)

    def preview(self, request, pk, kind):
        """How a certificate or plaque will look, with a watermark."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        certificate = get_object_or_404(self.get_queryset(request), pk=pk)
        return preview_response(certificate, kind)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        made = {paper.kind for paper in obj.papers.all()} if obj else set()
        context["papers"] = [
            {
                "label": kind.label,
                "preview": reverse("admin:studios_certificate_preview", args=[obj.pk, kind]),
                "url": reverse("studios:paper", args=[obj.studio_id, obj.pk, kind]) if kind in made else "",
            }
            for kind in Kind
        ]
        lacking = len(made) < len(Kind) and not obj.revoked_on
        context["may_issue"] = lacking and self.has_issue_permission(request, obj.studio)
        context["lacking"] = lacking
        return super().render_change_form(request, context, add, change, form_url, obj)


def previews_of(certificate: Certificate) -> list[tuple[str, str]]:
    """What each paper is called, and where it is looked at before it is made."""
    return [
        (kind.label, reverse("admin:studios_certificate_preview", args=[certificate.pk, kind]))
        for kind in Kind
    ]


def preview_response(certificate, kind: str) -> HttpResponse:
    """The watermarked PDF of a certificate, which need not be stored; a sentence when a name cannot be drawn.

    :raises Http404: for a kind that does not exist.
    """
    if kind not in Kind:
        raise Http404
    try:
        pdf = issuing.PRESSES[kind](certificate, preview=True)
    except DomainError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return send(ContentFile(pdf), issuing.preview_name(certificate, kind), "pdf", inline=True)
