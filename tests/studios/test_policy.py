"""Policy in the office: who sees and makes versions, what may no longer be changed, which article stands beside."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from studios.articles import cite
from studios.models import Policy
from studios.office.policy import GROUPS
from tests.factories import PolicyFactory, RoundFactory

LIST = reverse("admin:studios_policy_changelist")
ADD = reverse("admin:studios_policy_add")


def page_of(policy):
    return reverse("admin:studios_policy_change", args=[policy.pk])


@pytest.fixture
def first(db):
    return PolicyFactory()


def later(**fields):
    return Policy.objects.create(
        title="下一版", effective_on=timezone.localdate() + timedelta(days=30), **fields
    )


def typed(client, **changed) -> dict:
    """What the add form posts when nothing but ``changed`` is typed."""
    form = client.get(ADD).context["adminform"].form
    data = {bound.name: bound.value() for bound in form}
    return {name: "" if value is None else value for name, value in {**data, **changed}.items()}


@pytest.mark.parametrize(
    ("reference", "cited"),
    [("3(1)", "第三条第一项"), ("7", "第七条"), ("12", "第十二条"), ("10", "第十条"), ("19", "第十九条")],
)
def test_an_article_is_cited_as_people_do(reference, cited):
    assert cite(reference) == cited
    with translation.override("en"):
        assert cite("3(1)") == "Article 3, item 1"


def test_every_number_stands_in_one_group_with_its_article(cast, sign_in, first):
    shown = [field for _name, fields in GROUPS for field in fields]
    assert sorted(shown) == sorted({*Policy.ARTICLES, "title", "effective_on"})
    page = sign_in(cast.staff).get(page_of(first)).content.decode()
    assert page.count('依据<a href="/articles/#article-') == len(Policy.ARTICLES)
    assert '依据<a href="/articles/#article-3-2">第三条第二项</a>。' in page


def test_who_sees_and_who_makes_versions(cast, sign_in, first):
    seen = {name for name, user in cast.everybody().items() if sign_in(user).get(LIST).status_code == 200}
    made = {name for name, user in cast.everybody().items() if sign_in(user).get(ADD).status_code == 200}
    assert seen == {"staff", "staff_member", "leader", "leader_lead", "finance", "auditor", "sysadmin"}
    assert made == {"staff", "staff_member", "sysadmin"}


def test_a_version_in_force_is_only_shown_and_leads_to_a_new_one(cast, sign_in, first):
    client = sign_in(cast.sysadmin)
    page = client.get(page_of(first))
    assert f"{ADD}?based_on={first.pk}" in page.content.decode()
    assert client.post(page_of(first), {"members_least": 9}).status_code == 403
    first.refresh_from_db()
    assert first.members_least == 3


def test_a_later_version_may_be_changed_until_a_round_rests_on_it(cast, sign_in, first):
    client, policy = sign_in(cast.sysadmin), later()
    data = typed(client, title="下一版", effective_on=policy.effective_on, members_least=5)
    assert client.post(page_of(policy), data).status_code == 302
    policy.refresh_from_db()
    assert policy.members_least == 5
    assert policy.history.count() == 2
    RoundFactory(policy=policy)
    assert client.post(page_of(policy), {**data, "members_least": 6}).status_code == 403
    policy.refresh_from_db()
    assert policy.members_least == 5


def test_a_new_version_starts_from_the_one_it_is_based_on(cast, sign_in, first):
    base = later(members_least=7, grant_purposes="技术培训\n资料图书")
    form = sign_in(cast.staff).get(f"{ADD}?based_on={base.pk}").context["adminform"].form
    assert form["members_least"].value() == 7
    assert form["grant_purposes"].value() == "技术培训\n资料图书"
    assert form["effective_on"].value() is None


@pytest.mark.parametrize("asked", ["", "?based_on=nonsense", "?based_on=987654"])
def test_a_new_version_starts_from_the_newest_with_the_next_number_and_no_day(cast, sign_in, first, asked):
    """Also when the newest is not in force yet: what was decided last is what is changed next."""
    newest = later(members_least=7, cycle_reminders="90,30", honour_level="provincial")
    form = sign_in(cast.staff).get(f"{ADD}{asked}").context["adminform"].form
    assert (form["title"].value(), form["effective_on"].value()) == ("第 3 版", None)
    shown = {bound.name: bound.value() for bound in form if bound.name not in ("title", "effective_on")}
    assert shown == {name: getattr(newest, name) for name in shown}
    assert {*shown, "title", "effective_on"} == {field for _name, group in GROUPS for field in group}


def test_a_new_version_is_saved_once_its_day_is_given(cast, sign_in, first):
    client = sign_in(cast.staff)
    assert client.post(ADD, typed(client)).status_code == 200
    day = timezone.localdate() + timedelta(days=5)
    assert client.post(ADD, typed(client, effective_on=day)).status_code == 302
    made = Policy.objects.get(effective_on=day)
    assert (made.title, made.members_least) == ("第 2 版", first.members_least)


def test_what_is_to_be_mended_stands_above_and_leads_to_its_field(cast, sign_in, first):
    client = sign_in(cast.staff)
    page = client.post(ADD, typed(client, effective_on="2027-13-45")).content.decode()
    summary = page.partition('class="error-summary"')[2].partition("</div>")[0]
    assert re.findall(r'<a href="#([^"]+)">([^：]+)：', summary) == [("id_effective_on", "生效日期")]
    assert 'id="id_effective_on"' in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("effective_on", date(2024, 1, 1), "生效日期应为今天或以后"),
        ("cycle_reminders", "半年前", "请填写天数"),
        ("closing_reminders", "7,1001", "不超过 1000"),
        ("experts_quorum", 9, "专家"),
        ("naming_month", 13, "12"),
        ("cycle_years", 9000, "10"),
        ("overdue_reminder_days", 0, "1"),
        ("ban_after_refusal", 11, "10"),
        ("pass_mark", 101, "100"),
        ("retirement_male", 200, "80"),
        ("effective_on", date(9999, 12, 31), "2100"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(cast, sign_in, first, field, value, message):
    client = sign_in(cast.staff)
    data = typed(client, title="错误的一版", effective_on=timezone.localdate() + timedelta(days=5)) | {
        field: value
    }
    response = client.post(ADD, data)
    assert response.status_code == 200
    assert message in str(response.context["adminform"].form.errors)
    assert not Policy.objects.filter(title="错误的一版").exists()


@pytest.mark.parametrize("reminders", Policy.REMINDERS)
def test_reminder_days_are_kept_in_one_spelling(cast, sign_in, first, reminders):
    client = sign_in(cast.staff)
    day = timezone.localdate() + timedelta(days=5)
    data = typed(client, title="新版", effective_on=day, **{reminders: "30、180， 7 30"})
    assert client.post(ADD, data).status_code == 302
    made = Policy.objects.get(title="新版")
    assert (getattr(made, reminders), made.days_before(reminders)) == ("180,30,7", (180, 30, 7))


def test_the_list_says_which_version_is_in_force(cast, sign_in, first):
    Policy.objects.create(title="第二版", effective_on=timezone.localdate() - timedelta(days=1))
    later()
    rows = sign_in(cast.auditor).get(LIST).context["cl"].result_list
    words = {one.title: one for one in rows}
    from studios.office.policy import PolicyAdmin

    office = PolicyAdmin(Policy, None)
    assert "尚未生效" in office.standing(words["下一版"])
    assert "现行" in office.standing(words["第二版"])
    assert "已被新版本代替" in office.standing(words[first.title])
