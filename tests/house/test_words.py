"""One word for one thing: what ``docs/glossary.md`` bans is said nowhere in catalogue, pages, documents or guides."""

import re
from itertools import chain
from pathlib import Path

import polib

from tools.embedded import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
DIRECT = ("templates", "reviews", "portal", "studios", "ledgers", "accounts", "records")


def banned() -> set[str]:
    """The words in the last column of the glossary."""
    rows = re.findall(r"^\|.*\|([^|\n]*)\|$", GLOSSARY.read_text("utf-8"), re.MULTILINE)
    cells = [cell.strip() for cell in rows]
    return {word for cell in cells[2:] for word in cell.split("、") if word}


def said() -> dict[str, str]:
    """Whatever people read in Chinese, by where it stands."""
    texts = {
        f"{CATALOGUE.name}: {entry.msgid}": entry.msgstr or "".join(entry.msgstr_plural.values())
        for entry in polib.pofile(CATALOGUE)
    }
    files = chain(
        (ROOT / "docs").glob("guide-*.md"),
        *((ROOT / place).rglob(kind) for place in DIRECT for kind in ("*.html", "*.txt", "*.py")),
    )
    return texts | {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in files if is_ours(path)}


def is_ours(path: Path) -> bool:
    return "migrations" not in path.parts


def test_what_the_glossary_bans_is_said_nowhere():
    words = banned()
    assert {"法定人数", "权重", "共同填报人"} <= words
    found = {(word, place) for place, text in said().items() for word in words if word in text}
    assert found == set()


def test_what_the_glossary_asks_for_is_said():
    """A word nobody uses any more leaves the glossary."""
    terms = re.findall(r"^\| ([^|]+?) \|", GLOSSARY.read_text("utf-8"), re.MULTILINE)[1:]
    used = "".join(said().values())
    assert [term for cell in terms for term in cell.split("、") if term not in used] == []
