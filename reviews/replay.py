"""An award file read again: is it whole, and does the ranking follow from the marks in it?

Nothing but the file is asked, no database and no network, so that another machine comes to the same answer. What a file
holds is written down in :mod:`reviews.award`.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.moves import DomainError
from reviews.aggregation import Criterion, Result, Rule, Sheet, results, rounded
from reviews.models.states import DECIDES, REVIEWED, Decision, State

FORMAT = 1
SUMS = "SHA256SUMS"
KINDS = ("round", "rubric", "applications", "assignments", "marks", "moves", "results")
READ = tuple(f"{kind}.json" for kind in KINDS)
MOST_BYTES = 2**30  # unpacked
NUMBER = re.compile(r"\d{1,3}(\.\d{1,2})?")  # a mark, a weight: nothing that takes for ever to reckon with
AT_ONCE = 2**16  # bytes that are unpacked in one go, whatever an entry says of its size
# Others unpack more in one go than they are asked for.
PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
DAMAGE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)
NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, *DAMAGE)
# The moves after which a decision is void, and the decisions with which an application may stand in a state.
TAKES_BACK = frozenset({"reopen_review", "reverse", "uphold_objection"})
AS_DECIDED = {
    State.APPROVED: {Decision.APPROVE},
    State.NAMED: {Decision.APPROVE},
    State.REJECTED: {Decision.REJECT},
    State.HELD: {Decision.HOLD},
    State.PROPOSED: set(Decision),
    State.ACCEPTED: {""},
    State.REVIEWED: {""},
}
FIGURES = ("mean", "median", "trimmed", "low", "high")
LABELS = {
    "score": gettext_lazy("score"),
    "shown": gettext_lazy("score as it is shown"),
    "rank": gettext_lazy("rank"),
    "passes": gettext_lazy("passes"),
    "quorum": gettext_lazy("quorum reached"),
    "discrepant": gettext_lazy("far apart"),
    "figures": gettext_lazy("figures"),
    "criteria": gettext_lazy("figures of the criteria"),
}
CLOSE = 1e-6  # points; what is normalised for severity is worked out in floats


def replay(file: IO[bytes]) -> list[str]:
    """Where an award file disagrees with itself, one sentence each; empty when it is equal.

    :raises DomainError: when it is no award file, or one of a later format.
    """
    papers = read(file)
    problems = [*_sums(papers)]
    try:
        held = {kind: json.loads(papers[f"{kind}.json"]) for kind in KINDS}
        unfit = [*_numbers(held), *_marks(held)]
        problems += [*_snapshots(held, papers), *_told_of(held), *_states(held), *unfit]
        if not unfit:  # what cannot be reckoned with has no ranking
            problems += _ranking(held)
    except DAMAGE as error:
        raise _damaged(error) from error
    return [legible(one) for one in problems]


def legible(text: str) -> str:
    """Without signs that a terminal obeys or cannot show: the words of a file are anybody's."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _damaged(error: Exception) -> DomainError:
    return DomainError(
        _("This is no award file, or it is damaged: %(error)s") % {"error": legible(str(error))}
    )


def read(file: IO[bytes]) -> dict[str, bytes]:
    """What a file holds, by name.

    :raises DomainError: when it is no award file, or one of a later format.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            papers = _unpacked(archive)
    except NO_ARCHIVE as error:
        raise _damaged(error) from error
    if lacking := [name for name in (*READ, SUMS) if name not in papers]:
        raise DomainError(_("This is no award file: it lacks %(names)s.") % {"names": ", ".join(lacking)})
    try:
        written = json.loads(papers["round.json"])["format"]
    except DAMAGE as error:
        raise _damaged(error) from error
    if written != FORMAT:
        raise DomainError(
            _("This award file is of format %(format)s, which is not known here.")
            % {"format": legible(str(written))}
        )
    return papers


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Each entry by its name, never more of it at once than is reckoned with: what it says of its size may be wrong.

    :raises DomainError: when there is too much of it, or two entries bear one name.
    """
    papers, left = {}, MOST_BYTES
    for entry in archive.infolist():
        if entry.filename in papers:
            facts = {"name": legible(entry.filename)}
            raise DomainError(_("This is no award file: it holds %(name)s more than once.") % facts)
        if entry.compress_type not in PACKED:
            raise zipfile.BadZipFile(entry.filename)
        content = bytearray()
        with archive.open(entry) as packed:
            while part := packed.read(AT_ONCE):
                content += part
                left -= len(part)
                if left < 0:
                    raise DomainError(_("This file is too large for an award file."))
        papers[entry.filename] = bytes(content)
    return papers


