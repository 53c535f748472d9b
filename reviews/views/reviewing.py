"""The expert's side of a review."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from reviews.models import Assignment


def assignment(request, pk):
    get_object_or_404(Assignment.objects.visible_to(request.user), pk=pk)
    return HttpResponse()
