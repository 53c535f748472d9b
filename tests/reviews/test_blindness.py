"""An expert who has not handed in learns nothing of the others, and in a blind round not whose papers they are.

Whatever the site answers is looked through: pages, files, PDFs before and behind, archives, headers, mail. Marker words
stand in every place that must not show, see :mod:`tests.reviews.blind`.
"""

import io
import json
import re
from copy import copy
from types import SimpleNamespace

import openpyxl
import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, RoleCode, User
from records import outbox
from records.documents import html_to_pdf
from reviews import award
from reviews.expert_reminders import remind
from reviews.models import Assignment, Mark
from reviews.models.round import Shows
from reviews.results_exports import Workbook, start
from tests.addresses import ADDRESSES
from tests.factories import ApplicationFactory, give_role
from tests.reviews.blind import (
    LEAD,
    MEMBER,
    NAMED,
    OTHERS,
    SAID,
    WHOSE,
    asked,
    found,
    four_others,
    leaks,
    make_scene,
    one_more,
    scenes_of,
    told_by,
    walk,
    words_of,
)  # fmt: skip
from tests.reviews.review import expert_of
from tests.reviews.scoring import fill_in, fresh, page_of, typed
from tests.test_every_address import address_of, signed_in, world  # noqa: F401

pytestmark = pytest.mark.once  # what is told does not depend on the database


@pytest.fixture
def scene(world):  # noqa: F811
    return make_scene(world)


def test_a_marker_is_found_in_whatever_kind_of_file():
    book = openpyxl.Workbook()
    book.active.append(["丁标"])
    book.save(packed := io.BytesIO())
    pdf = html_to_pdf("<html><head><title>戊标</title></head><body><p>己标</p></body></html>")
    assert found({"丁标"}, words_of(packed.getvalue())) == {"丁标"}
    assert found({"戊标", "己标"}, words_of(pdf)) == {"戊标", "己标"}
    assert found({"丁标"}, words_of(json.dumps({"a": "丁标"}).encode(), "application/json")) == {"丁标"}


# -- before handing in -----------------------------------------------------------------------------


@time_machine.travel(timezone.now(), tick=False)
def test_no_address_tells_of_other_experts_or_whose_papers_they_are(scene):
    """And each answers as it did while nobody else was asked, so that not even their number shows."""
    before = walk(scene.expert, scenes_of(scene))
    others = four_others(scene)
    after = walk(scene.expert, scenes_of(scene, others[:2]))
    assert leaks(before | after, OTHERS | WHOSE) == {}
    assert {url for url in before.keys() & after.keys() if plain(before[url]) != plain(after[url])} == set()
    assert "我的意见" in after[reverse("reviews:assignment", args=[scene.own.application_id])]


def test_the_walk_finds_what_is_told_to_those_who_may_know(scene):
    """A walk that finds nothing because it reads nothing would prove nothing."""
    answers = walk(scene.auditor, scenes_of(scene, four_others(scene)[:1]))
    told = set().union(*leaks(answers, OTHERS | WHOSE).values())
    assert told >= NAMED | {
        "逐项丁标意见",
        "总体戊标意见",
        LEAD,
        MEMBER,
        f"{LEAD}劳模创新工作室",
        "癸标工程学院",
        "KJ-9023-17",
        "全景丑标",
        "证书寅标",
    }


NONCES = re.compile(
    r'name="(?:csrfmiddlewaretoken|ticket)" value="[^"]*"|nonce="[^"]*"|nonce-[^\'";]*|csrftoken=[^;]*|sessionid=[^;]*'
    r'|"X-CSRFToken": ?"[^"]*"|X-Reference: .*|<code>[0-9a-f]{8}</code>'
    r"|/(?:studios|applications/start)/\d+/"  # started and undone: PostgreSQL counts on
)


def plain(text: str) -> str:
    """Without what is drawn by lot for every answer."""
    return NONCES.sub("", text)


def test_what_is_saved_while_another_hands_in_is_answered_as_if_nobody_did(scene):
    browser, url = (
        signed_in(scene.expert),
        reverse("reviews:autosave_review", args=[scene.own.application_id]),
    )

    def save(mark: str) -> str:
        sent = typed(scene.own, page_of(scene.own), team=mark)
        with time_machine.travel(timezone.now().replace(hour=4, minute=30), tick=False):
            return re.sub(r'"opened": "[^"]*"', "", told_by(browser.post(url, sent)))

    before = save("6.5")
    four_others(scene)
    after = save("6.5")
    assert (leaks({"autosave": after}, OTHERS | WHOSE), plain(after)) == ({}, plain(before))


