"""Assignments in the office: the list with who is late, each with its log and marks, and what staff change of one."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import re_path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from import_export.resources import Resource

from accounts.models import RoleCode, User
from accounts.office import OfficeAdmin, WithoutHistoryPage
from accounts.permissions import check
from records.exports import ExportsMixin, column, date_column
from records.pages import number
from records.templatetags.present import due, state_badge
from reviews.assignment_words import DONE
from reviews.models import (
    UNDER_WAY,
    Assignment,
    AssignmentLog,
    AssignmentState,
    Mark,
    Round,
    State,
)
from reviews.models.panel import studios_of_their_own
from reviews.office.assignment_changes import CHANGES
from reviews.office.frame import PERMISSION, page, stands_aside
from reviews.views.asking import attempt, posted
from reviews.whence import place_of
from studios.models import Studio
from studios.office.filters import unit_filter


def told_to(user: User, rows):
    """Of assignments those that somebody of the office may read of: not of the own case, nor of what they review as an
    expert and have not handed in or are recused from.
    """
    reviewing = Assignment.objects.keeping_away(user).values("application")
    own = studios_of_their_own(user).values("pk")
    return rows.exclude(Q(application__studio__in=own) | Q(application__in=reviewing))


# -- the list --------------------------------------------------------------------------------------------------


class Standing(admin.SimpleListFilter):
    """Whose turn it is: the late ones are what one looks for."""

    title = _("whose turn it is")
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return [
            ("under_way", _("With the expert")),
            ("late", _("Late")),
            ("done", _("Handed in, review not complete")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "late":
            return queryset.late(timezone.localdate())
        if self.value() == "done":
            return queryset.filter(state=AssignmentState.HANDED_IN, application__state=State.ACCEPTED)
        return queryset.under_way() if self.value() == "under_way" else queryset


class ByExpert(admin.SimpleListFilter):
    """The experts of the newest round's panel, and whoever is asked for by the address."""

    title = _("expert")
    parameter_name = "expert"
    MOST = 100

    def lookups(self, request, model_admin):
        newest = Round.objects.filter(panel__isnull=False).order_by("-year").values("pk")[:1]
        seated = User.objects.filter(panels__round__in=newest)
        rows = seated.order_by("pinyin", "pk").values_list("pk", "name")[: self.MOST]
        return [(str(pk), name) for pk, name in rows]

    def queryset(self, request, queryset):
        return queryset.filter(expert=number(self.value())) if self.value() else queryset


class AssignmentResource(Resource):
    number = column("application__number", _("number"))
    studio = column("application__studio__name", _("studio"))
    unit = column("application__studio__unit__name", _("unit"))
    round = column("application__round__title", _("round"))
    expert = column("expert__name", _("expert"))
    place = column("expert__unit__name", _("expert’s unit"))
    state = column("get_state_display", _("state"))
    due = date_column("due_on", _("due"))
    handed_in = date_column("handed_in_at", _("handed in"))
    reason = column("pk", _("reason"))

    def filter_export(self, queryset, **kwargs):
        logs = Prefetch("log", AssignmentLog.objects.order_by("at", "pk"))
        return queryset.select_related(
            "application__studio__unit", "application__round", "expert__unit"
        ).prefetch_related(logs)

    def dehydrate_place(self, assignment):
        return place_of(assignment.expert)

    def dehydrate_handed_in(self, assignment):
        return assignment.handed_in_at and timezone.localdate(assignment.handed_in_at)

    def dehydrate_reason(self, assignment):
        """Why it stands where it stands, for those that were declined, recused, replaced or given back."""
        return next(
            (row.note for row in reversed(assignment.log.all()) if row.to_state == assignment.state), ""
        )


