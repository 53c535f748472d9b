"""The results of a round in the office: who reads what, what stands there, and that Excel says the same."""

import html
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from records.jobs import Job
from records.outbox import Outbox
from reviews import results_exports
from reviews.models import Application, AssignmentState, Moderation, Panelist, State, Visit
from reviews.permissions import may_see_marks
from studios.models import Member
from tests.factories import ApplicationFactory, UserFactory, give_role, officer
from tests.queries import selects
from tests.reviews.review import expert_of, open_review
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db

SECRET = "只有评审看到的评语"


def results_of(round_, **asked) -> str:
    url = reverse("admin:reviews_round_results", args=[round_.pk])
    return f"{url}?{'&'.join(f'{key}={value}' for key, value in asked.items())}" if asked else url


def excel_of(round_) -> str:
    return reverse("admin:reviews_round_results_export", args=[round_.pk])


def result_of(application) -> str:
    return reverse("admin:reviews_round_result", args=[application.round_id, application.pk])


def opened(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def sheets_of(client, url: str) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(io.BytesIO(client.get(url).content))
    return {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets}


def cells(page: str, heading: str) -> list[list[str]]:
    """The text of every cell of the first table below a heading of the page."""
    body = page.split(f'id="{heading}"')[1].split("<tbody>")[1].split("</tbody>")[0]
    body = re.sub(r"<svg.*?</svg>\s*</td>", "</td>", body, flags=re.S)
    rows = re.findall(r"<tr.*?</tr>", body, flags=re.S)
    return [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, flags=re.S)] for row in rows]


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


@pytest.fixture
def round_three():
    """Three applications: one good and agreed upon, one with marks far apart, one below the quorum."""
    round_, cases, experts = round_with("甲评", "乙评", "丙评", applications=3)
    for expert, points in zip(experts, (8, 9, 8.5), strict=True):
        sheet(cases[0], expert, points)
    for expert, points in zip(experts, (9, 5, 6), strict=True):
        sheet(cases[1], expert, points)
    sheet(cases[2], experts[0], 7)
    return round_, cases, experts


# -- what stands there -----------------------------------------------------------------------------


def test_the_ranking_shows_all_figures_and_who_passes(round_three, sign_in):
    round_, cases, _experts = round_three
    page = opened(sign_in(officer("union_staff")), results_of(round_))
    rows = {row[1].split()[0]: [row[0], row[2], *row[4:]] for row in cells(page, "ranking")}
    names = [case.studio.name for case in cases]
    assert list(rows) == names
    assert rows[names[0]][:8] == ["1", "85.00", "85.00", "85.00", "85.00", "5.00", "80.00", "90.00"]
    assert rows[names[0]][9:] == ["3/3", "达到合格线 专家评审中"]
    assert rows[names[1]][:8] == ["2", "60.00", "66.67", "60.00", "60.00", "20.82", "50.00", "90.00"]
    assert rows[names[1]][10] == "未达合格线 评分分歧 专家评审中"
    assert rows[names[2]][:8] == ["—", "70.00", "70.00", "70.00", "70.00", "—", "70.00", "70.00"]
    assert rows[names[2]][9:] == ["1/3", "未达最少份数 专家评审中"]
    assert "不设名额" in page


def test_severity_of_each_expert_is_shown_with_its_sign(round_three, sign_in):
    round_, _cases, _experts = round_three
    rows = {
        row[0].split()[0]: row[1:]
        for row in cells(opened(sign_in(officer("union_staff")), results_of(round_)), "severity")
    }
    assert set(rows) == {"甲评", "乙评", "丙评"}
    assert rows["甲评"][0] == "3"
    assert sum(Decimal(row[2].replace("−", "-")) for row in rows.values()) == pytest.approx(0, abs=0.02)
    assert rows["乙评"][2].startswith("−")
    assert {row[4] for row in rows.values()} == {"高于其他专家", "低于其他专家"}


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("", {0, 1, 2}),
        ("passing", {0}),
        ("failing", {1}),
        ("below_quorum", {2}),
        ("apart", {1}),
        ("ready", {0}),
    ],
)
def test_what_is_shown_is_what_goes_out(round_three, sign_in, show, shown):
    round_, cases, _experts = round_three
    client, names = sign_in(officer("union_staff")), {cases[n].studio.name for n in shown}
    page = opened(client, results_of(round_, show=show))
    assert {row[1].split()[0] for row in cells(page, "ranking")} == names
    [export] = re.findall(r'href="([^"]+export\.xlsx[^"]*)"', page)
    pages = sheets_of(client, html.unescape(export))
    assert {row[2] for row in pages["结果"][1:]} == names
    assert {row[1] for row in pages["评分与评语"][1:]} == names


