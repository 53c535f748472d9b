"""An expert who has not handed in learns nothing of the others, and in a blind round not whose papers they are.

Whatever the site answers is looked through: pages, files, PDFs before and behind, archives, headers, mail. Marker words
stand in every place that must not show.
"""

import html
import io
import json
import re
import zipfile
from itertools import product
from types import SimpleNamespace
from urllib.parse import unquote

import pikepdf
import pypdfium2
import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, RoleCode
from portal.demo.pictures import photo
from records import outbox
from records.attachments import attach, checked
from reviews.expert_reminders import remind
from reviews.models import Assignment, Mark, Panelist
from reviews.models.round import Shows
from studios.models import Member
from tests.addresses import ADDRESSES
from tests.factories import ApplicationFactory, StudioFactory, UnitFactory, UserFactory, give_role
from tests.reviews.review import assigned, expert_of, open_review
from tests.reviews.scoring import fill_in, fresh, page_of, typed
from tests.test_every_address import address_of, signed_in, world  # noqa: F401

pytestmark = pytest.mark.once  # what is told does not depend on the database

# Of other experts.
NAMED = {"司徒甲标", "评审乙标"}
UNITS = {"他校丙标学院"}
SAID = {"逐项丁标意见", "总体戊标意见", "草稿己标意见"}
REACHED = {"jiabiao@other.example", "13911112222", "T88001"}
OTHERS = NAMED | UNITS | SAID | REACHED
# Of the studio.
LEAD, MEMBER, LEFT = "龚庚标", "宋辛标", "唐壬标"
WHOSE = {
    LEAD, MEMBER, LEFT, f"{LEAD}劳模创新工作室", "癸标工程学院", "癸标院系", "癸标主席",
    "ZJ-4471-88", "KJ-9023-17", "13833334444", "gengbiao@sjd.example", "T77002", "子标楼412室", "全景丑标", "证书寅标",
}  # fmt: skip


# -- what an answer tells --------------------------------------------------------------------------


def told_by(response) -> str:
    """Everything that an answer says: its headers, its text, and what stands in a file of it."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{response.status_code}\n{unquote(headers)}\n{words_of(body, response.get('Content-Type', ''))}"


def words_of(body: bytes, kind: str = "") -> str:
    if body.startswith(b"%PDF-1"):
        return words_of_pdf(body)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "\n".join(f"{name}\n{words_of(archive.read(name))}" for name in archive.namelist())
    text = body.decode("utf-8", "ignore")
    if "json" in kind:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return html.unescape(unquote(text))


def words_of_pdf(body: bytes) -> str:
    """What is to be read on its pages, without line breaks, and what stands behind them."""
    pages = "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(body))
    with pikepdf.open(io.BytesIO(body)) as pdf:
        behind = [f"{name}: {value}" for name, value in pdf.docinfo.items()]
        with pdf.open_metadata() as metadata:
            behind += [f"{name}: {value}" for name, value in metadata.items()]
        with pdf.open_outline() as outline:
            behind += [item.title for item in outline.root]
        behind += list(pdf.attachments)
    return re.sub(r"\s", "", pages) + "\n" + "\n".join(behind)


def found(markers: set[str], text: str) -> set[str]:
    return {marker for marker in markers if marker in text}


def test_a_marker_is_found_in_whatever_kind_of_file():
    from openpyxl import Workbook

    from records.documents import html_to_pdf

    book = Workbook()
    book.active.append(["丁标"])
    book.save(packed := io.BytesIO())
    pdf = html_to_pdf("<html><head><title>戊标</title></head><body><p>己标</p></body></html>")
    assert found({"丁标"}, words_of(packed.getvalue())) == {"丁标"}
    assert found({"戊标", "己标"}, words_of(pdf)) == {"戊标", "己标"}
    assert found({"丁标"}, words_of(json.dumps({"a": "丁标"}).encode(), "application/json")) == {"丁标"}


# -- the scene -------------------------------------------------------------------------------------


@pytest.fixture
def scene(world):  # noqa: F811
    """A blind round in which the cast's expert has opened the papers of a studio full of markers, and written some."""
    unit = UnitFactory(name="癸标工程学院", short_name="癸标院系", union_chair="癸标主席")
    lead = UserFactory(
        unit=unit,
        name=LEAD,
        staff_no="T77002",
        phone="13833334444",
        email="gengbiao@sjd.example",
        post="癸标院长",
    )
    studio = StudioFactory(lead=lead, unit=unit, complete=True)
    studio.direction = studio.plan_goals = f"{LEAD}同{MEMBER}、{LEFT}在癸标院系研究；电话13833334444"
    studio.save()
    studio.members.filter(name="宋青").update(name=MEMBER)
    Member.objects.create(studio=studio, name=LEFT, left_on=timezone.localdate())
    studio.honours.update(certificate_no="ZJ-4471-88")
    studio.projects.update(number="KJ-9023-17", funder="癸标工程学院")
    studio.achievements.update(owner=f"{LEAD}、{MEMBER}", benefit=f"{LEAD}推广")
    studio.rule_documents.update(title=f"{LEAD}劳模创新工作室管理办法")
    type(studio.venue).objects.update(address="子标楼412室")
    studio.venue.refresh_from_db()
    picture = attach(checked(ContentFile(photo(2), name="全景丑标.png")), studio.venue, "photo", by=lead)
    scan = attach(
        checked(ContentFile(photo(3), name="证书寅标.png")), studio.honours.first(), "scan", by=lead
    )
    application = ApplicationFactory(studio=studio, accepted=True)
    round_ = open_review(application.round, world.expert)
    round_.blind = True
    round_.save()
    own = assigned(application, world.expert)
    own.accept(by=world.expert)
    own = typed_into(own, "我的意见")
    return SimpleNamespace(
        **vars(world) | {"studio": studio, "application": application, "photo": picture, "assignment": own},
        own=own, scan=scan, unit_of_studio=unit,
    )  # fmt: skip