def test_an_address_of_somebody_elses_sheet_answers_as_one_that_does_not_exist(scene):
    browser = signed_in(scene.expert)
    done = asked(ApplicationFactory(accepted=True, round=scene.application.round), expert_of("司徒甲标"))
    nothing = copy(done)
    nothing.pk, nothing.application_id = done.pk + 1000, done.application_id + 1000
    theirs, nobodys = (
        SimpleNamespace(**vars(scene) | {"assignment": one, "handed_in": one}) for one in (done, nothing)
    )
    of_reviews = [name for name in ADDRESSES if name.startswith("reviews:")]
    names = [name for name in of_reviews if address_of(name, theirs) != address_of(name, nobodys)]
    assert {"reviews:assignment", "reviews:papers_pdf"} <= {*names}
    for name in names:
        told = [browser.get(address_of(name, one)).status_code for one in (theirs, nobodys)]
        assert told[0] == told[1], name


def test_no_address_of_ones_sheets_tells_how_many_others_were_asked(scene):
    """The numbers of assignments go on by as many as were asked for the application before."""
    four_others(scene)
    asked(ApplicationFactory(accepted=True, round=scene.application.round), scene.expert)
    own = list(Assignment.objects.filter(expert=scene.expert))
    assert {one.pk for one in own} != {one.application_id for one in own}
    browser = signed_in(scene.expert)
    answers = [
        browser.get(url).content.decode() for url in ("/reviews/", *(one.get_absolute_url() for one in own))
    ]
    linked = {int(key) for text in answers for key in re.findall(r"/reviews/(\d+)/", text)}
    assert linked == {one.application_id for one in own}


def test_a_search_by_how_a_name_is_read_finds_nothing(scene):
    four_others(scene)
    browser = signed_in(scene.expert)
    lists = ["/", reverse("studios:studios"), reverse("reviews:applications"), reverse("reviews:reviews")]
    for url in lists:
        for words in ("gonggengbiao", "ggb", "guibiao", "situjiabiao"):
            assert (
                leaks({url: told_by(browser.get(url, {"q": words, "search": words}))}, OTHERS | WHOSE) == {}
            )


