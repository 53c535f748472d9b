"""The workbook of a round's results: the same figures and the same choice as on the screen, and all that was said."""

import html
import io
import re

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from records import jobs
from records.jobs import Job
from records.outbox import Outbox
from reviews import results_exports
from reviews.models import Assignment, AssignmentState, Moderation, Panelist, Visit
from tests.factories import ApplicationFactory, UserFactory, officer
from tests.reviews.results_pages import cells, excel_of, opened, result_of, results_of, sheets_of, three
from tests.reviews.review import expert_of
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_three():
    return three()


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("", {0, 1, 2}),
        ("passing", {0}),
        ("failing", {3}),
        ("below_quorum", {2}),
        ("apart", {1}),
        ("ready", {0}),
    ],
)
def test_what_is_shown_is_what_goes_out(round_three, sign_in, show, shown):
    round_, cases, experts = round_three
    if show == "failing":
        cases = [*cases, ApplicationFactory(accepted=True, round=round_)]
        for expert in experts:
            sheet(cases[3], expert, 3)
    client, names = sign_in(officer("union_staff")), {cases[n].studio.name for n in shown}
    page = opened(client, results_of(round_, show=show))
    assert {row[1].split()[0] for row in cells(page, "ranking")} == names
    [export] = re.findall(r'href="([^"]+export\.xlsx[^"]*)"', page)
    pages = sheets_of(client, html.unescape(export))
    assert {row[2] for row in pages["结果"][1:]} == names
    assert {row[1] for row in pages["评分与评语"][1:]} == names


def test_the_workbook_filters_keeps_the_studio_in_sight_and_breaks_long_text(round_three, sign_in):
    round_, _cases, _experts = round_three
    Assignment.objects.update(overall="材料齐全，" * 20)
    content = sign_in(officer("union_staff")).get(excel_of(round_)).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [page.freeze_panes for page in book] == ["D2", "C2", "C2", "B2", "C2", "C2"]
    assert {page.page_setup.orientation for page in book} == {"landscape"}
    marks = book["评分与评语"]
    assert marks.auto_filter.ref == f"A1:K{marks.max_row}"
    wrapped = {cell.value for cell in marks[2] if cell.alignment.wrap_text}
    assert wrapped == {"材料可证。"}


def test_excel_has_the_figures_of_the_screen_cell_by_cell(round_three, sign_in):
    round_, cases, _experts = round_three
    client = sign_in(officer("union_staff"))
    on_screen = cells(opened(client, results_of(round_)), "ranking")
    in_excel = sheets_of(client, excel_of(round_))["结果"][1:]
    for screen, row in zip(on_screen, in_excel, strict=True):
        figures = [screen[0], screen[2], *screen[4:11]]
        assert figures == [str(row[0] or "—"), *(two(value) for value in row[6:14])]
        assert screen[11] == f"{row[14]}份 （最少{row[15]}份）"
        assert screen[12].split()[0] == row[16]
    for case in cases:
        page = opened(client, result_of(case))
        criteria = [
            row for row in sheets_of(client, excel_of(round_))["各评分项"][1:] if row[0] == case.number
        ]
        for screen, row in zip(cells(page, "criteria"), criteria, strict=True):
            assert screen[0].split()[0] == row[2]
            assert screen[1:7] == [two(value) for value in row[6:12]]


def two(value) -> str:
    return "—" if value is None else f"{value:.2f}"


def test_excel_has_every_mark_and_comment_and_runs_no_formula(round_three, sign_in):
    round_, cases, _experts = round_three
    harmful = expert_of("=cmd()")
    Panelist.objects.create(round=round_, expert=harmful)
    sheet(cases[2], harmful, 4, comment='=HYPERLINK("http://evil")')
    response = sign_in(officer("union_staff")).get(excel_of(round_))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert [page.title for page in book.worksheets] == [
        "结果", "各评分项", "评分与评语", "专家宽严", "分配与回避", "合议与考察",
    ]  # fmt: skip
    kinds = {cell.data_type for page in book.worksheets for row in page.iter_rows() for cell in row}
    assert "f" not in kinds
    rows = [
        row for row in book["评分与评语"].iter_rows(min_row=2, values_only=True) if row[0] == cases[2].number
    ]
    marks = [row for row in rows if row[5] is not None]
    assert {(row[2], row[5], row[8]) for row in marks} == {
        ("甲评", 7, "材料可证。"),
        ("'=cmd()", 4, '\'=HYPERLINK("http://evil")'),
    }
    assert len(marks) == 18
    assert {row[9] for row in rows if row[2] == "甲评"} == {70}


def test_excel_tells_who_was_asked_who_recused_themselves_and_why(sign_in):
    round_, [case], [a, b] = round_with("甲评", "乙评")
    sheet(case, a, 8)
    row = sheet(case, b, 8, state=AssignmentState.INVITED)
    row.recuse(by=b, reason="合作过课题")
    found = sheets_of(sign_in(officer("union_staff")), excel_of(round_))["分配与回避"]
    by_expert = {row[2]: row for row in found[1:]}
    assert set(by_expert) == {"甲评", "乙评"}
    assert (by_expert["乙评"][4], by_expert["乙评"][9]) == ("已回避", "合作过课题")
    assert "合作过课题" in by_expert["乙评"][10]
    assert by_expert["甲评"][4] == "已提交"


def test_excel_tells_of_talks_and_visits(round_three, sign_in):
    round_, cases, _experts = round_three
    staff, today = officer("union_staff"), timezone.localdate()
    Moderation.objects.create(
        application=cases[1], held_on=today, people="王主席", minutes="逐项核对。", recorded_by=staff
    )
    Visit.objects.create(
        application=cases[0],
        held_on=today,
        place="机械楼",
        people="李教授",
        minutes="设备在用。",
        recorded_by=staff,
    )
    rows = sheets_of(sign_in(staff), excel_of(round_))["合议与考察"][1:]
    assert [(row[1], row[2], row[4], row[5], row[6]) for row in rows] == [
        (cases[0].studio.name, "实地考察", "机械楼", "李教授", "设备在用。"),
        (cases[1].studio.name, "合议", None, "王主席", "逐项核对。"),
    ]


def test_a_large_workbook_is_written_by_a_worker_for_who_asked(round_three, sign_in, monkeypatch):
    round_, cases, _experts = round_three
    monkeypatch.setattr(results_exports, "AT_ONCE", 10)
    staff = officer("union_staff")
    client = sign_in(staff)
    response = client.get(f"{excel_of(round_)}?show=passing")
    job = Job.objects.get(kind=results_exports.KIND)
    assert response["Location"] == job.get_absolute_url()
    jobs.run(Outbox.objects.get(kind="job"))
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", job.total)
    pages = sheets_of_file(client.get(reverse("records:job_result", args=[job.pk])))
    assert {row[2] for row in pages["结果"][1:]} == {cases[0].studio.name}
    other = UserFactory(roles=[(RoleCode.UNION_STAFF,)])
    assert sign_in(other).get(job.get_absolute_url()).status_code == 200
    assert sign_in(other).get(reverse("records:job_result", args=[job.pk])).status_code == 404


def sheets_of_file(response) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets}
