"""Benchmarks: each module measures one thing against a peer that is known, both in one run on one machine.

``python -m bench`` runs them all, ``python -m bench.assigning`` one. A module has ``main(arguments)`` and ends with
``report()``.
"""

import json
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")
AT_LEAST, AT_MOST = "≥", "≤"
Goals = dict[str, tuple[str, float]]


def report(name: str, figures: dict[str, float], goals: Goals, **details) -> None:
    """Print what was measured beside what is wanted, and keep it as part ``name`` of ``bench/results.json``.

    :param figures: what was measured, by what it is; the unit stands in the words.
    :param goals: for each of them ``AT_LEAST`` or ``AT_MOST``, and how much.
    :param details: what else is kept: sizes, times, the machine.
    """
    print(f"\n{'':28}{'measured':>10}{'wanted':>12}")
    for what, (sign, wanted) in goals.items():
        missed = "" if is_met(figures[what], sign, wanted) else "missed"
        print(f"{what:28}{figures[what]:>10}{sign:>7} {wanted:<5}{missed}".rstrip())
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    said = {what: f"{sign} {wanted}" for what, (sign, wanted) in goals.items()}
    results[name] = {**details, **figures, "goals": said}
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def is_met(value: float, sign: str, wanted: float) -> bool:
    return value >= wanted if sign == AT_LEAST else value <= wanted