def test_no_letter_and_no_notice_tells_of_them(scene, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with django_capture_on_commit_callbacks(execute=True):
        others = four_others(scene)
        remind(scene.own.due_on)
        others[0].reopen(by=scene.staff, reason="请核对逐项丁标意见")
        others[1].replace(by=scene.staff, reason="逐项丁标意见")
    with django_capture_on_commit_callbacks(execute=True):
        fill_in(scene.own, "8")
        scene.own.hand_in(by=scene.expert)
        scene.own.reopen(by=scene.staff, reason=f"{LEAD}的成果请再看一遍。")
    outbox.drain()
    notices = {
        one.pk: f"{one.event}{one.milestone}\n{one.subject}\n{one.body}\n{one.url}"
        for one in Notice.objects.filter(recipient=scene.expert)
    }
    letters = {
        number: f"{letter.message().items()}\n{letter.subject}\n{letter.body}\n{letter.from_email}{letter.recipients()}"
        for number, letter in enumerate(mail.outbox)
        if scene.expert.email in letter.recipients()
    }
    assert (len(notices), len(letters)) == (5, 5)  # asked thrice, reminded, given back
    assert leaks(notices | letters, OTHERS | WHOSE) == {}
    assert all(letter.recipients() == [letter.to[0]] for letter in mail.outbox)


# -- after handing in ------------------------------------------------------------------------------


def handed_in(scene, shows: str) -> None:
    scene.application.round.shows = shows
    scene.application.round.save()
    fill_in(scene.own, "8")
    fresh(scene.own).hand_in(by=scene.expert)


@pytest.mark.parametrize(
    ("shows", "told"),
    [(Shows.NOTHING, set()), (Shows.MARKS, set()), (Shows.ALL, {"逐项丁标意见", "总体戊标意见"})],
)
def test_after_handing_in_the_round_says_what_is_told_and_never_by_whom(scene, shows, told):
    others = four_others(scene)
    handed_in(scene, shows)
    answers = walk(scene.expert, scenes_of(scene, others[:2]), to="reviews:")
    assert set().union(*leaks(answers, OTHERS | WHOSE).values(), set()) == told
    page = signed_in(scene.expert).get(reverse("reviews:other_sheets", args=[scene.own.application_id]))
    assert page.status_code == (404 if shows == Shows.NOTHING else 200)
    if page.status_code == 200:
        assert "2.5" in page.content.decode()


def test_what_others_say_of_a_studio_is_read_without_its_names(scene):
    done = one_more(scene, "司徒甲标")
    fill_in(done, "2.5", f"{LEAD}与癸标院系的成果不足")
    done.hand_in(by=done.expert)
    handed_in(scene, Shows.ALL)
    page = (
        signed_in(scene.expert)
        .get(reverse("reviews:other_sheets", args=[scene.own.application_id]))
        .content.decode()
    )
    assert "〔领衔人〕与〔本单位〕的成果不足" in page


def test_a_sheet_that_is_given_back_hides_the_others_again(scene):
    others = four_others(scene)
    handed_in(scene, Shows.ALL)
    fresh(scene.own).reopen(by=scene.staff, reason="请再看一遍。")
    assert leaks(walk(scene.expert, scenes_of(scene, others[:2]), to="reviews:"), OTHERS | WHOSE) == {}


# -- who has other ways to see ---------------------------------------------------------------------


def appointed(scene, *codes: str):
    """The expert, who gets an office of the union after they were asked; who holds one already is asked for nothing."""
    for code in codes:
        give_role(scene.expert, code)
    return User.objects.get(pk=scene.expert.pk)


def test_who_works_in_the_office_as_well_reads_no_marks_before_handing_in(scene):
    others = four_others(scene)
    person = appointed(scene, RoleCode.UNION_STAFF, RoleCode.UNION_LEADER, RoleCode.AUDITOR)
    assert leaks(walk(person, scenes_of(scene, others[:2])), SAID) == {}


def test_who_is_recused_reads_no_marks_in_the_office_either(scene):
    scene.own.recuse(by=scene.expert, reason="同门")
    others = four_others(scene)
    person = appointed(scene, RoleCode.UNION_STAFF)
    assert leaks(walk(person, scenes_of(scene, others[:1]), to="admin:reviews_"), SAID) == {}


def test_who_still_scores_downloads_no_results_that_others_had_made(scene):
    """The workbook and the award file hold what those read who asked for them."""
    four_others(scene)
    person = appointed(scene, RoleCode.UNION_STAFF)
    round_ = scene.application.round
    made = [award.start_award_file(round_, by=scene.leader)]
    made += [start(Workbook(round_, asker)) for asker in (scene.leader, person)]
    outbox.drain()
    urls = {work: reverse("records:job_result", args=[work.pk]) for work in made}
    theirs = {work: told_by(signed_in(scene.leader).get(url)) for work, url in urls.items()}
    assert [found(SAID, theirs[work]) for work in made] == [{"逐项丁标意见", "总体戊标意见"}] * 2 + [set()]
    own = {work: told_by(signed_in(person).get(url)) for work, url in urls.items()}
    assert [text[:3] for text in own.values()] == ["404", "404", "200"]
    assert leaks(own, SAID) == {}


def test_an_office_in_another_unit_opens_nothing_more(scene):
    give_role(scene.expert, RoleCode.DEPARTMENT_UNION, unit=scene.expert.unit)
    give_role(scene.expert, RoleCode.UNIT_LEADER, unit=scene.expert.unit, side="party")
    others = four_others(scene)
    for kind in ("portal:", "studios:", "reviews:", "records:"):
        assert leaks(walk(scene.expert, scenes_of(scene, others[:1]), to=kind), OTHERS | WHOSE) == {}


def test_marks_are_kept_from_everybody_at_the_unit(scene):
    """Lead and unit read what is told them with the decision, and no sheet."""
    others = four_others(scene)
    for person in (scene.studio.lead, scene.application.endorsements.get(part="party").by):
        for kind in ("portal:", "reviews:"):
            assert leaks(walk(person, scenes_of(scene, others[:1]), to=kind), OTHERS) == {}
    assert Mark.objects.filter(comment="逐项丁标意见").exists()
