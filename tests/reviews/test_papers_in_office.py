"""The office reads every word that was handed in, with the structure of the team, as the signatories do."""

import pytest
from django.urls import reverse

from reviews import reading
from studios.models import Member
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(cast):
    return ApplicationFactory(studio=cast.studio, submitted=True)


def words_of(snapshot) -> set[str]:
    """Every text of the rows that were handed in, but for births."""
    rows = [
        row
        for key in ("honours", "members", "projects", "achievements", "rules")
        for row in snapshot.data[key]
    ]
    return {
        str(value)
        for row in rows
        for name, value in row.items()
        if value and name not in ("id", "birth_year", "rank", "files")
    }


def pages(submitted) -> dict[str, str]:
    return {
        "staff": reverse("admin:reviews_application_change", args=[submitted.pk]),
        "leader": reverse("admin:reviews_application_change", args=[submitted.pk]),
        "department": submitted.get_absolute_url(),
    }


@pytest.mark.parametrize("who", ["staff", "leader", "department"])
def test_every_word_of_the_rows_stands_on_the_page(cast, sign_in, submitted, who):
    page = sign_in(getattr(cast, who)).get(pages(submitted)[who]).content.decode()
    assert {word for word in words_of(submitted.snapshot) if word not in page} == set()


@pytest.mark.parametrize("who", ["staff", "leader", "department"])
def test_the_structure_of_the_team_stands_with_it(cast, sign_in, submitted, who):
    page = sign_in(getattr(cast, who)).get(pages(submitted)[who]).content.decode()
    assert page.count('<figure class="chart"') == 3


def test_the_charts_count_the_frozen_team_whatever_comes_after(cast, submitted):
    before = reading.team_charts(submitted.snapshot)
    number = len(submitted.snapshot.data["members"])
    assert [sum(count for _label, count in chart.pairs) for chart in before] == [number] * 3
    Member.objects.filter(studio=cast.studio).delete()
    assert reading.team_charts(submitted.snapshot) == before


def test_a_word_of_another_time_is_counted_under_itself(submitted):
    snapshot = submitted.snapshot
    snapshot.data["members"][0]["rank"] = "特级职称"
    titles = dict(reading.team_charts(snapshot)[0].pairs)
    assert titles["特级职称"] == 1
    assert sum(titles.values()) == len(snapshot.data["members"])