def _sums(papers: dict[str, bytes]) -> Iterator[str]:
    """What was changed, added or taken away since the file was made."""
    listed = {}
    for line in papers[SUMS].decode(errors="replace").splitlines():
        digest, _space, name = line.partition("  ")
        listed[name] = digest
    for name in sorted(listed.keys() | papers.keys() - {SUMS}):
        if name not in papers:
            yield _("%(name)s is missing from the file.") % {"name": name}
        elif name not in listed:
            yield _("%(name)s was added to the file.") % {"name": name}
        elif hashlib.sha256(papers[name]).hexdigest() != listed[name]:
            yield _("%(name)s was changed: its checksum differs.") % {"name": name}


def _snapshots(held: dict, papers: dict[str, bytes]) -> Iterator[str]:
    """Whether the papers are those that were handed in."""
    for application in held["applications"]:
        for version in application["versions"]:
            paper = papers.get(version["file"], b"")
            if hashlib.sha256(paper).hexdigest() != version["sha256"]:
                facts = {"number": application["number"], "version": version["version"]}
                yield _("%(number)s: version %(version)s of the papers is not what was handed in.") % facts


def _told_of(held: dict) -> Iterator[str]:
    """Whether the same applications are told of throughout, each once: none was left out, none put in."""
    listed = Counter(one["number"] for one in held["applications"])
    ranked = Counter(one["application"] for one in held["results"])
    for number in sorted(one for one in listed | ranked if max(listed[one], ranked[one]) > 1):
        yield _("%(number)s is in the file more than once.") % {"number": number}
    for kind in ("assignments", "marks", "moves", "results"):
        for number in sorted({one["application"] for one in held[kind]} - listed.keys()):
            facts = {"number": number, "name": f"{kind}.json"}
            yield _("%(number)s is told of in %(name)s and is missing from applications.json.") % facts
    reviewed = {one["number"] for one in held["applications"] if one["state"] in REVIEWED}
    for number in sorted((ranked.keys() & listed.keys()) - reviewed):
        yield _("%(number)s has a result and is not among those reviewed.") % {"number": number}


def _states(held: dict) -> Iterator[str]:
    """Whether each application stands where its moves lead, each from where the one before ended, and its decision is
    the one that was taken last.
    """
    moves: dict[str, list[dict]] = {one["number"]: [] for one in held["applications"]}
    for one in held["moves"]:
        if one["application"] in moves:
            moves[one["application"]].append(one)
    for one in held["applications"]:
        own, facts = moves[one["number"]], {"number": one["number"]}
        steps = [
            move for move in own if move["from"] != move["to"]
        ]  # beside them stand rows that only tell something
        joined = all(before["to"] == after["from"] for before, after in pairwise(steps))
        if not own or own[-1]["to"] != one["state"] or not joined:
            yield _("%(number)s does not stand where its moves lead.") % facts
        elif one["decision"] != decided_by(own) or not _fits(one["decision"], one["state"]):
            yield _("%(number)s: the decision is not the one that its moves and its state tell of.") % facts


def decided_by(moves: list[dict]) -> str:
    """The decision that stands after these moves; empty before one is taken, and once it is taken back."""
    stands = ""
    for one in moves:
        if one["verb"] in DECIDES:
            stands = one["verb"]
        elif one["verb"] in TAKES_BACK and one["from"] != one["to"]:
            stands = ""
    return stands


def _fits(decision: str, state: str) -> bool:
    """Whether an application that bears this decision may stand there; where nothing is decided yet it bears none."""
    return decision in AS_DECIDED.get(state, {decision})


def _numbers(held: dict) -> Iterator[str]:
    """Whether weights, scales and the rule are numbers that one can reckon with."""
    rule = held["round"]["rule"]
    numbers = [one["weight"] for one in held["rubric"]["criteria"]] + [rule["pass_mark"], rule["apart"]]
    scales = [one["top"] for one in held["rubric"]["criteria"]] + [rule["quorum"]]
    if not all(NUMBER.fullmatch(str(one)) for one in numbers) or any(type(one) is not int for one in scales):
        yield _("The rubric or the rule holds something that is no number.")


def _marks(held: dict) -> Iterator[str]:
    """Whether the marks are those that could be given: on their scale, once, and all of each sheet that was handed in;
    and whether each application that was reviewed has its result.
    """
    handed_in = {
        (one["application"], one["expert"]) for one in held["assignments"] if one["state"] == "handed_in"
    }
    tops = {one["key"]: one["top"] for one in held["rubric"]["criteria"]}
    seen = Counter((one["application"], one["expert"], one["criterion"]) for one in held["marks"])
    for one in held["marks"]:
        facts = {"number": one["application"], "expert": one["expert"], "criterion": one["criterion"]}
        if (one["application"], one["expert"]) not in handed_in:
            yield _("%(number)s: %(expert)s has handed in no sheet, and there is a mark.") % facts
        elif one["criterion"] not in tops or not _is_on_scale(one["points"], tops[one["criterion"]]):
            yield _("%(number)s: the mark of %(expert)s for %(criterion)s is off the scale.") % facts
    for number, expert in sorted(handed_in):
        for criterion in tops:
            times, facts = seen[number, expert, criterion], {"number": number, "expert": expert}
            if times == 0:
                words = {**facts, "criterion": criterion}
                yield _("%(number)s: %(expert)s has handed in, and has no mark for %(criterion)s.") % words
            elif times > 1:
                words = {**facts, "criterion": criterion}
                yield _("%(number)s: %(expert)s has more than one mark for %(criterion)s.") % words
    results_of = {one["application"] for one in held["results"]}
    for one in held["applications"]:
        if one["state"] in REVIEWED and one["number"] not in results_of:
            yield _("%(number)s was reviewed and has no result.") % {"number": one["number"]}


