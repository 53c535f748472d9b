"""Files that people hand in: checked by what they are, stored under random names, shown to who may see their
record.

``attach(checked(file), target, slot, by=…)`` is the only way in. The check runs in a process of its own
(``inspection``), so a file made to hurt costs that process its life and the sender a sentence. It takes
its time, so it comes before a row is locked.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Q
from django.http import FileResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from records.moves import DomainError

MOST_PAGES = 300
MOST_PIXELS = 50_000_000
MOST_IN_A_SLOT = 30
LONGEST_NAME = 120
# On the clock; the looker's own work ends after its CPU_SECONDS, however busy the machine is.
PATIENCE_SECONDS = 15
LIMITS = {
    "pages": MOST_PAGES,
    "pixels": MOST_PIXELS,
    "entries": 3000,  # files in a Word or Excel file
    "unpacked": 200 * 2**20,  # bytes of them
    "ratio": 100,  # times the size of the whole
}
INSPECTION = str(Path(__file__).with_name("inspection"))

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
SHOWN_IN_BROWSER = frozenset({"pdf", "jpg", "png"})
ACCEPT = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"  # for the file field; what counts is the content

REASONS = {
    "empty": gettext_lazy("The file is empty. Please choose it again."),
    "too_large": gettext_lazy("The file has %(size)s; at most %(most)s are taken. Please make it smaller."),
    "unknown": gettext_lazy("This is not a PDF, JPG, PNG, DOCX or XLSX file, whatever its name says."),
    "old_office": gettext_lazy(
        "This is an old or password-protected Office file. Please save it as DOCX or XLSX without a password."
    ),
    "damaged": gettext_lazy(
        "The file is damaged or not complete. Please open it, save it again and choose it anew."
    ),
    "password": gettext_lazy("The file is protected by a password. Please remove the password first."),
    "pages": gettext_lazy("The file has more than %(most)s pages. Please split it."),
    "pixels": gettext_lazy("The picture is too large (%(width)s × %(height)s). Please make it smaller."),
    "active": gettext_lazy(
        "The PDF contains scripts, embedded files or actions of its own. Please print it to a new PDF first."
    ),
    "linked": gettext_lazy(
        "The file fetches a template, an object or a picture from elsewhere. Please put it into the file, or break the "
        "link, and save it again."
    ),
    "field": gettext_lazy(
        "The Word file has a field “%(field)s” that fetches from elsewhere. Select that place, press Ctrl+Shift+F9 to "
        "keep only what it shows, and save the file again."
    ),
    "data": gettext_lazy(
        "The workbook fetches data from elsewhere: by a connection, a link to a programme or to another file, or a "
        "formula such as WEBSERVICE. Please break the connection, paste the cells as values, and save it again."
    ),
    "macros": gettext_lazy("The file contains macros. Please save it as DOCX or XLSX without macros."),
    "bomb": gettext_lazy("The file unpacks to far more than it should and was not taken."),
    "slow": gettext_lazy("Checking the file took too long. Please save it again as a simpler file."),
    "full": gettext_lazy("There are %(most)s files here already. Please remove one first."),
}


class Refused(DomainError):
    """A file that is not taken; ``reason`` is its key in ``REASONS``."""

    def __init__(self, reason: str, **details):
        self.reason = reason
        super().__init__(str(REASONS[reason]) % details)


def stored_path(instance: Attachment, filename: str) -> str:
    name = uuid.uuid4().hex
    return f"files/{name[:2]}/{name}"


ALSO_VISIBLE: list[Callable] = []


def also_visible(function: Callable):
    """Register ``function(user) -> Q | None`` for files seen by another way than their record.

    A frozen snapshot, for instance, still shows the scan of a row that was deleted since.
    """
    ALSO_VISIBLE.append(function)
    return function


class AttachmentQuerySet(models.QuerySet):
    def current(self):
        """Without those that were removed; frozen snapshots still refer to these."""
        return self.filter(removed_at=None)

    def of(self, target, slot: str | None = None):
        """The files of one record, in the order they came; of one slot of it when named."""
        files = self.filter(content_type=ContentType.objects.get_for_model(target), object_id=target.pk)
        return (files if slot is None else files.filter(slot=slot)).order_by("created_at", "pk")

    def by_target(self, targets: Sequence[models.Model]) -> dict[int, list[Attachment]]:
        """The files of records of one kind, by the key of each, in the order they came; one query for all of them."""
        files: dict[int, list[Attachment]] = {target.pk: [] for target in targets}
        if files:
            kind = ContentType.objects.get_for_model(targets[0])
            rows = self.filter(content_type=kind, object_id__in=files)
            for file in rows.order_by("created_at", "pk"):
                files[file.object_id].append(file)
        return files

    def visible_to(self, user):
        """A file is visible exactly when its record is, or as the kind of record says by ``files_visible_to``.

        A kind of record without ``visible_to`` shows its files to nobody. Narrow first, ``filter(pk=…)``
        before ``visible_to``: only the kinds of record among the rows at hand are asked.
        """
        seen = Q(pk__in=[])
        for pk in self.order_by().values_list("content_type", flat=True).distinct():
            model = ContentType.objects.get_for_id(pk).model_class()
            kept = getattr(model, "objects", None)
            rows = getattr(kept, "files_visible_to", None) or getattr(kept, "visible_to", None)
            if rows is not None:
                seen |= Q(content_type=pk, object_id__in=rows(user).order_by().values("pk"))
        for function in ALSO_VISIBLE:
            seen |= function(user) or Q(pk__in=[])
        return self.filter(seen)


class Attachment(models.Model):
    """One file of one record; ``slot`` says what for (``scan``, ``photo``, ``rules``…)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()
    slot = models.CharField(gettext_lazy("purpose"), max_length=40)
    name = models.CharField(gettext_lazy("file name"), max_length=LONGEST_NAME + 10)
    file = models.FileField(gettext_lazy("file"), upload_to=stored_path, max_length=120)
    kind = models.CharField(gettext_lazy("kind of file"), max_length=4)
    size = models.PositiveIntegerField(gettext_lazy("size"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=gettext_lazy("uploaded by"),
    )
    created_at = models.DateTimeField(gettext_lazy("uploaded at"), default=timezone.now)
    removed_at = models.DateTimeField(gettext_lazy("removed at"), null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=gettext_lazy("removed by"),
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("attachment")
        verbose_name_plural = gettext_lazy("attachments")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "slot"])]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "slot", "sha256"],
                condition=Q(removed_at=None),
                name="a_file_is_kept_once",
                violation_error_message=gettext_lazy("This file is here already."),
            ),
            models.CheckConstraint(
                condition=Q(removed_by__isnull=True) | Q(removed_at__isnull=False),
                name="who_removed_a_file_did_so_some_day",
                violation_error_message=gettext_lazy("A file that somebody removed bears the time of it."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("records:file", args=[self.pk])

    @property
    def is_picture(self) -> bool:
        return self.kind in ("jpg", "png")

    def remove(self, *, by) -> None:
        """Take the file off its record. It stays stored, since frozen snapshots may refer to it."""
        if self.removed_at is None:
            self.removed_at, self.removed_by = timezone.now(), by
            self.save(update_fields=["removed_at", "removed_by"])


@dataclass(frozen=True)
class CheckedFile:
    """What :func:`checked` found in order: the tamed name, the kind, and the bytes to keep."""

    name: str
    kind: str
    data: bytes


def attach(file: CheckedFile, target, slot: str, *, by, most: int | None = None) -> Attachment:
    """Keep with ``target`` a file that was checked; the same file twice is kept once.

    :param most: how many files the slot takes, when fewer than ``MOST_IN_A_SLOT``.
    :raises Refused: when the slot is full.
    """
    digest = hashlib.sha256(file.data).hexdigest()
    kept = Attachment(
        target=target,
        slot=slot,
        name=file.name,
        kind=file.kind,
        size=len(file.data),
        sha256=digest,
        uploaded_by=by,
    )
    with transaction.atomic():
        return _twin(target, slot, digest) or _keep(kept, file.data, most or MOST_IN_A_SLOT)


def _twin(target, slot: str, digest: str) -> Attachment | None:
    """The same file, if it is there. From here to the commit nobody else adds a file to ``target``."""
    type(target)._base_manager.select_for_update(of=("self",)).filter(pk=target.pk).first()
    return Attachment.objects.current().of(target, slot).filter(sha256=digest).first()


def _keep(kept: Attachment, data: bytes, most: int) -> Attachment:
    if Attachment.objects.current().of(kept.target, kept.slot).count() >= most:
        raise Refused("full", most=most)
    kept.file.save(kept.name, ContentFile(data), save=False)
    kept.save(force_insert=True)
    return kept


def checked(file) -> CheckedFile:
    """What is to be kept of ``file`` (a Django ``File``); pictures carry no place, camera or comment any more.

    Another process looks at it for up to ``PATIENCE_SECONDS``: not while a row is locked, and once for each file.

    :raises Refused: when it is not one of the kinds, or does not keep to the limits; with a sentence that says what is
        wrong and what to do.
    """
    if not file.size:
        raise Refused("empty")
    if file.size > settings.ATTACHMENT_MOST_BYTES:
        raise Refused(
            "too_large", size=filesizeformat(file.size), most=filesizeformat(settings.ATTACHMENT_MOST_BYTES)
        )
    file.seek(0)
    data = file.read()
    answer, clean = ask_inspection(data)
    if reason := answer.pop("refused", None):
        raise Refused(reason, **answer)
    kind = answer["kind"]
    return CheckedFile(clean_name(file.name or "", kind), kind, clean or data)


def ask_inspection(data: bytes) -> tuple[dict, bytes]:
    """Let ``inspection`` look at ``data`` in a child process with little memory and little time."""
    command = [sys.executable, "-I", INSPECTION, json.dumps(LIMITS)]  # nothing of it comes from outside
    try:
        ended = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE_SECONDS, env={})  # noqa: S603
    except subprocess.TimeoutExpired:
        return {"refused": "slow"}, b""
    if ended.returncode < 0:
        return {"refused": "slow"}, b""
    if ended.returncode:
        return {"refused": "damaged"}, b""
    answer, _line, clean = ended.stdout.partition(b"\n")
    return json.loads(answer), clean


def clean_name(name: str, kind: str) -> str:
    """The name as people know it: no folders, no control or direction characters, the ending of its kind."""
    name = unicodedata.normalize("NFC", name)
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r'[<>:"|?*]', "_", name)
    stem = re.sub(r"\.(pdf|jpe?g|png|docx|xlsx)$", "", name, flags=re.IGNORECASE).strip(" .")
    return f"{stem[:LONGEST_NAME] or 'file'}.{kind}"


def send(file, name: str, kind: str, *, inline: bool = False) -> FileResponse:
    """``file`` as a response that no browser runs: its true type, its Chinese name, a sandbox, no caching.

    :param inline: show it in the browser, if it is a PDF or a picture.
    """
    shown = inline and kind in SHOWN_IN_BROWSER
    response = FileResponse(
        file.open("rb"),
        as_attachment=not shown,
        filename=name,
        content_type=CONTENT_TYPES.get(kind, "application/octet-stream"),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
