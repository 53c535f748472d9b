"""Browsers for the people of a journey."""

import email
import email.policy

import pytest
from django.conf import settings as configured

from tests.journeys.walking import Company
from tests.services import publishing_to


@pytest.fixture
def company(browser, live_server, browser_context_args, settings, request, monkeypatch):
    """``company.somebody()`` opens a browser for one more person of the journey."""
    settings.SITE_URL = live_server.url
    monkeypatch.setenv("SITE_URL", live_server.url)  # for workers that are started
    name = request.node.name.partition("[")[0].removeprefix("test_")
    people = Company(browser, live_server.url, browser_context_args, name)
    yield people
    people.go_home()


@pytest.fixture
def worker(transactional_db, company, start_worker, tmp_path, request):
    """A real worker beside the site: on Redis where the suite has one, else on a queue of files."""
    if configured.REDIS_URL:
        url = request.getfixturevalue("private_redis").url
        started = start_worker(url)
        with publishing_to(url):
            yield started
    else:
        started = start_worker()
        with publishing_to("", tmp_path / "queue"):
            yield started


@pytest.fixture
def letters(tmp_path):
    """``letters()`` gives the texts of the letters that the worker has sent so far."""

    def read() -> list[str]:
        folder = tmp_path / "mail"
        files = sorted(folder.iterdir()) if folder.exists() else []
        found = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
        return [f"{letter['To']}\n{letter['Subject']}\n{letter.get_content()}" for letter in found]

    return read
