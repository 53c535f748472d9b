"""The award file of a round: what shows why a studio was named or not, and its replay from the file alone."""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from portal.demo.pictures import photo
from records.attachments import attach, checked
from records.jobs import Job
from records.moves import DomainError
from records.outbox import drain
from reviews import award, results
from reviews.models import Assignment, Moderation, Objection, Relation, Visit
from reviews.releasing import release_decisions
from reviews.replay import read, replay
from tests.factories import ApplicationFactory, StudioFactory, bring_to, officer, reviewed_by

pytestmark = pytest.mark.django_db
NAMES = {
    "说明.txt",
    *(f"{name}.json" for name in ("round", "rubric", "applications", "assignments", "relations", "marks")),
    *(f"{name}.json" for name in ("moderations", "results", "moves", "notices", "objections")),
    "SHA256SUMS",
}


@pytest.fixture
def played():
    """A round with a studio named, one rejected, one whose marks lie apart, and one that lacks its experts."""
    named = ApplicationFactory(named=True)
    round_ = named.round
    ApplicationFactory(rejected=True, round=round_)
    apart = ApplicationFactory(accepted=True, round=round_)
    reviewed_by(apart, 9, 9, 2)
    ApplicationFactory(accepted=True, round=round_)
    return round_


def packed(round_) -> bytes:
    file = io.BytesIO()
    award.pack(round_, file, at=timezone.now())
    return file.getvalue()


@pytest.fixture(scope="module")
def made() -> list[bytes]:
    """The award file of such a round, once there is one: its replay asks no database."""
    return []


@pytest.fixture
def award_file(made, request) -> bytes:
    if not made:
        made.append(packed(request.getfixturevalue("played")))
    return made[0]


def changed(file: bytes, name: str, change, *, summed: bool = False) -> io.BytesIO:
    """The file with one paper changed; ``summed`` for somebody who mends the checksums as well."""
    papers = read(io.BytesIO(file))
    content = json.loads(papers[name])
    change(content)
    papers[name] = json.dumps(content, ensure_ascii=False).encode()
    if summed:
        sums = (
            f"{hashlib.sha256(held).hexdigest()}  {one}\n"
            for one, held in papers.items()
            if one != "SHA256SUMS"
        )
        papers["SHA256SUMS"] = "".join(sums).encode()
    return written(papers)


