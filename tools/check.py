"""``make check``: what can be seen without running the tests. All of it runs; any finding fails it."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tools.embedded import ROOT, embedded

BIN = Path(sys.executable).parent

# Production as it would be, with values that lead nowhere.
PRODUCTION = {
    "PRODUCTION": "true",
    "SECRET_KEY": "only-for-the-deployment-check-Zk3vQ9x7Lw2Rt8Yp5Mn1Bc6Hd4Jf0Gs",
    "ALLOWED_HOSTS": "studios.example.edu.cn",
    "SITE_URL": "https://studios.example.edu.cn",
    "DATABASE_URL": "postgres://studios:nowhere@127.0.0.1:9/studios",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "EMAIL_URL": "smtp+tls://union:nowhere@127.0.0.1:9",
}


def manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def checks() -> list[tuple[str, list[str], dict[str, str]]]:
    """What is checked: a title, a command, and what its environment has besides."""
    return [
        ("style", [str(BIN / "ruff"), "check", "."], {}),
        ("format", [str(BIN / "ruff"), "format", "--check", "."], {}),
        ("templates", [str(BIN / "djlint"), "templates", "--lint", "--quiet"], {}),
        ("layers", [str(BIN / "lint-imports"), "--no-cache"], {}),
        ("migrations", manage("makemigrations", "--check", "--dry-run"), {}),
        ("catalogues", [sys.executable, "-m", "tools.check_catalogues"], {}),
        ("deployment", manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
    ]


def main() -> int:
    os.chdir(ROOT)
    found: list[str] = []
    for title, command, besides in checks():
        began = time.monotonic()
        done = subprocess.run(
            command,
            env=embedded() | besides,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        took = f"{time.monotonic() - began:.1f} s"
        print(f"{'failed' if done.returncode else 'ok':8}{title:14}{took}", flush=True)
        if done.returncode:
            found.append(title)
            print(f"{' '.join(command)}\n{done.stdout}", flush=True)
    if found:
        print(f"make check: {', '.join(found)} failed", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
