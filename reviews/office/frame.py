"""What the pages of a round's panel have in common: the round, who looks, and whose case is kept from whom."""

from __future__ import annotations

from django.contrib import admin
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from accounts.permissions import check
from reviews.models import Application, Round
from reviews.permissions import is_kept_from_marks

PERMISSION = "reviews.assign_experts"  # to act
READ = "reviews.read_panel"  # to look


def round_for(request, pk: int) -> Round:
    """The round of a page for those who read all of the office.

    :raises PermissionDenied: to anybody else.
    """
    check(request.user, READ)
    return get_object_or_404(Round.objects.select_related("policy", "rubric"), pk=pk)


def page(request, template: str, round_: Round, *, opts=Round._meta, **context):
    """A page of the office about the panel of a round."""
    context = {
        **admin.site.each_context(request),
        "opts": opts,
        "round": round_,
        "may_act": request.user.has_perm(PERMISSION),
        "may_award": request.user.has_perm("reviews.make_award_file"),
        **context,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, template, context)


def stands_aside(user, application: Application) -> bool:
    """Whether experts and marks of this application are kept from somebody of the office: it is the own case, or they
    review it themselves and have not handed in, or are recused.

    :param application: with its assignments, and its studio's editors and members, read already.
    """
    return application.concerns(user) or is_kept_from_marks.test(user, application)
