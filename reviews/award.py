"""The award file of a round: one ZIP from which anybody can see, and work out anew, why a studio was named or not.

=====================  ================================================================================================
``说明.txt``            what the files are, in Chinese
``round.json``         the round with its days, the policy version, and the rule by which marks were put together
``rubric.json``        the criteria with weight, scale, guidance, anchors and source
``applications.json``  number, names, state, decision with its text and times, versions of the papers
``papers/…``           each version as it was handed in; its SHA-256 is the one kept since then
``assignments.json``   who was asked to review what, with every move and its reason; recusals are among them
``relations.json``     relations that were declared
``marks.json``         each mark and comment that was handed in
``moderations.json``   talks over marks that lay apart, further experts, visits and defences
``results.json``       figures, scores and ranks; fractions are exact
``moves.json``         what happened to each application, by whom and why
``notices.json``       the public notices, as they were published
``objections.json``    what was objected, the minutes and the answer; who objected is not in the file
``SHA256SUMS``         a checksum of each of them
=====================  ================================================================================================

Made twice of the same round it is the same, byte by byte, but for the time of its making in ``round.json``.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from records.jobs import Job, job, start_job
from records.moves import DomainError
from reviews.models import (
    Application,
    Assignment,
    AssignmentState,
    Mark,
    Moderation,
    Objection,
    PublicNotice,
    Relation,
    Round,
    Visit,
)
from reviews.objector import hidden_answer
from reviews.replay import FORMAT, SUMS, reckoned, written
from reviews.results import REVIEWED, rule_of

EPOCH = (2023, 1, 1, 0, 0, 0)  # the entries bear no time of their own
IN_MEMORY = 8 * 2**20
README = """这是{title}的评审档案，用来核对评审结果。

round.json 评选年度、各项日期、所用的管理办法参数和评分汇总规则
rubric.json 评审标准
applications.json 每份申报的编号、名称、状态、决定和材料版本
papers/ 每次提交的材料原样，校验值与提交时相同
assignments.json 评审任务及每一步的时间、经办人和原因，含回避
relations.json 已申报的利害关系
marks.json 已提交的每一项评分和评语
moderations.json 分歧处理、实地考察与答辩
results.json 各项统计、得分和名次，数值用最简分数表示，不作舍入
moves.json 每份申报的办理记录
notices.json 公示
objections.json 异议、核查记录和答复，不含异议人的身份
SHA256SUMS 以上各文件的校验值

本档案只存数据，不存原件。以下各项不在其中，原件保存在系统里：
- 申报附件（荣誉证书、立项文件、成果证明、管理制度、场地照片）。
  附件的名称、大小和校验值写在 papers/ 里，取出原件可以核对是不是提交时的那一份。
- 盖章申报表的扫描件，考察照片，合议、考察和核查所附的文件。
- 异议人提交的材料，以免泄露异议人的身份。
- 公示和命名决定的 PDF 文件。
  公示内容在 notices.json，决定意见和文号在 applications.json。
不存原件，是因为其中有身份、电话等个人信息，而重新计算名次用不着这些。

核对方法：在装有本系统的任何一台计算机上运行
    manage.py replay_award 本文件
程序只读这个文件，按评分重新计算名次，给出“一致”或不同之处。

