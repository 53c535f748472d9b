"""A studio is approved on the papers that experts have reviewed: what was handed in after that goes to them first."""

import pytest
from django.urls import reverse
from django.utils import timezone

from records.moves import DomainError
from reviews.models import Application, State
from reviews.proposing import decide_several
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db
BULK = reverse("admin:reviews_application_bulk", args=["decide"])
WHY = "专家评审的是第1版材料，之后又提交了第2版"
CHANGED = "专家评审之后材料有改动"


@pytest.fixture
def mended(cast) -> Application:
    """Reviewed, put on hold, returned, corrected and handed in again: the experts have seen the first version."""
    application = ApplicationFactory(studio=cast.studio, held=True)
    application.return_for_correction({"plan": "写具体些"}, by=cast.staff)
    application.studio.plan_goals = "三年内解决五项技术难题。"
    application.studio.save()
    application.resubmit(by=cast.lead, on=timezone.localdate(), note="已写具体")
    return Application.objects.get(pk=application.pk)


def decide(application) -> str:
    return reverse("admin:reviews_application_verb", args=[application.pk, "decide"])


def see_it_again(application, cast) -> None:
    """Staff give it back, the experts look at the new version and hand in again."""
    application.reopen_review(by=cast.staff, reason="材料有改动")
    for sheet in application.assignments.all():
        sheet.hand_in(by=sheet.expert)
    application.complete_review(by=cast.staff)


def test_what_experts_have_not_seen_is_not_approved(cast, mended):
    with pytest.raises(DomainError, match=WHY):
        mended.decide("approve", by=cast.leader, text="同意命名。")
    assert Application.objects.get(pk=mended.pk).state == State.HELD
    see_it_again(mended, cast)
    mended.decide("approve", by=cast.leader, text="同意命名。")
    assert Application.objects.get(pk=mended.pk).decision == "approve"


def test_a_hold_that_is_taken_back_is_no_way_round_the_experts(cast, mended):
    mended.reverse(by=cast.leader, reason="重新研究")
    with pytest.raises(DomainError, match=WHY):
        mended.decide("approve", by=cast.leader, text="同意命名。")


def test_it_may_be_turned_down_on_what_the_experts_said(cast, mended):
    mended.decide("reject", by=cast.leader, text="成果仍不足。")
    assert Application.objects.get(pk=mended.pk).decision == "reject"


def test_the_page_says_before_and_when_pressed_what_changed_and_who_acts(cast, mended, sign_in):
    client, url = sign_in(cast.leader), decide(mended)
    page = client.get(url).content.decode()
    for words in (CHANGED, WHY, "退回专家评审", "三年内解决五项技术难题。", "#version-2"):
        assert words in page, words
    answer = client.post(url, {"decision": "approve", "text": "写好的意见"}).content.decode()
    assert WHY in answer.split("error-summary")[1].split("</div>")[0]
    assert "写好的意见</textarea>" in answer
    assert Application.objects.get(pk=mended.pk).state == State.HELD
    see_it_again(mended, cast)
    assert CHANGED not in client.get(url).content.decode()


def test_of_several_it_is_passed_over_and_says_so_at_its_row(cast, mended, sign_in):
    other = ApplicationFactory(reviewed=True)
    client, keys = sign_in(cast.leader), {"pk": [mended.pk, other.pk]}
    page = client.get(BULK, keys).content.decode()
    assert page.count("专家评审之后又提交了第2版材料") == 1
    answer = client.post(BULK, {**keys, "decision": "approve", "text": "同意命名。"})
    assert f"{mended.studio.name}：{WHY}" in answer.content.decode()
    assert dict(Application.objects.values_list("pk", "state")) == {
        mended.pk: State.HELD,
        other.pk: State.PROPOSED,
    }
    done, refused = decide_several([mended.pk], "reject", by=cast.leader, text="成果仍不足。")
    assert ([one.pk for one in done], refused) == ([mended.pk], [])
