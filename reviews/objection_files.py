"""Files of an objection between two sendings of its form: nothing that was checked has to be chosen again.

A browser does not fill a file field in again. When a form comes back, what was checked is stored under a random name
and named in the page by a signed reference, which holds for the one form alone; ``records.leftovers`` deletes what no
objection came of.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import astuple, dataclass

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
    sha256: str

    @property
    def is_there(self) -> bool:
        return default_storage.exists(self.path)

    @property
    def label(self) -> str:
        return f"{self.name}（{filesizeformat(self.size)}）"

    def reference(self, key: str) -> str:
        """How the page names it; ``key`` is the ticket's."""
        return signing.dumps(astuple(self), salt=f"{SALT}:{key}")

    def read(self) -> CheckedFile:
        with default_storage.open(self.path) as stored:
            return CheckedFile(self.name, self.kind, stored.read())


def keep(file: CheckedFile, slot: str) -> Kept:
    name = uuid.uuid4().hex
    path = default_storage.save(f"files/{name[:2]}/{name}", ContentFile(file.data))
    return Kept(slot, path, file.name, file.kind, len(file.data), sha256_of(file))


def sha256_of(file: CheckedFile) -> str:
    return hashlib.sha256(file.data).hexdigest()


def referred_to(references: list[str], key: str) -> list[Kept]:
    """The files that a page names, also those that are gone; what is forged or another form's is left out."""
    found = []
    for text in dict.fromkeys(references[: sum(MOST.values())]):
        try:
            found.append(Kept(*signing.loads(text, salt=f"{SALT}:{key}")))
        except (signing.BadSignature, TypeError, ValueError):
            continue
    return found


def forget(files: list[Kept]) -> None:
    """Their objection has copies of its own."""
    for kept in files:
        default_storage.delete(kept.path)