档案含个人信息和专家姓名，限校工会内部保存。
"""


def start_award_file(round_: Round, *, by: User) -> Job:
    """Make the award file of a round as a job, whose result it is.

    :raises DomainError: before experts have reviewed anything, and for whoever has a case of their own in the round.
    """
    for why in hindrances(round_, by=by):
        raise DomainError(why)
    title = _("Award file of %(round)s") % {"round": round_.title}
    return start_job("reviews.award", {"round": round_.pk}, by=by, title=title)


def hindrances(round_: Round, *, by: User) -> list[str]:
    """Why this person cannot make the award file of a round now, one sentence each."""
    if round_.rubric is None or not round_.applications.filter(state__in=REVIEWED).exists():
        return [_("Experts have not reviewed anything in this round yet.")]
    if any(one.concerns(by) for one in _applications(round_)):
        return [_("An application of this round is your own case. Somebody else makes its award file.")]
    own = Assignment.objects.filter(application__round=round_, expert=by)
    if own.under_way().exists() or own.filter(state=AssignmentState.RECUSED).exists():
        return [
            _(
                "You have still to score in this round, or are recused from an application of it. Somebody else makes "
                "its award file."
            )
        ]
    return []


@job("reviews.award", own=True)
def make(work: Job) -> None:
    round_ = Round.objects.select_related("rubric", "policy").get(pk=work.payload["round"])
    for why in hindrances(round_, by=work.started_by):  # much may have happened since it was asked for
        raise DomainError(why)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as packed:
        pack(round_, packed, at=timezone.now(), step=work.step)
        packed.seek(0)
        work.keep(packed, file_name(round_))


def file_name(round_: Round) -> str:
    return f"评审档案_{round_.year}年.zip"


def pack(round_: Round, file, *, at: datetime, step=lambda done: None) -> None:
    """Write the award file of a round."""
    sums = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, paper) in enumerate(papers(round_, at=at), 1):
            sums.append(f"{hashlib.sha256(paper).hexdigest()}  {name}\n")
            archive.writestr(_entry(name), paper)
            step(number)
        archive.writestr(_entry(SUMS), "".join(sums))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def papers(round_: Round, *, at: datetime) -> Iterator[tuple[str, bytes]]:
    """The files of an award file, but for the checksums: name and content."""
    yield "说明.txt", README.format(title=round_.title).encode()
    applications = _applications(round_)
    held = {
        "round": _round(round_, at=at),
        "rubric": _rubric(round_),
        "applications": [_application(one) for one in applications],
        "assignments": [_assignment(one) for one in _assignments(round_)],
        "marks": _marks(round_),
        "results": [{"application": one.number} for one in applications if one.state in REVIEWED],
    }
    held["results"] = [written(one) for one in reckoned(held)]
    held["relations"] = _relations(applications)
    held["moderations"] = _moderations(round_)
    held["moves"] = [
        {"application": one.number, **move} for one in applications for move in moves_of(one.log.all())
    ]
    held["notices"] = [_notice(one) for one in PublicNotice.objects.filter(round=round_).order_by("serial")]
    held["objections"] = [_objection(one) for one in _objections(round_)]
    for name, content in held.items():
        yield f"{name}.json", json.dumps(content, ensure_ascii=False, indent=1, default=_plain).encode()
    for one in applications:
        for snapshot in one.snapshots.all():
            yield (
                _paper_name(one, snapshot),
                json.dumps(snapshot.data, ensure_ascii=False, sort_keys=True).encode(),
            )


def _plain(value) -> str:
    """Decimals, days and times as text; times are those of the university."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _applications(round_: Round) -> list[Application]:
    """Whatever was handed in in the round, in the order of the numbers."""
    return list(
        Application.objects.filter(round=round_, submitted_at__isnull=False)
        .select_related("studio__lead", "studio__unit", "round", "document", "decided_by", "notice")
        .prefetch_related("snapshots", "log__actor", "studio__editors", "studio__members")
        .order_by("pk")
    )


def _assignments(round_: Round):
    return (
        Assignment.objects.filter(application__round=round_)
        .select_related("application__round", "expert__unit", "snapshot", "assigned_by")
        .prefetch_related("log__actor")
        .order_by("pk")
    )


def _objections(round_: Round):
    return (
        Objection.objects.filter(notice__round=round_)
        .select_related("application__round", "notice")
        .prefetch_related("log__actor")
        .order_by("pk")
    )


def _round(round_: Round, *, at: datetime) -> dict:
    days = ("opens_on", "closes_on", "endorse_by", "review_by", "decide_by", "naming_on")
    rule = rule_of(round_)
    return {
        "format": FORMAT,
        "university": settings.UNIVERSITY,
        "made_at": at,
        "year": round_.year,
        "title": round_.title,
        "days": {day: getattr(round_, day) for day in days},
        "blind": round_.blind,
        "shows": round_.shows,
        "policy": round_.policy.title,
        "experts_each": round_.policy.experts_each,
        "notice_days": round_.policy.notice_days,
        "rule": {
            "aggregation": rule.aggregation,
            "quorum": rule.quorum,
            "pass_mark": _plain(rule.pass_mark),
            "apart": _plain(rule.apart),
        },
    }


def _rubric(round_: Round) -> dict:
    fields = ("key", "title", "top", "guidance", "low_anchor", "high_anchor", "source")
    return {
        "title": round_.rubric.title,
        "note": round_.rubric.note,
        "criteria": [
            {**{field: getattr(one, field) for field in fields}, "weight": _plain(one.weight)}
            for one in round_.rubric.criteria.all()
        ],
    }


def _paper_name(application: Application, snapshot) -> str:
    return f"papers/{application.number}-v{snapshot.version}.json"


