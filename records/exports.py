"""A list of the office as Excel: exactly the rows that the filters and the search on screen leave.

The columns are named one by one in a ``Resource`` of django-import-export beside the models. The file is written by
``records.tables``, which keeps leading zeros and takes the sting out of text that Excel might run as a formula.

Usage::

    @admin.register(Unit)
    class UnitAdmin(ExportsMixin, OfficeAdmin):
        resource = UnitResource
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from import_export.fields import Field
from import_export.widgets import DateWidget

from records import tables

MOST_ROWS = 20_000
NOT_A_FILTER = {"p", "o", "all", "e"}  # the page and the order of the list


class ExportsMixin:
    """Put before the base of an admin; ``resource`` names the columns. Who may see the list may have it as Excel."""

    resource = None

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(require_safe(self.export))
        return [path("export.xlsx", view, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        asked = request.GET.copy()
        for name in NOT_A_FILTER:
            asked.pop(name, None)
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_export")
        extra = {"export_url": f"{url}?{asked.urlencode()}" if asked else url, **(extra_context or {})}
        return super().changelist_view(request, extra)

    def export(self, request):
        """The filtered list as a file.

        :raises PermissionDenied: to who may not see the list.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_changelist_instance(request).get_queryset(request)
        if found[MOST_ROWS : MOST_ROWS + 1].exists():
            messages.error(
                request, _("More than %(most)s rows. Filter the list first.") % {"most": MOST_ROWS}
            )
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        data = self.resource().export(found)
        listed = str(self.opts.verbose_name_plural)
        response = HttpResponse(
            tables.export(data.headers, data, sheet=listed), content_type=tables.CONTENT_TYPE
        )
        name = f"{listed}_{timezone.localdate():%Y-%m-%d}.xlsx"
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response


def column(attribute: str, heading, **more) -> Field:
    """A column of text, or of what ``attribute`` (a path with ``__``, or a method) gives as text."""
    return Field(attribute, column_name=heading, **more)


def date_column(attribute: str, heading) -> Field:
    return column(attribute, heading, widget=DateWidget(coerce_to_string=False))
