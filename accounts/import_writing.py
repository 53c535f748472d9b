"""A list that was looked through and confirmed is written: what was seen, and nothing else."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts import tree
from accounts.delivery import tell_old_addresses
from accounts.imports import Fate, Line, Plan, plan_of
from accounts.models import Unit, User
from records.sheets import Reading

REASON = "import"


class NotAsSeen(Exception):
    """The list would do something else by now than its preview has shown."""


@transaction.atomic
def carry_out(kind: str, reading: Reading, *, seen: str, by: User) -> Plan:
    """Writes the new and changed rows with their history, all or none. Returns what was done.

    What the list names is locked before it is compared, so that nobody changes it between that and the writing, and
    nobody named in it gains a role meanwhile.

    :param seen: the fingerprint of the preview that was confirmed.
    :raises NotAsSeen: when it is no longer what would be done; nothing is written.
    """
    lock(kind, reading)
    plan = plan_of(kind, reading, by=by)
    if plan.fingerprint != seen:
        raise NotAsSeen
    (_write_units if kind == "unit" else _write_people)(plan.to_write, by)
    return plan


def lock(kind: str, reading: Reading) -> None:
    """The rows that the list names, always in the same order. A role is given only to whom nobody has locked."""
    if kind == "unit":
        tree.lock()
        codes = [row.values["code"] for row in reading.rows]
        named = Unit.objects.select_for_update(of=("self",), no_key=True).filter(code__in=codes)
    else:
        numbers = [row.values["staff_no"] for row in reading.rows]
        named = User.objects.select_for_update(of=("self",)).filter(staff_no__in=numbers)
    list(named.order_by("pk").only("pk"))


def _write_units(lines: list[Line], by: User) -> None:
    waiting = {line.thing.code: line for line in lines}

    def write(unit: Unit) -> None:
        line = waiting.pop(unit.code, None)
        if line is None:
            return
        if unit.parent is not None:
            write(unit.parent)
            unit.parent = unit.parent  # takes over the key that the parent has got just now
        unit._history_user = by
        unit.save(update_fields=[change.field for change in line.changes] or None)

    for line in lines:
        write(line.thing)


def _write_people(lines: list[Line], by: User) -> None:
    new = [line.thing for line in lines if line.fate == Fate.NEW]
    changed = [line for line in lines if line.fate == Fate.CHANGED]
    for person in new:
        person.password = make_password(None)
    tell_old_addresses([line.thing for line in changed])
    bulk_create_with_history(new, User, batch_size=200, default_user=by, default_change_reason=REASON)
    for fields, people in _by_fields(changed).items():
        bulk_update_with_history(
            people, User, list(fields), batch_size=100, default_user=by, default_change_reason=REASON
        )


def _by_fields(changed: list[Line]) -> dict[tuple[str, ...], list[User]]:
    """The people in groups, by what of them changes; a name changes with its reading."""
    groups: dict[tuple[str, ...], list[User]] = {}
    for line in changed:
        fields = tuple(change.field for change in line.changes)
        read = ("pinyin", "initials") if "name" in fields else ()
        groups.setdefault((*fields, *read), []).append(line.thing)
    return groups