@admin.register(Assignment)
class AssignmentAdmin(WithoutHistoryPage, ExportsMixin, OfficeAdmin):
    """Read here; what staff change goes through the pages in ``CHANGES``. Nobody reads of the own case."""

    viewers = RoleCode.READS_ALL
    resource = AssignmentResource
    list_display = ["expert_name", "number", "studio", "state_shown", "due_shown", "place"]
    list_display_links = ["expert_name"]
    list_filter = [
        Standing,
        "state",
        "application__round",
        ByExpert,
        unit_filter("application__studio__unit"),
    ]
    list_select_related = ["application__studio__unit", "application__round", "expert__unit"]
    search_fields = ["expert__name"]
    search_help_text = _("Name of the expert, the studio or its lead, pinyin, initials, or staff number")
    ordering = ["-due_on", "-pk"]
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    def get_queryset(self, request):
        """Without the own case, and without what the person reviews as an expert and has not handed in."""
        return told_to(request.user, super().get_queryset(request))

    def get_search_results(self, request, queryset, search_term):
        if not (text := search_term.strip()):
            return queryset, False
        experts, studios = User.objects.search(text), Studio.objects.search(text)
        found = Q(expert__in=experts) | Q(application__studio__in=studios)
        return queryset.filter(found), False

    # -- columns ------------------------------------------------------------------------------------------------

    @admin.display(description=_("expert"), ordering="expert__pinyin")
    def expert_name(self, obj):
        return obj.expert.name

    @admin.display(description=_("expert’s unit"), ordering="expert__unit__code")
    def place(self, obj):
        return place_of(obj.expert)

    @admin.display(description=_("number"), ordering="application__pk")
    def number(self, obj):
        return obj.application.number

    @admin.display(description=_("studio"), ordering="application__studio__pinyin")
    def studio(self, obj):
        return obj.application.studio.name

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, obj):
        return state_badge(obj)

    @admin.display(description=_("due"), ordering="due_on")
    def due_shown(self, obj):
        return due(obj.due_on) if obj.state in UNDER_WAY and obj.is_under_review else "—"

    # -- pages --------------------------------------------------------------------------------------------------

    def get_urls(self):
        change = self.admin_site.admin_view(self.change_one)
        verbs = "|".join(CHANGES)
        return [
            re_path(rf"^(?P<pk>\d+)/(?P<verb>{verbs})/$", change, name="reviews_assignment_verb"),
            *super().get_urls(),
        ]

    def row(self, request, pk: int) -> Assignment:
        """One assignment with all that its pages ask of it.

        :raises PermissionDenied: for the own case, also by papers that were handed in earlier.
        """
        logs = Prefetch("log", AssignmentLog.objects.select_related("actor").order_by("at", "pk"))
        marks = Prefetch("marks", Mark.objects.select_related("criterion").order_by("criterion__position"))
        rows = Assignment.objects.visible_to(request.user) if self.has_view_permission(request) else None
        if rows is None:
            raise PermissionDenied
        rows = rows.select_related(
            *("application__studio__unit", "application__studio__lead", "application__round__policy"),
            *("application__round__rubric", "expert__unit", "assigned_by"),
        ).prefetch_related(
            *(logs, marks, "application__studio__editors", "application__studio__members"),
            "application__assignments",
        )
        row = get_object_or_404(rows, pk=pk)
        if stands_aside(request.user, row.application):
            raise PermissionDenied(_now("This is your own case. Somebody else has to deal with it."))
        return row

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The sheet as it stands, what has become of it, and what may be done now."""
        row = self.row(request, number(object_id))
        acts = self._open(request.user, row)
        row.is_due = row.state in UNDER_WAY and row.is_under_review
        return page(
            request,
            "admin/reviews/assignment.html",
            row.application.round,
            opts=self.opts,
            title=_now("%(expert)s reviews %(studio)s")
            % {"expert": row.expert.name, "studio": row.application.studio.name},
            assignment=row,
            place=place_of(row.expert),
            marks=list(row.marks.all()),
            entries=[
                {"title": DONE.get(log.verb, log.verb), "at": log.at, "who": log.actor, "note": log.note}
                for log in row.log.all()
            ],
            acts=[
                {
                    "label": CHANGES[name].label,
                    "url": reverse("admin:reviews_assignment_verb", args=[row.pk, name]),
                }
                for name in acts
            ],
            on=timezone.localdate(),
        )

    def _open(self, user: User, row: Assignment) -> list[str]:
        """The acts that are open to this person on this assignment."""
        its_own = row.expert_id == user.pk  # others in the office give a sheet back or put it off
        if its_own or not (row.is_under_review and user.has_perm(PERMISSION, row.application)):
            return []
        return [name for name, change in CHANGES.items() if row.state in change.starts_from]

    def change_one(self, request, pk: str, verb: str):
        """The page of one act; what is not possible any more changes nothing and says so.

        :raises PermissionDenied: to anybody but union staff, and for the own case.
        """
        row, change = self.row(request, number(pk)), CHANGES[verb]
        check(request.user, PERMISSION, row.application)
        if verb not in self._open(request.user, row):
            self.message_user(request, row.why_not("replace" if verb == "put_off" else verb), "warning")
            return redirect("admin:reviews_assignment_change", row.pk)
        form = change.form(posted(request), row)
        if request.method == "POST" and form.is_valid():
            done = change.done(row, form)
            attempt(request, lambda: change.act(row, form, request.user), done)
            return redirect("admin:reviews_assignment_change", row.pk)
        return page(
            request,
            "admin/reviews/assignment_verb.html",
            row.application.round,
            opts=self.opts,
            title=change.label,
            change=change,
            assignment=row,
            place=place_of(row.expert),
            form=form,
            nobody_left=getattr(form, "is_without_choice", False),
        )
