"""Several applications at once: shown first, then moved, and the others named with their reasons."""

import pytest
from django.urls import reverse

from reviews.models import Application, ApplicationLog, State
from reviews.office import bulk as office
from studios.models import Member
from tests.factories import ApplicationFactory, reviewed_by
from tests.queries import selects

LIST = reverse("admin:reviews_application_changelist")


def bulk(verb):
    return reverse("admin:reviews_application_bulk", args=[verb])


def test_the_actions_lead_to_the_page_that_shows_them_first(cast, sign_in):
    one = ApplicationFactory(studio=cast.studio, recommended=True)
    response = sign_in(cast.staff).post(LIST, {"action": "accept_several", "_selected_action": [one.pk]})
    assert response.url == f"{bulk('accept')}?pk={one.pk}"
    one.refresh_from_db()
    assert one.state == State.RECOMMENDED


def test_actions_are_offered_to_those_whose_work_it_is(cast, sign_in):
    ApplicationFactory(studio=cast.studio, recommended=True)

    def offered(user):
        form = sign_in(user).get(LIST).context["action_form"]
        return {value for value, _label in form.fields["action"].choices if value} if form else set()

    assert offered(cast.staff) == {"accept_several", "review_several"}
    assert offered(cast.leader) == {"decide_several", "name_several"}
    assert offered(cast.auditor) == set()


def test_several_are_accepted_and_the_others_are_named_with_their_reasons(cast, sign_in):
    one = ApplicationFactory(recommended=True)
    own = ApplicationFactory(studio=cast.studio, recommended=True)
    draft = ApplicationFactory()
    client = sign_in(cast.staff_member)
    keys = {"pk": [one.pk, own.pk, draft.pk]}
    page = client.get(bulk("accept"), keys)
    assert [row.pk for row in page.context["ready"]] == [one.pk]
    assert {row.application.pk: row.reason for row in page.context["excluded"]} == {
        own.pk: "与本人有关，应由他人办理",
        draft.pk: "当前状态为“填写中”",
    }
    assert client.post(bulk("accept"), keys).status_code == 302
    assert list(Application.objects.order_by("pk").values_list("pk", "state")) == [
        (one.pk, State.ACCEPTED),
        (own.pk, State.RECOMMENDED),
        (draft.pk, State.DRAFT),
    ]


def test_one_that_somebody_moves_meanwhile_is_named_and_the_others_go_on(cast, sign_in, monkeypatch):
    one, other = ApplicationFactory(recommended=True), ApplicationFactory(recommended=True)
    sort_out = office.sort_out

    def sort_out_and_come_second(*args, **kwargs):
        monkeypatch.setattr(office, "sort_out", sort_out)
        sorted_out = sort_out(*args, **kwargs)
        Application.objects.get(pk=one.pk).accept(by=cast.staff_member)
        return sorted_out

    monkeypatch.setattr(office, "sort_out", sort_out_and_come_second)
    page = sign_in(cast.staff).post(bulk("accept"), {"pk": [one.pk, other.pk]}, follow=True)
    accepted = ApplicationLog.objects.filter(verb="accept").values_list("application", "actor")
    assert set(accepted) == {(one.pk, cast.staff_member.pk), (other.pk, cast.staff.pk)}
    said = [str(message) for message in page.context["messages"]]
    assert len(said) == 2
    assert said[0].startswith(f"{one.studio.name}：")
    assert "1 件" in said[1]


