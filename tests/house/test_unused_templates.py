"""A template that nothing names is dead weight; one that takes the place of a library's is named by the library."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.utils import get_app_template_dirs

pytestmark = pytest.mark.once
ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
# Named by a pattern in the code: the status of an error, the kind of a PDF or of a letter, a page of an import.
BY_PATTERN = re.compile(
    r"^((400|403|403_csrf|404|413|429|500|503)\.html|pdf/\w+\.(html|css)|.+/mail/\w+\.txt|admin/imports/\w+\.html)$"
)
# Looked for by the libraries themselves, which bring none of that name.
ASKED_FOR = {"account/password_reset_help_text.html", "admin/accounts/user/change_form.html"}


def named_somewhere() -> str:
    packages = [
        "config",
        "portal",
        "reviews",
        "ledgers",
        "studios",
        "accounts",
        "records",
        "tools",
        "templates",
    ]
    files = [
        file
        for package in packages
        for file in (ROOT / package).rglob("*")
        if file.suffix in {".py", ".html"}
    ]
    return "\n".join(file.read_text() for file in files)


def of_libraries() -> set[str]:
    """The names of all templates that installed packages bring."""
    folders = [Path(folder) for folder in get_app_template_dirs("templates")]
    return {str(file.relative_to(folder)) for folder in folders for file in folder.rglob("*.*")}


def test_every_template_is_used():
    text, theirs = named_somewhere(), of_libraries()
    ours = {
        str(file.relative_to(TEMPLATES))
        for file in TEMPLATES.rglob("*")
        if file.suffix in {".html", ".txt", ".css"}
    }
    unused = {
        name
        for name in ours
        if f'"{name}"' not in text and name not in theirs | ASKED_FOR and not BY_PATTERN.match(name)
    }
    assert unused == set()
