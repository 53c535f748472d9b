"""From a bare clone to an environment that runs: system packages, Python packages, compiled catalogues.

    python3 tools/bootstrap.py demo|check|test

Needs Python's standard library only. What is there already is kept: a second run takes a moment. System
packages are installed with apt when this runs as root on Debian; otherwise the exact line is printed.
"""

import ast
import ctypes
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = ROOT / ".tools" / "bin" / "uv"
UV_PIN = ROOT / "tools" / "uv.txt"
LOCK = ROOT / "requirements-dev.txt"
STAMP = VENV / ".made-from"

# What each run writes to, and what one writes to that makes the environment.
WRITTEN = (ROOT, ROOT / "var", ROOT / "var" / "studios.sqlite3")
WRITTEN_ONCE = (VENV, UV.parent.parent)


class CannotGoOn(Exception):
    """Something only a person can mend; says what to do."""


def library(name: str) -> Callable[[], bool]:
    def there() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return there


def program(*names: str) -> Callable[[], bool]:
    return lambda: any(map(shutil.which, names))


def postgresql_server() -> bool:
    return bool(shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


def chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True).stdout.strip())


def pip() -> bool:
    return UV.exists() or importlib.util.find_spec("pip") is not None


# Debian's package, and how to see that what it brings is there (however it came).
FOR_PYTHON = {"python3-pip": pip}
FOR_DOCUMENTS = {
    "libpango-1.0-0": library("libpango-1.0.so.0"),
    "libpangoft2-1.0-0": library("libpangoft2-1.0.so.0"),
    "libharfbuzz-subset0": library("libharfbuzz-subset.so.0"),
}
FOR_CATALOGUES = {"gettext": program("xgettext")}
FOR_TESTS = {
    "chromium": program("chromium", "chromium-browser", "google-chrome"),
    "fonts-noto-cjk": chinese_font,
    "poppler-utils": program("pdftotext"),
    "postgresql": postgresql_server,
    "redis-server": program("redis-server"),
}
NEEDED = {
    "demo": FOR_PYTHON | FOR_DOCUMENTS,
    "check": FOR_PYTHON | FOR_DOCUMENTS | FOR_CATALOGUES,
    "test": FOR_PYTHON | FOR_DOCUMENTS | FOR_CATALOGUES | FOR_TESTS,
}


def say(text: str) -> None:
    print(f"-- {text}", flush=True)


def run(*words: str | Path, **surroundings: str) -> bool:
    """Run a command with its output on the screen; whether it went well."""
    done = subprocess.run(
        [str(word) for word in words], env=os.environ | surroundings, cwd=ROOT, stdin=subprocess.DEVNULL
    )
    return done.returncode == 0


def look_for_files_of_somebody_else(places: tuple[Path, ...]) -> None:
    """A run as root leaves files that an ordinary user cannot write to.

    :raises CannotGoOn: with the first of them and the line that mends it.
    """
    for place in places:
        if place.exists() and not os.access(place, os.W_OK):
            raise CannotGoOn(
                f"You may not write to {place}. Go on as whoever owns it or, as root, run\n\n"
                f"    chown -R {os.getuid()} {shlex.quote(str(ROOT))}\n"
            )


def install_system_packages(purpose: str) -> None:
    """Install what is missing for ``purpose``.

    :raises CannotGoOn: with the line to type, when that takes root, or apt, or did not help.
    """
    needed = NEEDED[purpose]
    missing = [package for package, there in needed.items() if not there()]
    if not missing:
        return
    line = f"apt-get install --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get"):
        raise CannotGoOn(f"These are missing (names of Debian 12): {' '.join(missing)}")
    if os.geteuid() != 0:
        raise CannotGoOn(
            f"Some system packages are missing. As root, or with sudo, run\n\n    apt-get update\n    {line}\n"
        )
    say(line)
    # RUNLEVEL=1 keeps a PostgreSQL or Redis of the system from being started: the tests bring their own.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run("apt-get", "update", "-q", **quiet)
    # A fresh machine may be busy with its own upgrades: wait for them.
    patient = ("-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0")
    went_well = run("apt-get", "install", "-y", "-q", *patient, "--no-install-recommends", *missing, **quiet)
    still_missing = [package for package in missing if not needed[package]()]
    if still_missing or not went_well:
        raise CannotGoOn(
            f"apt could not install {' '.join(still_missing or missing)}; its message is above.\n"
            "The same command again goes on from here."
        )


