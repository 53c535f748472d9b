"""``make bench``: every benchmark runs, says what it measured beside what is wanted, and a broken one is told."""

import json
import re
import subprocess

import pytest

import bench
from bench import __main__ as all_of_them
from tools.embedded import ROOT

pytestmark = pytest.mark.once
GOALS = {"seconds": (bench.AT_MOST, 10), "ratio to the peer": (bench.AT_LEAST, 1)}


@pytest.fixture
def ran(monkeypatch):
    """The modules that were started, instead of starting them; those named in ``broken`` break off."""
    started, broken = [], set()

    def run(command):
        *_python, name = command
        started.append(name)
        return subprocess.CompletedProcess(command, int(name in broken))

    monkeypatch.setattr(subprocess, "run", run)
    return started, broken


def test_make_bench_runs_every_module_of_bench(ran):
    files = {path.stem for path in (ROOT / "bench").glob("*.py")} - {"__init__", "__main__"}
    recipe = subprocess.Popen(["make", "-n", "bench"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    said, _ = recipe.communicate()

    assert re.search(r"^\S*python -m bench$", said, re.MULTILINE)
    assert all_of_them.main() == 0
    assert ran[0] == [f"bench.{name}" for name in sorted(files)]


def test_a_benchmark_that_breaks_off_is_named_and_the_others_run(ran, capsys):
    started, broken = ran
    broken.add("bench.assigning")

    assert all_of_them.main() == 1
    assert started == all_of_them.modules()
    assert capsys.readouterr().out.endswith("Broke off: bench.assigning\n")


def test_a_report_says_what_is_missed_and_keeps_the_other_parts(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results.json")
    bench.report("first", {"seconds": 10, "ratio to the peer": 0.9}, GOALS, processors=2)
    bench.report("second", {"seconds": 11, "ratio to the peer": 1}, GOALS)

    said = [line.split() for line in capsys.readouterr().out.splitlines() if "≥" in line or "≤" in line]
    assert [line[-1] == "missed" for line in said] == [False, True, True, False]
    kept = json.loads(bench.RESULTS.read_text())
    goals = {"seconds": "≤ 10", "ratio to the peer": "≥ 1"}
    assert kept["first"] == {"seconds": 10, "ratio to the peer": 0.9, "processors": 2, "goals": goals}
    assert kept["second"] == {"seconds": 11, "ratio to the peer": 1, "goals": goals}


def test_what_is_kept_are_the_results_of_every_benchmark():
    kept = json.loads(bench.RESULTS.read_text())
    assert {f"bench.{name}" for name in kept} == set(all_of_them.modules())
