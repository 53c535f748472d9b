"""Files that no row names go after a day; a file that a row names never does."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from portal import daily
from portal.demo.pictures import photo
from records import leftovers
from records.attachments import attach, checked
from records.jobs import Job
from reviews.issuing import issue as issue_decision
from studios import issuing
from studios.models import IssuedPaper
from tests.factories import ApplicationFactory, StudioFactory

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


class Refused(Exception):
    """Something later in the transaction."""


def stored() -> set[str]:
    root = Path(default_storage.location)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def age(by: timedelta) -> None:
    """All stored files were written that long ago."""
    for name in stored():
        then = (timezone.now() - by).timestamp()
        os.utime(default_storage.path(name), (then, then))


def upload(studio, number=0):
    return attach(checked(ContentFile(photo(number), name="全景.png")), studio.venue, "photo", by=studio.lead)


@pytest.fixture
def studio():
    return StudioFactory(complete=True)


@pytest.fixture
def rolled_back(studio):
    """The name of the file of an upload whose transaction was rolled back."""
    with pytest.raises(Refused), transaction.atomic():
        name = upload(studio, 1).file.name
        raise Refused
    return name


def test_the_file_of_a_rolled_back_upload_goes_after_a_day(studio, rolled_back):
    kept = upload(studio).file.name
    assert stored() == {kept, rolled_back}
    age(timedelta(hours=23))
    assert leftovers.sweep(timezone.now()) == 0
    age(timedelta(hours=25))
    assert leftovers.sweep(timezone.now()) == 1
    assert stored() == {kept}
    assert leftovers.sweep(timezone.now()) == 0


def test_what_a_row_names_stays_however_old(studio, monkeypatch):
    """One file of every field that names one: attachment, removed attachment, paper, decision, result."""
    monkeypatch.setattr(
        issuing, "PRESSES", dict.fromkeys(IssuedPaper.Kind, lambda certificate, **options: b"%PDF-1.7")
    )
    upload(studio)
    upload(studio, 2).remove(by=studio.lead)
    named = ApplicationFactory(studio=StudioFactory(complete=True), named=True)
    issuing.issue(named.studio.certificates.get())
    issue_decision(named.document)
    job = Job.objects.create(kind="x", title="x", state="done", finished_at=timezone.now())
    job.result.save("x.zip", ContentFile(b"PK"))
    before = stored()
    assert {name.partition("/")[0] for name in before} == {"files", "issued", "decisions", "results"}
    assert {field.model.__name__ for field in leftovers.file_fields()} == {
        "Attachment",
        "Job",
        "IssuedPaper",
        "DecisionDocument",
    }
    age(WEEK * 50)
    assert leftovers.sweep(timezone.now()) == 0
    assert stored() == before


def test_every_kind_of_file_is_swept_once_its_row_is_gone(studio, rolled_back, monkeypatch):
    upload(studio)
    loose = {name for name in stored() if name != rolled_back}
    for folder in ("issued/2026", "decisions/2026", "results/ab"):
        default_storage.save(f"{folder}/{'0a' * 16}{'' if folder[0] == 'r' else '.pdf'}", ContentFile(b"x"))
    monkeypatch.setattr(leftovers, "AT_ONCE", 2)
    age(WEEK)
    assert leftovers.sweep(timezone.now()) == 4
    assert stored() == loose


def test_files_that_are_not_ours_are_left_alone(studio):
    upload(studio)
    for name in ("backup/media.tar", "files/README", "lost.pdf"):
        default_storage.save(name, ContentFile(b"x"))
    age(WEEK)
    before = stored()
    assert leftovers.sweep(timezone.now()) == 0
    assert stored() == before


def test_a_database_that_names_no_file_deletes_none(rolled_back):
    age(WEEK)
    assert leftovers.sweep(timezone.now()) == 0
    assert stored() == {rolled_back}


def test_without_any_stored_file_there_is_nothing_to_do(studio):
    Job.objects.create(kind="x", title="x", state="done", finished_at=timezone.now(), result="results/gone")
    assert leftovers.sweep(timezone.now()) == 0


def test_the_day_sweeps_them(studio, rolled_back):
    kept = upload(studio).file.name
    age(WEEK)
    assert daily.run(timezone.localdate())["leftovers_swept"] == 1
    assert stored() == {kept}
