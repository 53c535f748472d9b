"""Who reviews what, in the office: overview, proposal, several at once, one by one; whose case is kept from whom."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Role, RoleCode, User
from records.outbox import Outbox
from reviews import panels
from reviews.models import Assignment, Panelist, Relation
from studios.models import Policy
from tests.factories import ApplicationFactory, RoundFactory, give_role
from tests.queries import selects
from tests.reviews.review import assigned, expert_of, under_review

pytestmark = pytest.mark.django_db


def page_of(round_, name: str = "") -> str:
    return reverse(f"admin:reviews_round_{name or 'panel'}", args=[round_.pk])


def one_of(application) -> str:
    return reverse("admin:reviews_round_application", args=[application.round_id, application.pk])


def text(response) -> str:
    return response.content.decode()


def pair(application, expert) -> str:
    return f"{application.pk}:{expert.pk}"


@pytest.fixture
def review():
    """Two applications and four experts, one of whom is of the unit of the first application."""
    experts = [expert_of(name) for name in ("周评", "吴评", "郑评")]
    application = under_review(*experts)
    other = ApplicationFactory(accepted=True, round=application.round)
    own = expert_of("同院", application.studio.unit)
    Panelist.objects.create(round=application.round, expert=own)
    return {"round": application.round, "one": application, "other": other, "experts": experts, "own": own}


# -- the overview ----------------------------------------------------------------------------------


def test_the_overview_shows_each_application_with_its_experts_and_what_it_lacks(cast, sign_in, review):
    late = assigned(review["one"], review["experts"][0])
    Assignment.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=3))
    page = sign_in(cast.leader).get(page_of(review["round"]))
    lines = {line["application"]: line for line in page.context["lines"]}
    assert {application: line["missing"] for application, line in lines.items()} == {
        review["one"]: 4,
        review["other"]: 5,
    }
    assert [one.is_late for one in lines[review["one"]]["experts"]] == [True]
    assert [figure.value for figure in page.context["figures"]] == [2, 2, 1, 1, 0]
    assert "已逾期 3 天" in text(page)


@pytest.mark.parametrize(
    ("which", "found"),
    [("", {"one", "other"}), ("lacking", {"one", "other"}), ("late", set()), ("back", {"one"})],
)
def test_the_overview_is_narrowed(cast, sign_in, review, which, found):
    assigned(review["one"], review["experts"][0]).recuse(by=review["experts"][0], reason="同门")
    page = sign_in(cast.staff).get(page_of(review["round"]), {"show": which})
    assert {line["application"] for line in page.context["lines"]} == {review[name] for name in found}


def test_an_application_is_found_by_its_lead(cast, sign_in, review):
    page = sign_in(cast.staff).get(page_of(review["round"]), {"q": review["other"].studio.lead.name})
    assert [line["application"] for line in page.context["lines"]] == [review["other"]]


def test_the_overview_says_what_is_missing_before_anybody_can_be_assigned(cast, sign_in):
    round_ = RoundFactory()
    page = text(sign_in(cast.staff).get(page_of(round_)))
    assert {"本轮没有设定评审标准。", "没有设定专家评审截止日期。", "专家组还没有专家。"} == {
        words
        for words in ("本轮没有设定评审标准。", "没有设定专家评审截止日期。", "专家组还没有专家。")
        if words in page
    }


def test_the_pages_of_a_panel_are_staffs_and_are_looked_at_by_leader_and_auditor(cast, sign_in, review):
    people = cast.everybody()

    def opens(address):
        return {name for name, user in people.items() if sign_in(user).get(address).status_code == 200}

    reads = {"staff", "staff_member", "leader", "leader_lead", "auditor"}
    assert opens(page_of(review["round"])) == opens(one_of(review["one"])) == reads
    for name in ("propose", "several", "panel_add", "panel_invite"):
        assert opens(page_of(review["round"], name)) == {"staff", "staff_member"}, name


def test_the_overview_asks_as_often_for_many_as_for_one(cast, sign_in, review):
    client, address = sign_in(cast.staff), page_of(review["round"])
    assigned(review["one"], review["experts"][0])
    selects(client, address)
    before = selects(client, address)
    for number in range(3):
        expert = expert_of(f"专家{number}")
        Panelist.objects.create(round=review["round"], expert=expert)
        another = ApplicationFactory(accepted=True, round=review["round"])
        for one in (another, review["one"], review["other"]):
            assigned(one, expert)
    assert selects(client, address) == before <= 12


def test_the_page_of_an_application_asks_as_often_for_many_as_for_one(cast, sign_in, review):
    client, address = sign_in(cast.staff), one_of(review["one"])
    assigned(review["one"], review["experts"][0])
    selects(client, address)
    before = selects(client, address)
    for number in range(3):
        expert = expert_of(f"专家{number}")
        Panelist.objects.create(round=review["round"], expert=expert)
        assigned(review["one"], expert)
    assert selects(client, address) == before <= 16


# -- the proposal ----------------------------------------------------------------------------------


def test_the_proposal_is_shown_with_reasons_loads_and_what_is_lacking_before_it_is_taken(
    cast, sign_in, review
):
    page = sign_in(cast.staff).get(page_of(review["round"], "propose"))
    words = text(page)
    assert "未发现利害关系" in words
    assert "份申报仍缺专家" in words
    assert "专家组共4人，其中1人有利害关系" in words
    assert {pair.expert for group in page.context["groups"] for pair in group["pairs"]} == {
        *review["experts"],
        review["own"],
    }
    assert not Assignment.objects.exists()


def test_with_nothing_to_propose_the_page_says_why_and_offers_what_helps(cast, sign_in, review):
    client, url = sign_in(cast.staff), page_of(review["round"], "propose")
    for row in panels.plan(review["round"]).pairs:
        assigned(row.application, row.expert)
    page = client.get(url)
    assert page.context["nothing"]["enlarge"] == page_of(review["round"], "panel_add")
    assert "建议分配" not in text(page)
    assert page_of(review["round"], "panel_invite") in text(page)
    Policy.objects.update(experts_each=3, experts_quorum=3)
    page = client.get(url)
    assert (page.context["nothing"]["text"], page.context["lacking"]) == ("参加评审的申报都不缺专家。", [])
    assert page_of(review["round"], "panel_add") not in text(page)


def test_what_stays_ticked_is_assigned_and_nothing_else(cast, sign_in, review):
    client = sign_in(cast.staff)
    groups = client.get(page_of(review["round"], "propose")).context["groups"]
    offered = [pair(one.application, one.expert) for group in groups for one in group["pairs"]]
    response = client.post(page_of(review["round"], "propose"), {"pair": offered[1:]})
    assert response["Location"] == page_of(review["round"])
    made = {f"{one.application_id}:{one.expert_id}" for one in Assignment.objects.all()}
    assert made == set(offered[1:])


def test_a_conflict_that_came_up_since_keeps_all_from_being_assigned_and_is_named(cast, sign_in, review):
    expert = review["experts"][0]
    facts = {"studio": review["one"].studio, "declared_by": cast.staff, "reason": "师徒"}
    Relation.objects.create(name=expert.name, person=expert, **facts)
    sent = {"pair": [pair(review["one"], one) for one in review["experts"]]}
    response = sign_in(cast.staff).post(page_of(review["round"], "propose"), sent, follow=True)
    assert not Assignment.objects.exists()
    assert "已申报利害关系：师徒" in text(response)


@pytest.mark.parametrize("sent", [[], ["x:y"], ["1"], ["999999999999999999999:1"], ["5:777777"]])
def test_nonsense_assigns_nothing(cast, sign_in, review, sent):
    response = sign_in(cast.staff).post(page_of(review["round"], "propose"), {"pair": sent})
    assert response.status_code == 302
    assert not Assignment.objects.exists()


def test_each_expert_is_told_once_however_many_applications_they_get(cast, sign_in, review):
    sent = {"pair": [pair(one, review["experts"][0]) for one in (review["one"], review["other"])]}
    sign_in(cast.staff).post(page_of(review["round"], "propose"), sent)
    [notice] = Notice.objects.filter(recipient=review["experts"][0])
    assert notice.subject == f"请您评审{review['round'].title}的2份申报材料"
    assert {one.studio.name for one in (review["one"], review["other"])} <= set(notice.body.splitlines())
    assert notice.url == reverse("reviews:reviews")


def test_who_belongs_to_a_studio_neither_sees_its_experts_nor_assigns_any(cast, sign_in, review):
    own = ApplicationFactory(studio=cast.studio, accepted=True, round=review["round"])
    assigned(own, review["experts"][0])
    client = sign_in(cast.staff_member)
    lines = {line["application"]: line for line in client.get(page_of(review["round"])).context["lines"]}
    assert (lines[own]["aside"], lines[own]["experts"]) == (True, [])
    proposal = client.get(page_of(review["round"], "propose"))
    assert own in proposal.context["aside"]
    assert own not in {group["application"] for group in proposal.context["groups"]}
    assert "周评" not in text(client.get(one_of(own)))
    assert client.post(one_of(own), {"pair": pair(own, review["experts"][1])}).status_code == 403
    assert Assignment.objects.count() == 1


def test_who_reviews_an_application_and_works_in_the_office_does_not_see_the_other_experts(
    cast, sign_in, review
):
    colleague = review["experts"][1]
    assigned(review["one"], colleague)
    give_role(colleague, RoleCode.UNION_STAFF)  # afterwards: who works in the office is asked for nothing
    others = assigned(review["one"], review["experts"][0])
    client = sign_in(User.objects.get(pk=colleague.pk))
    lines = {line["application"]: line for line in client.get(page_of(review["round"])).context["lines"]}
    assert lines[review["one"]]["aside"]
    assert not lines[review["other"]]["aside"]
    row = reverse("admin:reviews_assignment_change", args=[others.pk])
    assert client.get(row).status_code == 403
    assert (
        "周评" not in text(client.get(reverse("admin:reviews_assignment_changelist"))).partition("<tbody>")[2]
    )


# -- several at once -------------------------------------------------------------------------------


def test_several_applications_and_experts_are_looked_at_first_and_what_cannot_be_says_why(
    cast, sign_in, review
):
    client, address = sign_in(cast.staff), page_of(review["round"], "several")
    assigned(review["other"], review["experts"][0])
    chosen = {
        "application": [review["one"].pk, review["other"].pk],
        "expert": [review["experts"][0].pk, review["own"].pk],
    }
    page = client.post(address, chosen)
    offered = {
        pair(one.application, one.expert) for group in page.context["groups"] for one in group["pairs"]
    }
    assert offered == {pair(review["one"], review["experts"][0]), pair(review["other"], review["own"])}
    refused = {(one.application, one.expert): one.reason for one in page.context["refused"]}
    assert refused == {
        (review["one"], review["own"]): "同一单位",
        (review["other"], review["experts"][0]): "已分配过",
    }
    assert Assignment.objects.count() == 1
    assert client.post(address, {"pair": sorted(offered)}).status_code == 302
    assert Assignment.objects.count() == 3


def test_an_expert_more_than_the_policy_asks_for_is_said_and_not_ticked(cast, sign_in, review):
    policy = review["round"].policy
    policy.experts_each = 1
    policy.experts_quorum = 1
    policy.save()
    chosen = {"application": review["one"].pk, "expert": [one.pk for one in review["experts"][:2]]}
    page = sign_in(cast.staff).post(page_of(review["round"], "several"), chosen)
    [first, second] = page.context["groups"][0]["pairs"]
    assert [one.is_beyond for one in (first, second)] == [False, True]
    assert second.reasons[-1] == "这将是第2位专家，规定为1位"
    assert f'value="{pair(first.application, first.expert)}" checked>' in text(page)
    assert f'value="{pair(second.application, second.expert)}">' in text(page)


def test_nothing_chosen_is_said(cast, sign_in, review):
    response = sign_in(cast.staff).post(
        page_of(review["round"], "several"), {"application": review["one"].pk}
    )
    assert "请至少选择一份申报和一位专家" in text(response)
    assert f'value="{review["one"].pk}" checked' in text(response)


# -- one by one ------------------------------------------------------------------------------------


def test_who_is_in_conflict_is_listed_with_the_reason_and_cannot_be_ticked(cast, sign_in, review):
    page = sign_in(cast.staff).get(one_of(review["one"]))
    choices = {choice.expert: choice.against for choice in page.context["choices"]}
    assert choices == {**dict.fromkeys(review["experts"], ()), review["own"]: ("同一单位",)}
    assert f'value="{pair(review["one"], review["own"])}" disabled' in text(page)


def test_one_who_is_chosen_is_assigned(cast, sign_in, review):
    sign_in(cast.staff).post(one_of(review["one"]), {"pair": pair(review["one"], review["experts"][1])})
    assert [one.expert for one in Assignment.objects.all()] == [review["experts"][1]]


def test_who_recused_stands_there_with_the_reason(cast, sign_in, review):
    expert = review["experts"][0]
    assigned(review["one"], expert).recuse(by=expert, reason="博士后合作导师")
    page = sign_in(cast.auditor).get(one_of(review["one"]))
    assert "博士后合作导师" in text(page)
    assert page.context["choices"] == []


def test_an_application_of_another_round_is_not_found_here(cast, sign_in, review):
    other = RoundFactory(on=timezone.localdate() + timedelta(days=400))
    address = reverse("admin:reviews_round_application", args=[other.pk, review["one"].pk])
    assert sign_in(cast.staff).get(address).status_code == 404


# -- the panel -------------------------------------------------------------------------------------


def test_experts_are_found_and_added_several_at_a_time(cast, sign_in, review):
    client, address = sign_in(cast.staff), page_of(review["round"], "panel_add")
    two = [expert_of("冯评"), expert_of("陈评")]
    listed = {row["expert"] for row in client.get(address).context["found"]}
    assert listed == {*two, cast.expert}
    assert [row["expert"] for row in client.get(address, {"q": "冯"}).context["found"]] == two[:1]
    client.post(address, {"expert": [one.pk for one in two]})
    assert {seat.expert for seat in review["round"].panel.all()} >= set(two)
    assert {seat.added_by for seat in review["round"].panel.filter(expert__in=two)} == {cast.staff}


def test_nobody_without_the_role_of_an_expert_is_added(cast, sign_in, review):
    before = review["round"].panel.count()
    client, address = sign_in(cast.staff), page_of(review["round"], "panel_add")
    client.post(address, {"expert": [cast.lead.pk, review["experts"][0].pk, "x"]})
    assert review["round"].panel.count() == before


INVITED = {"name": "何外", "post": "上海某研究所所长", "title": "研究员", "email": "He.Wai@example.org"}


def test_an_outsider_is_invited_with_an_account_that_is_good_for_reviewing_alone(cast, sign_in, review):
    client, address = sign_in(cast.staff), page_of(review["round"], "panel_invite")
    assert client.post(address, INVITED).status_code == 302
    invited = User.objects.get(username="he.wai@example.org")
    assert (invited.unit, invited.email, invited.post) == (None, "he.wai@example.org", INVITED["post"])
    assert not invited.has_usable_password()
    assert [role.code for role in Role.objects.filter(user=invited)] == [RoleCode.EXPERT]
    assert review["round"].panel.filter(expert=invited).exists()
    assert Outbox.objects.filter(kind="mail").exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"name": ""}, "name"),
        ({"post": ""}, "post"),
    ],
)
def test_an_invitation_has_a_name_a_place_and_a_mail_address(cast, sign_in, review, wrong, field):
    address = page_of(review["round"], "panel_invite")
    response = sign_in(cast.staff).post(address, {**INVITED, **wrong})
    assert list(response.context["form"].errors) == [field]


def test_an_address_that_somebody_has_already_makes_no_second_account(cast, sign_in, review):
    address, count = page_of(review["round"], "panel_invite"), User.objects.count()
    response = sign_in(cast.staff).post(address, {**INVITED, "email": cast.lead.email.upper()})
    assert "这个邮箱已有账号" in text(response)
    assert User.objects.count() == count


def test_who_is_no_expert_any_more_is_neither_proposed_nor_offered(cast, sign_in, review):
    former = review["experts"][0]
    former.roles.all().delete()
    page = sign_in(cast.staff).get(one_of(review["one"]))
    assert former not in {choice.expert for choice in page.context["choices"]}
