"""The frozen papers as people read them: sections with facts and tables, and what one version changed.

Everything shown comes from a snapshot's data (its shape stands in :mod:`reviews.freezing`); the labels are
those of the forms in which it was entered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ledgers.models import Achievement
from reviews.comparing import changes
from reviews.freezing import PERSONAL, without_personal
from reviews.models import HANDS_IN
from studios import parts
from studios.charts import Chart, structure
from studios.conditions import Finding
from studios.models import BudgetLine, Honour, Member, Project, Rank, RuleDocument, Studio, Venue

Label = str | Promise


def _names(model, *fields: str) -> dict[str, Label]:
    return {name: capfirst(model._meta.get_field(name).verbose_name) for name in fields}


@dataclass(frozen=True)
class Section:
    """One section of a snapshot: a dict of texts, or a list of rows when ``many``.

    :param part: the part of the task list in which it is filled in.
    :param beneath: the fields of a row that stand small below its name, so that the table fits its sheet.
    :param row: what one row is called.
    :param named_by: the field that names a row, when it is not the first.
    :param brief: the fields by which a row is told in one line, when these are not those of the table.
    """

    key: str
    part: str
    title: Label
    fields: dict[str, Label]
    many: bool = False
    numbers: frozenset[str] = frozenset()
    beneath: frozenset[str] = frozenset()
    row: Label = ""
    named_by: str = ""
    brief: tuple[str, ...] = ()

    @property
    def names_row(self) -> str:
        """The field that names a row."""
        return self.named_by or next(iter(self.fields))

    def name_of(self, row: dict) -> str:
        """What a row is called."""
        return row.get(self.names_row) or str(self.row)

    def in_line(self, row: dict, hidden: tuple[str, ...] = ()) -> str:
        """A row in one line: its name and the fields of its table, without the hidden ones."""
        fields = self.brief or [name for name in self.fields if name not in self.beneath]
        told = {*fields} - {self.names_row, *hidden}
        facts = [row[name] for name in fields if name in told and row.get(name)]
        if not facts:
            return self.name_of(row)
        return _now("%(name)s (%(facts)s)") % {"name": self.name_of(row), "facts": _now(", ").join(facts)}


SECTIONS = [
    Section(
        "studio",
        "lead",
        _("The studio"),
        {
            **_names(Studio, "name", "unit"),
            "kinds": _("Kinds of innovation"),
            **_names(Studio, "founded_on", "direction", "equipment"),
        },
    ),
    Section(
        "lead",
        "lead",
        _("Lead"),
        {**_names(User, "name", "sex"), "birth": _("Born"), **_names(User, "politics", "post", "title")},
    ),
    Section(
        "honours",
        "lead",
        _("Honours of the lead"),
        _names(Honour, "title", "level", "year", "certificate_no", "body"),
        many=True,
        beneath=frozenset({"certificate_no", "body"}),
        row=Honour._meta.verbose_name,
    ),
    Section(
        "members",
        "team",
        _("Team"),
        _names(Member, "name", "title", "rank", "degree", "birth_year", "role", "duty"),
        many=True,
        beneath=frozenset({"duty"}),
        row=Member._meta.verbose_name,
        brief=("title", "birth_year", "role"),
    ),
    Section(
        "apprentices",
        "team",
        _("Masters and apprentices"),
        _names(Member, "name", "title", "degree", "duty"),
        many=True,
        row=Member.Duty.APPRENTICE.label,
    ),
    Section(
        "projects",
        "projects",
        _("Innovation projects"),
        _names(Project, "name", "level", "number", "funder", "duty", "starts_on", "ends_on", "amount"),
        many=True,
        numbers=frozenset({"amount"}),
        beneath=frozenset({"number", "funder", "duty"}),
        row=Project._meta.verbose_name,
    ),
    Section(
        "achievements",
        "results",
        _("Innovation results"),
        _names(
            Achievement,
            "title",
            "kind",
            "number",
            "owner",
            "share",
            "level",
            "recognised_by",
            "recognised_on",
            "benefit_amount",
            "benefit",
        ),
        many=True,
        beneath=frozenset({"number", "owner", "share", "recognised_by", "benefit_amount", "benefit"}),
        row=Achievement._meta.verbose_name,
    ),
    Section("venue", "place", _("Place"), _names(Venue, "address", "area")),
    Section(
        "budget",
        "place",
        _("Budget"),
        _names(BudgetLine, "year", "purpose", "source", "amount"),
        many=True,
        named_by="purpose",
        numbers=frozenset({"amount"}),
        row=BudgetLine._meta.verbose_name,
    ),
    Section(
        "rules",
        "rules",
        _("Rules of the studio"),
        _names(RuleDocument, "title", "kind", "version", "dated_on"),
        many=True,
        row=RuleDocument._meta.verbose_name,
    ),
    Section(
        "plan",
        "plan",
        _("Three-year plan"),
        {name.removeprefix("plan_"): label for name, label in _names(Studio, *parts.PLAN).items()},
    ),
]
APPRENTICE = "徒弟"  # the role as the snapshot has it, in the language of the record
SHORT = 6  # signs that stand on one line of a table
LONGEST_NAME = 30  # signs of a row's name where it only says which row
BY_KEY = {section.key: section for section in SECTIONS}


@dataclass
class Block:
    """One section filled in, ready for the page: either ``facts`` or ``columns`` and ``rows``."""

    key: str
    title: Label
    many: bool
    facts: list[tuple[Label, str]] = field(default_factory=list)
    rows: list[list[dict]] = field(default_factory=list)
    columns: list[dict] = field(default_factory=list)


@dataclass
class Chapter:
    """One part of the papers with its sections and the files that were handed in with it."""

    key: str
    title: Label
    blocks: list[Block]
    files: list[dict]
    charts: list[Chart] = field(default_factory=list)


def chapters(snapshot, *, personal: bool) -> list[Chapter]:
    """The papers of a snapshot, part by part.

    :param personal: whether the reader may see birth dates; else they are taken out before anything is built.
    """
    data = with_apprentices(snapshot.data if personal else without_personal(snapshot.data))
    return [
        Chapter(
            part.key,
            part.title,
            [
                _block(section, data.get(section.key), () if personal else PERSONAL.get(section.key, ()))
                for section in SECTIONS
                if section.part == part.key
            ],
            [_file(snapshot, one) for one in data.get("files", []) if one["part"] == part.key],
            team_charts(snapshot) if part.key == "team" else [],
        )
        for part in parts.all_parts()
    ]


def with_apprentices(data: dict) -> dict:
    """The data with those of the team who learn from a master (Art. 6), as they stand once more by themselves."""
    return {**data, "apprentices": [one for one in data.get("members", []) if one.get("role") == APPRENTICE]}


def papers(application, *, personal: bool, version: int | None = None, log: Iterable | None = None) -> dict:
    """What was handed in last, or as that version, for the pages: snapshot, chapters, conditions, changes, note.

    ``changes`` is None where there is no version before it. Asks for both in one query.

    :param personal: whether the reader may see birth dates.
    :param log: the log of the application where it is at hand, the oldest row first.
    """
    rows = application.snapshots.order_by("-version")
    last = list((rows if version is None else rows.filter(version__lte=version))[:2])
    note = ""
    if len(last) == 2:
        rows = application.log.filter(verb__in=HANDS_IN) if log is None else log
        note = explanations(rows).get(last[0].version, "")
    return {
        "note": note,
        "snapshot": last[0],
        "chapters": chapters(last[0], personal=personal),
        "conditions": conditions(last[0]),
        "changes": changed(*last, personal=personal) if len(last) == 2 else None,
    }


def explanations(log: Iterable) -> dict[int, str]:
    """Version → what was said of it when it was handed in again.

    :param log: the rows of one application, the oldest first.
    """
    return dict(enumerate((row.note for row in log if row.verb in HANDS_IN), start=1))


def changed(snapshot, before, *, personal: bool) -> list[dict]:
    """What a version changed against the one before it, in words."""
    return spell(changes(before.data, snapshot.data), personal=personal)


def team_charts(snapshot) -> list[Chart]:
    """The structure of the team as it was handed in (Art. 3, second condition), in the words of the record."""
    members = snapshot.data["members"]
    with translation.override("zh-hans"):
        ranks = _in_order(Rank.labels, (one["rank"] for one in members))
        degrees = _in_order(Member.Degree.labels, (one["degree"] for one in members))
    people = [
        (one["rank"], one["degree"], int(one["birth_year"]) if one["birth_year"] else None) for one in members
    ]
    return structure(people, ranks=ranks, degrees=degrees, on=timezone.localdate(snapshot.frozen_at))


def _in_order(labels, words) -> list[tuple[str, str]]:
    """The frozen words as choices: those of today in their order, then words that were used at another time."""
    today = [str(label) for label in labels]
    found = dict.fromkeys([*today, *filter(None, words)])
    return [(word, word) for word in found]


def _block(section: Section, content, hidden: tuple[str, ...]) -> Block:
    if not section.many:
        texts = content or {}
        facts = [
            (label, _text(texts.get(name))) for name, label in section.fields.items() if name not in hidden
        ]
        return Block(section.key, section.title, False, facts)
    rows = content or []
    # A column in which nobody wrote anything says nothing, and room is short.
    shown = [
        name for name in section.fields if name not in section.beneath and any(row.get(name) for row in rows)
    ]
    cells = [[_cell(section, row, name) for name in shown] for row in rows]
    for row, line in zip(rows, cells, strict=True):
        if line:
            line[0]["more"] = [
                (section.fields[name], _text(row[name]))
                for name in section.fields
                if name in section.beneath and row.get(name)
            ]
    columns = [{"label": section.fields[name], "num": name in section.numbers} for name in shown]
    return Block(section.key, section.title, True, rows=cells, columns=columns)


def _cell(section: Section, row: dict, name: str) -> dict:
    """One cell; ``short`` keeps a date or a word of few signs on one line, ``head`` is the name of the row."""
    text = _text(row.get(name))
    return {
        "label": section.fields[name],
        "text": text,
        "num": name in section.numbers,
        "short": name.endswith("_on") or len(text) <= SHORT,
        "head": name == section.names_row,
    }


def _text(value) -> str:
    if isinstance(value, list):
        return _now(", ").join(value)
    return "" if value is None else str(value)


def _file(snapshot, frozen: dict) -> dict:
    return {
        "name": frozen["name"],
        "url": reverse("reviews:frozen_file", args=[snapshot.application_id, snapshot.version, frozen["id"]]),
        "kind": frozen["name"].rpartition(".")[2].lower(),
        "size": frozen["size"],
        "detail": frozen["of"],
    }


def conditions(snapshot) -> list[Finding]:
    """The findings on the five conditions as they were when the papers were handed in."""
    return [
        Finding(
            one["condition"],
            one["value"],
            tuple(map(tuple, one["evidence"])),
            tuple(map(tuple, one["missing"])),
        )
        for one in snapshot.data["conditions"]
    ]


def parts_changed(found: list[dict]) -> set[str]:
    """The keys of the parts in which :func:`reviews.comparing.changes` found anything."""
    return {one["section"] if one.get("field") == "file" else BY_KEY[one["section"]].part for one in found}


def spell(found: list[dict], *, personal: bool) -> list[dict]:
    """What :func:`reviews.comparing.changes` found, in words: part, where, before, after.

    A row that came or went is one line. Changes of personal fields are left out for who may not see these.
    """
    lines = []
    for change in found:
        hidden = () if personal else PERSONAL.get(change["section"], ())
        if change.get("field") not in hidden:
            lines.append(_spelled(change, hidden))
    return lines


def _spelled(change: dict, hidden: tuple[str, ...]) -> dict:
    if change.get("field") == "file":
        part, where = change["section"], _now("File")
        return {"part": parts.get(part).title, "where": where, **_sides(change["before"], change["after"])}
    section = BY_KEY[change["section"]]
    line = {"part": parts.get(section.part).title}
    if "came" in change:
        where = _now("Added: %(kind)s") % {"kind": section.row}
        return {**line, "where": where, **_sides("", section.in_line(change["came"], hidden))}
    if "went" in change:
        where = _now("Removed: %(kind)s") % {"kind": section.row}
        return {**line, "where": where, **_sides(section.in_line(change["went"], hidden), "")}
    where = section.fields.get(change["field"], change["field"])
    if "row" in change:
        name = Truncator(section.name_of(change["row"])).chars(LONGEST_NAME, truncate="…")
        where = _now("“%(row)s”: %(field)s") % {"row": name, "field": where}
    return {**line, "where": str(where), **_sides(change["before"], change["after"])}


def _sides(before: str, after: str) -> dict[str, str]:
    return {"before": before, "after": after}
