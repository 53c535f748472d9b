"""What the page of an act says of the application before it is done."""

import pytest
from django.urls import reverse

from reviews.models import State
from studios.models import Verdict
from tests.factories import ApplicationFactory, bring_to

pytestmark = pytest.mark.django_db


def page_of(client, application, verb: str) -> str:
    return client.get(reverse("admin:reviews_application_verb", args=[application.pk, verb])).content.decode()


@pytest.mark.parametrize(
    ("state", "leaves"), [(State.APPROVED, True), (State.HELD, False), (State.REJECTED, False)]
)
def test_only_what_is_on_public_notice_leaves_it_by_a_reversal(state, leaves, cast, sign_in):
    application = bring_to(ApplicationFactory(studio=cast.studio), state)
    page = page_of(sign_in(cast.leader), application, "reverse")
    assert "撤回须写明原因" in page
    assert ("同时撤出公示" in page) == leaves


def test_who_reads_the_decision_is_said_once(cast, sign_in):
    page = page_of(sign_in(cast.leader), ApplicationFactory(studio=cast.studio, reviewed=True), "decide")
    assert page.count("领衔人和部门工会") == 1
    assert "本年度" not in page


def test_conditions_that_were_not_met_stand_on_the_page_of_acceptance_and_bar_nothing(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    snapshot = application.snapshot
    for one in snapshot.data["conditions"]:
        one["value"] = Verdict.Value.MET
    client = sign_in(cast.staff)
    type(snapshot).objects.filter(pk=snapshot.pk).update(data=snapshot.data)
    assert "基本条件中有" not in page_of(client, application, "accept")
    for number in (1, 3):
        snapshot.data["conditions"][number]["value"] = Verdict.Value.UNMET
    type(snapshot).objects.filter(pk=snapshot.pk).update(data=snapshot.data)
    page = page_of(client, application, "accept")
    assert "提交时五项基本条件中有2项未满足" in page
    shown = page.partition("提交时五项基本条件")[2].partition("</section>")[0]
    unmet = {snapshot.data["conditions"][number]["condition"] for number in (1, 3)}
    assert {one for one in Verdict.Condition if str(one.label) in shown} == unmet
    accept = reverse("admin:reviews_application_verb", args=[application.pk, "accept"])
    client.post(accept, {"note": "", "read": application.version})
    application.refresh_from_db()
    assert application.state == State.ACCEPTED
