"""The sheet of one expert: what stands on it, what it comes to, and how it is saved as it is typed.

A page carries a short digest of each value it was opened with (``opened``), as the parts of a studio do (see
:mod:`studios.editing`). When it comes back, a field that was not touched keeps what was saved meanwhile in another
window; one that both windows changed is not written over but shown with both texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.db.models import F, FilteredRelation, Q
from django.utils.translation import gettext as _

from reviews import aggregation, reading
from reviews.models import Assignment, Criterion, Mark
from reviews.models.assignment import digest_of
from reviews.scoring_forms import OVERALL, SheetForm, comment_name, in_figures, points_name
from studios import parts
from studios.articles import link
from studios.opened import as_text, digest, read_token, stored

# What an article asks for that is no part of the form of its own: the sections of the file that tell of it.
EVIDENCE = {"4": ("studio", "achievements"), "6": ("apprentices", "rules")}


@dataclass(frozen=True)
class Place:
    """A place in the file beside the sheet."""

    anchor: str
    title: str


def places_of(source: str) -> tuple[Place, ...]:
    """Where in the file stands what a criterion of this article is judged by; nowhere for sources of other kinds."""
    found = [Place(part.key, part.title) for part in parts.all_parts() if part.article == source]
    for key in EVIDENCE.get(source, ()):
        section = reading.BY_KEY[key]
        alone = sum(one.part == section.part for one in reading.SECTIONS) == 1
        found.append(Place(section.part if alone else f"section-{key}", section.title))
    return tuple(found)


@dataclass(frozen=True)
class Line:
    """One criterion with what the expert gave for it.

    :ivar places: where in the papers stands what it is judged by.
    """

    criterion: Criterion
    points: Decimal | None
    comment: str
    places: tuple[Place, ...] = ()

    @property
    def lacks(self) -> str:
        """What is missing on this line, in a few words; empty when nothing is."""
        if self.points is None:
            return _("No mark yet")
        if self.criterion.needs_comment(self.points) and not self.comment.strip():
            return _("Explain this mark")
        return ""

    @property
    def mark(self) -> str:
        return "—" if self.points is None else in_figures(self.points)

    @property
    def weight(self) -> str:
        return in_figures(self.criterion.weight)

    @property
    def source(self) -> str:
        """The article the criterion rests on, leading there, or the words for another source."""
        try:
            return link(self.criterion.source)
        except ValueError:
            return self.criterion.source

    def worth(self) -> Fraction:
        """What the mark counts for, in points of the whole."""
        weighed = aggregation.Criterion(self.criterion.key, self.criterion.weight, self.criterion.top)
        return aggregation.points(weighed, self.points or Decimal())

    @property
    def counts(self) -> str:
        return "—" if self.points is None else in_figures(aggregation.rounded(self.worth()))

    @property
    def is_converted(self) -> bool:
        """Whether a mark counts for more or less than it says."""
        return self.criterion.weight != self.criterion.top

    @property
    def ends(self) -> dict[str, str]:
        """Up to which mark and from which on a comment is needed."""
        rubric, top = self.criterion.rubric, Decimal(self.criterion.top)
        low, high = top * rubric.low_end / 100, top * rubric.high_end / 100
        return {"low": in_figures(low), "high": in_figures(high), "top": in_figures(top)}


def lines(assignment: Assignment) -> list[Line]:
    """The sheet as it stands, criterion by criterion, in one query."""
    rubric = assignment.rubric
    mine = FilteredRelation("marks", condition=Q(marks__assignment=assignment))
    rows = Criterion.objects.filter(rubric=rubric).annotate(mine=mine)
    rows = rows.annotate(points=F("mine__points"), comment=F("mine__comment")).order_by("position", "pk")
    found = []
    for row in rows:
        row.rubric = rubric
        found.append(Line(row, row.points, row.comment or "", places_of(row.source.strip())))
    return found


def fingerprint(assignment: Assignment, sheet: Iterable[Line]) -> str:
    """That of :meth:`Assignment.fingerprint`, from lines that are at hand."""
    return digest_of(((one.criterion.pk, one.points, one.comment) for one in sheet), assignment.overall)


@dataclass(frozen=True)
class Tally:
    """How far a sheet is: complete lines, of how many; and what its marks come to, of 100."""

    done: int
    all: int
    total: str

    def told(self) -> dict[str, str]:
        """In the words of the page."""
        return {
            "progress": _("%(done)s of %(all)s criteria") % {"done": self.done, "all": self.all},
            "total": _("%(total)s of 100 points") % {"total": self.total},
        }


def tally(sheet: Iterable[Line]) -> Tally:
    sheet = list(sheet)
    total = aggregation.rounded(sum((one.worth() for one in sheet), Fraction()))
    return Tally(sum(not one.lacks for one in sheet), len(sheet), in_figures(total))


@dataclass
class Outcome:
    """What became of a sheet that came in.

    :ivar conflicts: field → what another window saved there meanwhile.
    :ivar opened: the token of the page that stays open.
    """

    form: SheetForm
    sheet: list[Line]
    conflicts: dict[str, str] = field(default_factory=dict)
    opened: str = ""

    @property
    def is_saved(self) -> bool:
        return not (self.conflicts or self.form.errors)


@dataclass(frozen=True)
class Unsaved:
    """A field that holds what was not saved, of which criterion it is, and why it was not."""

    name: str
    title: str
    why: str
    is_wrong: bool


def unsaved(outcome: Outcome) -> list[Unsaved]:
    """What stands in the page and was not saved, in the order of the sheet."""
    fields = {}
    for line in outcome.sheet:
        fields |= {make(line.criterion): line.criterion.title for make in (points_name, comment_name)}
    fields[OVERALL] = str(outcome.form.fields[OVERALL].label)
    other = _(
        "Another window saved “%(text)s” here meanwhile; what stands below is not saved. Press “Save” to choose."
    )
    found = []
    for name, title in fields.items():
        if name in outcome.conflicts:
            found.append(Unsaved(name, title, other % {"text": outcome.conflicts[name]}, False))
        elif name in outcome.form.errors:
            found.append(Unsaved(name, title, " ".join(outcome.form.errors[name]), True))
    return found


def standing(outcome: Outcome) -> dict[str, str]:
    """Key of each criterion → what is missing on its line or was not saved of it; empty where all is well."""
    said = {line.criterion.key: line.lacks for line in outcome.sheet}
    keys = {
        make(line.criterion): line.criterion.key
        for line in outcome.sheet
        for make in (points_name, comment_name)
    }
    for one in unsaved(outcome):
        if one.name in keys:
            said[keys[one.name]] = _("Wrong, not saved") if one.is_wrong else _("Not saved")
    return said


def form_of(assignment: Assignment, sheet: list[Line], data=None) -> SheetForm:
    """The form of a sheet, with the token of what it opens with."""
    form = SheetForm(data, sheet=sheet, overall=assignment.overall)
    form.opened = json.dumps({name: digest(stored(form, name)) for name in form.fields})
    return form


def save(assignment: Assignment, *, by, data) -> Outcome:
    """Keep every field that can be kept, each for itself; what is off the scale stays with its sender.

    :raises PermissionDenied: for anybody but the expert, and once a conflict of interest is known.
    :raises IllegalMove: when the sheet is handed in, or the application is not under review.
    """
    with assignment.sheet_held(by=by) as row:
        form = form_of(row, lines(assignment), data)
        form.is_valid()
        base, now, conflicts, changed = read_token(data.get("opened", "")), {}, {}, set()
        for name in form.fields:
            if name in form.errors:
                now[name] = base.get(name, "")
                continue
            mine, theirs = as_text(form.cleaned_data[name]), stored(form, name)
            now[name] = digest(mine)
            if mine == theirs or digest(mine) == base.get(name):
                continue
            if theirs and digest(theirs) != base.get(name):
                conflicts[name], now[name] = theirs, base.get(name, "")
            else:
                changed.add(name)
        _write(assignment, form, changed)
        return Outcome(form, lines(assignment), conflicts, json.dumps(now))


def _write(assignment: Assignment, form: SheetForm, changed: set[str]) -> None:
    """Write the fields that changed; what stands beside them in the row stays as it is."""
    for line in form.sheet:
        names = {"points": points_name(line.criterion), "comment": comment_name(line.criterion)}
        values = {key: form.cleaned_data[name] for key, name in names.items() if name in changed}
        if values:
            Mark.objects.update_or_create(assignment=assignment, criterion=line.criterion, defaults=values)
    if OVERALL in changed:
        assignment.overall = form.cleaned_data[OVERALL]
        assignment.save(update_fields=["overall"])


def settle(outcome: Outcome) -> None:
    """Say at each field that another window changed what stands there; sent once more, this page counts."""
    base = read_token(outcome.opened)
    found = unsaved(outcome)
    outcome.form.unsaved = {one.name for one in found}
    titles = {one.name: one.title for one in found}
    for name, theirs in outcome.conflicts.items():
        problem = _(
            "Another window saved “%(text)s” here meanwhile. Save once more to keep what stands below."
        )
        what = {"criterion": titles[name], "problem": problem % {"text": theirs}}
        outcome.form.add_error(name, _("%(criterion)s: %(problem)s") % what)
        base[name] = digest(theirs)
    outcome.form.opened = json.dumps(base)


def name_lacking(outcome: Outcome) -> None:
    """Say at each field what is missing before the sheet can be handed in, beside the marks that need mending."""
    form = outcome.form
    for line in outcome.sheet:
        points, comment = points_name(line.criterion), comment_name(line.criterion)
        if line.lacks and points not in form.errors and comment not in form.errors:
            what = {"criterion": line.criterion.title, "problem": line.lacks}
            form.add_error(points if line.points is None else comment, _("%(criterion)s: %(problem)s") % what)
