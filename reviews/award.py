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
``moderations.json``   talks over marks that lay apart, further experts, visits and defences, each with its corrections
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
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from records.jobs import Job, job, start_job
from records.moves import DomainError
from reviews.award_rows import applications_of, contents, paper_name, plain
from reviews.models import Assignment, Round
from reviews.replay import SUMS
from reviews.results import REVIEWED

PERMISSION = "reviews.make_award_file"
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
moderations.json 分歧处理、实地考察与答辩，更正过的附原来的内容、更正原因、时间和经办人
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
    return kept_from(round_, by)


def kept_from(round_: Round, person: User) -> list[str]:
    """Why what is in the award file of a round is not for this person, to make it or to have it; one sentence each.

    Asked when it is asked for, when it is made and at each download.
    """
    rows = round_.applications.filter(submitted_at__isnull=False).select_related("studio__unit")
    if any(one.concerns(person) for one in rows.prefetch_related("studio__editors", "studio__members")):
        return [_("An application of this round is your own case. Somebody else makes its award file.")]
    if Assignment.objects.keeping_away(person).filter(application__round=round_).exists():
        return [
            _(
                "You have still to score in this round, or are recused from an application of it. Somebody else makes "
                "its award file."
            )
        ]
    if not person.has_perm(PERMISSION):
        return [_("The award file is made by the staff and the leaders of the university union.")]
    return []


def may_fetch(work: Job, user: User) -> bool:
    """Whether who had an award file made may have it still."""
    return not kept_from(Round.objects.get(pk=work.payload["round"]), user)


@job("reviews.award", own=True, may_fetch=may_fetch)
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
    applications = applications_of(round_)
    held = contents(round_, applications, at=at)
    for name, content in held.items():
        yield f"{name}.json", json.dumps(content, ensure_ascii=False, indent=1, default=plain).encode()
    for one in applications:
        for snapshot in one.snapshots.all():
            yield (
                paper_name(one, snapshot),
                json.dumps(snapshot.data, ensure_ascii=False, sort_keys=True).encode(),
            )
