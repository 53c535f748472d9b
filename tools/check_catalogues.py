"""Fails when a message has no Chinese, or a fuzzy one, and when the traditional catalogue is not fresh.

    .venv/bin/python -m tools.check_catalogues

The source is read anew, in a copy: nothing in the tree is changed.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from tools.derive_zh_hant import ROOT, SIMPLIFIED, TRADITIONAL, derived

LEFT_OUT = (
    ".*",
    "var",
    "tests",
    "docs",
    "bench",
    "node_modules",
    "fonts",
    "vendor",
    "img",
    "*.mo",
    "__pycache__",
)


def from_source(root: Path) -> polib.POFile:
    """The simplified catalogue as ``makemessages`` would leave it now."""
    with tempfile.TemporaryDirectory(prefix="studios-messages-") as place:
        copy = Path(place) / "copy"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        (copy / "static").mkdir(exist_ok=True)
        subprocess.run(
            [
                *(sys.executable, "manage.py", "makemessages", "--locale", "zh_Hans", "--no-location"),
                *("--no-wrap", "--ignore", "tools"),
            ],
            cwd=copy,
            check=True,
            capture_output=True,
            text=True,
        )
        return polib.pofile(str(copy / SIMPLIFIED.relative_to(ROOT)))


def is_translated(entry: polib.POEntry) -> bool:
    texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    return "fuzzy" not in entry.flags and all(text.strip() for text in texts)


def content(catalogue: polib.POFile) -> dict:
    return {
        (entry.msgctxt, entry.msgid): (entry.msgid_plural, entry.msgstr, entry.msgstr_plural)
        for entry in catalogue
        if not entry.obsolete
    }


def findings(root: Path = ROOT) -> list[str]:
    """What is wrong with the catalogues of the project in ``root``, one sentence each."""
    simplified, traditional = (root / place.relative_to(ROOT) for place in (SIMPLIFIED, TRADITIONAL))
    if not simplified.exists():
        return [f"{simplified.relative_to(root)} does not exist"]
    wanted = [entry for entry in from_source(root) if not entry.obsolete]
    found = [f"no Chinese for {entry.msgid!r}" for entry in wanted if not is_translated(entry)]
    follows = content(derived(polib.pofile(str(simplified))))
    if not traditional.exists() or content(polib.pofile(str(traditional))) != follows:
        found.append("zh_Hant is not what follows from zh_Hans: run .venv/bin/python -m tools.derive_zh_hant")
    return found


def main() -> int:
    try:
        found = findings()
    except subprocess.CalledProcessError as error:
        found = [f"makemessages: {error.stdout}{error.stderr}"]
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