def fingerprint() -> str:
    """What the environment is made from: the locked packages and the interpreter."""
    made_from = LOCK.read_bytes() + sys.version.encode() + str(ROOT).encode()
    return hashlib.sha256(made_from).hexdigest()


def environment_is_current() -> bool:
    if not (PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint()):
        return False
    return subprocess.run([PYTHON, "-c", "import django"], capture_output=True).returncode == 0


def make_environment() -> None:
    """Make ``.venv`` from the locked packages, with uv if it can be had and with pip if not.

    :raises CannotGoOn: when neither works.
    """
    if environment_is_current():
        return
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        raise CannotGoOn(
            f"Python 3.11 or 3.12 is needed; this is {sys.version.split()[0]}. Try make PYTHON=python3.11"
        )
    look_for_files_of_somebody_else(WRITTEN_ONCE)
    say("making the Python environment in .venv")
    STAMP.unlink(missing_ok=True)
    if not make_with_uv():
        say("uv is not to be had or failed; pip does it, more slowly")
        if not make_with_pip():
            raise CannotGoOn(
                "Neither uv nor pip could install the packages of requirements-dev.txt; what they say is above.\n"
                "When the network or pypi.org is out of reach: the same command again goes on from here, and\n"
                "PIP_INDEX_URL=https://… names another index."
            )
    STAMP.write_text(fingerprint())


def make_with_uv() -> bool:
    """The quick way; WITHOUT_UV=1 in the environment turns it off."""
    if os.environ.get("WITHOUT_UV"):
        return False
    if not UV.exists() and not run(
        *(sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--upgrade"),
        "--root-user-action=ignore",
        *("--target", UV.parent.parent, "--require-hashes", "-r", UV_PIN),
    ):
        return False
    # The system's certificates: a campus may stand behind an authority of its own.
    surroundings = {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    if index := index_of_pip():
        surroundings["UV_DEFAULT_INDEX"] = index
    keep = "--allow-existing" if works(PYTHON) else "--clear"
    return run(UV, "venv", "-q", keep, "--python", sys.executable, VENV, **surroundings) and run(
        UV, "pip", "sync", "-q", "--python", PYTHON, "--require-hashes", LOCK, **surroundings
    )


def index_of_pip() -> str | None:
    """The index that pip is told to use, by its files or the environment; uv does not look there itself."""
    asked = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listing = subprocess.run(asked, capture_output=True, text=True).stdout
    found = dict(line.partition("=")[::2] for line in listing.splitlines())
    for section in (":env:", "install", "global"):
        if told := found.get(f"{section}.index-url"):
            return ast.literal_eval(told)
    return None


def make_with_pip() -> bool:
    """An empty venv, filled from outside: Debian's python3 lacks ensurepip, its pip refuses the system."""
    shutil.rmtree(VENV, ignore_errors=True)
    return run(sys.executable, "-m", "venv", "--without-pip", VENV) and run(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", PYTHON, "install", "-q"),
        *("--require-hashes", "-r", LOCK),
    )


def works(python: Path) -> bool:
    """Whether an interpreter is there, runs, and is of our version."""
    asked = [python, "-c", "import sys; print(sys.version)"]
    try:
        return subprocess.run(asked, capture_output=True, text=True).stdout.strip() == sys.version.strip()
    except OSError:
        return False


def compile_catalogues() -> None:
    """Compile each catalogue that is newer than its compiled form."""
    catalogues = (ROOT / "locale").glob("*/LC_MESSAGES/*.po")
    stale = [po for po in catalogues if not is_newer(po.with_suffix(".mo"), po)]
    if stale and not run(PYTHON, ROOT / "tools" / "compile_catalogues.py", *stale):
        raise CannotGoOn("The message catalogues do not compile.")


def is_newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


def main(purpose: str) -> None:
    look_for_files_of_somebody_else(WRITTEN)
    install_system_packages(purpose)
    make_environment()
    compile_catalogues()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in NEEDED:
        sys.exit(f"usage: bootstrap.py {'|'.join(NEEDED)}")
    try:
        main(sys.argv[1])
    except CannotGoOn as reason:
        sys.exit(f"\n{reason}")
    except KeyboardInterrupt:
        sys.exit(130)
