"""The four kinds of rules stand in the order in which the regulation names them (Art. 9), everywhere."""

import pytest
from django.urls import reverse

from reviews.freezing import freeze
from reviews.papers import form_texts
from studios.models import Policy, RuleDocument
from studios.models.rows import RULES

pytestmark = pytest.mark.django_db


def test_every_kind_has_its_place():
    assert list(RULES) == RuleDocument.Kind.values


def test_rows_paper_and_snapshot_have_one_order(cast, sign_in):
    cast.studio.rule_documents.all().delete()
    for kind in ("training", "transfer", "exchange", "problems"):
        RuleDocument.objects.create(studio=cast.studio, kind=kind, title=f"制度 {kind}")
    assert [row.kind for row in cast.studio.rule_documents.all()] == list(RULES)
    data = freeze(cast.studio, on=cast.studio.created_at.date(), policy=Policy.objects.latest("effective_on"))
    titles = [f"制度 {kind}" for kind in RULES]
    assert [row["title"] for row in data["rules"]] == titles
    form = form_texts(data, number="", round_title="")
    table = next(table for table in form["tables"] if table["title"] == "九、管理制度")
    assert [row[1]["text"] for row in table["rows"]] == titles
    page = sign_in(cast.lead).get(reverse("studios:part", args=[cast.studio.pk, "rules"])).content.decode()
    places = [page.index(title) for title in titles]
    assert places == sorted(places)
