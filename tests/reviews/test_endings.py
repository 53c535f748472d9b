"""An application that ended says by whom, why, and when the studio may apply again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, RoleCode, Side
from reviews import notices, papers
from reviews.models import Application, Part, Refusal, Round
from studios import parts
from tests.factories import ApplicationFactory, endorse_all, give_role

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
KEPT = "已填写的内容都已保留。"
BY_WHOM = [
    ("department", Refusal.RECOMMENDATION, "部门工会不予推荐"),
    ("party", Refusal.PARTY, "党组织不同意申报"),
    ("administration", Refusal.ADMINISTRATION, "行政不同意申报"),
    ("staff", Refusal.UNION, "校工会不予受理"),
]


def ended(application, client) -> str:
    """What stands above the papers."""
    page = client.get(application.get_absolute_url()).content.decode()
    return page.partition('<div class="notice')[2].partition("<section")[0]


def next_year(application) -> str:
    year = application.round.year + 1
    lead = application.studio.lead.name
    return f"按本轮评选适用的规定，{lead}从{year}年度评选起可以再次申报。{KEPT}"


@pytest.mark.parametrize(("who", "office", "words"), BY_WHOM)
def test_a_refusal_says_by_whom_and_from_when_one_may_apply_again(who, office, words, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    if who == "staff":
        endorse_all(application)
    application.refuse(by=getattr(cast, who), reason="团队尚未成形。")
    assert Application.objects.get(pk=application.pk).refused_as == office
    told = Notice.objects.filter(recipient=cast.lead).latest("pk")
    assert told.subject == f"{cast.studio.name}：{words}"
    assert told.body == f"原因：团队尚未成形。\n\n{next_year(application)}"
    page = sign_in(cast.lead).get(application.get_absolute_url()).content.decode()
    assert f"<b>{words}</b>" in page.partition('class="timeline"')[2]
    box = ended(application, sign_in(cast.lead))
    assert f"<b>{words}</b>" in box
    assert "原因：团队尚未成形。" in box
    assert next_year(application) in box
    assert reverse("reviews:start", args=[cast.studio.pk]) not in box


def test_what_was_refused_stays_refused_by_that_office_whatever_the_person_becomes(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    application.refuse(by=cast.party, reason="再等一年。")
    cast.party.roles.all().delete()
    give_role(cast.party, RoleCode.UNIT_LEADER, unit=cast.unit, side=Side.ADMINISTRATION)
    assert "党组织不同意申报" in ended(application, sign_in(cast.lead))


def test_without_a_ban_one_may_apply_again_in_the_same_round(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, refused=True)
    policy = application.round.policy
    type(policy).objects.filter(pk=policy.pk).update(ban_after_refusal=0)
    box = ended(application, sign_in(cast.lead))
    assert "截止前可以重新申报" in box
    assert reverse("reviews:start", args=[cast.studio.pk]) in box


def test_who_withdrew_is_led_to_apply_again_while_the_round_is_open(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, withdrawn=True)
    start = reverse("reviews:start", args=[cast.studio.pk])
    box = ended(application, sign_in(cast.lead))
    assert "原因：明年再报。" in box
    assert f'<a href="{start}">重新申报</a>' in box
    assert start not in ended(application, sign_in(cast.auditor))
    again = sign_in(cast.lead).post(start, follow=True)
    assert again.context["application"].state == "draft"
    assert start not in ended(application, sign_in(cast.lead))
    Round.objects.update(closes_on=TODAY - timedelta(days=1))
    assert f"本轮申报已截止，今后的评选中可以再次申报。{KEPT}" in ended(application, sign_in(cast.lead))


def test_what_the_union_did_not_approve_says_when_one_may_apply_again(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, rejected=True)
    told = Notice.objects.filter(recipient=cast.lead).latest("pk")
    assert told.body == f"校工会意见：成果不足。\n\n{next_year(application)}"
    assert next_year(application) in ended(application, sign_in(cast.lead))


@pytest.mark.parametrize("state", ["draft", "submitted", "named"])
def test_nothing_of_an_end_is_said_of_what_goes_on_or_was_named(state, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, **({state: True} if state != "draft" else {}))
    assert "再次申报" not in ended(application, sign_in(cast.lead))
    assert "重新申报" not in ended(application, sign_in(cast.lead))


REASONS = {
    "department": ("不予推荐", "不予推荐的原因"),
    "party": ("不同意申报", "不同意的原因"),
    "administration": ("不同意申报", "不同意的原因"),
    "staff": ("不予受理", "不予受理的原因"),
}


@pytest.mark.parametrize(("who", "words"), REASONS.items())
def test_the_page_of_a_refusal_speaks_of_the_act_at_hand(who, words, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    if who == "staff":
        endorse_all(application)
    heading, reason = words
    answer = sign_in(getattr(cast, who)).post(
        reverse("reviews:refuse", args=[application.pk]), {"reason": " "}
    )
    assert answer.context["word"] == heading
    assert str(answer.context["form"]["reason"].label) == reason
    assert answer.context["form"].errors == {"reason": [f"请填写{reason}。"]}


def test_the_office_asks_why_it_does_not_take_an_application_up(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    address = reverse("admin:reviews_application_verb", args=[application.pk, "refuse"])
    answer = sign_in(cast.staff).post(address, {"reason": " "})
    assert answer.context["form"].errors == {"reason": ["请填写不予受理的原因。"]}


def test_papers_and_notices_call_opinions_and_parts_as_the_pages_do():
    said = {str(Part(part).label) for part in Part.values}
    assert {words for words in said if words not in notices.BODIES["complete_endorsement"]} == set()
    assert {part.key: str(part.title) for part in parts.all_parts()} == papers.PARTS
