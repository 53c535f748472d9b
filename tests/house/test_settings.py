"""Production refuses to start half set up, and says what is missing."""

import os
import subprocess
import sys

import pytest

from tools.check import PRODUCTION
from tools.embedded import ROOT

pytestmark = pytest.mark.once

DEMANDED = ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"]


def load_settings(told: dict[str, str], ask: str = "") -> subprocess.CompletedProcess:
    """Load the settings in a process that has ``told`` in its environment and nothing else of ours."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-c", f"import config.settings as s\n{ask}"],
        env=clean | {"ENV_FILE": os.devnull} | told,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_the_check_knows_every_demand():
    assert set(PRODUCTION) == {"PRODUCTION", *DEMANDED}


def test_production_starts_when_everything_is_said():
    done = load_settings(PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", DEMANDED)
@pytest.mark.parametrize("state", ["missing", "empty"])
def test_production_refuses_to_start_without(name, state):
    told = {key: value for key, value in PRODUCTION.items() if key != name}
    if state == "empty":
        told[name] = ""
    done = load_settings(told)
    assert done.returncode != 0
    hint = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in hint
    assert f"needs {name}" in hint
    assert f"instance {name}=" in hint


def test_embedded_needs_nothing():
    done = load_settings({})
    assert done.returncode == 0, done.stderr


def test_production_is_never_debug():
    done = load_settings(PRODUCTION | {"DEBUG": "true"}, ask="print(s.DEBUG)")
    assert done.stdout.strip() == "False"


def test_each_secret_of_production_is_its_own():
    done = load_settings(PRODUCTION, ask="print(s.SECRET_KEY)")
    assert done.stdout.strip() == PRODUCTION["SECRET_KEY"]


def test_a_publisher_is_not_patient_with_redis():
    done = load_settings(
        PRODUCTION,
        ask="print(s.CELERY_TASK_PUBLISH_RETRY, s.CELERY_BROKER_TRANSPORT_OPTIONS['socket_timeout'])",
    )
    assert done.stdout.split() == ["False", "1"]


def test_a_task_is_given_out_again_only_after_its_time_limit():
    done = load_settings(
        PRODUCTION,
        ask="print(s.CELERY_BROKER_TRANSPORT_OPTIONS['visibility_timeout'] > s.CELERY_TASK_TIME_LIMIT)",
    )
    assert done.stdout.strip() == "True"
