"""The release of a round's decisions: all of them before the eyes, the notice as it will stand, then one button."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.files.base import ContentFile
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import check
from records.attachments import send
from records.moves import DomainError
from reviews import releasing
from reviews.models import Application, Decision, Round, State
from reviews.notice_days import notice_days
from reviews.notice_papers import file_name, notice_pdf
from reviews.office.naming import said
from reviews.views.asking import attempt

PERMISSION = "reviews.release_decisions"
# What the union has still before it in a round, in the order of the work.
UNDECIDED = (State.SUBMITTED, State.RETURNED, State.RECOMMENDED, State.ACCEPTED, State.REVIEWED)


@dataclass(frozen=True)
class Group:
    """The pending decisions of one kind."""

    decision: Decision
    rows: list[Application]
    lead: str


class Release:
    """Everything the page of a release shows to one person on a day.

    Of the own case nobody reads the decision before everybody does, in the office either.
    """

    def __init__(self, round_: Round, user, on):
        self.round, self.user, self.on = round_, user, on

    @cached_property
    def rows(self) -> list[Application]:
        return list(releasing.proposed(self.round))

    @cached_property
    def aside(self) -> list[Application]:
        """Those that the person may not release; what they may not even read is the own case."""
        return [row for row in self.rows if not self.user.has_perm(PERMISSION, row)]

    @cached_property
    def own(self) -> list[Application]:
        return [row for row in self.aside if row.concerns(self.user)]

    @cached_property
    def readable(self) -> list[Application]:
        return [row for row in self.rows if row not in self.own]

    @property
    def groups(self) -> list[Group]:
        words = {
            Decision.APPROVE: _(
                "They stand in the public notice; once it is over without objection they can be named."
            ),
            Decision.HOLD: _("They stay open and can be decided later; the lead reads the text."),
            Decision.REJECT: _("The application ends; the lead reads the text and when to apply again."),
        }
        found = ((kind, [row for row in self.readable if row.decision == kind]) for kind in words)
        return [Group(kind, rows, words[kind]) for kind, rows in found if rows]

    @cached_property
    def approved(self) -> list[Application]:
        return [row for row in self.readable if row.decision == Decision.APPROVE]

    @cached_property
    def days(self):
        return notice_days(self.on, self.round.policy.notice_days)

    @property
    def ends_after_naming(self) -> bool:
        """Whether the notice would still run on the naming day of the round (Art. 8)."""
        return self.days.ends_on >= self.round.naming_on

    @cached_property
    def _others(self) -> list[Application]:
        rows = Application.objects.filter(
            round=self.round, state__in=[*UNDECIDED, State.HELD, State.REJECTED]
        )
        return list(rows.select_related("studio__unit", "round").order_by("studio__unit__code", "pk"))

    @property
    def undecided(self) -> list[Application]:
        """What is handed in and has no decision yet; it can be released later, in a notice of its own."""
        return [row for row in self._others if row.state in UNDECIDED]

    @property
    def held(self) -> list[Application]:
        return [row for row in self._others if row.state == State.HELD]

    @property
    def rejected(self) -> list[Application]:
        return [row for row in self._others if row.state == State.REJECTED]

    @cached_property
    def hindrances(self) -> list[str]:
        """Why it cannot be released, by this person or at all, one sentence each."""
        found = []
        if self.own:
            found.append(_("One of the decisions is on your own case. Somebody else releases them."))
        elif self.aside:
            found.append(
                _(
                    "You have signed or handed in one of these applications yourself. Somebody else releases them."
                )
            )
        try:
            if self.approved:
                releasing.require_drawable(self.draft)
        except DomainError as error:
            found.append(str(error))
        return found

    @cached_property
    def draft(self):
        return releasing.draft(self.round, self.approved, run=self.days)

    @property
    def read(self) -> str:
        return releasing.as_it_lay(self.rows)


@require_http_methods(["GET", "HEAD", "POST"])
def view(request, pk):
    """The page before a release, and the release itself.

    :raises PermissionDenied: to anybody but union staff and leaders, and when one decision is on the own case.
    """
    check(request.user, PERMISSION)
    round_ = get_object_or_404(Round.objects.select_related("policy"), pk=pk)
    if request.method == "POST":
        return perform(request, round_)
    prefetch_related_objects([round_], "notices")
    context = {
        **admin.site.each_context(request),
        "opts": Round._meta,
        "title": _("Release the decisions of %(round)s") % {"round": round_.title},
        "round": round_,
        "release": Release(round_, request.user, timezone.localdate()),
        "on": timezone.localdate(),
        "notices": list(round_.notices.all()),
        "applications": f"{reverse('admin:reviews_application_changelist')}?round__id__exact={pk}",
        "back": reverse("admin:reviews_round_change", args=[pk]),
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "admin/reviews/release.html", context)


def perform(request, round_: Round):
    """Release what was read; pressed twice, the second one reads that nothing waits any more."""
    made = []

    def release():
        on, read = timezone.localdate(), request.POST.get("read", "")
        made.append(releasing.release_decisions(round_, by=request.user, on=on, read=read))

    if attempt(request, release):
        notice = made[0]
        text = _("The decisions are released; everybody concerned is told.")
        if notice:
            text = ngettext(
                "The decisions are released; everybody concerned is told. The public notice lists %(count)s studio.",
                "The decisions are released; everybody concerned is told. The public notice lists %(count)s studios.",
                len(notice.entries),
            ) % {"count": len(notice.entries)}
        messages.success(request, text)
    return redirect("admin:reviews_round_release", round_.pk)


@require_safe
def preview(request, pk):
    """The notice that a release today would publish, watermarked; without a person's own case."""
    check(request.user, PERMISSION)
    round_ = get_object_or_404(Round.objects.select_related("policy"), pk=pk)
    release = Release(round_, request.user, timezone.localdate())
    if not release.approved:
        return said(_("No studio is to be named by the decisions that wait; there is no notice."), status=404)
    try:
        pdf = notice_pdf(release.draft, preview=True)
    except DomainError as error:
        return said(str(error), status=409)
    name = file_name(release.draft).replace(".pdf", "_预览.pdf")
    return send(ContentFile(pdf), name, "pdf", inline=True)


def release_urls(wrap) -> list:
    """The pages of the release, for the admin of rounds."""
    return [
        path("<int:pk>/release/", wrap(view), name="reviews_round_release"),
        path("<int:pk>/release/notice.pdf", wrap(preview), name="reviews_round_preview_notice"),
    ]
