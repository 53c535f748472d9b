"""The check of the catalogues finds what it is there for."""

import shutil

import polib
import pytest

from tools import check_catalogues
from tools.derive_zh_hant import derived

pytestmark = pytest.mark.once

SETTINGS = """
from pathlib import Path
SECRET_KEY = "x"
INSTALLED_APPS = []
LOCALE_PATHS = [Path(__file__).parent / "locale"]
"""
MANAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "little"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
SOURCE = (
    'from django.utils.translation import gettext as _\nwords = [_("Union"), _("%(n)d studios") % {"n": 2}]\n'
)
GOOD = {"Union": "工会", "%(n)d studios": "%(n)d 个劳模创新工作室"}


@pytest.fixture
def project(tmp_path):
    """A little project with complete catalogues."""
    root = tmp_path / "project"
    (root / "locale").mkdir(parents=True)
    (root / "little.py").write_text(SETTINGS)
    (root / "manage.py").write_text(MANAGE)
    (root / "pages.py").write_text(SOURCE)
    write(root, GOOD)
    return root


def write(root, messages: dict[str, str], fuzzy: tuple[str, ...] = ()) -> None:
    simplified = polib.POFile(wrapwidth=0)
    simplified.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Language": "zh_Hans"}
    for msgid, msgstr in messages.items():
        flags = ["python-format"] * ("%" in msgid) + ["fuzzy"] * (msgid in fuzzy)
        simplified.append(polib.POEntry(msgid=msgid, msgstr=msgstr, flags=flags))
    for language, catalogue in (("zh_Hans", simplified), ("zh_Hant", derived(simplified))):
        place = root / "locale" / language / "LC_MESSAGES"
        place.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(place / "django.po"))


def test_complete_catalogues_pass(project):
    assert check_catalogues.findings(project) == []


def test_a_message_that_is_in_no_catalogue_is_found(project):
    (project / "more.py").write_text(SOURCE.replace("Union", "Plaque"))
    assert check_catalogues.findings(project) == ["no Chinese for 'Plaque'"]


def test_an_empty_message_is_found(project):
    write(project, GOOD | {"Union": ""})
    assert check_catalogues.findings(project) == ["no Chinese for 'Union'"]


def test_a_fuzzy_message_is_found(project):
    write(project, GOOD, fuzzy=("Union",))
    assert check_catalogues.findings(project) == ["no Chinese for 'Union'"]


def test_a_traditional_catalogue_that_lags_behind_is_found(project):
    old = (project / "locale/zh_Hant/LC_MESSAGES/django.po").read_text()
    write(project, GOOD | {"Union": "校工会"})
    (project / "locale/zh_Hant/LC_MESSAGES/django.po").write_text(old)
    [finding] = check_catalogues.findings(project)
    assert "derive_zh_hant" in finding


def test_no_traditional_catalogue_is_found(project):
    shutil.rmtree(project / "locale/zh_Hant")
    [finding] = check_catalogues.findings(project)
    assert "derive_zh_hant" in finding


def test_the_tree_is_left_as_it_was(project):
    before = {path: path.read_bytes() for path in project.rglob("*.po")}
    (project / "more.py").write_text(SOURCE.replace("Union", "Plaque"))
    check_catalogues.findings(project)
    assert {path: path.read_bytes() for path in project.rglob("*.po")} == before


def test_characters_are_converted_and_placeholders_are_not():
    simplified = polib.POFile()
    simplified.append(polib.POEntry(msgid="%(n)d studios", msgstr="%(n)d 个劳模创新工作室"))
    [entry] = derived(simplified)
    assert entry.msgstr == "%(n)d 個勞模創新工作室"
