"""Which tests run on PostgreSQL only: those that pytest-django keeps from the database, and no others."""

import pytest


def runs_once(request) -> bool:
    return request.node.get_closest_marker("once") is not None


def test_what_may_not_ask_the_database_runs_once(request):
    assert runs_once(request)


@pytest.mark.django_db
def test_what_asks_the_database_runs_on_both(request):
    assert not runs_once(request)


def test_what_asks_it_by_way_of_a_fixture_runs_on_both(request, cast):
    assert cast.lead.pk
    assert not runs_once(request)
