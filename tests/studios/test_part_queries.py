"""How often the pages on which the papers are filled in ask the database: at most 12 times, whatever the rows."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledgers.models import Achievement
from records.attachments import attach, checked
from studios import editing, parts, rowkinds
from studios.models import BudgetLine, Draft, Honour, Member, Project, RuleDocument, Studio
from tests.factories import ApplicationFactory, UserFactory
from tests.records.papers import pdf

AT_MOST = 12  # with session, person and roles; saving the session is not the page's doing
KINDS = ["honours", "members", "projects", "results", "budget", "rules"]


def asked(client, url: str) -> int:
    """How many queries a page takes that was open before."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    sent = [query["sql"] for query in queries]
    return len([sql for sql in sent if "SAVEPOINT" not in sql and 'UPDATE "django_session"' not in sql])


def of_parts(client, studio) -> dict[str, int]:
    return {
        part.key: asked(client, reverse("studios:part", args=[studio.pk, part.key]))
        for part in parts.all_parts()
    }


def fill(studio, by) -> None:
    """Thirty rows more of each kind, members with an account, files, and a draft of each part."""
    for number in range(30):
        user = UserFactory(unit=studio.unit)
        Member.objects.create(studio=studio, user=user, name=user.name, title="工程师", birth_year=1990)
        Honour.objects.create(studio=studio, title=f"荣誉{number}", level="national", year=2020)
        Project.objects.create(
            studio=studio,
            name=f"项目{number}",
            level="national",
            starts_on="2025-01-01",
            ends_on="2026-01-01",
        )
        Achievement.objects.create(studio=studio, kind="paper", title=f"论文{number}")
        BudgetLine.objects.create(studio=studio, year=2026, purpose=f"用途{number}", source="unit", amount=1)
        RuleDocument.objects.create(studio=studio, kind="training", title=f"制度{number}")
    for number in range(3):
        attach(checked(ContentFile(pdf(), name=f"{number}.pdf")), studio.honours.all()[number], "scan", by=by)
    for part in parts.all_parts():
        Draft.objects.create(studio=studio, part=part.key, user=by, data={"direction": ["写了一半"]})
        editing.note_saved(studio, part.key, by)


@pytest.mark.parametrize(
    ("who", "state"),
    [("lead", "no application"), ("lead", "draft"), ("lead", "returned"), ("co_editor", "returned"),
     ("department", "returned")],
)  # fmt: skip
def test_a_part_asks_as_often_for_thirty_rows_as_for_one(cast, sign_in, who, state):
    if state != "no application":
        ApplicationFactory(studio=cast.studio, returned=state == "returned")
    person = getattr(cast, who)
    client = sign_in(person)
    few = of_parts(client, cast.studio)
    fill(cast.studio, person)
    assert of_parts(client, cast.studio) == few
    assert {key: number for key, number in few.items() if number > AT_MOST} == {}


def test_the_forms_of_rows_ask_as_often_for_thirty_rows_as_for_one(cast, sign_in):
    client, few, many = sign_in(cast.lead), {}, {}
    for counts in (few, many):
        for kind in map(rowkinds.get, KINDS):
            row = kind.rows(cast.studio).last()
            for name, args in (("row", [row.pk]), ("row_add", []), ("rows_paste", [])):
                url = reverse(f"studios:{name}", args=[cast.studio.pk, kind.key, *args])
                counts[kind.key, name] = asked(client, url)
        if counts is few:
            fill(cast.studio, cast.lead)
    assert many == few
    assert {key: number for key, number in few.items() if number > AT_MOST} == {}


def test_who_co_edits_is_known_with_the_studio_and_without(cast):
    for person in (cast.lead, cast.co_editor, cast.member):
        for asker in (person, cast.lead):
            studio = Studio.objects.asked_by(asker).get(pk=cast.studio.pk)
            assert studio.is_co_edited_by(person) == (person == cast.co_editor)
            assert Studio.objects.get(pk=cast.studio.pk).is_co_edited_by(person) == (person == cast.co_editor)
