"""``make bench``: every benchmark, one after the other, each in a process of its own so that none warms up the next."""

import pkgutil
import subprocess
import sys

import bench


def modules() -> list[str]:
    """The benchmarks, by the names of their modules."""
    found = pkgutil.iter_modules(bench.__path__, "bench.")
    return sorted(one.name for one in found if not one.name.endswith("__main__"))


def main() -> int:
    """Run them all; the exit code is 1 when one of them broke off."""
    broken = []
    for name in modules():
        print(f"===== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", name]).returncode:
            broken.append(name)
        print(flush=True)
    print(f"Written to {bench.RESULTS}" if not broken else f"Broke off: {', '.join(broken)}")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
