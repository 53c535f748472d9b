"""All results of a round as one workbook: the ranking, every mark and comment, who was asked and why not, what was
talked over and seen. What goes out is what the person who asks may read, narrowed as the page was.

Figures are those of the page, rounded in one place (:mod:`reviews.results_shown`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check
from records import tables
from records.attachments import Attachment
from records.jobs import Job, job, start_job
from records.tables import Figure, Page
from reviews import minutes as kept
from reviews.assignment_words import DONE
from reviews.models import Application, Assignment, AssignmentLog, Mark, Moderation, Round, Visit
from reviews.results import standings, with_experts
from reviews.results_shown import Line, aggregation_name, criterion_lines, is_among, severity_lines
from reviews.rubrics import source_cited
from reviews.whence import place_of
from studios.models import Studio

KIND = "results.workbook"
READ = "reviews.view_marks"
AT_ONCE = 2_000  # marks; more are written by a worker, and the person need not wait
LONGEST = 32_000  # characters that Excel keeps in one cell


class Workbook:
    """The workbook of a round for one person.

    :param show: one of ``results_shown.SHOW``, or empty for all; ``text``: as typed into the search of the page.
    """

    def __init__(self, round_: Round, user: User, *, show: str = "", text: str = ""):
        self.round, self.user, self.show, self.text = round_, user, show, text

    @cached_property
    def standings(self):
        return standings(self.round, self.user)

    @cached_property
    def lines(self) -> list[Line]:
        return narrowed([Line(one) for one in self.standings.reviews], show=self.show, text=self.text)

    @cached_property
    def criteria(self) -> list:
        return list(self.round.rubric.criteria.all()) if self.round.rubric else []

    @cached_property
    def marks(self) -> dict[int, list[Mark]]:
        """Assignment → what its expert gave; of sheets that were handed in."""
        found: dict[int, list[Mark]] = {sheet.pk: [] for line in self.lines for sheet in line.review.sheets}
        for mark in Mark.objects.filter(assignment__in=found):
            found[mark.assignment_id].append(mark)
        return found

    def of(self, line: Line) -> list[Mark]:
        return [mark for sheet in line.review.sheets for mark in self.marks[sheet.pk]]

    def size(self) -> int:
        """About how many rows the longest of its sheets has."""
        return sum(len(line.review.sheets) for line in self.lines) * (len(self.criteria) + 1)

    def rows(self) -> int:
        """About how many rows it has in all, for the progress."""
        asked = sum(len(line.application.assignments.all()) for line in self.lines)
        return len(self.lines) * (len(self.criteria) + 1) + self.size() + asked

    def pages(self) -> Iterator[Page]:
        yield Page(_("Results"), result_headings(self.round), self._results(), fixed=3)
        yield Page(_("Criteria"), criterion_headings(), self._criteria(), fixed=2)
        yield Page(_("Marks and comments"), mark_headings(), self._marks(), fixed=2)
        yield Page(_("Severity of the experts"), severity_headings(), self._severities(), fixed=1)
        yield Page(_("Assignments and recusals"), assignment_headings(), self._assignments(), fixed=2)
        yield Page(_("Talks and visits"), meeting_headings(), self._meetings(), fixed=2)

    def name(self) -> str:
        return _("Results of %(round)s") % {"round": self.round.title} + f"_{timezone.localdate()}.xlsx"

    # -- the sheets ----------------------------------------------------------------------------------------------

    def _results(self):
        for line in self.lines:
            application, shown = line.application, line.figures
            yield [
                line.rank,
                *whose(application),
                application.studio.lead.name,
                application.studio.unit.name,
                application.get_state_display(),
                figure(line.score),
                figure(shown.mean),
                figure(shown.median),
                figure(shown.trimmed),
                figure(shown.spread),
                figure(shown.low),
                figure(shown.high),
                figure(line.normalised),
                line.sheets,
                line.quorum,
                line.standing[0],
                line.apart[0],
                application.get_decision_display() if application.decision else "",
                application.decision_text,
            ]
        if not self.show and not self.text:
            for application in self.standings.aside:
                yield [None, *whose(application), *[None] * 13, _("You stand aside"), None, None, None]

    def _criteria(self):
        for line in self.lines:
            for one in criterion_lines(line, self.criteria, self.of(line)):
                shown = one.figures
                yield [
                    *whose(line.application),
                    one.criterion.title,
                    source_cited(one.criterion.source),
                    figure(one.criterion.weight),
                    shown.count,
                    figure(shown.mean),
                    figure(shown.median),
                    figure(shown.trimmed),
                    figure(shown.spread),
                    figure(shown.low),
                    figure(shown.high),
                ]

    def _marks(self):
        """Every mark, sheet by sheet; what an expert said of the whole stands in a row of its own."""
        for line in self.lines:
            totals = {sheet.pk: total for sheet, total in line.totals}
            of_criteria = criterion_lines(line, self.criteria, self.of(line))
            for sheet in line.review.sheets:
                own = [*whose(line.application), sheet.expert.name, place_of(sheet.expert)]
                end = [figure(totals.get(sheet.pk)), stamp(sheet.handed_in_at)]
                for one in of_criteria:
                    for given in one.given:
                        if given.assignment.pk == sheet.pk:
                            mark = [float(given.mark), one.criterion.top, figure(given.counts)]
                            yield [*own, one.criterion.title, *mark, given.comment, *end]
                yield [*own, _("Overall comment"), None, None, None, sheet.overall, *end]

    def _severities(self):
        for one in severity_lines(self.standings.severities):
            yield [
                one.expert.name,
                place_of(one.expert),
                one.severity.sheets,
                figure(one.mean),
                figure(one.points),
                one.words,
            ]

    def _assignments(self):
        rows = [one for line in self.lines for one in line.application.assignments.all()]
        logs: dict[int, list[AssignmentLog]] = {one.pk: [] for one in rows}
        for log in AssignmentLog.objects.filter(assignment__in=logs).select_related("actor"):
            logs[log.assignment_id].append(log)
        people = User.objects.in_bulk({one.assigned_by_id for one in rows})
        for line in self.lines:
            for one in line.application.assignments.all():
                yield [
                    *whose(line.application),
                    one.expert.name,
                    place_of(one.expert),
                    one.get_state_display(),
                    stamp(one.assigned_at),
                    people[one.assigned_by_id].name,
                    one.due_on,
                    stamp(one.handed_in_at),
                    reason_of(one, logs[one.pk]),
                    history_of(logs[one.pk]),
                ]

    def _meetings(self):
        applications = {line.application.pk: line.application for line in self.lines}
        talks = Moderation.objects.filter(application__in=applications)
        talks = list(talks.select_related("assignment__expert", "recorded_by"))
        visits = list(Visit.objects.filter(application__in=applications).select_related("recorded_by"))
        files, mended = kept.files_with([*talks, *visits]), kept.corrections([*talks, *visits])
        held: dict[int, list] = {key: [] for key in applications}
        for one in [*talks, *visits]:
            held[one.application_id].append(one)
        for key, rows in held.items():
            for one in sorted(rows, key=lambda row: row.recorded_at):
                at = (type(one), one.pk)
                yield meeting(applications[key], one, files[at], mended[at])


def narrowed(lines: list[Line], *, show: str, text: str) -> list[Line]:
    """The lines that a list of the page shows and that its search finds."""
    if text.strip():
        found = set(
            Studio.objects.search(text)
            .filter(pk__in=[one.application.studio_id for one in lines])
            .values_list("pk", flat=True)
        )
        lines = [one for one in lines if one.application.studio_id in found]
    return [one for one in lines if is_among(one, show)]


# -- headings and cells ------------------------------------------------------------------------------------------


def _whose() -> list[str]:
    return [_("Number"), _("Studio")]


def _figures() -> list[str]:
    return [_("Mean"), _("Median"), _("Trimmed mean"), _("Spread"), _("Lowest"), _("Highest")]


def result_headings(round_: Round) -> list[str]:
    score = _("Score (%(how)s)") % {"how": aggregation_name(round_.policy)}
    about = [_("Rank"), *_whose(), _("Lead"), _("Unit"), _("State")]
    judged = [_("Pass mark %(mark)s") % {"mark": f"{round_.policy.pass_mark.normalize():f}"}]
    sheets = [_("Normalised for severity"), _("Sheets"), _("Quorum")]
    return [
        *about,
        score,
        *_figures(),
        *sheets,
        *judged,
        _("Marks apart"),
        _("Decision"),
        _("Text of the decision"),
    ]


def criterion_headings() -> list[str]:
    return [*_whose(), _("Criterion"), _("Article or source"), _("Weight"), _("Marks"), *_figures()]


def mark_headings() -> list[str]:
    mark = [_("Criterion"), _("Mark"), _("Highest mark"), _("Counts for"), _("Comment")]
    return [*_whose(), _("Expert"), _("Unit"), *mark, _("Total of the sheet"), _("Sheet handed in")]


def severity_headings() -> list[str]:
    return [
        _("Expert"),
        _("Unit"),
        _("Sheets"),
        _("Mean of their totals"),
        _("Against the panel (points)"),
        _("In words"),
    ]


def assignment_headings() -> list[str]:
    asked = [_("State"), _("Assigned on"), _("Assigned by"), _("Due"), _("Sheet handed in")]
    return [*_whose(), _("Expert"), _("Unit"), *asked, _("Reason"), _("What became of it")]


def meeting_headings() -> list[str]:
    recorded = [_("Files"), _("Recorded by"), _("Recorded"), _("Corrections")]
    return [*_whose(), *(str(label) for label in kept.LABELS.values()), *recorded]


def whose(application: Application) -> list[str]:
    return [application.number, application.studio.name]


def figure(value: Decimal | None) -> Figure | None:
    return None if value is None else Figure(value)


def stamp(time: datetime | None) -> datetime | None:
    return time and timezone.localtime(time).replace(second=0, microsecond=0)


def reason_of(assignment: Assignment, logs: list[AssignmentLog]) -> str:
    """What was said when it came into the state it is in."""
    said = [log.note for log in logs if log.to_state == assignment.state and log.note]
    return said[-1] if said else ""


def history_of(logs: list[AssignmentLog]) -> str:
    """Each move in a line: when, who, what, and what was said."""
    lines = []
    for log in logs:
        facts = {
            "time": f"{timezone.localtime(log.at):%Y-%m-%d %H:%M}",
            "who": log.actor.name if log.actor else "—",
            "what": DONE.get(log.verb, log.verb),
            "note": log.note,
        }
        told = _("%(time)s %(who)s: %(what)s (%(note)s)") if log.note else _("%(time)s %(who)s: %(what)s")
        lines.append(told % facts)
    return "\n".join(lines)[:LONGEST]


def meeting(application: Application, row, files: list[Attachment], mended: list) -> list:
    """A talk, a further expert, a visit or a defence as a row."""
    if isinstance(row, Visit):
        held = [row.get_kind_display(), row.held_on, row.place, row.people, row.minutes]
    elif row.assignment:
        told = {"name": row.assignment.expert.name, "state": row.assignment.get_state_display()}
        held = [_("One more expert"), None, "", _("%(name)s (%(state)s)") % told, ""]
    else:
        held = [_("Talk"), row.held_on, "", row.people, row.minutes]
    corrected = [
        _("%(who)s, %(time)s: %(reason)s. Before: %(before)s")
        % {
            "who": one.by.name,
            "time": f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}",
            "reason": one.reason.rstrip("。"),
            "before": _("; ").join(f"{label}：{text}" for label, text in one.before),
        }
        for one in mended
    ]
    end = [row.recorded_by.name, stamp(row.recorded_at), "\n".join(corrected)[:LONGEST]]
    return [*whose(application), *held, _(", ").join(file.name for file in files), *end]


# -- making it ---------------------------------------------------------------------------------------------------


def write(workbook: Workbook) -> bytes:
    return tables.export_pages(workbook.pages())


def start(workbook: Workbook) -> Job:
    """Have a worker write it; only who started it may download it."""
    payload = {"round": workbook.round.pk, "show": workbook.show, "text": workbook.text}
    title = _("Results of %(round)s (Excel)") % {"round": workbook.round.title}
    return start_job(KIND, payload, by=workbook.user, title=title)


def may_fetch(work: Job, user: User) -> bool:
    """Whether who had a workbook made may read still what it tells: the marks of each application in it.

    Of a workbook that does not say which these are nobody knows it.
    """
    if "holds" not in work.payload or not user.has_perm(READ):
        return False
    rows = with_experts(Application.objects.filter(pk__in=work.payload["holds"]))
    return all(user.has_perm(READ, row) for row in rows)


@job(KIND, own=True, may_fetch=may_fetch)
def make(work: Job) -> None:
    """Write the workbook that a job names, for who started it and as far as they may read it now."""
    asked = work.payload
    round_ = Round.objects.select_related("policy", "rubric").get(pk=asked["round"])
    check(work.started_by, READ)
    workbook = Workbook(round_, work.started_by, show=asked["show"], text=asked["text"])
    total = workbook.rows()
    work.step(0, total=total)
    content = tables.export_pages(workbook.pages(), after_row=lambda done: work.step(min(done, total)))
    work.step(total, now=True)
    work.keep(content, workbook.name(), holds=[one.application.pk for one in workbook.standings.reviews])
