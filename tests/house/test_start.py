"""What a process loads before it does anything: the web, each worker and the demo start that often."""

import os
import subprocess
import sys

import pytest

from tools.embedded import ROOT, embedded

pytestmark = pytest.mark.once

# What only some work needs, and costs tens of megabytes or a good part of a second.
HEAVY = {"docxtpl", "ortools", "pandas", "pyhanko", "pypdf", "pypinyin", "scipy", "weasyprint"}
STARTED = """
import django
django.setup()
import config.celery, config.urls, config.wsgi, sys
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_process_starts_without_what_only_some_work_needs():
    loaded = subprocess.run(
        [sys.executable, "-c", STARTED],
        cwd=ROOT,
        env=os.environ | embedded() | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.split()

    assert {"django", "reviews"} <= set(loaded)
    assert HEAVY & set(loaded) == set()
