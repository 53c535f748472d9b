"""Stored files that no row names: what is left when a transaction was rolled back after its file was written.

A file is written before its row is committed, so a young one may belong to a row that is still to come; after
``PATIENCE`` nothing is still to come. Only files are touched that bear the random names which the product gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import Storage, default_storage
from django.db import models

PATIENCE = timedelta(days=1)
OURS = re.compile(r"[0-9a-f]{32}(\.pdf)?\Z")
AT_ONCE = 500


def sweep(now: datetime) -> int:
    """Delete stored files that are older than ``PATIENCE`` and that no row names. Returns how many went.

    Where no row names any file, nothing is deleted: that is a database that does not belong to these files.
    """
    if not any(_rows(field).exists() for field in file_fields()):
        return 0
    old = list(_old_files(default_storage, now - PATIENCE))
    gone = 0
    for start in range(0, len(old), AT_ONCE):
        names = old[start : start + AT_ONCE]
        for name in set(names) - _named(names):
            default_storage.delete(name)
            gone += 1
    return gone


def file_fields() -> list[models.FileField]:
    """Every field of every model that names a stored file."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
    ]


def _rows(field: models.FileField):
    return field.model._base_manager.exclude(**{field.name: ""})


def _named(names: list[str]) -> set[str]:
    """Those of ``names`` that a row names."""
    found: set[str] = set()
    for field in file_fields():
        found.update(_rows(field).filter(**{f"{field.name}__in": names}).values_list(field.name, flat=True))
    return found


def _old_files(storage: Storage, before: datetime, folder: str = "") -> Iterator[str]:
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    for file in files:
        name = f"{folder}/{file}" if folder else file
        if OURS.fullmatch(file) and storage.get_modified_time(name) < before:
            yield name
    for below in folders:
        yield from _old_files(storage, before, f"{folder}/{below}" if folder else below)
