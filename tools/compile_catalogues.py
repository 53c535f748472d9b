"""Compile message catalogues (.po to .mo) without gettext.

.venv/bin/python tools/compile_catalogues.py locale/zh_Hans/LC_MESSAGES/django.po …
"""

import os
import sys
from pathlib import Path

import polib

for name in sys.argv[1:]:
    made = Path(name).with_suffix(".mo")
    unfinished = made.with_suffix(f".{os.getpid()}.part")
    polib.pofile(name).save_as_mofile(str(unfinished))
    unfinished.replace(made)
    print(f"compiled {os.path.relpath(made)}")