def _is_on_scale(points, top: int) -> bool:
    return bool(NUMBER.fullmatch(str(points))) and Decimal(points) <= top


def reckoned(held: dict) -> list[Result]:
    """The results as they follow from rubric, marks and rule; of what was withdrawn since there is none."""
    rubric = [Criterion(one["key"], Decimal(one["weight"]), one["top"]) for one in held["rubric"]["criteria"]]
    listed = [one["application"] for one in held["results"]]
    given: dict[tuple[str, str], dict[str, Decimal]] = {}
    for one in held["marks"]:
        given.setdefault((one["application"], one["expert"]), {})[one["criterion"]] = Decimal(one["points"])
    sheets = [
        Sheet(application, expert, marks)
        for (application, expert), marks in given.items()
        if application in listed
    ]
    rule = held["round"]["rule"]
    return results(
        rubric,
        sheets,
        Rule(rule["aggregation"], rule["quorum"], Decimal(rule["pass_mark"]), Decimal(rule["apart"])),
        listed,
    )


def written(result: Result) -> dict:
    """A result as it stands in the file: fractions as ``241/3``, beside them what people read."""
    figures = result.figures
    return {
        "application": result.application,
        "rank": result.rank,
        "score": _exact(result.score),
        "shown": _shown(result.score),
        "normalised": result.normalised,
        "quorum": result.quorum,
        "discrepant": result.discrepant,
        "passes": result.passes,
        "totals": {expert: _exact(total) for expert, total in sorted(result.totals.items())},
        "figures": figures and {name: _exact(getattr(figures, name)) for name in FIGURES},
        "criteria": {key: one and {name: _exact(getattr(one, name)) for name in FIGURES}
                     for key, one in result.criteria.items()},
    }  # fmt: skip


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _shown(value: Fraction | None) -> str | None:
    return None if value is None else str(rounded(value))


def _ranking(held: dict) -> Iterator[str]:
    """Where what the file says of the ranking is not what follows from its marks.

    One mark moves the scores of many once they are normalised: where only that differs is said last, in one sentence.
    """
    said = {one["application"]: one for one in held["results"]}
    follows = {one.application: written(one) for one in reckoned(held)}
    for number in sorted(said):
        yield from _of_the_marks(number, said[number], follows[number])
    moved = [one for one in sorted(said) if _lies_apart(said[one]["normalised"], follows[one]["normalised"])]
    if moved:
        yield _("The normalised scores do not follow from the marks: %(numbers)s.") % {
            "numbers": ", ".join(moved)
        }


def _lies_apart(said: float | None, follows: float | None) -> bool:
    if said is None or follows is None:
        return said is not follows
    return not abs(said - follows) <= CLOSE  # so that what is no number differs


def _of_the_marks(number: str, said: dict, follows: dict) -> Iterator[str]:
    """What of one application differs: totals by expert, criteria, and the figures that are made of them."""
    for expert in sorted(said["totals"].keys() | follows["totals"].keys()):
        before, now = said["totals"].get(expert), follows["totals"].get(expert)
        if before != now:
            facts = {"number": number, "expert": expert, "said": before or "—", "follows": now or "—"}
            yield (
                _(
                    "%(number)s: the total of %(expert)s is %(said)s in the file; from the marks it is %(follows)s."
                )
                % facts
            )
    for kind in ("criteria", "figures"):
        names = said[kind] or {}, follows[kind] or {}
        others = sorted(one for one in {*names[0], *names[1]} if names[0].get(one) != names[1].get(one))
        if others:
            facts = {"number": number, "kind": LABELS[kind], "names": ", ".join(others)}
            yield _("%(number)s: %(kind)s do not follow from the marks: %(names)s.") % facts
    for figure in ("score", "shown", "rank", "passes", "quorum", "discrepant"):
        if said[figure] != follows[figure]:
            yield _differs(number, figure, said[figure], follows[figure])


def _differs(number: str, figure: str, said, follows) -> str:
    facts = {"number": number, "figure": LABELS[figure], "said": _words(said), "follows": _words(follows)}
    return _("%(number)s: %(figure)s is %(said)s in the file; from the marks it is %(follows)s.") % facts


def _words(value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value is None else str(round(value, 4) if isinstance(value, float) else value)
