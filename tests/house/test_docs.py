"""README and the guides: what they point at is there, and they name the accounts that the demo has."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from portal.demo.people import ACCOUNTS
from tools.embedded import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
PICTURES = ROOT / "docs" / "pictures"
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)>\s]+)>?[^)]*\)")
MOST_BYTES_A_PICTURE, MOST_BYTES = 150_000, 3_000_000


def links(document: Path) -> list[str]:
    """What a page points at inside the project, as it is written there; blocks of code are left out."""
    prose = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [to for to in LINK.findall(prose) if not re.match(r"[a-z][a-z0-9+.-]*:", to)]


def target(document: Path, link: str) -> Path:
    return (document.parent / unquote(link.partition("#")[0])).resolve()


def the_accounts_of_the_readme() -> set[str]:
    """The names in the first column of the table of accounts; ``expert1`` … ``expert5`` are the five."""
    section = (
        (ROOT / "README.md").read_text("utf-8").partition("## The demo accounts")[2].partition("\n## ")[0]
    )
    cells = re.findall(r"^\| (`.*?) \|", section, flags=re.MULTILINE)
    names = set()
    for cell in cells:
        for first, last in re.findall(r"`expert(\d)` … `expert(\d)`", cell):
            names |= {f"expert{number}" for number in range(int(first), int(last) + 1)}
        names |= set(re.findall(r"`(\w+)`", cell))
    return names


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_picture_leads_somewhere_in_the_project(document):
    lost = [
        link
        for link in links(document)
        if link.partition("#")[0]
        and not (target(document, link).exists() and target(document, link).is_relative_to(ROOT))
    ]

    assert lost == []


def test_every_picture_is_shown_somewhere_and_small():
    shown = {
        target(document, link) for document in PAGES for link in links(document) if link.endswith(".png")
    }
    kept = {path: path.stat().st_size for path in PICTURES.iterdir()}

    assert {path.name for path in kept} == {path.name for path in shown if path.parent == PICTURES}
    assert {path.name: size for path, size in kept.items() if size > MOST_BYTES_A_PICTURE} == {}
    assert sum(kept.values()) <= MOST_BYTES


def test_every_guide_is_linked_from_the_readme():
    linked = {target(ROOT / "README.md", link) for link in links(ROOT / "README.md")}

    assert set((ROOT / "docs").glob("guide-*.md")) <= linked


def test_readme_names_exactly_the_accounts_of_the_demo():
    assert the_accounts_of_the_readme() == {account.username for account in ACCOUNTS}
