"""The page on which the award file of a round is asked for, and where the files made so far are found."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from records.jobs import Job
from records.moves import DomainError
from reviews.award import PERMISSION, file_name, hindrances, start_award_file
from reviews.office.frame import page, round_for

SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
def view(request, pk):
    """What the file holds and how it is checked; the button starts its making.

    :raises PermissionDenied: to anybody but the union's staff and leaders.
    """
    check(request.user, PERMISSION)
    round_ = round_for(request, pk)
    if request.method == "POST":
        try:
            return redirect(start_award_file(round_, by=request.user))
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("admin:reviews_round_award", pk)
    made = Job.objects.visible_to(request.user).filter(kind="reviews.award", payload__round=round_.pk)
    return page(
        request,
        "admin/reviews/award.html",
        round_,
        title=_("Award file"),
        hindrances=hindrances(round_, by=request.user),
        file_name=file_name(round_),
        jobs=made.select_related("started_by").order_by("-created_at")[:SHOWN],
    )


def award_urls(wrap) -> list:
    return [path("<int:pk>/award/", wrap(view), name="reviews_round_award")]