def test_excel_has_the_figures_of_the_screen_cell_by_cell(round_three, sign_in):
    round_, cases, _experts = round_three
    client = sign_in(officer("union_staff"))
    on_screen = cells(opened(client, results_of(round_)), "ranking")
    in_excel = sheets_of(client, excel_of(round_))["结果"][1:]
    for screen, row in zip(on_screen, in_excel, strict=True):
        figures = [screen[0], screen[2], *screen[4:11]]
        assert figures == [str(row[0] or "—"), *(two(value) for value in row[6:14])]
        assert screen[11] == f"{row[14]}/{row[15]}"
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


def test_the_page_of_an_application_has_every_mark_and_comment(round_three, sign_in):
    _round, cases, _experts = round_three
    page = opened(sign_in(officer("union_leader")), result_of(cases[1]))
    for words_ in ("甲评", "乙评", "丙评", "总体评价：材料可证。", "60.00", "20.82"):
        assert words_ in page
    assert page.count("材料可证。") == 3 * (9 + 1)


def test_a_large_workbook_is_written_by_a_worker_for_who_asked(round_three, sign_in, monkeypatch):
    round_, cases, _experts = round_three
    monkeypatch.setattr(results_exports, "AT_ONCE", 10)
    staff = officer("union_staff")
    client = sign_in(staff)
    response = client.get(f"{excel_of(round_)}?show=passing")
    job = Job.objects.get(kind=results_exports.KIND)
    assert response["Location"] == job.get_absolute_url()
    from records import jobs

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


# -- who reads what --------------------------------------------------------------------------------

READERS = {"union_staff", "union_leader", "auditor"}


@pytest.mark.parametrize("role", [*sorted(READERS), "finance", "sysadmin", "expert"])
def test_results_are_read_by_staff_leaders_and_auditors(round_three, sign_in, role):
    round_, cases, _experts = round_three
    client = sign_in(UserFactory(roles=[(role,)]))
    for url in (results_of(round_), excel_of(round_), result_of(cases[0])):
        status = client.get(url).status_code
        assert status == 200 if role in READERS else status in {302, 403, 404}, url


def test_who_belongs_to_a_studio_stands_aside_from_its_results(sign_in):
    round_, cases, experts = round_with("甲评", "乙评", "丙评", applications=2)
    staff = UserFactory(name="卫双", roles=[(RoleCode.UNION_STAFF,)])
    Member.objects.create(studio=cases[0].studio, user=staff, name=staff.name)
    for expert, points in zip(experts, (9, 9, 9), strict=True):
        sheet(cases[0], expert, points, comment=SECRET)
        sheet(cases[1], expert, 8)
    client = sign_in(staff)
    page = opened(client, results_of(round_))
    assert [row[:3] for row in cells(page, "ranking")] == [["1", row1(cases[1]), "80.00"]]
    assert cases[0].studio.name in page.split('id="aside"')[1]
    assert client.get(result_of(cases[0])).status_code == 403
    content = client.get(excel_of(round_)).content
    pages = {
        page.title: list(page.iter_rows(values_only=True))
        for page in openpyxl.load_workbook(io.BytesIO(content))
    }
    told = [row for rows in pages.values() for row in rows if cases[0].studio.name in row]
    assert told == [(None, cases[0].number, cases[0].studio.name, *[None] * 13, "回避", None, None, None)]
    assert SECRET not in str(pages)


def row1(case) -> str:
    return f"{case.studio.name} {case.number} · {case.studio.unit.name}"


def scoring_staff(case, state=AssignmentState.ACCEPTED):
    """Somebody of the office who is one of the experts of an application."""
    both = expert_of("双评")
    give_role(both, RoleCode.UNION_STAFF)
    Panelist.objects.create(round=case.round, expert=both)
    return both, sheet(case, both, 7, state=state)


@pytest.mark.parametrize(
    ("state", "sees"),
    [
        ("invited", False),
        ("accepted", False),
        ("recused", False),
        ("handed_in", True),
        ("declined", True),
        ("replaced", True),
    ],
)
def test_who_still_has_to_score_sees_no_marks_of_others(round_three, sign_in, state, sees):
    round_, cases, _experts = round_three
    both, _own = scoring_staff(cases[0], state)
    case = Application.objects.get(pk=cases[0].pk)
    assert may_see_marks.test(both, case) == sees
    client = sign_in(both)
    page = opened(client, results_of(round_))
    listed = {row[1].split()[0] for row in cells(page, "ranking")}
    assert (case.studio.name in listed) == sees
    assert client.get(result_of(case)).status_code == (200 if sees else 403)
    marks = sheets_of(client, excel_of(round_))["评分与评语"][1:]
    assert (case.number in {row[0] for row in marks}) == sees


