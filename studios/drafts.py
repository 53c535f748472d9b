"""What is typed and not saved yet, kept raw for the one who typed it."""

from __future__ import annotations

from django.forms import BaseForm
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from studios.inputs import FilesField
from studios.models import Draft, Studio

MOST_BYTES = 64 * 1024
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "once"})


def typed(data: MultiValueDict) -> dict[str, list[str]] | None:
    """The posted values as plain lists, or None when there is more than a form of ours can hold.

    U+0000 falls away: nobody types it, and PostgreSQL cannot hold it.
    """
    values = {
        name.replace("\0", ""): [text.replace("\0", "") for text in data.getlist(name)]
        for name in data
        if name not in NOT_KEPT
    }
    size = sum(len(value.encode()) for texts in values.values() for value in texts)
    return values if size <= MOST_BYTES else None


def keep(studio: Studio, part: str, row: str, user, data: MultiValueDict | dict) -> Draft | None:
    """Remember what ``user`` typed into a form; the last that came counts, also of those that come at once."""
    values = typed(data) if isinstance(data, MultiValueDict) else data
    if values is None:
        return None
    draft = Draft(studio=studio, part=part, row=row, user=user, data=values, updated_at=timezone.now())
    Draft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["studio", "part", "row", "user"],
        update_fields=["data", "updated_at"],
    )
    return draft


def says_something(form: BaseForm) -> bool:
    """Whether anything stands in a bound form that is not saved; files are chosen anew and do not count."""
    return any(not isinstance(form.fields[name], FilesField) for name in form.changed_data)


def keep_typed(form: BaseForm, studio: Studio, part: str, row: str, user) -> Draft | None:
    """Remember a bound form as :func:`keep` does; one in which nothing new stands leaves nothing behind."""
    if not says_something(form):
        forget(studio, part, row, user)
        return None
    return keep(studio, part, row, user, form.data)


def find(studio: Studio, part: str, row: str, user) -> Draft | None:
    return Draft.objects.filter(studio=studio, part=part, row=row, user=user).first()


def forget(studio: Studio, part: str, row: str, user) -> None:
    Draft.objects.filter(studio=studio, part=part, row=row, user=user).delete()


def forget_row(studio: Studio, row: str) -> None:
    """What anybody typed into a row that is gone has no page any more."""
    Draft.objects.filter(studio=studio, row=row).delete()


def as_initial(draft: Draft, form_class: type[BaseForm]) -> dict:
    """The draft as initial values: a field shows what was typed, even where it could not be saved."""
    initial = {}
    for name, field in form_class.base_fields.items():
        if name in draft.data:
            many = hasattr(field.widget, "allow_multiple_selected") and field.widget.allow_multiple_selected
            initial[name] = draft.data[name] if many else draft.data[name][-1] if draft.data[name] else ""
        elif (
            draft.data
            and hasattr(field, "choices")
            and getattr(field.widget, "allow_multiple_selected", False)
        ):
            initial[name] = []  # no box was ticked
    return initial