def written(papers: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for one, held in papers.items():
            archive.writestr(one, held)
    out.seek(0)
    return out


def test_the_file_of_a_round_is_equal_to_what_follows_from_its_marks(award_file):
    assert replay(io.BytesIO(award_file)) == []


def test_the_results_in_it_are_those_of_the_round(played):
    held = json.loads(read(io.BytesIO(packed(played)))["results.json"])
    numbers = {one.pk: one.number for one in played.applications.all()}
    assert {
        one["application"]: (one["score"], one["rank"], one["passes"], one["discrepant"]) for one in held
    } == {
        numbers[one.application]: (one.score and str(one.score), one.rank, one.passes, one.discrepant)
        for one in results.of_round(played)
    }


def test_it_holds_every_paper_and_nothing_else(played):
    papers = read(io.BytesIO(packed(played)))
    versions = {f"papers/{one.number}-v1.json" for one in played.applications.all()}
    assert set(papers) == NAMES | versions
    for one in played.applications.all():
        paper = papers[f"papers/{one.number}-v1.json"]
        assert hashlib.sha256(paper).hexdigest() == one.snapshot.sha256


def test_its_explanation_names_each_file_and_says_what_is_left_out(award_file):
    papers = read(io.BytesIO(award_file))
    holds, _, left_out = papers["说明.txt"].decode().partition("不在其中")
    named = re.findall(r"^(\S+\.json|papers/|SHA256SUMS) ", holds, re.MULTILINE)
    assert sorted(named) == sorted(NAMES - {"说明.txt"} | {"papers/"})
    for original in ("申报附件", "盖章申报表的扫描件", "异议人提交的材料", "PDF 文件"):
        assert original in left_out


def test_a_file_of_the_papers_is_left_out_and_known_by_its_checksum():
    studio = StudioFactory(complete=True)
    kept = attach(checked(ContentFile(photo(0), name="全景.png")), studio.venue, "photo", by=studio.lead)
    application = ApplicationFactory(accepted=True, studio=studio)
    reviewed_by(application, 8)
    paper = json.loads(read(io.BytesIO(packed(application.round)))[f"papers/{application.number}-v1.json"])
    assert [(one["name"], one["sha256"], one["size"]) for one in paper["files"]] == [
        ("全景.png", kept.sha256, kept.size)
    ]


def test_made_twice_it_is_the_same_but_for_the_time(played):
    at = timezone.now()
    first, second = io.BytesIO(), io.BytesIO()
    award.pack(played, first, at=at)
    award.pack(played, second, at=at)
    assert first.getvalue() == second.getvalue()


def test_recusals_talks_visits_and_objections_are_in_it_and_not_who_objected(played):
    apart = played.applications.get(
        state="accepted", assignments__isnull=False, assignments__expert__name="评审甲"
    )
    by = officer(RoleCode.UNION_STAFF)
    day = timezone.localdate()
    recused = apart.assignments.first()
    Relation.objects.create(
        studio=apart.studio,
        name=recused.expert.name,
        person=recused.expert,
        reason="博士导师",
        declared_by=by,
    )
    minutes = {"application": apart, "held_on": day, "people": "三位专家", "recorded_by": by}
    Moderation.objects.create(**minutes, minutes="已合议")
    Visit.objects.create(**minutes, minutes="现场属实", kind="visit")
    approved = ApplicationFactory(round=played)
    bring_to(approved, "proposed")
    notice = release_decisions(played, by=by, on=day)
    approved.refresh_from_db()
    who = {"name": "钱真名", "contact": "13900001111", "organisation": "某某公司"}
    Objection.objects.create(
        notice=notice, application=approved, number="2026-Y0001", text="成果重复申报", **who
    )
    papers = read(io.BytesIO(packed(played)))
    assert [one["reason"] for one in json.loads(papers["relations.json"])] == ["博士导师"]
    held = json.loads(papers["moderations.json"])
    assert [one["minutes"] for one in held["moderations"] + held["visits"]] == ["已合议", "现场属实"]
    [objection] = json.loads(papers["objections.json"])
    assert (objection["text"], objection["state"]) == ("成果重复申报", "received")
    everything = b"".join(papers.values()).decode()
    assert not {secret for secret in ("钱真名", "13900001111", "某某公司") if secret in everything}


def one_mark_more(marks):
    marks[0]["points"] = "10"


def test_one_changed_mark_is_named_with_what_follows_from_it(award_file):
    mark = json.loads(read(io.BytesIO(award_file))["marks.json"])[0]
    [sums, total, criteria, *_rest] = replay(changed(award_file, "marks.json", one_mark_more))
    number, expert, criterion = mark["application"], mark["expert"], mark["criterion"]
    assert sums == "marks.json已被改动：校验值不符。"
    assert total == f"{number}：{expert}的总分在档案中为90，按评分计算为91。"
    assert criteria == f"{number}：评分项的统计与评分不符：{criterion}。"


def test_who_mends_the_checksums_too_is_found_by_the_marks(award_file):
    number = json.loads(read(io.BytesIO(award_file))["marks.json"])[0]["application"]
    problems = replay(changed(award_file, "marks.json", one_mark_more, summed=True))
    assert problems[0].startswith(f"{number}：")
    [others] = [one for one in problems if not one.startswith(f"{number}：")]
    assert "校正分" in others


def test_a_rank_that_does_not_follow_is_named(award_file):
    def swap(held):
        held[0]["rank"] = 9

    [problem] = replay(changed(award_file, "results.json", swap, summed=True))
    assert "9" in problem
    assert "名次" in problem


def test_a_mark_of_a_sheet_that_was_not_handed_in_is_named(award_file):
    def reopen(held):
        next(one for one in held if one["state"] == "handed_in")["state"] = "accepted"

    problems = replay(changed(award_file, "assignments.json", reopen, summed=True))
    assert len(problems) == 9  # one for each criterion
    assert all("没有提交评分表" in one for one in problems)


def test_a_sheet_that_lacks_its_marks_is_named(award_file):
    first = json.loads(read(io.BytesIO(award_file))["marks.json"])[0]

    def drop(marks):
        marks[:] = [
            one
            for one in marks
            if (one["application"], one["expert"]) != (first["application"], first["expert"])
        ]

    problems = replay(changed(award_file, "marks.json", drop, summed=True))
    assert len(problems) == 9
    assert all(one.startswith(f"{first['application']}：{first['expert']}已提交") for one in problems)


def test_a_result_that_is_missing_is_named(played):
    problems = replay(changed(packed(played), "results.json", lambda held: held.clear(), summed=True))
    assert len(problems) == played.applications.count()


def test_what_people_read_and_what_is_no_number_are_compared_too(award_file):
    def shown(held):
        held[0]["shown"], held[0]["normalised"] = "99.99", float("nan")

    read_, normalised = replay(changed(award_file, "results.json", shown, summed=True))
    assert "99.99" in read_
    assert "校正分" in normalised


def test_a_state_to_which_no_move_led_is_named(award_file):
    def reject(held):
        next(one for one in held if one["state"] == "named").update(state="rejected", decision="reject")

    [problem] = replay(changed(award_file, "applications.json", reject, summed=True))
    assert "办理记录" in problem


@pytest.mark.parametrize("points", ["1E+99999999", "NaN", "-1", "11", "9" * 400, None, [], {}])
def test_what_is_no_mark_is_named_and_not_reckoned_with(award_file, points):
    def change(marks):
        marks[0]["points"] = points

    [problem] = replay(changed(award_file, "marks.json", change, summed=True))
    assert "超出范围" in problem


def test_endless_brackets_are_no_award_file(award_file):
    papers = read(io.BytesIO(award_file))
    papers["rubric.json"] = b"[" * 200_000
    with pytest.raises(DomainError):
        replay(written(papers))


def test_papers_that_are_not_what_was_handed_in_are_named(award_file):
    name = next(name for name in read(io.BytesIO(award_file)) if name.startswith("papers/"))
    [problem] = replay(
        changed(award_file, name, lambda held: held["studio"].update(name="另一个"), summed=True)
    )
    assert "第1版材料" in problem


def test_a_file_taken_away_or_added_is_named(award_file):
    papers = read(io.BytesIO(award_file))
    del papers["relations.json"]
    papers["另附.txt"] = b"x"
    assert replay(written(papers)) == ["档案中缺少relations.json。", "档案中多出另附.txt。"]


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"PK\x03\x04 not a zip",
        b"%PDF-1.7",
        written({"x": b"1"}).getvalue(),
        written(dict.fromkeys(NAMES, b"[]")).getvalue(),
        written(dict.fromkeys(NAMES, b'{"format": 1}')).getvalue(),
        written(dict.fromkeys(NAMES, b'{"format": 2}')).getvalue(),
    ],
)
def test_what_is_no_award_file_is_refused_in_a_sentence(file):
    with pytest.raises(DomainError):
        replay(io.BytesIO(file))


