"""What was done, to be read and never changed: the lists of moves, and the log that the admin itself keeps."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleCode
from accounts.office import OfficeAdmin, WithoutHistoryPage
from records.pages import number
from records.templatetags.present import moment


class ReadAdmin(WithoutHistoryPage, OfficeAdmin):
    """Rows that are read only and keep no versions of themselves."""

    list_display_links = ["when"]
    view_on_site = False
    search_help_text = ""

    def get_readonly_fields(self, request, obj=None):
        return self.fields


class MovesAdmin(ReadAdmin):
    """A model's moves, the newest first: who, when, what, from where to where, with what words.

    ``verbs`` has the words for each verb, ``moved`` names the field of the row that moved.
    """

    viewers = frozenset({RoleCode.AUDITOR, RoleCode.UNION_LEADER})
    verbs: dict[str, str]
    moved: str
    date_hierarchy = "at"
    ordering = ["-pk"]
    fields = ["when", "who", "about", "what", "origin", "target", "note"]

    def get_list_display(self, request):
        return self.fields

    def get_list_filter(self, request):
        return [ByVerb]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor", self.moved)

    @admin.display(description=_("when"))
    def when(self, row) -> str:
        return moment(row.at)

    @admin.display(description=_("who"))
    def who(self, row) -> str:
        return str(row.actor or "—")

    @admin.display(description=_("what it is about"))
    def about(self, row) -> str:
        return str(getattr(row, self.moved))

    @admin.display(description=_("move"))
    def what(self, row) -> str:
        return str(self.verbs.get(row.verb, row.verb))

    @admin.display(description=_("from state"))
    def origin(self, row) -> str:
        return self._state(row.from_state)

    @admin.display(description=_("to state"))
    def target(self, row) -> str:
        return self._state(row.to_state)

    def _state(self, state: str) -> str:
        states = self.model._meta.get_field(self.moved).related_model._meta.get_field("state").flatchoices
        return str(dict(states).get(state, "—"))


class ByVerb(admin.SimpleListFilter):
    title = _("move")
    parameter_name = "verb"

    def lookups(self, request, model_admin):
        return list(model_admin.verbs.items())

    def queryset(self, request, queryset):
        return queryset.filter(verb=self.value()) if self.value() else queryset


class ByModel(admin.SimpleListFilter):
    """Of what kind the rows are; only kinds that the admin knows."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        kinds = ContentType.objects.get_for_models(*model_admin.admin_site._registry)
        return [(kind.pk, model._meta.verbose_name) for model, kind in kinds.items()]

    def queryset(self, request, queryset):
        return queryset.filter(content_type=number(self.value())) if self.value() else queryset


@admin.register(LogEntry)
class OfficeLogAdmin(ReadAdmin):
    """Who added or changed what in the admin. It names the fields that were changed and tells no values."""

    viewers = frozenset({RoleCode.AUDITOR, RoleCode.SYSADMIN})
    fields = ["when", "user", "action_flag", "kind", "object_repr", "said"]
    list_display = fields
    list_filter = ["action_flag", ByModel]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr", "user__name", "user__pinyin", "user__initials", "user__staff_no"]
    search_help_text = _("Name of the row, or who did it")
    date_hierarchy = "action_time"
    ordering = ["-pk"]

    @admin.display(description=_("when"))
    def when(self, row) -> str:
        return moment(row.action_time)

    @admin.display(description=_("kind"))
    def kind(self, row) -> str:
        model = row.content_type and row.content_type.model_class()
        return str(model._meta.verbose_name) if model else "—"

    @admin.display(description=_("Changes"))
    def said(self, row) -> str:
        return row.get_change_message() or "—"
