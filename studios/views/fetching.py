"""How every page of a studio gets its studio: through who may see it, and with what the frame of the page asks."""

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.permissions import check
from studios import parts, rowkinds
from studios.models import Editor, Studio


def studio_or_404(request, pk: int) -> Studio:
    """The studio with lead, unit, place and co-editors, if the person may see it (2 queries)."""
    studios = parts.with_holdings(Studio.objects.visible_to(request.user)).prefetch_related(
        Prefetch("editors", Editor.objects.select_related("user").order_by("added_at"))
    )
    return get_object_or_404(studios, pk=pk)


def studio_to_edit(request, pk: int) -> Studio:
    """As :func:`studio_or_404`; 403 for those who may see it and not edit it."""
    studio = studio_or_404(request, pk)
    check(request.user, "studios.edit_studio", studio)
    return studio


def part_or_404(key: str) -> parts.Part:
    try:
        return parts.get(key)
    except KeyError:
        raise Http404 from None


def kind_or_404(key: str) -> rowkinds.RowKind:
    try:
        return rowkinds.get(key)
    except KeyError:
        raise Http404 from None
