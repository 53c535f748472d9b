"""How every page of a studio gets its studio: through who may see it, and with what the frame of the page asks."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.permissions import check
from studios import parts, rowkinds
from studios.models import Studio


def studio_or_404(request, pk: int) -> Studio:
    """The studio with lead, unit and place, and whether the person co-edits it, if they may see it (1 query)."""
    studios = Studio.objects.visible_to(request.user).asked_by(request.user)
    return get_object_or_404(parts.with_holdings(studios), pk=pk)


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
