"""The front page, the home of each person, and the public check of certificates."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.certificates import CheckForm, checks_left, find
from portal.context import frame_of
from portal.home import Home
from portal.regulation import CHAPTERS
from reviews.models import PublicNotice


@login_not_required
@never_cache
@require_safe
def home(request):
    """What is to be done for who is signed in; the public front page for everybody else."""
    if not request.user.is_authenticated:
        on = timezone.localdate()
        notices = PublicNotice.objects.open(on).with_standing()
        return render(request, "portal/front.html", {"form": CheckForm(), "open_notices": notices, "on": on})
    return render(request, "portal/home.html", {"home": Home(frame_of(request), timezone.localdate())})


@login_not_required
@never_cache
@require_safe
def check(request, code: str = ""):
    """Whether a certificate is valid, expired or revoked; by its number or by the code in its QR."""
    form = CheckForm({"number": code} if code else request.GET if "number" in request.GET else None)
    if not form.is_valid():
        return render(request, "portal/check.html", {"form": form})
    if not checks_left(request):
        return render(request, "portal/check.html", {"form": form, "busy": True}, status=429)
    certificate = find(form.cleaned_data["number"])
    context = {"form": form, "asked": form["number"].value().strip(), "on": timezone.localdate()}
    if certificate is None:
        return render(request, "portal/check.html", context | {"unknown": True}, status=404 if code else 200)
    state = certificate.state(context["on"])
    return render(request, "portal/certificate.html", context | {"certificate": certificate, "state": state})


@login_not_required
@require_safe
def articles(request):
    """What each article of the regulation rules and where the portal does it; citations everywhere lead here."""
    return render(request, "portal/articles.html", {"chapters": CHAPTERS})
