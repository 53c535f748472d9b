"""Lock the dependencies of pyproject.toml: uv.lock, and from it two lists with hashes for pip."""

import os
import subprocess
import sys

from tools.bootstrap import ROOT, UV

EXPORTS = {"requirements.txt": ["--no-dev"], "requirements-dev.txt": ["--all-groups"]}


def uv(*words: str) -> None:
    subprocess.run([UV, *words], cwd=ROOT, check=True, env=os.environ | {"UV_SYSTEM_CERTS": "1"})


def main() -> int:
    if not UV.exists():
        sys.exit("Locking takes uv, which could not be had. Remove .venv, then make lock tries again.")
    uv("lock", *sys.argv[1:])
    for name, groups in EXPORTS.items():
        plain = ["--no-emit-project", "--no-header", "--no-annotate", "--quiet"]
        uv("export", "--frozen", *groups, *plain, "--output-file", name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
