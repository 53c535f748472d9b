"""Activation codes in the office: printed for many from the list, for one who forgot the password from their page.

The codes stand nowhere in clear. They follow from a seed that the browser which had them made keeps as a cookie for
half an hour: with it the list can say what was done and offer the sheet, and a download that broke off is had again.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts import activation
from accounts.models import User
from accounts.permissions import check
from records.documents import render_pdf

MOST_STRIPS = 300
SEED = "codes"  # the cookie
JUST_MADE = "codes_made"  # in the session: the next list starts the download


class CodesMixin:
    """For the admin of people: the action, the sheet, and the page of one person's new code."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("codes.pdf", wrap(require_safe(self.codes_sheet)), name="accounts_user_codes"),
            path("<int:pk>/new-code/", wrap(self.new_code), name="accounts_user_new_code"),
            *super().get_urls(),
        ]

    @admin.action(description=gettext_lazy("Print activation codes (PDF)"), permissions=["activate"])
    def print_codes(self, request, people):
        waiting = list(self._to_activate(request, people)[: MOST_STRIPS + 1])
        if not waiting and not activation.entitled(people).exists():
            words = _(
                "Everybody selected has a password already or is closed."
                " For who forgot theirs, open the person and print a new code there."
            )
            messages.info(request, words)
        if not waiting:
            return None
        if len(waiting) > MOST_STRIPS:
            messages.error(
                request, _("Select at most %(most)s people, for instance one unit.") % {"most": MOST_STRIPS}
            )
            return None
        return codes_made(request, waiting, back=request.get_full_path())

    def new_code(self, request, pk: int):
        """A code for one person; who has a password loses it, as its owner has forgotten it."""
        check(request.user, "accounts.activate_people")
        others = User.objects.filter(is_active=True).exclude(pk=request.user.pk)
        person = get_object_or_404(others.account_kept_by(request.user).select_related("unit"), pk=pk)
        people = reverse("admin:accounts_user_changelist")
        if request.method == "POST":
            with transaction.atomic():
                activation.withdraw_password(person)
                return codes_made(
                    request, [person], back=f"{people}?{urlencode({'q': person.staff_no or person.name})}"
                )
        context = {
            **self.admin_site.each_context(request),
            "title": _("A new activation code for %(name)s") % {"name": person.name},
            "opts": self.opts,
            "person": person,
            "list_url": people,
            "back": reverse("admin:accounts_user_change", args=[pk]),
            "days": activation.CODE_LIVES.days,
        }
        return TemplateResponse(request, "admin/accounts/new_code.html", context)

    def codes_sheet(self, request):
        """The sheet with the codes that this browser had made last, as long as they hold."""
        check(request.user, "accounts.activate_people")
        issued = activation.sheet(seed_of(request), by=request.user)
        if not issued:
            messages.warning(request, _("This sheet is no longer to be had. Please make new codes."))
            return redirect("admin:accounts_user_changelist")
        return codes_pdf(issued)

    def changelist_view(self, request, extra_context=None):
        """After codes were made the list starts the download of their sheet, also without JavaScript."""
        starts = request.method == "GET" and request.session.pop(JUST_MADE, False)
        download = {"download_url": reverse("admin:accounts_user_codes")} if starts else {}
        return super().changelist_view(request, {**download, **(extra_context or {})})

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        may = obj and self.has_activate_permission(request) and self.keeps_account(request, obj)
        if may and obj.is_active and obj != request.user:
            context["new_code_url"] = reverse("admin:accounts_user_new_code", args=[obj.pk])
        return super().render_change_form(request, context, add, change, form_url, obj)


def codes_made(request, people: list[User], *, back: str) -> HttpResponse:
    """Make the codes and go back to the list, which says so and hands the sheet over."""
    seed = activation.new_seed()
    count = len(activation.issue_codes(people, by=request.user, seed=seed))
    words = ngettext(
        "A code was made for %(count)s person. Earlier codes no longer hold.",
        "Codes were made for %(count)s people. Earlier codes no longer hold.",
        count,
    )
    sheet = reverse("admin:accounts_user_codes")
    offer = _("Download %(name)s") % {"name": sheet_name()}
    told = format_html('{} <a href="{}">{}</a>', words % {"count": count}, sheet, offer)
    messages.success(request, told)
    request.session[JUST_MADE] = True
    response = redirect(back)
    response.set_cookie(
        SEED,
        seed.hex(),
        max_age=activation.SHEET_LIVES,
        path=sheet,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Strict",
    )
    return response


def seed_of(request) -> bytes:
    try:
        return bytes.fromhex(request.COOKIES.get(SEED, ""))
    except ValueError:
        return b""


def sheet_name() -> str:
    return f"启用码_{timezone.localdate():%Y-%m-%d}.pdf"


def codes_pdf(issued: list[tuple[User, str]]) -> HttpResponse:
    """One strip a person, to be cut and handed over; never kept by us nor by a browser's cache."""
    content = render_pdf(
        "activation_codes",
        {
            "strips": [{"person": person, "code": code} for person, code in issued],
            "address": settings.SITE_URL + reverse("accounts:activate"),
            "until": timezone.localtime() + activation.CODE_LIVES,
            "union": settings.UNION,
        },
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=sheet_name())
    response["Cache-Control"] = "no-store"
    return response
