"""The sharing out of a panel against a linear programme and a greedy loop, in one run on one machine.

    .venv/bin/python -m bench.assigning [applications] [experts]

All three get the same applications, experts and conflicts. HiGHS, by way of SciPy, solves the very same question as a
linear programme. The greedy loop takes the least busy expert for each place in turn; it looks at no units, and what it
has given stays given. Then the whole proposal is made from a database of that size, conflicts found in the data
included. Prints a table and writes its part of ``bench/results.json``.
"""

import os
import random
import statistics
import sys
import time
from collections import Counter

import django

from bench import AT_LEAST, AT_MOST, report

EACH, UNITS, BARRED, RUNS = 5, 20, 0.06, 3
GOALS = {
    "seconds": (AT_MOST, 10),
    "ratio to HiGHS": (AT_LEAST, 1.0),
    "loads apart": (AT_MOST, 1),
    "whole proposal (s)": (AT_MOST, 10),
}


def panel(applications: int, experts: int):
    """A made-up panel: experts of ``UNITS`` units, and a share of ``BARRED`` of all pairs in conflict."""
    from reviews.assigning import Case, Expert

    chance = random.Random(5)
    cases = [Case(key, EACH) for key in range(applications)]
    # Some units send many experts, some one.
    units = [min(chance.randrange(UNITS), chance.randrange(UNITS)) for _n in range(experts)]
    people = [Expert(10_000 + n, f"unit {unit}") for n, unit in enumerate(units)]
    barred = {(case.key, one.key) for case in cases for one in people if chance.random() < BARRED}
    return cases, people, barred


def by_highs(cases, experts, barred) -> list[tuple[int, int]]:
    """The same question as a linear programme: a share of each free pair, loads between the even shares, and a cost for
    each expert beyond the first of a unit. Its corners are whole numbers, as those of a flow are.
    """
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    pairs = [
        (c, e)
        for c, case in enumerate(cases)
        for e, one in enumerate(experts)
        if (case.key, one.key) not in barred
    ]
    units = sorted({one.unit for one in experts})
    place = {unit: n for n, unit in enumerate(units)}
    count, beyond = len(pairs), len(cases) * len(units)
    every = np.arange(count)
    case_of, expert_of = (np.array(side) for side in zip(*pairs, strict=True))
    unit_of = np.array([place[one.unit] for one in experts])[expert_of] + case_of * len(units)
    each = coo_array((np.ones(count), (case_of, every)), shape=(len(cases), count + beyond))
    share = len(cases) * EACH / len(experts)
    rows = np.concatenate([expert_of, len(experts) + expert_of])
    signs = np.concatenate([np.ones(count), -np.ones(count)])
    first = 2 * len(experts)
    rows = np.concatenate([rows, first + unit_of, first + np.arange(beyond)])
    columns = np.concatenate([every, every, every, count + np.arange(beyond)])
    signs = np.concatenate([signs, np.ones(count), -np.ones(beyond)])
    most = np.concatenate(
        [np.full(len(experts), np.ceil(share)), np.full(len(experts), -np.floor(share)), np.ones(beyond)]
    )
    found = linprog(
        np.concatenate([np.zeros(count), np.ones(beyond)]),
        A_ub=coo_array((signs, (rows, columns)), shape=(first + beyond, count + beyond)),
        b_ub=most,
        A_eq=each,
        b_eq=np.full(len(cases), EACH),
        bounds=[(0, 1)] * count + [(0, None)] * beyond,
        method="highs-ds",
    )
    return [
        (cases[c].key, experts[e].key) for (c, e), taken in zip(pairs, found.x, strict=False) if taken > 0.5
    ]


def by_a_loop(cases, experts, barred) -> list[tuple[int, int]]:
    """For each place in turn the least busy expert who may."""
    load, pairs = Counter(), []
    for case in cases:
        free = sorted(
            (one for one in experts if (case.key, one.key) not in barred), key=lambda one: load[one.key]
        )
        for one in free[: case.needs]:
            load[one.key] += 1
            pairs.append((case.key, one.key))
    return pairs


def judged(pairs, experts) -> dict[str, float]:
    """How good a sharing out is: how far loads lie apart, and of how many units an application's experts are."""
    load = Counter(expert for _case, expert in pairs)
    units = {one.key: one.unit for one in experts}
    of_case: dict[int, list[str]] = {}
    for case, expert in pairs:
        of_case.setdefault(case, []).append(units[expert])
    return {
        "loads apart": max(load[one.key] for one in experts) - min(load[one.key] for one in experts),
        "units an application": round(statistics.mean(len(set(found)) for found in of_case.values()), 3),
    }


def timed(act, *args) -> tuple[float, list]:
    taken, result = [], None
    for _run in range(RUNS):
        begun = time.perf_counter()
        result = act(*args)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), result