@pytest.mark.parametrize("came", ["returned", "accepted", "own case", "signed"])
def test_what_can_no_longer_go_on_is_named_with_its_reason_when_the_button_is_pressed(came, cast, sign_in):
    one, other = ApplicationFactory(recommended=True), ApplicationFactory(recommended=True)
    if came == "returned":
        one.return_for_correction({"team": "请补充职称。"}, by=cast.staff_member)
    elif came == "accepted":
        one.accept(by=cast.staff_member)
    elif came == "own case":
        Member.objects.create(studio=one.studio, user=cast.staff, name=cast.staff.name)
    else:
        one.endorsements.filter(part="party").update(by=cast.staff)
    page = sign_in(cast.staff).post(bulk("accept"), {"pk": [one.pk, other.pk]}, follow=True)
    reason = {
        "returned": "当前状态为“退回修改”",
        "accepted": "当前状态为“专家评审中”",
        "own case": "与本人有关，应由他人办理",
        "signed": "由本人签署或提交，应由他人办理",
    }[came]
    assert [str(message) for message in page.context["messages"]] == [
        f"{one.studio.name}：{reason}",
        "材料齐全，受理：共 1 件。",
    ]
    assert Application.objects.get(pk=other.pk).state == State.ACCEPTED


def test_several_are_decided_with_one_text(cast, sign_in):
    chosen = [ApplicationFactory(reviewed=True) for _number in range(2)]
    data = {"pk": [one.pk for one in chosen], "decision": "approve", "text": "经研究，同意命名。"}
    sign_in(cast.leader).post(bulk("decide"), data)
    decided = Application.objects.values_list("state", "decision_text", "decided_by")
    assert list(decided) == [(State.PROPOSED, "经研究，同意命名。", cast.leader.pk)] * 2


def test_of_several_reviews_those_that_are_complete_go_on_and_the_others_say_what_is_lacking(cast, sign_in):
    whole, thin = ApplicationFactory(accepted=True), ApplicationFactory(accepted=True)
    reviewed_by(whole, 8, 8, 8)
    reviewed_by(thin, 8)
    page = sign_in(cast.staff).post(bulk("review"), {"pk": [whole.pk, thin.pk], "note": ""}, follow=True)
    assert dict(Application.objects.values_list("pk", "state")) == {
        whole.pk: State.REVIEWED,
        thin.pk: State.ACCEPTED,
    }
    said = " ".join(str(message) for message in page.context["messages"])
    assert thin.studio.name in said
    assert whole.studio.name not in said


def test_with_one_on_hold_among_them_holding_is_not_offered(cast, sign_in):
    chosen = [ApplicationFactory(reviewed=True), ApplicationFactory(held=True)]
    data = {"pk": [one.pk for one in chosen], "decision": "hold", "text": "再议"}
    response = sign_in(cast.leader).post(bulk("decide"), data)
    assert set(response.context["form"].errors) == {"decision"}
    assert set(Application.objects.values_list("state", flat=True)) == {State.REVIEWED, State.HELD}


def test_the_page_of_several_asks_the_same_number_of_queries_for_1_and_for_8(cast, sign_in):
    client = sign_in(cast.staff)
    keys = [ApplicationFactory(recommended=True).pk]
    one = selects(client, f"{bulk('accept')}?pk={keys[0]}")
    keys += [ApplicationFactory(recommended=True).pk for _number in range(7)]
    assert selects(client, f"{bulk('accept')}?{'&'.join(f'pk={key}' for key in keys)}") == one <= 12


@pytest.mark.parametrize(
    ("verb", "workers"),
    [
        ("accept", {"staff", "staff_member"}),
        ("review", {"staff", "staff_member"}),
        ("decide", {"leader", "leader_lead"}),
    ],
)
def test_who_opens_the_page_of_several(cast, sign_in, verb, workers):
    opened = {
        name for name, user in cast.everybody().items() if sign_in(user).get(bulk(verb)).status_code == 200
    }
    assert opened == workers


@pytest.mark.parametrize("keys", ["", "pk=", "pk=x&pk=-1", "pk=99999999999999999999"])
def test_nonsense_in_the_address_chooses_nothing(cast, sign_in, keys):
    response = sign_in(cast.staff).get(f"{bulk('accept')}?{keys}")
    assert response.status_code == 200
    assert response.context["ready"] == response.context["excluded"] == []