def typed_into(assignment: Assignment, comment: str) -> Assignment:
    first = assignment.rubric.criteria.first()
    assignment.mark(first, by=assignment.expert, points=7, comment=comment)
    return fresh(assignment)


def one_more(scene, name: str, *, at: str = "他校丙标学院", **fields) -> Assignment:
    """Another expert of the same application, who has opened the papers."""
    expert = expert_of(name, UnitFactory(name=at), **fields)
    Panelist.objects.create(round=scene.application.round, expert=expert)
    assignment = assigned(scene.application, expert)
    assignment.accept(by=expert)
    return fresh(assignment)


def four_others(scene) -> list[Assignment]:
    """One has handed in, one is writing, one has only opened the papers, one has recused themselves."""
    done = one_more(scene, "司徒甲标", email="jiabiao@other.example", phone="13911112222", staff_no="T88001")
    fill_in(done, "2.5", "逐项丁标意见")
    overall(done, "总体戊标意见")
    done.hand_in(by=done.expert)
    writing = one_more(scene, "评审乙标", at="第二他校学院")
    typed_into(writing, "草稿己标意见")
    idle = one_more(scene, "评审乙标", at="第三他校学院")
    away = one_more(scene, "评审乙标", at="第四他校学院")
    away.recuse(by=away.expert, reason="逐项丁标意见")
    return [fresh(one) for one in (done, writing, idle, away)]


def overall(assignment: Assignment, text: str) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(overall=text)
    assignment.refresh_from_db()


def scenes_of(scene, others=()) -> list:
    """The scene as its addresses are asked for: of one's own, and of each of the others."""
    seen = [scene]
    for other in others:
        seen.append(SimpleNamespace(**vars(scene) | {"assignment": other}))
    scan = SimpleNamespace(**vars(scene) | {"photo": scene.scan})
    rows = scene.rows | {
        "accounts_unit": scene.unit_of_studio, "accounts_user": scene.studio.lead, "studios_studio": scene.studio,
        "ledgers_achievement": scene.studio.achievements.first(), "reviews_application": scene.application,
        "reviews_applicationlog": scene.application.log.last(), "reviews_round": scene.application.round,
        "reviews_assignment": others[0] if others else scene.own,
    }  # fmt: skip
    admin = SimpleNamespace(**vars(scene) | {"rows": rows})
    return [*seen, scan, admin]


def walk(user, scenes) -> dict[str, str]:
    """What each address of the site answers to a person, asked and sent to; acts are undone."""
    browser, answers = signed_in(user), {}
    for scene, name in product(scenes, ADDRESSES):
        url = address_of(name, scene)
        if url in answers:
            continue
        answers[url] = told_by(browser.get(url))
        if name not in ENDS_THE_SESSION:
            with transaction.atomic():
                answers[f"POST {url}"] = told_by(browser.post(url, follow=True))
                transaction.set_rollback(True)
    return answers


ENDS_THE_SESSION = {"account_logout", "admin:logout", "account_change_password", "account_set_password"}


def leaks(answers: dict[str, str], markers: set[str]) -> dict[str, set[str]]:
    return {name: told for name, text in answers.items() if (told := found(markers, text))}


# -- before handing in -----------------------------------------------------------------------------


def test_no_address_tells_of_other_experts_or_whose_papers_they_are(scene):
    others = four_others(scene)
    answers = walk(scene.expert, scenes_of(scene, others))
    assert leaks(answers, OTHERS | WHOSE) == {}
    own = reverse("reviews:assignment", args=[scene.own.pk])
    assert "我的意见" in told_by(signed_in(scene.expert).get(own))


def test_the_walk_finds_what_is_told_to_those_who_may_know(scene):
    """A walk that finds nothing because it reads nothing would prove nothing."""
    answers = walk(scene.auditor, scenes_of(scene, four_others(scene)))
    told = set().union(*leaks(answers, OTHERS | WHOSE).values())
    assert told >= NAMED | {
        LEAD,
        MEMBER,
        f"{LEAD}劳模创新工作室",
        "癸标工程学院",
        "KJ-9023-17",
        "全景丑标",
        "证书寅标",
    }


