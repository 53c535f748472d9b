"""Jobs and outgoing items, to look at; a failing item can be made due at once."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from records import outbox
from records.admin_calendar import CalendarDayAdmin
from records.filters import DeclaredFilters
from records.jobs import Job
from records.outbox import Outbox
from records.pages import BoundedPaginator
from records.templatetags.present import state_badge

__all__ = ["CalendarDayAdmin", "JobAdmin", "OutboxAdmin"]


class LookOnly(DeclaredFilters, admin.ModelAdmin):
    """Rows that the machinery writes: nobody adds, changes or deletes them by hand."""

    permission: str
    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(self.permission)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def history_view(self, request, object_id, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)


@admin.register(Job)
class JobAdmin(LookOnly):
    permission = "records.see_every_job"
    list_display = ["title", "state_shown", "progress", "started_by", "created_at", "finished_at", "page"]
    list_filter = ["state"]
    list_select_related = ["started_by"]
    search_fields = [
        "title",
        "started_by__name",
        "started_by__pinyin",
        "started_by__initials",
        "started_by__staff_no",
    ]
    date_hierarchy = "created_at"
    fields = [
        *("title", "state_shown", "progress", "error", "page", "started_by"),
        *("created_at", "started_at", "heartbeat_at", "finished_at"),
    ]
    view_on_site = False

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, obj):
        return state_badge(obj)

    @admin.display(description=_("progress"))
    def progress(self, obj):
        return f"{obj.done} / {obj.total}" if obj.total else "—"

    @admin.display(description=_("page"))
    def page(self, obj):
        return format_html('<a href="{}">{}</a>', obj.get_absolute_url(), _("Open"))


class Standing(admin.SimpleListFilter):
    """Where an item stands: the failing ones are what one looks for."""

    title = _("state")
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return [("open", _("Not done")), ("failing", _("Went wrong")), ("given_up", _("Given up"))]

    def queryset(self, request, queryset):
        return (
            getattr(queryset, self.value())() if self.value() in {"open", "failing", "given_up"} else queryset
        )


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return [(name, kind.label or name) for name, kind in sorted(outbox.KINDS.items())]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Outbox)
class OutboxAdmin(LookOnly):
    permission = "records.watch_outbox"
    list_display = ["what", "to_whom", "about", "created_at", "attempts", "retry", "done_at", "short_error"]
    list_filter = [Standing, KindFilter]
    fields = ["what", "to_whom", "about", "created_at", "attempts", "retry", "done_at", "error"]
    actions = ["try_again"]

    def has_push_permission(self, request) -> bool:
        return request.user.has_perm("records.push_outbox")

    @admin.display(description=_("kind"))
    def what(self, obj):
        return obj.kind_label

    def get_changelist_instance(self, request):
        """Whom the rows of the page are for is asked once for all of them."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        found = outbox.described(rows)
        for row in rows:
            row.told = found.get(row.pk, ("", ""))
        changelist.result_list = rows
        return changelist

    @admin.display(description=_("recipient"))
    def to_whom(self, obj):
        return obj.told[0] or "—"

    @admin.display(description=_("subject"))
    def about(self, obj):
        return obj.told[1] or "—"

    @admin.display(description=_("next attempt at"), ordering="next_try_at")
    def retry(self, obj):
        """What is done is not tried again, nor is what was given up."""
        return None if obj.done_at else obj.next_try_at

    @admin.display(description=_("last error"))
    def short_error(self, obj):
        return obj.error[:120]

    @admin.action(description=_("Try again now"), permissions=["push"])
    def try_again(self, request, queryset):
        """Those that failed; what waits for its turn, or is held by a worker at this moment, is done anyway."""
        count = sum(row.try_again() for row in queryset.failing())
        outbox.poke()
        text = ngettext("%(count)s item is tried again.", "%(count)s items are tried again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)
