"""Files of an objection between two sendings of its form: nothing that was checked has to be chosen again.

A browser does not fill a file field in again. What was checked is stored under a random name and named in the page by
a signed reference, which holds for the one form alone; ``records.leftovers`` deletes what no objection came of.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.defaultfilters import filesizeformat

from records.attachments import CheckedFile

SEAL, FILES, EVIDENCE = "seal", "files", "evidence"  # the slots
MOST = {SEAL: 1, FILES: 5}
SALT = "reviews.objection-file"


@dataclass(frozen=True)
class Kept:
    """A checked file that waits for its objection."""

    slot: str
    path: str
    name: str
    kind: str
    size: int

    @property
    def label(self) -> str:
        return f"{self.name}（{filesizeformat(self.size)}）"

    def reference(self, key: str) -> str:
        """How the page names it; ``key`` is the ticket's."""
        return signing.dumps([self.slot, self.path, self.name, self.kind, self.size], salt=f"{SALT}:{key}")

    def read(self) -> CheckedFile:
        with default_storage.open(self.path) as stored:
            return CheckedFile(self.name, self.kind, stored.read())


def keep(file: CheckedFile, slot: str) -> Kept:
    name = uuid.uuid4().hex
    path = default_storage.save(f"files/{name[:2]}/{name}", ContentFile(file.data))
    return Kept(slot, path, file.name, file.kind, len(file.data))


def referred_to(references: list[str], key: str) -> list[Kept]:
    """The files that a page names; what is forged, another form's or gone is left out."""
    found = []
    for text in dict.fromkeys(references[: sum(MOST.values())]):
        try:
            kept = Kept(*signing.loads(text, salt=f"{SALT}:{key}"))
        except (signing.BadSignature, TypeError, ValueError):
            continue
        if default_storage.exists(kept.path):
            found.append(kept)
    return found


def forget(files: list[Kept]) -> None:
    """Their objection has copies of its own."""
    for kept in files:
        default_storage.delete(kept.path)
