"""How often a page asks the database."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def selects(client, url: str) -> int:
    """How many times the page at ``url`` reads; it has to be there."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len([query for query in asked if query["sql"].startswith("SELECT")])
