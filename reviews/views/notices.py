"""Public notices on the public site, open to everybody."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from records.attachments import send
from records.pages import keyset_page
from reviews.models import PublicNotice
from reviews.notice_papers import by_unit, digest, file_name, kept_pdf, numbered, title_lines

A_PAGE = 20
PDF_SECONDS = 10 * 60


@login_not_required
@require_safe
def notices(request):
    """All public notices, the newest first, with how many studios still stand in each."""
    shown, newer, older = keyset_page(
        request, PublicNotice.objects.with_standing(), size=A_PAGE, by="published_on"
    )
    on = timezone.localdate()
    rows = [{"notice": one, "is_open": one.is_open(on), "count": one.left} for one in shown]
    return render(
        request, "reviews/notices/notices.html", {"rows": rows, "newer": newer, "older": older, "on": on}
    )


@login_not_required
@require_safe
def notice(request, pk):
    """One public notice: the studios by unit, the days, how to object, and what became of what was taken out."""
    found = get_object_or_404(PublicNotice.objects.select_related("round"), pk=pk)
    on, standing = timezone.localdate(), found.standing()
    objected = found.upheld()
    rows = [
        {**one, "stands": one["application"] in standing, "objected": one["application"] in objected}
        for one in numbered(found)
    ]
    context = {
        "notice": found,
        "title_lines": title_lines(found.title),
        "units": by_unit(rows),
        "is_open": found.is_open(on),
        "is_over": found.is_over(on),
        "none_left": not standing,
        "contact": settings.UNION_CONTACT,
        "can_object": found.is_open(on) and bool(standing),
        "on": on,
    }
    return render(request, "reviews/notices/notice.html", context)


def _tag(request, pk) -> str | None:
    found = PublicNotice.objects.select_related("round").filter(pk=pk).first()
    return f'"{digest(found)}"' if found else None


@login_not_required
@require_safe
@condition(etag_func=_tag)
def notice_pdf(request, pk):
    """The notice as published, with what was taken out since marked, as a file that anybody may keep for a while."""
    found = get_object_or_404(PublicNotice.objects.select_related("round"), pk=pk)
    response = send(ContentFile(kept_pdf(found)), file_name(found), "pdf", inline=True)
    del response["Cache-Control"]
    patch_cache_control(response, public=True, max_age=PDF_SECONDS)
    return response
