"""Units, people and their roles in the office."""

from __future__ import annotations

from dataclasses import replace

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from simple_history.template_utils import HistoricalRecordContextHelper

from accounts import activation, tree
from accounts.admin_codes import CodesMixin
from accounts.admin_imports import ImportsMixin
from accounts.delivery import tell_old_addresses
from accounts.exports import PersonResource, UnitResource
from accounts.import_columns import ADDRESS_KEPT
from accounts.models import Role, RoleCode, Unit, User
from accounts.office import OfficeAdmin, OfficeInline
from accounts.permissions import why_not_moved
from accounts.trail import OfficeLogAdmin
from records.exports import ExportsMixin

__all__ = ["OfficeLogAdmin", "PersonAdmin", "UnitAdmin"]

# Roles take the place of groups; addresses and second factors are people's own and have pages in the portal.
admin.site.unregister([Group, EmailAddress, Authenticator])


class ByUnit(admin.RelatedFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.empty_value_display = _("No unit given")


class ByParent(admin.RelatedOnlyFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.empty_value_display = _("No parent unit")


class UnitForm(forms.ModelForm):
    """For the class that ``get_form`` makes, which knows who fills it in."""

    by: User

    class Meta:
        model = Unit
        fields = "__all__"  # noqa: DJ007 - those that the model lets people edit

    def clean_parent(self):
        unit, parent = self.instance, self.cleaned_data["parent"]
        if unit.pk and parent != unit.parent:
            then = {unit.code, *(tree.codes(parent.path) if parent else ())}
            if reason := why_not_moved(self.by, tree.codes(unit.path), then):
                raise forms.ValidationError(reason)
        return parent


@admin.register(Unit)
class UnitAdmin(ImportsMixin, ExportsMixin, OfficeAdmin):
    import_kind = "unit"
    resource = UnitResource
    form = UnitForm
    viewers = frozenset({RoleCode.UNION_LEADER, RoleCode.AUDITOR, RoleCode.FINANCE})
    editors = frozenset({RoleCode.SYSADMIN, RoleCode.UNION_STAFF})
    list_display = ["name", "code", "short_name", "kind", "parent", "union_name", "union_chair"]
    list_filter = ["kind", ("parent", ByParent)]
    list_select_related = ["parent"]
    search_fields = ["name"]
    search_help_text = gettext_lazy(
        "Name, short name, pinyin, initials, code or chair of the department union"
    )

    def get_search_results(self, request, queryset, search_term):
        return (queryset.search(search_term) if search_term.strip() else queryset), False

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def get_readonly_fields(self, request, obj=None):
        given = super().get_readonly_fields(request, obj)
        return given if obj is None or request.user.has_perm("accounts.move_units") else [*given, "parent"]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """What is sent is checked by the tree in which it is then saved: of two who move units at once one is told."""
        with transaction.atomic():
            if request.method == "POST":
                tree.lock()
            return super().changeform_view(request, object_id, form_url, extra_context)


class RoleInline(OfficeInline, admin.TabularInline):
    """Roles are given by the system administrator, and by nobody to themselves."""

    model = Role
    extra = 1
    viewers = RoleCode.READS_ALL
    editors = deleters = frozenset({RoleCode.SYSADMIN})
    verbose_name = gettext_lazy("role")
    verbose_name_plural = gettext_lazy("roles")

    def has_change_permission(self, request, obj=None) -> bool:
        return obj != request.user and super().has_change_permission(request, obj)

    def has_add_permission(self, request, obj=None) -> bool:
        return obj != request.user and super().has_add_permission(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return obj != request.user and super().has_delete_permission(request, obj)


class ByRole(admin.SimpleListFilter):
    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return RoleCode.choices

    def queryset(self, request, queryset):
        if self.value() not in RoleCode.values:
            return queryset
        return queryset.filter(pk__in=Role.objects.filter(code=self.value()).values("user"))


class ByActivation(admin.SimpleListFilter):
    title = gettext_lazy("account")
    parameter_name = "account"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("Not activated yet")),
            ("active", _("Activated")),
            ("closed", _("Switched off")),
        ]

    def queryset(self, request, queryset):
        waiting = activation.entitled(User.objects.all()).values("pk")
        match self.value():
            case "waiting":
                return queryset.filter(pk__in=waiting)
            case "active":
                return queryset.filter(is_active=True).exclude(pk__in=waiting)
            case "closed":
                return queryset.filter(is_active=False)
        return queryset


class PersonForm(forms.ModelForm):
    """Who has a staff number signs in by it; others get a user name."""

    class Meta:
        model = User
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets name them
        help_texts = {
            "username": gettext_lazy("Left empty, it is the staff number."),
            "is_active": gettext_lazy("Who is switched off cannot sign in; the records remain."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "username" in self.fields:
            self.fields["username"].required = False
        if "staff_no" in self.fields:
            self.fields["staff_no"].empty_value = None

    def clean(self):
        cleaned = super().clean()
        if "username" in self.fields and not cleaned.get("username"):
            cleaned["username"] = self.instance.username = cleaned.get("staff_no") or ""
            if not cleaned["username"]:
                self.add_error(
                    "staff_no", _("Fill in the staff number, or a user name for somebody from outside.")
                )
            elif self._is_taken(cleaned["username"]):
                del cleaned["username"]  # said once, at the field that was typed into
                self.add_error("staff_no", _("Somebody else signs in by this number."))
        elif cleaned.get("username") and self._is_taken(cleaned["username"]):
            self.add_error("username", _("Somebody else signs in by this name."))
        return cleaned

    def _is_taken(self, username: str) -> bool:
        return User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk).exists()


class WithoutPersonal(HistoricalRecordContextHelper):
    """The changes of a person, without telephone, birth and the like."""

    def context_for_delta_changes(self, delta):
        changes = [change for change in delta.changes if change.field not in PersonAdmin.personal]
        return super().context_for_delta_changes(replace(delta, changes=changes))


@admin.register(User)
class PersonAdmin(CodesMixin, ImportsMixin, ExportsMixin, OfficeAdmin):
    import_kind = "user"
    resource = PersonResource
    form = PersonForm
    viewers = frozenset({RoleCode.UNION_LEADER, RoleCode.AUDITOR})
    editors = frozenset({RoleCode.SYSADMIN, RoleCode.UNION_STAFF})
    list_display = ["name", "staff_no", "unit", "title", "roles_held", "account"]
    list_filter = [ByActivation, ByRole, ("unit", ByUnit)]
    list_select_related = ["unit"]
    search_fields = ["name"]
    search_help_text = gettext_lazy("Search by name, pinyin, initials or staff number")
    inlines = [RoleInline]
    actions = ["send_links", "print_codes"]
    public = [
        "name",
        "staff_no",
        "username",
        "unit",
        "title",
        "post",
        "degree",
        "academic_degree",
        "honour_text",
    ]
    personal = ["sex", "birth_year", "birth_month", "politics", "phone", "email"]

    def get_fieldsets(self, request, obj=None):
        """Birth, telephone and mail address are for those who keep them, not for everybody in the office."""
        sets = [(None, {"fields": self.public})]
        if self.has_change_permission(request, obj):
            personal = {"fields": self.personal}
            if not self.keeps_account(request, obj):
                personal["description"] = ADDRESS_KEPT
            sets.append((_("Personal"), personal))
        return [*sets, (_("Account"), {"fields": ["is_active"]})]

    def get_readonly_fields(self, request, obj=None):
        given = super().get_readonly_fields(request, obj)
        return given if self.keeps_account(request, obj) else [*given, "email"]

    def keeps_account(self, request, person: User | None) -> bool:
        """Whether the mail address and a one-time code of this person are this user's to set."""
        if person is None:
            return True
        if "kept" not in vars(person):
            person.kept = User.objects.filter(pk=person.pk).account_kept_by(request.user).exists()
        return person.kept

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("roles__unit")

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=User.objects.search(search_term).values("pk")), False

    def has_change_permission(self, request, obj=None) -> bool:
        """Who holds a role is changed by the system administrator only."""
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or User.objects.filter(pk=obj.pk).changeable_by(request.user).exists()

    def get_historical_record_context_helper(self, request, historical_record):
        """What changed is told without what is personal, to those who do not keep it."""
        keeps = OfficeAdmin.has_change_permission(self, request)
        helper = HistoricalRecordContextHelper if keeps else WithoutPersonal
        return helper(self.model, historical_record)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        elif "email" in form.changed_data:
            tell_old_addresses([obj])
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("roles"))
    def roles_held(self, person: User) -> str:
        return "、".join(str(role) for role in person.roles.all()) or "—"

    @admin.display(description=gettext_lazy("account"))
    def account(self, person: User) -> str:
        return person.account_state

    # Activation

    def has_activate_permission(self, request) -> bool:
        return request.user.has_perm("accounts.activate_people")

    def _to_activate(self, request, people):
        """Those of the selected who still need a password, without those whom this user may not change."""
        waiting = activation.entitled(people)
        kept = waiting.account_kept_by(request.user)
        if left := waiting.count() - kept.count():
            words = ngettext(
                "%(count)s person holds a role or works on a studio and is activated by the system administrator.",
                "%(count)s people hold a role or work on a studio and are activated by the system administrator.",
                left,
            )
            messages.warning(request, words % {"count": left})
        return kept

    @admin.action(description=gettext_lazy("Send activation link by mail"), permissions=["activate"])
    def send_links(self, request, people):
        waiting = self._to_activate(request, people)
        links = activation.send_links(waiting)
        if links.sent:
            words = ngettext(
                "A link goes to %(count)s person.", "A link goes to %(count)s people each.", links.sent
            )
            messages.success(request, words % {"count": links.sent})
        if links.earlier:
            words = ngettext(
                "A link went to %(count)s person earlier today; it still holds.",
                "A link went to %(count)s people earlier today; it still holds.",
                links.earlier,
            )
            messages.info(request, words % {"count": links.earlier})
        if links.without:
            words = ngettext(
                "%(count)s person has no mail address: print a code.",
                "%(count)s people have no mail address: print codes.",
                links.without,
            )
            messages.warning(request, words % {"count": links.without})
        if not any(links):
            messages.info(request, _("Everybody selected has a password already or is closed."))
