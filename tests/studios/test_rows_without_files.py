"""Beside a part stand the rows that have no file as evidence: a hint, and no bar (docs/adr/0004)."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from records.attachments import attach, checked
from studios import parts
from tests.factories import StudioFactory
from tests.records.papers import pdf

pytestmark = pytest.mark.django_db
HINT = "尚未上传附件"


def beside(client, studio, key: str, name: str = "part") -> list[str]:
    url = reverse(f"studios:{name}", args=[studio.pk, key])
    answer = client.get(url) if name == "part" else client.post(url)
    assert (HINT in answer.content.decode()) == bool(answer.context["bare"])
    return answer.context["bare"]


@pytest.mark.parametrize("name", ["part", "here"])
def test_the_rows_without_a_file_are_named_and_the_part_stays_complete(sign_in, name):
    studio = StudioFactory(complete=True)
    client = sign_in(studio.lead)
    named = {part.key: beside(client, studio, part.key, name) for part in parts.all_parts()}
    assert named == {
        "lead": [str(studio.honours.get())],
        "team": [],
        "projects": ["装备可靠性提升"],
        "results": [str(row) for row in studio.achievements.all()],
        "place": [],
        "rules": [row.title for row in studio.rule_documents.all()],
        "plan": [],
    }
    assert {task.progress for task in parts.tasks(studio)} == {"complete"}


def test_a_row_with_a_file_is_not_named_until_the_file_is_gone(sign_in):
    studio = StudioFactory(complete=True)
    client, first = sign_in(studio.lead), studio.rule_documents.first()
    kept = attach(checked(ContentFile(pdf(), name="办法.pdf")), first, "text", by=studio.lead)
    assert beside(client, studio, "rules") == [row.title for row in studio.rule_documents.all()[1:]]
    kept.remove(by=kept.uploaded_by)
    assert beside(client, studio, "rules") == [row.title for row in studio.rule_documents.all()]


def test_many_are_counted(sign_in):
    studio = StudioFactory(complete=True)
    for number in range(10):
        studio.rule_documents.create(kind="training", title=f"办法{number}")
    answer = sign_in(studio.lead).get(reverse("studios:part", args=[studio.pk, "rules"]))
    assert (len(answer.context["bare"]), answer.context["more_bare"]) == (8, 6)
    assert "另有 6 项" in answer.content.decode()
