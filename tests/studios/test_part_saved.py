"""When a part of the papers was saved last: also by its rows and their files, not only by its form."""

import uuid

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from records.attachments import Attachment, attach, checked
from studios.models import PartVersion, Project
from tests.factories import StudioFactory
from tests.records.papers import pdf

pytestmark = pytest.mark.django_db
ROW = {"name": "新项目", "level": "provincial", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}


@pytest.fixture
def studio():
    return StudioFactory(complete=True)


def url(name, studio, *args):
    return reverse(f"studios:{name}", args=[studio.pk, *args])


def versions(studio, part="projects"):
    row = PartVersion.objects.filter(studio=studio, part=part).first()
    return (row.version, row.saved_by) if row else (0, None)


def test_adding_changing_pasting_and_removing_rows_saves_their_part(studio, sign_in):
    client, row = sign_in(studio.lead), studio.projects.get()
    client.post(url("row_add", studio, "projects"), {**ROW, "once": uuid.uuid4()})
    assert versions(studio) == (1, studio.lead)
    opened = client.get(url("row", studio, "projects", row.pk)).context["form"].opened
    client.post(url("row", studio, "projects", row.pk), {**ROW, "name": "改名", "opened": opened})
    assert versions(studio) == (2, studio.lead)
    text = "粘贴的项目\t省部级\t\t\t\t2026.1\t2026.12"
    client.post(url("rows_paste", studio, "projects"), {"text": text, "once": uuid.uuid4(), "confirm": "1"})
    assert versions(studio) == (3, studio.lead)
    client.post(url("row_remove", studio, "projects", Project.objects.get(name="粘贴的项目").pk))
    assert versions(studio) == (4, studio.lead)
    assert versions(studio, "team") == (0, None)


def test_a_refused_row_saves_nothing(studio, sign_in):
    sign_in(studio.lead).post(url("row_add", studio, "projects"), {**ROW, "name": "", "once": uuid.uuid4()})
    assert versions(studio) == (0, None)


def test_removing_a_file_saves_the_part_of_its_row(studio, sign_in):
    kept = attach(
        checked(ContentFile(pdf(), name="立项.pdf")), studio.projects.get(), "approval", by=studio.lead
    )
    sign_in(studio.lead).post(url("file_remove", studio, kept.pk))
    assert not Attachment.objects.current().exists()
    assert versions(studio) == (1, studio.lead)
