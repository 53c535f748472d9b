"""A blind round full of marker words, and everything that the site answers about it, looked through for them."""

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
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from portal.demo.pictures import photo
from records.attachments import attach, checked
from reviews.models import Assignment, Panelist
from reviews.models.round import Shows
from studios.models import Member
from tests.addresses import ADDRESSES
from tests.factories import ApplicationFactory, StudioFactory, UnitFactory, UserFactory
from tests.reviews.review import assigned, expert_of, open_review
from tests.reviews.scoring import fill_in, fresh
from tests.test_every_address import address_of, signed_in

# Of other experts.
NAMED = {"司徒甲标", "评审乙标"}
UNITS = {"他校丙标学院"}
SAID = {"逐项丁标意见", "总体戊标意见", "草稿己标意见"}
REACHED = {"jiabiao@other.example", "13911112222", "T88001"}
RECUSED_FOR = {"回避卯标原因"}
OTHERS = NAMED | UNITS | SAID | REACHED | RECUSED_FOR
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


# -- the scene -------------------------------------------------------------------------------------


def make_scene(world) -> SimpleNamespace:
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
    round_ = application.round
    if round_.rubric is None:
        open_review(round_)
    round_.blind, round_.shows = True, Shows.NOTHING
    round_.save()
    own = typed_into(asked(application, world.expert), "我的意见")
    return SimpleNamespace(
        **vars(world) | {"studio": studio, "application": application, "photo": picture} | of(own),
        own=own, scan=scan, unit_of_studio=unit,
    )  # fmt: skip


def of(assignment, file=None) -> dict:
    """What the addresses of an assignment are made of; its file is the picture of the place where none is given."""
    papers = assignment.snapshot.data["files"]
    photo_ = next(one["id"] for one in papers if one["part"] == "place")
    return {"assignment": assignment, "handed_in": assignment, "frozen_photo": file or photo_}


def asked(application, expert) -> Assignment:
    """The expert sits on the panel and has opened the papers."""
    Panelist.objects.get_or_create(round=application.round, expert=expert)
    assignment = assigned(application, expert)
    assignment.accept(by=expert)
    return fresh(assignment)


def typed_into(assignment: Assignment, comment: str) -> Assignment:
    first = assignment.rubric.criteria.first()
    assignment.mark(first, by=assignment.expert, points=7, comment=comment)
    return fresh(assignment)


def one_more(scene, name: str, *, at: str = "他校丙标学院", **fields) -> Assignment:
    """Another expert of the same application, who has opened the papers."""
    return asked(scene.application, expert_of(name, UnitFactory(name=at), **fields))


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
    away.recuse(by=away.expert, reason="回避卯标原因")
    return [fresh(one) for one in (done, writing, idle, away)]


def overall(assignment: Assignment, text: str) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(overall=text)
    assignment.refresh_from_db()


def scenes_of(scene, others=()) -> list:
    """The scene as its addresses are asked for: of one's own, and of each of the others."""
    seen = [scene, *(SimpleNamespace(**vars(scene) | of(other)) for other in others)]
    scan = SimpleNamespace(**vars(scene) | {"photo": scene.scan} | of(scene.assignment, str(scene.scan.pk)))
    rows = scene.rows | {
        "accounts_unit": scene.unit_of_studio, "accounts_user": scene.studio.lead, "studios_studio": scene.studio,
        "ledgers_achievement": scene.studio.achievements.first(), "reviews_application": scene.application,
        "reviews_applicationlog": scene.application.log.last(), "reviews_round": scene.application.round,
        "reviews_assignment": others[0] if others else scene.own,
    }  # fmt: skip
    admin = SimpleNamespace(**vars(scene) | {"rows": rows})
    return [*seen, scan, admin]


def walk(user, scenes, *, to: str = "") -> dict[str, str]:
    """What each address of the site answers to a person, asked and sent to; acts are undone.

    :param to: how the names of the addresses begin, when not all are asked.
    """
    browser, answers = signed_in(user), {}
    for scene, name in product(scenes, [name for name in ADDRESSES if name.startswith(to)]):
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
