"""The papers as the expert of an assignment reads them, in one PDF."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from records.attachments import CONTENT_TYPES
from reviews import masking
from reviews.expert_access import opened
from reviews.papers import TooLong


@require_safe
@never_cache
@xframe_options_sameorigin
def papers_pdf(request, application):
    """The application form without anything personal, in a blind round without names; nothing before the declaration.

    It is called by the number of the application, whatever the round.
    """
    assignment = opened(request, application)
    try:
        made = masking.masked_form(assignment)
    except TooLong as error:
        messages.error(request, str(error))
        return redirect(assignment)
    response = HttpResponse(made, content_type=CONTENT_TYPES["pdf"])
    name = f"{assignment.application.number}.pdf"
    response["Content-Disposition"] = content_disposition_header("download" in request.GET, name)
    return response
