"""Repeating rows: added, edited, removed on pages of their own; and the files of a studio."""

import uuid

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from records.attachments import Attachment
from records.pages import number
from studios import drafts, editing, parts, rowkinds
from studios.forms import PersonSearch
from studios.keeping import attach_all, files_of
from studios.models import Venue
from studios.row_forms import personnel
from studios.unsent import keeps_unsent, take
from studios.views.fetching import kind_or_404, studio_to_edit
from studios.views.filling import as_left, settle


@keeps_unsent
@require_http_methods(["GET", "HEAD", "POST"])
def add(request, pk, kind):
    """A new row; sent twice, or eight times at once, it is one row."""
    studio, kind = studio_to_edit(request, pk), kind_or_404(kind)
    if request.method == "POST":
        return create(request, studio, kind)
    draft = kept_draft(request, studio, kind, kind.new(studio))
    initial = drafts.as_initial(draft, kind.form) if draft else {}
    if chosen := request.GET.get("person"):
        person = get_object_or_404(User, pk=number(chosen), is_active=True)
        initial |= {"staff_no": person.staff_no or "", **personnel(person)}
    form = kind.form(instance=kind.new(studio), initial=initial)
    return row_page(request, studio, kind, form, draft=draft)


def create(request, studio, kind):
    """Add the row with its files; the same form sent once more finds it added."""
    once = given_once(request)
    form = kind.form(request.POST, request.FILES, instance=kind.new(studio, once=once))
    if added_already(kind, studio, once):
        return added(request, studio, kind)
    if not form.is_valid() or not fits(form, kind, studio):
        if added_already(kind, studio, once):  # at this moment, and that is what stands in its way
            return added(request, studio, kind)
        return not_added(request, studio, kind, form, once)
    if not save_once(form, kind, studio, once):
        return row_page(request, studio, kind, form)
    if attach_all(form, "files", slot=kind.slot, by=request.user):
        return added(request, studio, kind)
    note_added(request, studio, kind)
    return saved_without_files(request, studio, kind, form, sent=form)


def added(request, studio, kind):
    note_added(request, studio, kind)
    messages.success(request, _("The row is added."))
    return redirect(rows_url(studio, kind))


def note_added(request, studio, kind) -> None:
    drafts.forget(studio, kind.part, f"{kind.key}:0", request.user)
    editing.note_saved(studio, kind.part, request.user)


def not_added(request, studio, kind, form, once):
    """The form with what is wrong; what was typed is kept, files have to be chosen again."""
    drafts.keep_typed(form, studio, kind.part, f"{kind.key}:0", request.user)
    if request.FILES and "files" in form.fields:
        form.add_error("files", _("Please choose the files again; they are kept once the row is saved."))
    return row_page(request, studio, kind, form, once=once)


def saved_without_files(request, studio, kind, form, *, sent):
    """The stored row to go on with: it is saved, and the reasons stand at the files that were not taken."""
    form.opened = editing.as_sent(sent)
    return row_page(request, studio, kind, form, row=form.instance, stored=True)


def given_once(request) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("once", ""))
    except ValueError:
        return uuid.uuid4()


def fits(form, kind, studio) -> bool:
    """Whether there is room for another row; otherwise the form says that there is none."""
    if kind.room(studio):
        return True
    form.add_error(None, kind.full)
    return False


def added_already(kind, studio, once) -> bool:
    return kind.model.objects.filter(studio=studio, once=once).exists()