def whole_proposal(applications: int, experts: int) -> float:
    """Seconds for a proposal from the data, in a database of its own that is thrown away."""
    from django.test.utils import setup_databases, teardown_databases

    names = setup_databases(verbosity=0, interactive=False)
    try:
        round_ = filled(applications, experts)
        from reviews import panels

        begun = time.perf_counter()
        plan = panels.plan(round_)
        taken = time.perf_counter() - begun
        assert len(plan.pairs) == applications * EACH, plan.lacking
    finally:
        teardown_databases(names, verbosity=0)
    return taken


def filled(applications: int, experts: int):
    """A round with its panel, and studios of five members and two results each."""
    from django.utils import timezone

    from accounts.models import Role, RoleCode, Unit, User
    from ledgers.models import Achievement
    from reviews.models import Application, Panelist, Round, Snapshot, State
    from reviews.rubrics import create_default
    from studios.models import Member, Policy, Studio

    today = timezone.localdate()
    year = today.year
    policy = Policy.objects.first() or Policy.objects.create(title="1", effective_on="2022-06-16")
    days = {"opens_on": f"{year}-03-01", "closes_on": f"{year}-03-31", "endorse_by": f"{year}-04-07"}
    later = {"review_by": f"{year}-04-18", "decide_by": f"{year}-04-24", "naming_on": f"{year}-05-01"}
    round_ = Round.objects.create(
        year=year, title="评选", policy=policy, rubric=create_default(), **days, **later
    )
    units = [Unit.objects.create(code=f"{n:05}", name=f"学院{n}", kind="college") for n in range(UNITS)]

    def people(prefix: str, count: int) -> list[User]:
        rows = User.objects.bulk_create(
            User(username=f"{prefix}{n}", name=f"{prefix}{n}", unit=units[n % UNITS], password="!")
            for n in range(count)
        )
        return list(rows)

    judges, leads = people("评", experts), people("领", applications)
    Role.objects.bulk_create(Role(user=one, code=RoleCode.EXPERT) for one in judges)
    Panelist.objects.bulk_create(Panelist(round=round_, expert=one) for one in judges)
    studios = Studio.objects.bulk_create(
        Studio(name=f"{lead.name}工作室", lead=lead, unit=lead.unit, started_by=lead) for lead in leads
    )
    Member.objects.bulk_create(Member(studio=one, name=f"成员{n}") for one in studios for n in range(5))
    Achievement.objects.bulk_create(
        Achievement(studio=one, kind="paper", title=f"论文{n}", owner="申江大学")
        for one in studios
        for n in range(2)
    )
    stamps = {"submitted_at": timezone.now(), "state": State.ACCEPTED}
    rows = Application.objects.bulk_create(
        Application(studio=one, round=round_, started_by=one.lead, submitted_by=one.lead, **stamps)
        for one in studios
    )
    data = {"achievements": [{"owner": "申江大学"}] * 2, "members": [{"name": f"成员{n}"} for n in range(5)]}
    Snapshot.objects.bulk_create(
        Snapshot(application=row, version=1, data=data, sha256="0" * 64, frozen_by=row.submitted_by)
        for row in rows
    )
    return round_


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from reviews.assigning import propose

    applications, experts = (int(one) for one in arguments) if arguments else (500, 60)
    cases, people, barred = panel(applications, experts)
    ours, found = timed(propose, cases, people, barred)
    highs, by_programme = timed(by_highs, cases, people, barred)
    loops, by_loop = timed(by_a_loop, cases, people, barred)
    how = {
        "ours": judged(list(found.pairs), people),
        "HiGHS": judged(by_programme, people),
        "loop": judged(by_loop, people),
    }
    whole = whole_proposal(applications, experts)
    figures = {
        "seconds": round(ours, 3),
        "ratio to HiGHS": round(highs / ours, 2),
        "loads apart": how["ours"]["loads apart"],
        "whole proposal (s)": round(whole, 2),
    }
    print(f"{applications} applications with {EACH} experts each of {experts}, {os.cpu_count()} processors\n")
    print(f"{'':10}{'seconds':>10}{'loads apart':>14}{'units':>8}")
    for name, seconds in (("ours", ours), ("HiGHS", highs), ("loop", loops)):
        apart, units = how[name].values()
        print(f"{name:10}{seconds:>10.3f}{apart:>14}{units:>8}")
    timings = {"highs_seconds": round(highs, 3), "loop_seconds": round(loops, 3)}
    sizes = {"applications": applications, "experts": experts, "processors": os.cpu_count()}
    report("assigning", figures, GOALS, quality=how, **timings, **sizes)


if __name__ == "__main__":
    main(sys.argv[1:])