def test_ranks_and_severity_of_others_do_not_tell_of_what_is_kept(round_three, sign_in):
    """Left out, the first of the ranking leaves no gap behind."""
    round_, cases, _experts = round_three
    both, _own = scoring_staff(cases[0])
    rows = cells(opened(sign_in(both), results_of(round_)), "ranking")
    assert [row[0] for row in rows] == ["1", "—"]


def test_the_rule_says_the_same_without_an_application():
    assert may_see_marks.test(officer("auditor"), None)
    assert not may_see_marks.test(officer("finance"), None)


# -- queries ---------------------------------------------------------------------------------------


def test_the_pages_ask_the_same_with_1_and_with_3_applications(sign_in):
    round_, cases, experts = round_with("甲评", "乙评", "丙评", applications=3)
    client = sign_in(officer("union_staff"))
    counts, details = [], []
    for case in cases:
        for expert, points in zip(experts, (9, 5, 8), strict=True):
            sheet(case, expert, points)
        if case in (cases[0], cases[2]):
            counts.append(selects(client, results_of(round_)))
            details.append(selects(client, result_of(cases[0])))
    assert counts[0] == counts[1] <= 12
    assert details[0] == details[1] <= 17


def test_the_page_of_an_application_asks_the_same_whatever_was_recorded_how_often(round_three, sign_in):
    _round, cases, _experts = round_three
    staff, counts = officer("union_staff"), []
    client = sign_in(staff)
    for number in range(3):
        facts = {
            "held_on": timezone.localdate(),
            "people": "王主席",
            "minutes": f"第{number}次",
            "recorded_by": staff,
        }
        Moderation.objects.create(application=cases[1], **facts)
        Visit.objects.create(application=cases[1], **facts)
        counts.append(selects(client, result_of(cases[1])))
    assert len(set(counts)) == 1


# -- completing ------------------------------------------------------------------------------------


def test_all_reviews_that_are_ready_are_completed_from_the_page(round_three, sign_in):
    round_, cases, _experts = round_three
    client = sign_in(officer("union_staff"))
    [url] = re.findall(r'href="([^"]+bulk/review/[^"]*)"', opened(client, results_of(round_)))
    assert client.post(html.unescape(url), {"pk": [cases[0].pk], "note": ""}).status_code == 302
    assert Application.objects.get(pk=cases[0].pk).state == State.REVIEWED


def test_what_is_not_complete_is_left_out_with_its_reasons(round_three, sign_in):
    _round, cases, _experts = round_three
    client = sign_in(officer("union_staff"))
    url = reverse("admin:reviews_application_bulk", args=["review"])
    keys = "&".join(f"pk={case.pk}" for case in cases)
    page = opened(client, f"{url}?{keys}")
    assert "评分相差超过20分" in page
    assert "已提交1份评分表，至少需要3份。" in page
    client.post(url, {"pk": [case.pk for case in cases], "note": ""})
    states = [Application.objects.get(pk=case.pk).state for case in cases]
    assert states == [State.REVIEWED, State.ACCEPTED, State.ACCEPTED]


def test_several_reviews_ask_as_much_as_one(sign_in):
    _round, cases, experts = round_with("甲评", "乙评", "丙评", applications=3)
    for case in cases:
        for expert in experts:
            sheet(case, expert, 8)
    client, url = sign_in(officer("union_staff")), reverse("admin:reviews_application_bulk", args=["review"])
    one = selects(client, f"{url}?pk={cases[0].pk}")
    assert selects(client, f"{url}?{'&'.join(f'pk={case.pk}' for case in cases)}") == one


def test_the_leader_decides_beside_the_figures_and_the_comments(sign_in):
    application = ApplicationFactory(reviewed=True)
    client = sign_in(officer("union_leader"))
    page = opened(client, reverse("admin:reviews_application_verb", args=[application.pk, "decide"]))
    assert "80.00" in page
    assert "达到合格线" in page
    assert page.count("材料可证。") == 27
    assert "checked" not in page.split("<form")[-1]  # nothing is decided beforehand


def test_the_decision_is_open_to_a_leader_from_whom_marks_are_kept(sign_in):
    """Who reviewed it as an expert and handed in sees the others; who has not is shown the form alone."""
    application = ApplicationFactory(reviewed=True)
    leader = officer("union_leader")
    give_role(leader, RoleCode.EXPERT)
    open_review(application.round, leader)
    sheet(application, leader, 8, state=AssignmentState.RECUSED)
    page = opened(sign_in(leader), reverse("admin:reviews_application_verb", args=[application.pk, "decide"]))
    assert "材料可证。" not in page
