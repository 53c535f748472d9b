"""Returned and handed in again, an application stands where it stood: what was opened before does not count."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from records.moves import IllegalMove
from records.templatetags.present import cn_date
from reviews.models import Application, ApplicationLog, Endorsement, PaperForm, State
from tests.factories import ApplicationFactory
from tests.reviews.test_paper_forms import SIGNED, png

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LATER = (TODAY + timedelta(days=30)).isoformat()
ANEW = "材料已重新提交"


def portal(name):
    return lambda application: reverse(f"reviews:{name}", args=[application.pk])


def office(verb):
    return lambda application: reverse("admin:reviews_application_verb", args=[application.pk, verb])


def several(verb):
    return lambda application: f"{reverse('admin:reviews_application_bulk', args=[verb])}?pk={application.pk}"


BACK = {"reason_team": "请补充", "correct_by": LATER}
ACTS = {
    "recommend": (
        "department",
        State.SUBMITTED,
        portal("sign"),
        {"part": "recommendation", "opinion": "同意"},
    ),
    "party": ("party", State.SUBMITTED, portal("sign"), {"part": "party", "opinion": "同意"}),
    "administration": (
        "administration",
        State.SUBMITTED,
        portal("sign"),
        {"part": "administration", "opinion": "同意"},
    ),
    "return": ("party", State.SUBMITTED, portal("return"), BACK),
    "refuse": ("party", State.SUBMITTED, portal("refuse"), {"reason": "团队尚未成形"}),
    "stamped": ("department", State.SUBMITTED, portal("stamped"), SIGNED),
    "accept": ("staff", State.RECOMMENDED, office("accept"), {"note": ""}),
    "return in the office": ("staff", State.RECOMMENDED, office("return"), BACK),
    "refuse in the office": ("staff", State.RECOMMENDED, office("refuse"), {"reason": "材料不齐"}),
    "decide": ("leader", State.HELD, office("decide"), {"decision": "reject", "text": "不同意"}),
    "accept several": ("staff", State.RECOMMENDED, several("accept"), {"note": ""}),
    "decide several": ("leader", State.HELD, several("decide"), {"decision": "reject", "text": "不同意"}),
}


def hidden(html: str) -> dict[str, str]:
    """What the form of a page sends along without showing it."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    return {name: value for name, value in fields if name in ("read", "pk")}


def hand_in_anew(application, cast) -> None:
    by = cast.department if application.state == State.SUBMITTED else cast.staff
    application = Application.objects.get(pk=application.pk)
    application.return_for_correction({"plan": "写具体"}, by=by)
    application.resubmit(by=cast.lead, on=TODAY, note="已改")


def kept() -> tuple:
    states = Application.objects.values_list("state", flat=True)
    return (*states, *(model.objects.count() for model in (ApplicationLog, Endorsement, PaperForm)))


@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_a_page_opened_before_changes_nothing_and_one_on_the_new_page_counts(act, cast, sign_in):
    who, state, address, sent = ACTS[act]
    application = ApplicationFactory(studio=cast.studio, reach=state)
    url, client = address(application), sign_in(getattr(cast, who))

    def press(page):
        given = {**sent, **page, **({"scan": png()} if act == "stamped" else {})}
        return client.post(url.partition("?")[0], given, follow=True).content.decode()

    stale = hidden(client.get(url).content.decode())
    assert "read" in stale
    hand_in_anew(application, cast)
    before = kept()
    assert before[0] == state
    assert ANEW in press(stale)
    assert kept() == before
    assert ANEW not in press(hidden(client.get(url).content.decode()))
    assert kept() != before


def test_of_several_only_those_that_were_handed_in_anew_are_passed_over(cast, sign_in):
    anew, as_it_was = (
        ApplicationFactory(studio=studio, recommended=True) for studio in (cast.studio, cast.own_studio)
    )
    url = reverse("admin:reviews_application_bulk", args=["accept"])
    keys, client = {"pk": [anew.pk, as_it_was.pk]}, sign_in(cast.staff)
    page = client.get(url, keys).content.decode()
    read = re.findall(r'name="read" value="([^"]*)"', page)
    assert set(read) == {f"{anew.pk}:1", f"{as_it_was.pk}:1"}
    hand_in_anew(anew, cast)
    answer = client.post(url, {**keys, "read": read, "note": ""}, follow=True).content.decode()
    assert f"{cast.studio.name}：{ANEW}" in answer
    states = {one.pk: one.state for one in Application.objects.all()}
    assert states == {anew.pk: State.RECOMMENDED, as_it_was.pk: State.ACCEPTED}


def test_the_version_is_asked_under_the_lock_and_another_one_is_refused(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    with application.as_read(1), application.as_read(None):
        pass
    for version in (0, 2):
        with pytest.raises(IllegalMove, match="第 1 版"), application.as_read(version):
            pytest.fail("acted on papers that nobody read")


CHECKS, REVIEWS, DECIDES = "接下来由校工会审核材料", "接下来由专家评审", "接下来由校工会作出决定"


@pytest.mark.parametrize(
    ("reached", "said"), [("recommended", CHECKS), ("accepted", REVIEWS), ("held", DECIDES)]
)
def test_who_hands_in_again_reads_by_when_the_office_acts(reached, said, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, **{reached: True})
    application.return_for_correction({"plan": "写具体些"}, by=cast.staff)
    application.resubmit(by=cast.lead, on=timezone.localdate())
    page = sign_in(cast.lead).get(reverse("reviews:submitted", args=[application.pk])).content.decode()
    assert f"{said}，{cn_date(application.round.decide_by)}前完成" in page
