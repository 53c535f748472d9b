"""Who decides anew reads why: what was decided before, the objection and its answer, the reason of a reversal."""

import re

import pytest
from django.urls import reverse

from tests.factories import ApplicationFactory
from tests.reviews.noticing import objected, published

pytestmark = pytest.mark.django_db


def opened(client, application) -> str:
    response = client.get(reverse("admin:reviews_application_verb", args=[application.pk, "decide"]))
    assert response.status_code == 200
    return response.content.decode()


def earlier(page: str) -> list[str]:
    """What was decided before, a line each, the newest first."""
    listed = page.split('id="earlier"')[1].split("</section>")[0]
    return [
        " ".join(re.sub(r"<[^>]+>", " ", line).split())
        for line in re.findall(r"<li>.*?</li>", listed, flags=re.S)
    ]


def test_nothing_stands_there_when_it_is_decided_for_the_first_time(cast, sign_in):
    page = opened(sign_in(cast.leader), ApplicationFactory(studio=cast.studio, reviewed=True))
    assert 'id="earlier"' not in page
    assert "作出决定</button>" in page


def test_after_an_objection_upheld_its_answer_is_read_where_it_is_decided_anew(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    application.decide("approve", by=cast.leader, text="成果突出，同意命名。")
    published(application)
    objection = objected(application, text="成果系他人完成。")
    objection.take_on(by=cast.staff)
    objection.uphold(by=cast.staff, minutes="约谈了双方，核对了原件。", answer="经核查，第二项成果不属实。")
    page = opened(sign_in(cast.leader), application)
    upheld, released, decided = earlier(page)
    assert objection.number in upheld
    assert "经核查，第二项成果不属实。" in upheld
    assert cast.staff.name in upheld
    assert reverse("admin:reviews_objection_change", args=[objection.pk]) in page
    assert "成果突出，同意命名。" not in released  # said once, with the decision
    assert cast.leader.name in decided
    assert "成果突出，同意命名。" in decided
    assert "成果系他人完成。" not in page  # what was objected is read with the objection


def test_after_a_reversal_its_reason_is_read(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, rejected=True)
    application.reverse(by=cast.leader, reason="依据的证书有误。")
    first = earlier(opened(sign_in(cast.leader), application))[0]
    assert "依据的证书有误。" in first
    assert cast.leader.name in first


def test_a_decision_that_waits_is_changed_from_what_it_says(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    application.decide("hold", by=cast.leader, text="补充材料后再议。")
    client = sign_in(cast.leader_lead)
    desk = client.get(reverse("admin:reviews_application_change", args=[application.pk])).content.decode()
    assert "更改决定" in desk
    page = opened(client, application)
    assert "更改决定</button>" in page
    assert "补充材料后再议。</textarea>" in page
    assert re.findall(r'<input[^>]*value="(\w+)"[^>]*checked', page) == ["hold"]
    said = page.split('<div class="notice risk">')[1].split("</div>")[0]
    for words in (cast.leader.name, "暂缓", "补充材料后再议。"):
        assert words in said, words


def test_with_several_or_on_hold_nothing_is_chosen_beforehand(cast, sign_in):
    """Each may say something else, and what was on hold is to be decided otherwise."""
    client = sign_in(cast.leader)
    chosen = [ApplicationFactory(proposed=True) for _number in range(2)]
    bulk = reverse("admin:reviews_application_bulk", args=["decide"])
    several = client.get(bulk, {"pk": [one.pk for one in chosen]}).content.decode()
    held = opened(client, ApplicationFactory(studio=cast.studio, held=True))
    assert [re.findall(r"<input[^>]*checked", page) for page in (several, held)] == [[], []]