def _application(one: Application) -> dict:
    return {
        "number": one.number,
        **one.named_as()._asdict(),
        "state": one.state,
        "decision": one.decision,
        "decision_text": one.decision_text,
        "decided_at": one.decided_at,
        "decided_by": one.decided_by and one.decided_by.name,
        "released_at": one.released_at,
        "notice": one.notice and one.notice.serial,
        "document": one.document and one.document.number,
        "versions": [
            {
                "version": snapshot.version,
                "handed_in_at": snapshot.frozen_at,
                "file": _paper_name(one, snapshot),
                "sha256": snapshot.sha256,
            }
            for snapshot in one.snapshots.all()
        ],
    }


def expert_key(pk: int) -> str:
    """An expert as the file calls them; two may bear one name."""
    return f"E{pk:04d}"


def _assignment(one: Assignment) -> dict:
    return {
        "application": one.application.number,
        "expert": expert_key(one.expert_id),
        "name": one.expert.name,
        "unit": one.expert.unit and one.expert.unit.name,
        "version": one.snapshot.version,
        "state": one.state,
        "assigned_at": one.assigned_at,
        "assigned_by": one.assigned_by.name,
        "due_on": one.due_on,
        "handed_in_at": one.handed_in_at,
        "overall": one.overall if one.state == AssignmentState.HANDED_IN else "",
        "moves": moves_of(one.log.all()),
    }


def moves_of(log) -> list[dict]:
    """What happened, in order: when, by whom, from where to where, and why."""
    return [
        {
            "at": row.at,
            "by": row.actor and row.actor.name,
            "verb": row.verb,
            "from": row.from_state,
            "to": row.to_state,
            "note": row.note,
        }
        for row in sorted(log, key=lambda row: (row.at, row.pk))
    ]


def _marks(round_: Round) -> list[dict]:
    """The marks of the sheets that were handed in; what an expert is still about is nobody else's."""
    rows = Mark.objects.filter(
        assignment__application__round=round_,
        assignment__state=AssignmentState.HANDED_IN,
        points__isnull=False,
    )
    rows = rows.select_related("assignment__application__round", "criterion")
    return [
        {
            "application": one.assignment.application.number,
            "expert": expert_key(one.assignment.expert_id),
            "criterion": one.criterion.key,
            "points": _plain(one.points),
            "comment": one.comment,
        }
        for one in rows.order_by("assignment__application", "assignment__expert", "criterion__position")
    ]


def _relations(applications: list[Application]) -> list[dict]:
    rows = Relation.objects.filter(studio__in=[one.studio_id for one in applications])
    numbers = {one.studio_id: one.number for one in applications}
    return [
        {
            "application": numbers[one.studio_id],
            "expert": one.person_id and expert_key(one.person_id),
            "name": one.name,
            "reason": one.reason,
            "declared_by": one.declared_by.name,
            "declared_at": one.declared_at,
        }
        for one in rows.select_related("declared_by").order_by("pk")
    ]


def _moderations(round_: Round) -> dict[str, list]:
    talks = Moderation.objects.filter(application__round=round_)
    visits = Visit.objects.filter(application__round=round_)
    related = ("application__round", "recorded_by")
    return {
        "moderations": [
            {
                "application": one.application.number,
                "further_expert": one.assignment and expert_key(one.assignment.expert_id),
                **_minutes(one),
            }
            for one in talks.select_related(*related, "assignment").order_by("pk")
        ],
        "visits": [
            {"application": one.application.number, "kind": one.kind, "place": one.place, **_minutes(one)}
            for one in visits.select_related(*related).order_by("pk")
        ],
    }


def _minutes(one: Moderation | Visit) -> dict:
    return {
        "held_on": one.held_on,
        "people": one.people,
        "minutes": one.minutes,
        "recorded_by": one.recorded_by.name,
        "recorded_at": one.recorded_at,
    }


def _notice(one: PublicNotice) -> dict:
    fields = ("serial", "title", "days", "published_on", "starts_on", "ends_on", "plan_is_known", "entries")
    return {field: getattr(one, field) for field in fields}


def _objection(one: Objection) -> dict:
    return {
        "number": one.number,
        "notice": one.notice.serial,
        "application": one.application.number,
        "text": one.text_for_others,
        "state": one.state,
        "received_at": one.received_at,
        "minutes": one.minutes_for_others,
        "answer": one.answer_for_others,
        "answered_at": one.answered_at,
        "moves": [row | {"note": hidden_answer(one, row["note"])} for row in moves_of(one.log.all())],
    }
