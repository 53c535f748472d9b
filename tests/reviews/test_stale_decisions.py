"""A page that was opened before somebody else decided decides nothing: that decision is read before it is changed."""

import re

import pytest
from django.urls import reverse

from accounts.models import RoleCode
from records.moves import IllegalMove
from reviews.models import Application, State
from reviews.proposing import decide_several
from tests.factories import ApplicationFactory, UserFactory
from tests.threads import at_once, kinds

pytestmark = pytest.mark.django_db
BULK = reverse("admin:reviews_application_bulk", args=["decide"])


@pytest.fixture
def other(cast):
    """Another leader of the union."""
    return UserFactory(name="何领", roles=[(RoleCode.UNION_LEADER,)])


def decide(application) -> str:
    return reverse("admin:reviews_application_verb", args=[application.pk, "decide"])


def hidden(response) -> dict[str, list[str]]:
    """What the form of a page sends along without showing it."""
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(read|seen|pk)" value="([^"]*)"', response.content.decode()
    ):
        sent.setdefault(name, []).append(value)
    return sent


def decision_of(application) -> tuple:
    row = Application.objects.get(pk=application.pk)
    return row.state, row.decision, row.decision_text, row.decided_by


@pytest.mark.parametrize("reached", [State.REVIEWED, State.PROPOSED, State.HELD])
def test_a_decision_of_somebody_else_is_read_before_it_is_changed(reached, cast, other, sign_in):
    application = ApplicationFactory(studio=cast.studio, reach=reached)
    client, url = sign_in(cast.leader), decide(application)
    opened = hidden(client.get(url))
    Application.objects.get(pk=application.pk).decide("approve", by=other, text="成果突出，同意命名。")
    typed = {"decision": "reject", "text": "成果不足，再积累一年。"}
    answer = client.post(url, {**opened, **typed})
    assert decision_of(application) == (State.PROPOSED, "approve", "成果突出，同意命名。", other)
    page = answer.content.decode()
    assert "何领" in page.split("error-summary")[1].split("</div>")[0]
    assert "“同意”" in page.split("error-summary")[1].split("</div>")[0]
    assert "成果不足，再积累一年。</textarea>" in page
    assert re.search(r'value="reject"[^>]*checked', page)
    assert "成果突出，同意命名。" in page.split('<form class="sheet')[0]  # read, now it may be changed
    assert client.post(url, {**hidden(answer), **typed}).status_code == 302
    assert decision_of(application) == (State.PROPOSED, "reject", "成果不足，再积累一年。", cast.leader)


def test_one_that_went_back_to_the_experts_meanwhile_is_looked_at_again(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    client, url = sign_in(cast.leader), decide(application)
    opened = hidden(client.get(url))
    application.reopen_review(by=cast.staff, reason="再核对评分。")
    application.complete_review(by=cast.staff)
    answer = client.post(url, {**opened, "decision": "approve", "text": "同意命名。"})
    assert "请先查看现在的情况，再作决定" in answer.content.decode()
    assert decision_of(application)[:2] == (State.REVIEWED, "")


def test_the_own_decision_pressed_twice_is_decided_once(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    client, url = sign_in(cast.leader), decide(application)
    sent = {**hidden(client.get(url)), "decision": "approve", "text": "同意命名。"}
    assert [client.post(url, sent).status_code for _press in range(2)] == [302, 302]
    assert application.log.filter(verb="approve").count() == 1


def test_of_several_the_one_that_was_decided_meanwhile_stays_on_the_page_with_what_was_typed(
    cast, other, sign_in
):
    taken, free = ApplicationFactory(reviewed=True), ApplicationFactory(reviewed=True)
    client, typed = sign_in(cast.leader), {"decision": "hold", "text": "补充材料后再议。"}
    opened = hidden(client.get(BULK, {"pk": [taken.pk, free.pk]}))
    Application.objects.get(pk=taken.pk).decide("approve", by=other, text="同意命名。")
    answer = client.post(BULK, {**opened, **typed})
    assert decision_of(taken) == (State.PROPOSED, "approve", "同意命名。", other)
    assert decision_of(free) == (State.PROPOSED, "hold", "补充材料后再议。", cast.leader)
    assert [one.pk for one in answer.context["ready"]] == [taken.pk]
    page = answer.content.decode()
    assert f"{taken.studio.name}：打开页面之后，何领" in page
    assert "补充材料后再议。</textarea>" in page
    assert "何领" in page.split('<ul class="rows">')[1].split("</ul>")[0]  # at its row, with when and what
    assert client.post(BULK, {**hidden(answer), **typed}).status_code == 302
    assert decision_of(taken) == (State.PROPOSED, "hold", "补充材料后再议。", cast.leader)


def test_several_pressed_twice_are_decided_once(cast, sign_in):
    chosen = [ApplicationFactory(reviewed=True) for _number in range(2)]
    client = sign_in(cast.leader)
    opened = hidden(client.get(BULK, {"pk": [one.pk for one in chosen]}))
    sent = {**opened, "decision": "approve", "text": "同意命名。"}
    assert [client.post(BULK, sent).status_code for _press in range(2)] == [302, 302]
    assert [one.log.filter(verb="approve").count() for one in chosen] == [1, 1]


@pytest.mark.parametrize("verb", ["accept", "review"])
def test_what_was_typed_for_another_act_stays_too(verb, cast, sign_in):
    """The papers were handed in anew, or sheets are missing: the note need not be written again."""
    application = ApplicationFactory(
        studio=cast.studio, **{"accept": {"recommended": True}}.get(verb, {"accepted": True})
    )
    url = reverse("admin:reviews_application_verb", args=[application.pk, verb])
    answer = sign_in(cast.staff).post(url, {"note": "写好的备注", "read": 9})
    assert answer.status_code == 200
    assert "写好的备注</textarea>" in answer.content.decode()
    assert hidden(answer)["read"] == ["1"]


# -- at once --------------------------------------------------------------------------------------


def change_twice(cast, *, reads: bool) -> tuple[list[str], Application]:
    """Two leaders change one pending decision at once, each having read it or looked at no page."""
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    seen = application.last_move if reads else None
    first, second = (Application.objects.get(pk=application.pk) for _leader in range(2))
    results = at_once(
        lambda: first.decide("hold", by=cast.leader, text="补充材料后再议。", seen=seen),
        lambda: second.decide("reject", by=cast.leader_lead, text="成果不足。", seen=seen),
    )
    return kinds(results), application


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_a_decision_at_once_one_counts_and_the_other_reads_it(cast):
    outcome, application = change_twice(cast, reads=True)
    assert outcome == [IllegalMove.__name__, "done"]
    assert application.log.filter(verb__in=["hold", "reject"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_what_was_seen_the_second_one_takes_the_place_of_the_first_unread(cast):
    outcome, application = change_twice(cast, reads=False)
    assert outcome == ["done", "done"]
    assert application.log.filter(verb__in=["hold", "reject"]).count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_one_decision_and_several_at_once_one_counts_too(cast):
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    seen, row = application.last_move, Application.objects.get(pk=application.pk)
    at_once(
        lambda: row.decide("hold", by=cast.leader, text="补充材料后再议。", seen=seen),
        lambda: decide_several(
            [application.pk], "reject", by=cast.leader_lead, text="成果不足。", seen={application.pk: seen}
        ),
    )
    changed = application.log.filter(verb__in=["hold", "reject"])
    assert [(one.verb, one.note) for one in changed] == [decision_of(application)[1:3]]
