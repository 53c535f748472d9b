import os

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.template import engines
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.browser import assert_accessible, browser_context_args, browser_type_launch_args  # noqa: F401
from tests.cast import cast, sign_in  # noqa: F401
from tests.services import dead_redis, private_redis, silent_redis, start_worker  # noqa: F401
from tests.templates import FailsWhenAsked

# Playwright keeps an event loop in the main thread, where Django then refuses to reach the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_report_header():
    broker = "Redis" if settings.REDIS_URL else "files"
    engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    return f"database: {engine}, queue: {broker}"


def pytest_collection_modifyitems(items):
    on_postgres = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if not may_ask_the_database(item) and "house" not in item.path.parts:
            item.add_marker("once")
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL; runs there in make test"))


def may_ask_the_database(item) -> bool:
    """Whether pytest-django lets a test at the database. Those of the house may ask the queue, or start who does."""
    fixtures = {"db", "transactional_db", "live_server"} & {*getattr(item, "fixturenames", ())}
    return bool(fixtures or item.get_closest_marker("django_db"))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    """Say once more what went wrong before the tests, so that it does not scroll away."""
    if earlier := os.environ.get("WENT_WRONG_BEFORE"):
        terminalreporter.section("before the tests")
        terminalreporter.line(earlier, red=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, tmp_path_factory):
    """SQLite is tested as a file, as it runs: in memory, threads would share one connection and its locks."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("db") / "test.sqlite3")
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Sessions that a killed worker or a browser left open end before the test database is dropped."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session", autouse=True)
def static_files_are_listed_once():
    """Each test client loads the middleware anew, and WhiteNoise would list all static files anew: a sixth of the
    time of a test of pages."""
    listed, list_them = {}, WhiteNoiseMiddleware.add_files_from_finders

    def listed_once(middleware):
        if not listed:
            list_them(middleware)
            listed.update(middleware.files)
        middleware.files.update(listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", listed_once)
        yield


@pytest.fixture(autouse=True)
def undefined_template_variables_fail(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", FailsWhenAsked())


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Uploads and mail of a test stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def counted_tries_end_with_the_test(request, django_db_blocker):
    """A test that commits is followed by a flush of all models; the table of the cache is not one."""
    yield
    marker = request.node.get_closest_marker("django_db")
    serves = {"transactional_db", "live_server"} & {*request.fixturenames}
    if serves or (marker and marker.kwargs.get("transaction")):
        with django_db_blocker.unblock():
            cache.clear()