def save_once(form, kind, studio, once) -> bool:
    """Save a new row, or find that the same form has just been saved."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        if added_already(kind, studio, once):
            form.instance = kind.model.objects.get(once=once)
            return True
        form.add_error(
            None, _("Somebody entered the same at this moment. Check the list before you save again.")
        )
        return False
    return True


@keeps_unsent
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk, kind, row):
    """One row: its fields and its files."""
    studio, kind = studio_to_edit(request, pk), kind_or_404(kind)
    stored = kind.rows(studio).filter(pk=row).first()
    if stored is None:
        return removed_meanwhile(request, studio, kind, row)
    if request.method == "POST":
        try:
            return change(request, studio, kind, stored)
        except kind.model.DoesNotExist:
            return removed_meanwhile(request, studio, kind, row)
    draft = kept_draft(request, studio, kind, stored)
    form = as_left(kind.form, stored, draft)
    return row_page(request, studio, kind, form, row=stored, draft=draft)


def change(request, studio, kind, row):
    outcome = editing.save(
        studio,
        f"{kind.key}:{row.pk}",
        by=request.user,
        form_class=kind.form,
        data=request.POST,
        files=request.FILES,
        instance=lambda: kind.rows(studio).select_for_update(of=("self",)).get(pk=row.pk),
    )
    form = outcome.form
    form.opened = request.POST.get("opened", "")
    if not outcome.saved:
        return not_changed(request, studio, kind, row, outcome)
    drafts.forget(studio, kind.part, f"{kind.key}:{row.pk}", request.user)
    editing.note_saved(studio, kind.part, request.user)
    if not attach_all(form, "files", slot=kind.slot, by=request.user):
        return saved_without_files(request, studio, kind, form, sent=outcome.sent)
    messages.success(request, _("The changes are saved."))
    return redirect(rows_url(studio, kind))


def not_changed(request, studio, kind, row, outcome):
    """What was typed is kept, and so are the files; shown with its errors, or beside the other text."""
    form = outcome.form
    drafts.keep(studio, kind.part, f"{kind.key}:{row.pk}", request.user, request.POST)
    attach_all(form, "files", slot=kind.slot, by=request.user)
    if not outcome.conflicts:
        return row_page(request, studio, kind, form, row=row)
    for reason in form.errors.get("files", []):
        messages.warning(request, reason)
    return settle(request, studio, parts.get(kind.part), outcome)


def removed_meanwhile(request, studio, kind, row):
    """What was typed into a row that somebody removed stands in the form of a new one; 404 if there never was one."""
    if request.method != "POST" or not kind.model.history.filter(id=row, studio=studio).exists():
        raise Http404
    drafts.keep(studio, kind.part, f"{kind.key}:0", request.user, request.POST)
    messages.warning(
        request,
        _(
            "Somebody removed this row meanwhile. What you typed stands here; add it again if it is still needed."
        ),
    )
    return row_page(request, studio, kind, kind.form(request.POST, instance=kind.new(studio)))


def kept_draft(request, studio, kind, row):
    """What this person typed into this form and has not saved, also before the session expired."""
    key = f"{kind.key}:{row.pk or 0}"
    if values := take(request):
        form = kind.form(MultiValueDict(values), instance=row)
        if drafts.keep_typed(form, studio, kind.part, key, request.user):
            messages.info(request, _("What you sent before signing in is back. Check it and save."))
    return drafts.find(studio, kind.part, key, request.user)


def row_page(request, studio, kind, form, *, row=None, draft=None, once=None, stored=False):
    """The form of a row, new or as it is kept; ``stored`` says that it was saved this moment, without its files."""
    form.files_field = form["files"] if "files" in form.fields else None
    form.opened = getattr(form, "opened", "") or editing.opened(form)
    finder = PersonSearch(request.GET)
    context = {
        "studio": studio,
        "kind": kind,
        "part": parts.get(kind.part),
        "form": form,
        "row": row,
        "stored": stored,
        "files": files_of(row) if kind.slot else [],
        "draft": draft,
        "once": once or uuid.uuid4(),
        "finder": finder if kind.key == "members" and row is None else None,
        "asked": finder.asked,
        "people": finder.find(User.objects.filter(is_active=True)),
        "action": reverse("studios:row", args=[studio.pk, kind.key, row.pk])
        if row
        else reverse("studios:row_add", args=[studio.pk, kind.key]),
        "autosave": reverse("studios:autosave_row", args=[studio.pk, kind.key, row.pk if row else 0]),
    }
    return render(request, "studios/row.html", context)


def rows_url(studio, kind) -> str:
    return f"{reverse('studios:part', args=[studio.pk, kind.part])}#{kind.key}"


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request, pk, kind, row):
    """Asked once more before a row goes."""
    studio, kind = studio_to_edit(request, pk), kind_or_404(kind)
    stored = get_object_or_404(kind.rows(studio), pk=row)
    if request.method == "POST":
        stored.delete()
        drafts.forget_row(studio, f"{kind.key}:{row}")
        editing.note_saved(studio, kind.part, request.user)
        messages.success(request, _("“%(row)s” is removed.") % {"row": stored})
        return redirect(rows_url(studio, kind))
    context = {
        "title": _("Remove “%(row)s”?") % {"row": stored},
        "text": _(
            "The row and its files no longer stand in the papers. What was handed in before keeps them."
        ),
        "label": _("Remove"),
        "back": rows_url(studio, kind),
    }
    return render(request, "studios/confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_file(request, pk, file):
    """Asked once more before a file is taken off its record."""
    studio = studio_to_edit(request, pk)
    held, kind = file_or_404(request, studio, file)
    back = (
        reverse("studios:row", args=[pk, kind.key, held.object_id])
        if kind
        else reverse("studios:part", args=[pk, "place"])
    )
    if request.method == "POST":
        held.remove(by=request.user)
        editing.note_saved(studio, kind.part if kind else "place", request.user)
        messages.success(request, _("“%(file)s” is removed.") % {"file": held.name})
        return redirect(back)
    context = {
        "title": _("Remove “%(file)s”?") % {"file": held.name},
        "text": _("The file no longer stands in the papers. What was handed in before keeps it."),
        "label": _("Remove"),
        "back": back,
    }
    return render(request, "studios/confirm.html", context)


def file_or_404(request, studio, pk):
    """A file of one of the studio's rows, with the kind of row, or of its place, with None."""
    held = get_object_or_404(Attachment.objects.current().filter(pk=pk).visible_to(request.user))
    kind = rowkinds.of_model(type(held.target))
    if not (kind or isinstance(held.target, Venue)) or held.target.studio_id != studio.pk:
        raise Http404
    return held, kind
