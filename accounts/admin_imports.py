"""Importing a list in the office: upload, preview, confirm. Nothing is written before the confirmation.

``ImportsMixin`` adds the three pages and their button to an admin of a model in ``accounts.imports``.
"""

from __future__ import annotations

from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import import_columns, imports
from accounts.import_writing import NotAsSeen, carry_out
from accounts.imports import Fate, Plan
from accounts.permissions import check
from records import tables
from records.pending import PendingImport
from records.sheets import UnreadableFile
from records.workbooks import Limits

SHOWN = 1000  # rows of one fate on a page; the rest is counted


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("List"),
        help_text=gettext_lazy(
            "Excel (.xlsx, .xls) or CSV, at most 10 MB. Title rows above the table and notes below may stay."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > Limits.of_settings().bytes:
            raise forms.ValidationError(
                _("The file is larger than %(most)s MB.") % {"most": Limits.of_settings().bytes >> 20}
            )
        return file


class Taken(Exception):
    """Somebody else, or an earlier click, has confirmed this upload."""


class ImportsMixin:
    """For an ``OfficeAdmin``. ``import_kind`` names the plan in ``accounts.imports``."""

    import_kind: str
    change_list_template = "admin/imports/change_list.html"

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("import/", wrap(self.import_upload), name=f"{name}_import"),
            path("import/headings.xlsx", wrap(self.import_headings), name=f"{name}_import_headings"),
            path("import/<int:pk>/", wrap(self.import_preview), name=f"{name}_import_preview"),
            path("import/<int:pk>/bad-rows.xlsx", wrap(self.import_bad_rows), name=f"{name}_import_bad_rows"),
            *super().get_urls(),
        ]

    def import_url(self, name: str, *args) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    def changelist_view(self, request, extra_context=None):
        may = request.user.has_perm("accounts.import_people")
        extra = {"import_url": self.import_url("import") if may else "", **(extra_context or {})}
        return super().changelist_view(request, extra)

    def import_upload(self, request):
        """Takes the file; what cannot be read at all is said here."""
        check(request.user, "accounts.import_people")
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            content = file.read()
            try:
                self._plan(request, content, file.name)
            except UnreadableFile as error:
                form.add_error("file", str(error))
            else:
                held = PendingImport.objects.hold(
                    kind=self.import_kind,
                    name=file.name,
                    content=content,
                    by=request.user,
                )
                return redirect(self.import_url("import_preview", held.pk))
        return self._page(request, "upload", {"form": form, "columns": self._columns()})

    def import_headings(self, request):
        """An empty list with our headings, to be filled in."""
        check(request.user, "accounts.import_people")
        headings = [column.headings[0] for column in self._columns()]
        return _excel(tables.export(headings, []), f"{self.opts.verbose_name_plural}.xlsx")

    def import_preview(self, request, pk: int):
        """What will become of each row; on POST it is done, provided that it is what that very page has shown."""
        held = self._held(request, pk)
        if held.applied_at and request.method == "POST":  # a click that comes after the first one is through
            return redirect(self.import_url("import_preview", pk))
        if held.applied_at:
            return self._page(request, "done", {"held": held, "outcome": held.outcome})
        if request.method == "POST" and self._confirm(request, held):
            return redirect(self.import_url("import_preview", pk))
        plan = self._plan(request, bytes(held.content), held.name)
        numbered = _("Unit code") if self.import_kind == "unit" else _("Staff number")
        named = _("Unit name") if self.import_kind == "unit" else _("Name")
        shown = {"held": held, "plan": plan, "numbered": numbered, "named": named, **_shown(plan)}
        return self._page(request, "preview", shown)

    def _confirm(self, request, held: PendingImport) -> bool:
        """Whether the list is imported, now or by an earlier click; otherwise it is to be looked through again."""
        reading = imports.read(self.import_kind, bytes(held.content), name=held.name)
        waiting = PendingImport.objects.waiting().select_for_update(of=("self",)).filter(pk=held.pk)
        try:
            with transaction.atomic():
                if not waiting.only("pk").first():
                    raise Taken
                done = carry_out(
                    self.import_kind, reading, seen=request.POST.get("plan", ""), by=request.user
                )
                held.take(done.counts)
        except Taken:
            messages.info(request, _("This list has been imported already."))
        except NotAsSeen:
            messages.warning(
                request, _("Something has changed since the preview. Please look through it once more.")
            )
            return False
        except IntegrityError:
            messages.warning(
                request,
                _("Somebody else changed the same rows just now. Nothing was written; please try again."),
            )
            return False
        return True

    def import_bad_rows(self, request, pk: int):
        """The rows that cannot go in, marked up, to be mended and imported again."""
        held = self._held(request, pk)
        plan = self._plan(request, bytes(held.content), held.name)
        stem = held.name.rsplit(".", 1)[0]
        return _excel(tables.marked_copy(plan.reading), _("%(name)s - rows to mend.xlsx") % {"name": stem})

    def _held(self, request, pk: int) -> PendingImport:
        check(request.user, "accounts.import_people")
        own = PendingImport.objects.visible_to(request.user).filter(
            kind=self.import_kind, expires_at__gt=timezone.now()
        )
        return get_object_or_404(own, pk=pk)

    def _plan(self, request, content: bytes, name: str) -> Plan:
        return imports.plan(self.import_kind, content, name=name, by=request.user)

    def _columns(self):
        if self.import_kind == "unit":
            return import_columns.unit_columns()
        return import_columns.people_columns(on=timezone.localdate())

    def _page(self, request, page: str, context: dict):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(
            request,
            f"admin/imports/{page}.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Import: %(things)s") % {"things": self.opts.verbose_name_plural},
                "opts": self.opts,
                "list_url": self.import_url("changelist"),
                "upload_url": self.import_url("import"),
                "headings_url": self.import_url("import_headings"),
                **context,
            },
        )


def _shown(plan: Plan) -> dict:
    by_fate = {fate.value: [line for line in plan.lines if line.fate == fate] for fate in Fate}
    problems = plan.reading.problems
    return {
        "counts": plan.counts,
        "groups": [
            {
                "fate": fate,
                "count": len(by_fate[fate.value]),
                "lines": by_fate[fate.value][:SHOWN],
                "more": max(len(by_fate[fate.value]) - SHOWN, 0),
            }
            for fate in (Fate.CHANGED, Fate.NEW, Fate.SAME)
            if by_fate[fate.value]
        ],
        "problems": problems[:SHOWN],
        "doubles": any(row.twins for row in plan.reading.bad),
        "more_problems": max(len(problems) - SHOWN, 0),
        "unused": [heading for table in plan.reading.tables for heading in table.unused],
        "sheets": [table.sheet.name for table in plan.reading.tables],
    }


def _excel(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=tables.CONTENT_TYPE)
    response["Content-Disposition"] = f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response