def test_the_command_says_equal_or_where_it_differs(award_file, tmp_path, capsys):
    file = tmp_path / "评审档案.zip"
    file.write_bytes(award_file)
    call_command("replay_award", file)
    assert capsys.readouterr().out.startswith("一致")
    file.write_bytes(changed(file.read_bytes(), "marks.json", one_mark_more).getvalue())
    with pytest.raises(SystemExit):
        call_command("replay_award", file)
    assert "marks.json已被改动" in capsys.readouterr().out
    with pytest.raises(CommandError, match="无法读取"):
        call_command("replay_award", tmp_path / "没有.zip")


def test_another_machine_without_a_database_comes_to_the_same_answer(award_file, tmp_path):
    file = tmp_path / "award.zip"
    file.write_bytes(award_file)
    empty = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "VAR_DIR": str(tmp_path / "var")}
    run = subprocess.run(
        [sys.executable, Path(settings.BASE_DIR, "manage.py"), "replay_award", file],
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **empty},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout[:2], run.stderr) == (0, "一致", "")


# -- as a job ------------------------------------------------------------------------------------------------------


def test_it_is_made_by_a_job_once_for_two_presses(played):
    by = officer(RoleCode.UNION_STAFF)
    first, second = (award.start_award_file(played, by=by) for _press in range(2))
    assert first == second
    drain()
    work = Job.objects.get(pk=first.pk)
    assert (work.state, work.result_name) == ("done", f"评审档案_{played.year}年.zip")
    with work.result.open("rb") as file:
        assert replay(file) == []


def test_staff_ask_for_it_on_its_page_and_find_it_there(played, sign_in):
    client, page = (
        sign_in(officer(RoleCode.UNION_STAFF)),
        reverse("admin:reviews_round_award", args=[played.pk]),
    )
    assert "制作评审档案" in client.get(page).text
    work = Job.objects.get(pk=client.post(page)["Location"].strip("/").rpartition("/")[2])
    assert work.kind == "reviews.award"
    assert f"{played.title}的评审档案" in client.get(page).text


@pytest.mark.parametrize("code", [RoleCode.AUDITOR, RoleCode.EXPERT, RoleCode.SYSADMIN])
def test_nobody_else_may_ask_for_it(played, sign_in, code):
    client, page = sign_in(officer(code)), reverse("admin:reviews_round_award", args=[played.pk])
    assert {client.get(page).status_code, client.post(page).status_code} <= {302, 403}
    assert not Job.objects.exists()


def test_who_still_scores_in_the_round_makes_none(played):
    staff = officer(RoleCode.UNION_STAFF)
    one = Assignment.objects.filter(application__state="accepted").first()
    Assignment.objects.filter(pk=one.pk).update(expert=staff, state="accepted")
    with pytest.raises(DomainError, match="未提交的评分"):
        award.start_award_file(played, by=staff)


def test_nobody_makes_it_of_a_round_with_a_case_of_their_own(played):
    lead = played.applications.first().studio.lead
    with pytest.raises(DomainError, match="本人"):
        award.start_award_file(played, by=lead)


def test_there_is_none_before_experts_have_reviewed_anything():
    draft = ApplicationFactory()
    with pytest.raises(DomainError, match="还没有"):
        award.start_award_file(draft.round, by=officer(RoleCode.UNION_STAFF))
