"""What an expert sees of the other sheets: nothing before handing in, after it what the round allows, never a name."""

import pytest
from django.urls import reverse

from reviews import expert_peers
from reviews.models import Assignment
from tests.reviews.scoring import accepted, address, browser_of, fill_in, fresh, handed_in, invited, typed

pytestmark = pytest.mark.django_db

NAMES = {"司徒甲", "欧阳乙"}
SAID = {"甲的评语": "6.5", "乙的评语": "3.5"}
OVERALL = {"甲的总评", "乙的总评"}
MARKS = {">6.5<", ">3.5<", ">65<", ">35<"}


@pytest.fixture
def own():
    """An expert at work on what two others have handed in and a third has begun."""
    own = accepted("周评")
    for name, said, overall in zip(sorted(NAMES), SAID, sorted(OVERALL), strict=True):
        other = fill_in(accepted(name, application=own.application), SAID[said], said)
        Assignment.objects.filter(pk=other.pk).update(overall=overall)
        fresh(other).hand_in(by=other.expert)
    fill_in(accepted("端木丙", application=own.application), "1.5", "丙的草稿")
    return fresh(own)


def show(own, what) -> Assignment:
    own.application.round.shows = what
    own.application.round.save()
    return own


def hand_in(own) -> Assignment:
    fill_in(own, "8").hand_in(by=own.expert)
    return fresh(own)


def everything(own) -> str:
    """All that the site answers to this expert, the inbox and the mail included."""
    browser = browser_of(own.expert)
    names = ("assignment", "hand_in_review", "recuse", "decline", "other_sheets")
    paths = [address(own, name) for name in names]
    paths += [reverse(name) for name in ("reviews:reviews", "portal:home", "accounts:inbox")]
    texts = [browser.get(path, follow=True).content.decode() for path in paths]
    if own.state == "accepted":
        texts.append(browser.post(address(own, "autosave_review"), typed(own, lead="8")).content.decode())
    texts += [notice.subject + notice.body for notice in own.expert.notices.all()]
    return "\n".join(texts)


def found(own, markers) -> set[str]:
    text = everything(own)
    return {marker for marker in markers if marker in text}


@pytest.mark.parametrize("shows", ["nothing", "marks", "all"])
def test_before_handing_in_nothing_of_the_others_shows_not_even_how_many(own, shows):
    show(own, shows)
    assert found(own, {*NAMES, *SAID, *OVERALL, *MARKS, "端木丙", "丙的草稿", "其他专家", "专家1"}) == set()
    assert browser_of(own.expert).get(address(own, "other_sheets")).status_code == 404
    assert expert_peers.panel(own, comments=True) == expert_peers.Panel([], [])


@pytest.mark.parametrize(
    ("shows", "seen"),
    [
        ("nothing", set()),
        ("marks", MARKS),
        ("all", {*MARKS, *SAID, *OVERALL}),
    ],
)
def test_after_handing_in_it_is_what_the_round_allows_and_only_of_sheets_handed_in(own, shows, seen):
    own = hand_in(show(own, shows))
    asked = {*NAMES, *SAID, *OVERALL, *MARKS, "端木丙", "丙的草稿", ">1.5<"}
    assert found(own, asked) == seen


def test_a_sheet_that_is_opened_again_shows_nothing_until_it_is_handed_in_again(own, cast):
    own = hand_in(show(own, "all"))
    own.reopen(by=cast.staff, reason="请核对")
    assert found(fresh(own), {*SAID, *MARKS, *OVERALL}) == set()


def test_the_other_sheets_of_another_application_do_not_show(own):
    handed_in("他评", points="4.5", comment="别处的评语")
    assert found(hand_in(show(own, "all")), {"别处的评语", ">4.5<"}) == set()


def test_the_order_is_the_same_each_time_and_does_not_follow_who_came_first(own):
    """Of six sheets the odds that all readers see them in the order of handing in are small, and the key is fixed."""
    for number in range(4):
        handed_in(f"专家{number}", points="5", comment=f"第{number}份", application=own.application)
    own = hand_in(show(own, "all"))

    def order(reader):
        found = expert_peers.panel(reader, comments=True)
        return [one.line(found.own[0].criterion).comment for one in found.peers]

    assert order(own) == order(own)
    readers = Assignment.objects.filter(application=own.application, state="handed_in")
    orders = {tuple(text for text in order(one) if text.startswith("第")) for one in readers}
    assert len(orders) > 1


def test_who_has_not_declared_does_not_see_the_others_either(own):
    asked = invited("吴评", application=own.application, shows="all")
    assert found(asked, {*NAMES, *SAID, *MARKS}) == set()
