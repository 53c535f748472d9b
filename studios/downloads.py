"""Issued papers, for everybody who may see the studio."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from records.views import send_or_404
from studios.issuing import file_name
from studios.models import Certificate, IssuedPaper


@require_safe
def issued_paper(request, pk, kind):
    """The certificate or the plaque as it was made, under the name that people look for."""
    certificates = Certificate.objects.visible_to(request.user)
    paper = get_object_or_404(
        IssuedPaper.objects.select_related("certificate"), certificate__in=certificates, certificate=pk, kind=kind
    )
    return send_or_404(paper.file, file_name(paper.certificate, kind), "pdf", inline="download" not in request.GET)
