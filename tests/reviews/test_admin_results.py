"""The results of a round in the office: what stands there, what is looked at beside a decision, and what it costs."""

import html
import re
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from reviews.models import Application, Moderation, State, Visit
from tests.factories import ApplicationFactory, officer
from tests.queries import selects
from tests.reviews.results_pages import cells, opened, result_of, results_of, three
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_three():
    return three()


def test_the_ranking_shows_all_figures_and_who_passes(round_three, sign_in):
    round_, cases, _experts = round_three
    page = opened(sign_in(officer("union_staff")), results_of(round_))
    rows = {row[1].split()[0]: [row[0], row[2], *row[4:]] for row in cells(page, "ranking")}
    names = [case.studio.name for case in cases]
    assert list(rows) == names
    assert rows[names[0]][:8] == ["1", "85.00", "85.00", "85.00", "85.00", "5.00", "80.00", "90.00"]
    assert rows[names[0]][9:] == ["3份 （最少3份）", "达到合格线 专家评审中"]
    assert rows[names[1]][:8] == ["2", "60.00", "66.67", "60.00", "60.00", "20.82", "50.00", "90.00"]
    assert rows[names[1]][10] == "暂列合格线以下 评分分歧待处理 专家评审中"
    assert rows[names[2]][:8] == ["—", "70.00", "70.00", "70.00", "70.00", "—", "70.00", "70.00"]
    assert rows[names[2]][9:] == ["1份 （最少3份）", "未达最少份数 专家评审中"]
    assert "不设名额" in page


def test_while_marks_lie_apart_nothing_passes_or_fails_for_good(sign_in):
    round_, [case, low], experts = round_with("甲评", "乙评", "丙评", applications=2)
    for expert, high, poor in zip(experts, (9, 6, 8), (1, 6, 1), strict=True):
        sheet(case, expert, high)
        sheet(low, expert, poor)
    board = sign_in(officer("union_staff")).get(results_of(round_)).context["board"]
    standings = [(line.application, line.standing) for line in board.lines]
    assert standings == [(case, ("暂列合格线以上", "risk")), (low, ("暂列合格线以下", "risk"))]
    assert [figure.value for figure in board.figures()] == [0, 0, 0, 2, 0]


def test_the_chart_keeps_the_empty_classes_between(sign_in):
    round_, [best, low], experts = round_with("甲评", "乙评", "丙评", applications=2)
    for expert in experts:
        sheet(best, expert, 10)
        sheet(low, expert, 6.5)
    page = sign_in(officer("union_staff")).get(results_of(round_))
    assert [count for _band, count in page.context["board"].bands()] == [1, 0, 0, 1]


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


def test_the_page_of_an_application_has_every_mark_and_comment(round_three, sign_in):
    _round, cases, _experts = round_three
    page = opened(sign_in(officer("union_leader")), result_of(cases[1]))
    for words_ in ("甲评", "乙评", "丙评", "总体评价：材料可证。", "60.00", "20.82"):
        assert words_ in page
    assert page.count("材料可证。") == 3 * (9 + 1)


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
    assert details[0] == details[1] <= 15


def test_the_page_of_an_application_asks_the_same_whatever_was_recorded_how_often(round_three, sign_in):
    _round, cases, _experts = round_three
    staff, counts = officer("union_staff"), []
    client = sign_in(staff)
    ContentType.objects.get_for_models(Moderation, Visit)  # read once a process
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
    assert counts[0] == counts[1] == counts[2] <= 17


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
