"""Derive the traditional-character catalogue from the simplified one with OpenCC.

    .venv/bin/python -m tools.derive_zh_hant

Characters are converted, words are not: a mainland university, read by people who prefer the other script.
"""

import sys
from pathlib import Path

import opencc
import polib

ROOT = Path(__file__).resolve().parent.parent
SIMPLIFIED = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
TRADITIONAL = ROOT / "locale" / "zh_Hant" / "LC_MESSAGES" / "django.po"


def derived(simplified: polib.POFile) -> polib.POFile:
    """The catalogue ``simplified`` in traditional characters; the argument stays as it is."""
    convert = opencc.OpenCC("s2tw").convert
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "zh_Hant",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for entry in simplified:
        if entry.obsolete:
            continue
        catalogue.append(
            polib.POEntry(
                msgctxt=entry.msgctxt,
                msgid=entry.msgid,
                msgid_plural=entry.msgid_plural,
                msgstr=convert(entry.msgstr),
                msgstr_plural={number: convert(text) for number, text in entry.msgstr_plural.items()},
                flags=list(entry.flags),
            )
        )
    return catalogue


def main() -> int:
    TRADITIONAL.parent.mkdir(parents=True, exist_ok=True)
    catalogue = derived(polib.pofile(str(SIMPLIFIED), wrapwidth=0))
    catalogue.save(str(TRADITIONAL))
    catalogue.save_as_mofile(str(TRADITIONAL.with_suffix(".mo")))
    print(f"{len(catalogue)} messages in {TRADITIONAL.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
