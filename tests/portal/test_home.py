"""The home page begins with what is to be done."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notice, RoleCode
from records import agenda
from tests.factories import ApplicationFactory, StudioFactory, UserFactory, give_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def only(monkeypatch):
    """``only(tasks=[…], queues=[…])``: the packages say these things and no others."""

    def say(**given):
        for name in ("tasks", "queues", "figures"):
            monkeypatch.setattr(
                getattr(agenda, name), "functions", [lambda user, on, n=name: given.get(n, [])]
            )

    return say


def home(client, user) -> str:
    client.force_login(user)
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_a_stranger_sees_the_public_front_page(client):
    text = client.get("/").content.decode()
    assert "证书查验" in text
    assert "我的事项" not in text


def test_tasks_stand_by_their_date_and_late_ones_say_how_late(client, only):
    today = timezone.localdate()
    only(
        tasks=[
            agenda.Task("确认成员", "/a/"),
            agenda.Task("提交年度总结", "/b/", due=today + timedelta(days=19)),
            agenda.Task("按退回意见修改", "/c/", due=today - timedelta(days=2)),
        ]
    )
    text = home(client, UserFactory())
    places = [text.index(f'href="{url}"') for url in ("/c/", "/b/", "/a/")]
    assert places == sorted(places)
    assert "已逾期 2 天" in text
    assert "还有 19 天" in text
    assert "有 1 件已逾期" in text


def test_an_empty_list_says_so(client, only):
    only()
    assert "目前没有待办" in home(client, UserFactory())


def test_the_office_sees_its_queues_with_counts(client, only):
    only(queues=[agenda.Queue("待核对", 7, "/admin/x/", late=2)])
    text = home(client, UserFactory(roles=[("union_staff",)]))
    assert "待核对" in text
    assert "逾期 2 件" in text
    assert "待核对" not in home(client, UserFactory())


def test_the_conditions_of_the_own_studio_stand_at_the_side(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        studio = StudioFactory(complete=True)
    text = home(client, studio.lead)
    assert studio.name in text
    assert "第三条第五项" in text
    assert studio.name not in home(client, UserFactory())


def test_the_state_of_the_application_stands_beside_that_of_the_studio(client, cast):
    studio = StudioFactory(complete=True)
    assert "退回修改" not in home(client, studio.lead)
    application = ApplicationFactory(studio=studio, returned=True)
    aside = home(client, studio.lead).partition("<aside>")[2].partition("</aside>")[0]
    assert re.findall(r'class="state[^"]*">([^<]+)<', aside)[:2] == ["培育中", "退回修改"]
    assert f'href="{application.get_absolute_url()}"' in aside


def test_what_experts_judge_is_no_condition_that_is_met(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        studio = StudioFactory(complete=True)
    text = home(client, studio.lead)
    assert "4 / 5" in text
    assert "已满足，1 项由专家评议" in text
    assert "5 / 5" not in text


def test_the_newest_notices_are_shown_and_nobody_elses(client):
    reader, other = UserFactory(), UserFactory()
    for number in range(7):
        Notice.objects.create(recipient=reader, event=f"own{number}", subject=f"通知第{number}号")
    Notice.objects.create(recipient=other, event="theirs", subject="别人的通知")
    text = home(client, reader)
    assert [n for n in range(7) if f"通知第{n}号" in text] == [2, 3, 4, 5, 6]
    assert "别人的通知" not in text


NAVIGATION = {
    None: ["我的事项", "通知"],
    "expert": ["我的事项", "专家评审", "通知"],
    "department_union": ["我的事项", "申报", "工作室", "通知"],
    "union_staff": ["我的事项", "通知", "管理后台"],
    "auditor": ["我的事项", "通知", "管理后台"],
}


@pytest.mark.parametrize("role", NAVIGATION)
def test_the_navigation_follows_the_role(rf, role):
    from portal.context import Frame

    request = rf.get("/")
    request.user = UserFactory(roles=[(role,)] if role else [])
    request.resolver_match = None
    assert [entry.label for entry in Frame(request).navigation] == NAVIGATION[role]


def test_a_lead_is_called_lead_and_can_apply(rf):
    from portal.context import Frame

    request = rf.get("/")
    request.user = StudioFactory().lead
    request.resolver_match = None
    frame = Frame(request)
    assert frame.role_line == f"领衔人 · {request.user.unit.name}"
    assert [entry.label for entry in frame.navigation] == ["我的事项", "申报", "工作室", "通知"]


def test_an_empty_list_leads_on(client, only):
    only()
    studio = StudioFactory()
    assert f'href="/studios/{studio.pk}/">打开工作室' in home(client, studio.lead)
    assert 'href="/studios/start/"' in home(client, UserFactory())


def test_a_member_who_edits_nothing_sees_the_studio_they_belong_to(client, only, cast):
    only()
    text = home(client, cast.member)
    assert f'href="/studios/{cast.studio.pk}/">打开工作室' in text
    assert "五项基本条件" in text
    assert 'href="/studios/start/"' not in text


def test_a_member_in_the_office_comes_for_the_queues(client, only, cast):
    only()
    assert cast.studio.name not in home(client, cast.staff_member)


@pytest.mark.parametrize(("days", "sees"), [(0, False), (1, True)])
def test_who_left_a_studio_sees_it_no_more_and_who_is_to_leave_does(client, only, cast, days, sees):
    only()
    cast.studio.members.filter(user=cast.member).update(left_on=timezone.localdate() + timedelta(days))
    assert (cast.studio.name in home(client, cast.member)) is sees


@pytest.mark.parametrize(
    ("role", "offered"), [("department_union", True), ("unit_leader", False), ("expert", False)]
)
def test_a_studio_is_offered_to_start_to_those_who_start_studios(client, only, role, offered):
    only()
    side = ("party",) if role == "unit_leader" else ()
    text = home(client, UserFactory(roles=[(role, *side)]))
    assert ('href="/studios/start/"' in text) == offered


@pytest.mark.parametrize("role", [None, "department_union", "expert", "union_staff", "union_leader"])
def test_the_home_page_stays_within_twelve_queries(client, role):
    """Savepoints are not counted: outside of a test's transaction there are none."""
    in_office = role in RoleCode.OFFICE
    user = UserFactory(roles=[(role,)]) if in_office else StudioFactory(complete=True).lead
    if role and not in_office:
        give_role(user, role, unit=user.unit)
    for number in range(10):
        Notice.objects.create(recipient=user, event=f"e{number}", subject="通知")
    client.force_login(user)
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    queries = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(queries) <= 12, "\n".join(queries)


@pytest.mark.parametrize(("language", "words"), [("en", "My tasks"), ("zh-hans", "我的事项")])
def test_the_language_can_be_chosen(client, language, words):
    client.force_login(UserFactory())
    client.post("/language/", {"language": language, "next": "/"})
    assert words in client.get("/").content.decode()


def test_the_language_switch_leads_nowhere_else(client):
    response = client.post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert response["Location"] == "/"


def test_tasks_without_date_come_last():
    on = date(2026, 3, 12)
    tasks = [agenda.Task("b", "/"), agenda.Task("a", "/", due=on)]
    functions = agenda.tasks.functions
    try:
        agenda.tasks.functions = [lambda user, on: tasks]
        assert [task.title for task in agenda.tasks_of(None, on)] == ["a", "b"]
    finally:
        agenda.tasks.functions = functions


@pytest.mark.parametrize(("roles", "expected"), [([(RoleCode.EXPERT,)], True), ([], False)])
def test_an_expert_reads_that_no_reviews_wait_and_is_not_asked_to_start_a_studio(
    client, only, roles, expected
):
    only()
    page = home(client, UserFactory(roles=roles))
    assert ("目前没有评审任务" in page) is expected
    assert ("建立候选工作室" in page) is not expected