@time_machine.travel(timezone.now(), tick=False)
def test_the_site_answers_alike_whether_nobody_else_reviews_or_four_do(scene):
    before = walk(scene.expert, scenes_of(scene))
    four_others(scene)
    after = walk(scene.expert, scenes_of(scene))
    assert {name for name in before if plain(before[name]) != plain(after[name])} == set()


NONCES = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|nonce-[^\'";]*|csrftoken=[^;]*|sessionid=[^;]*'
    r'|"X-CSRFToken": ?"[^"]*"|X-Reference: .*|<code>[0-9a-f]{8}</code>'
)


def plain(text: str) -> str:
    """Without what is drawn by lot for every answer."""
    return NONCES.sub("", text)


def test_what_is_saved_while_another_hands_in_is_answered_as_if_nobody_did(scene):
    browser, url = signed_in(scene.expert), reverse("reviews:autosave_review", args=[scene.own.pk])

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
    [done, *_rest] = four_others(scene)
    nobody = Assignment.objects.latest("pk").pk + 1000
    for name in [one for one in ADDRESSES if "pk" in (address_of_review(one) or ())]:
        asked = [address_of(name, SimpleNamespace(**vars(scene) | {"assignment": one}))
                 for one in (done, SimpleNamespace(pk=nobody))]  # fmt: skip
        assert browser.get(asked[0]).status_code == browser.get(asked[1]).status_code, name


def address_of_review(name: str):
    """The arguments of an address of an assignment; None for any other."""
    probe = SimpleNamespace(assignment=SimpleNamespace(pk=0), photo=SimpleNamespace(pk="x"))
    try:
        where = ADDRESSES[name].where(probe)
    except AttributeError:
        return None
    return where or None


def test_a_search_by_how_a_name_is_read_finds_nothing(scene):
    four_others(scene)
    browser = signed_in(scene.expert)
    asked = ["/", reverse("studios:studios"), reverse("reviews:applications"), reverse("reviews:reviews")]
    for url in asked:
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
        scene.own.reopen(by=scene.staff, reason="请再看一遍。")
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
    assert (len(notices), len(letters)) == (3, 3)  # asked, reminded, given back
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
    answers = walk(scene.expert, scenes_of(scene, others))
    assert set().union(*leaks(answers, OTHERS | WHOSE).values(), set()) == told
    page = signed_in(scene.expert).get(reverse("reviews:other_sheets", args=[scene.own.pk]))
    assert page.status_code == (404 if shows == Shows.NOTHING else 200)
    if page.status_code == 200:
        assert "2.5" in page.content.decode()


def test_what_others_say_of_a_studio_is_read_without_its_names(scene):
    done = one_more(scene, "司徒甲标")
    fill_in(done, "2.5", f"{LEAD}与癸标院系的成果不足")
    done.hand_in(by=done.expert)
    handed_in(scene, Shows.ALL)
    page = signed_in(scene.expert).get(reverse("reviews:other_sheets", args=[scene.own.pk])).content.decode()
    assert "〔领衔人〕与〔本单位〕的成果不足" in page


def test_a_sheet_that_is_given_back_hides_the_others_again(scene):
    others = four_others(scene)
    handed_in(scene, Shows.ALL)
    fresh(scene.own).reopen(by=scene.staff, reason="请再看一遍。")
    assert leaks(walk(scene.expert, scenes_of(scene, others)), OTHERS | WHOSE) == {}


# -- who has other ways to see ---------------------------------------------------------------------


@pytest.mark.parametrize("office", ["staff", "leader", "auditor"])
def test_who_works_in_the_office_as_well_reads_no_marks_before_handing_in(scene, office):
    person = getattr(scene, office)
    give_role(person, RoleCode.EXPERT)
    Panelist.objects.create(round=scene.application.round, expert=person)
    own = assigned(scene.application, person)
    own.accept(by=person)
    others = four_others(scene)
    assert (
        leaks(walk(person, scenes_of(SimpleNamespace(**vars(scene) | {"assignment": own}), others)), SAID)
        == {}
    )


@pytest.mark.parametrize("code", [RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER])
def test_an_office_in_another_unit_opens_nothing_more(scene, code):
    side = "party" if code == RoleCode.UNIT_LEADER else ""
    give_role(scene.expert, code, unit=scene.expert.unit, side=side)
    others = four_others(scene)
    assert leaks(walk(scene.expert, scenes_of(scene, others)), OTHERS | WHOSE) == {}


def test_marks_are_kept_from_everybody_at_the_unit(scene):
    """Lead and unit read what is told them with the decision, and no sheet."""
    others = four_others(scene)
    for person in (scene.studio.lead, scene.application.endorsements.get(part="party").by):
        assert leaks(walk(person, scenes_of(scene, others)), OTHERS) == {}
    assert Mark.objects.filter(comment="逐项丁标意见").exists()
