"""Rows pasted out of Excel: looked at first, then added."""

import uuid

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from studios import editing, parts, pasting, rowkinds
from studios.unsent import keeps_unsent, take
from studios.views.fetching import kind_or_404, studio_to_edit
from studios.views.rows import given_once, rows_url


@keeps_unsent
@require_http_methods(["GET", "HEAD", "POST"])
def paste(request, pk, kind):
    """What would go in and what would not; with ``confirm`` the good rows go in, and the others stay to be mended."""
    studio, kind = studio_to_edit(request, pk), kind_or_404(kind)
    if request.method != "POST":
        unsent = take(request) or {}
        return page(request, studio, kind, unsent.get("text", [""])[-1], None, uuid.uuid4())
    text, once = request.POST.get("text", ""), given_once(request)
    pasted = pasting.read(text, kind, studio)
    if not pasted.good or "confirm" not in request.POST:
        return page(request, studio, kind, text, pasted, once)
    count = pasting.add(pasted, once=once, kind=kind)
    editing.note_saved(studio, kind.part, request.user)
    messages.success(
        request, ngettext("%(count)s row is added.", "%(count)s rows are added.", count) % {"count": count}
    )
    if not pasted.bad:
        return redirect(rows_url(studio, kind))
    text = pasting.rest(text, pasted)
    return page(request, studio, kind, text, pasting.read(text, kind, studio), uuid.uuid4(), added=True)


def page(request, studio, kind, text: str, pasted, once, *, added: bool = False):
    """:param added: some rows have just gone in, which nothing takes back from here."""
    context = {
        "studio": studio,
        "kind": kind,
        "part": parts.get(kind.part),
        "text": text,
        "once": once,
        "pasted": pasted,
        "added": added,
        "columns": _(", ").join(str(column.label) for column in kind.columns()),
        "preview": preview(kind, pasted) if pasted else [],
        "back": rows_url(studio, kind),
    }
    return render(request, "studios/paste.html", context)


def preview(kind, pasted) -> list[tuple[int, list[rowkinds.Cell]]]:
    """The good rows with the number of their line; a column in which nothing stands is left out."""
    rows = [form.instance for _line, form in pasted.good]
    names = [column.field for column in kind.columns()]
    told = [name for name in names if any(getattr(row, name) not in (None, "") for row in rows)]
    return [(line, [rowkinds.cell(kind, form.instance, name) for name in told]) for line, form in pasted.good]
