"""What every screen of the union's office (the admin) has in common: who may, and how much is counted.

Usage::

    @admin.register(Round)
    class RoundAdmin(OfficeAdmin):
        viewers = {RoleCode.UNION_LEADER, RoleCode.AUDITOR}
        editors = {RoleCode.UNION_STAFF}
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from accounts.models import RoleCode
from records.filters import DeclaredFilters
from records.pages import BoundedPaginator, number


class OfficePermissions:
    """Permission by role, for admins and their inlines.

    ``viewers`` see, ``editors`` see, add and change, ``deleters`` (nobody unless named) may delete. An auditor reads
    and never writes, whatever else is said here.
    """

    viewers: set[str] = frozenset({RoleCode.AUDITOR})
    editors: set[str] = frozenset()
    deleters: set[str] = frozenset()

    def _holds(self, request, codes) -> bool:
        """What is given to nobody, such as typing into an application, is not a superuser's either."""
        return (
            bool(codes)
            and request.user.is_active
            and (request.user.is_superuser or request.user.has_role(*codes))
        )

    def has_view_permission(self, request, obj=None) -> bool:
        return self._holds(request, {*self.viewers, *self.editors})

    def has_change_permission(self, request, obj=None) -> bool:
        return self._holds(request, self.editors - {RoleCode.AUDITOR})

    def has_add_permission(self, request, obj=None) -> bool:
        return self._holds(request, self.editors - {RoleCode.AUDITOR})

    def has_delete_permission(self, request, obj=None) -> bool:
        return self._holds(request, self.deleters - {RoleCode.AUDITOR})

    def get_queryset(self, request):
        """Rows are fetched through the model's own ``visible_to`` where it has one."""
        rows = super().get_queryset(request)
        visible_to = getattr(rows, "visible_to", None)
        return visible_to(request.user) if visible_to else rows


class OfficeFormSet(BaseInlineFormSet):
    """Names the tick that removes a row, for those who do not see its column; and asks each row whether it may stand
    beside the parent's others: Django leaves out constraints that name the parent, and the database would refuse it.
    """

    def clean(self):
        super().clean()
        for form in self.forms:
            if form.has_changed() and not form.errors and not form.cleaned_data.get("DELETE"):
                try:
                    form.instance.validate_constraints()
                except ValidationError as refused:
                    form.add_error(None, refused.messages)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Delete this row")


class OfficeInline(OfficePermissions):
    """Put before ``admin.TabularInline``.

    Fields in a table have no label of their own; the heading of the column is said to screen readers.
    """

    extra = 0
    formset = OfficeFormSet
    template = "admin/inline.html"

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", str(field.label))
        return field


class WithoutHistoryPage:
    """Put before ``OfficeAdmin`` where the page of a row tells what has become of it: its history leads there."""

    def history_view(self, request, object_id, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)


class OfficeAdmin(OfficePermissions, DeclaredFilters, SimpleHistoryAdmin):
    """The base of every admin of the product: permission by role, bounded counts, no filters but its own, history
    where it is kept.
    """

    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50

    def has_module_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Of two who save the same at once, the second finds it saved: asked again, the form says so at its field."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            return super().changeform_view(request, object_id, form_url, extra_context)

    def history_view(self, request, object_id, extra_context=None):
        """Our own history where simple-history keeps one, the stock admin log otherwise."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if hasattr(self.model, "history"):
            return super().history_view(request, object_id, extra_context)
        return super(SimpleHistoryAdmin, self).history_view(request, object_id, extra_context)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """One version to read; the stock page takes a POST as well and writes the whole old version back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        known = hasattr(self.model, "history") and number(object_id) and number(version_id)
        if not (known and self.get_queryset(request).filter(pk=number(object_id)).exists()):
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)
