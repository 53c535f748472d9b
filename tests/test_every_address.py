"""Every address × every person: it opens for those in the table and for nobody else, and tells nobody too much."""

import io
import re
import zipfile

import pypdfium2
import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from portal.demo.pictures import photo
from records.attachments import attach, checked
from records.calendar import CalendarDay
from records.jobs import Job
from reviews.models import Moderation, Objection, PaperForm, Relation, Rubric, Visit
from studios.models import Editor, IssuedPaper, Presence
from tests.addresses import ADDRESSES, ELSEWHERE, EVERYBODY, named_addresses
from tests.cast import make_cast
from tests.factories import ApplicationFactory, StudioFactory, UserFactory, let_the_notice_pass
from tests.reviews.scoring import accepted, fill_in

pytestmark = pytest.mark.once  # who may open what does not depend on the database

BIRTH = 1937  # in nobody else's record
REFUSED = {403, 404}
# Who objects to a naming, which the one who investigates it reads and nobody else.
OBJECTOR = ("严实名", "021-62933333", "质疑者之家")
INVESTIGATOR = "staff"
SIGN_IN = ("/accounts/login/", "/admin/login/")


@pytest.fixture
def world(db):
    """The cast, an application that waits for its signatures, and one row of everything that has an address."""
    world = make_cast()
    lead = world.lead
    type(lead).objects.filter(pk=lead.pk).update(
        phone="13987654321", email="lead.private@sjd.example", birth_year=BIRTH
    )
    lead.refresh_from_db()
    member = world.studio.members.first()
    type(member).objects.filter(pk=member.pk).update(birth_year=BIRTH)
    world.photo = attach(
        checked(ContentFile(photo(0), name="全景.png")), world.studio.venue, "photo", by=lead
    )
    world.application = ApplicationFactory(studio=world.studio, submitted=True)
    named = ApplicationFactory(studio=StudioFactory(complete=True), named=True)
    world.named, world.document = named.studio, named.document
    world.certificate = named.studio.certificates.get()
    IssuedPaper.objects.create(
        certificate=world.certificate, kind="certificate", file=ContentFile(b"%PDF-", name="x.pdf"), size=5
    )
    world.assignment, world.handed_in = (reviewed_by(world.expert) for _each in range(2))
    world.frozen_photo = world.assignment.snapshot.data["files"][0]["id"]
    fill_in(world.handed_in).hand_in(by=world.expert)
    world.talk, world.visit, world.visit_photo = met_over(world.assignment.application, by=world.staff)
    world.public_notice, world.objection = objected(named, by=getattr(world, INVESTIGATOR))
    world.project = world.studio.projects.first()
    world.editor = Editor.objects.get(studio=world.studio)
    world.job = Job.objects.create(kind="nothing", title="制发证书", started_by=world.staff)
    world.notice = Notice.objects.create(
        recipient=lead, event="walk", subject="请修改申报材料", url="/studios/"
    )
    world.rows = {
        "records_job": world.job,
        "records_outbox": apps.get_model("records.Outbox").objects.create(kind="nothing"),
        "accounts_unit": world.unit,
        "accounts_user": lead,
        "studios_studio": world.studio,
        "studios_certificate": world.certificate,
        "studios_policy": world.application.round.policy,
        "ledgers_achievement": world.studio.achievements.first(),
        "reviews_application": world.application,
        "reviews_decisiondocument": world.document,
        "reviews_paperform": PaperForm.objects.create(
            application=world.application, snapshot=world.application.snapshot, uploaded_by=world.department
        ),
        "reviews_round": world.application.round,
        "reviews_rubric": Rubric.objects.create(title="试写"),
        "reviews_publicnotice": world.public_notice,
        "reviews_objection": world.objection,
        "reviews_assignment": world.assignment,
        "reviews_relation": Relation.objects.create(
            studio=world.assignment.application.studio, name="某某", reason="同门", declared_by=world.staff
        ),
        "records_calendarday": CalendarDay.objects.create(
            day=timezone.localdate(), works=True, reason="值班"
        ),
        "reviews_applicationlog": world.application.log.first(),
        "studios_studiolog": world.named.log.first(),
        "admin_logentry": LogEntry.objects.create(
            user=world.sysadmin, object_id=str(world.unit.pk), object_repr=world.unit.name, action_flag=2
        ),
    }
    return world


def objected(application, *, by):
    """The notice in which a studio stands, open today, and an objection to it that somebody investigates."""
    notice = application.notice
    let_the_notice_pass(notice, -60)
    name, contact, organisation = OBJECTOR
    objection = Objection.objects.create(
        notice=notice,
        application=application,
        number="2026-Y0001",
        name=name,
        contact=contact,
        organisation=organisation,
        text="有误。",
    )
    objection.investigators.add(by)
    return notice, objection


def met_over(application, *, by):
    """A talk about the marks, a visit, and a photo of it."""
    held = {"held_on": timezone.localdate(), "people": "王主席", "minutes": "逐项核对。", "recorded_by": by}
    visit = Visit.objects.create(application=application, **held)
    kept = attach(checked(ContentFile(photo(1), name="现场.png")), visit, "photo", by=by)
    return Moderation.objects.create(application=application, **held), visit, kept


def reviewed_by(expert):
    """An expert at work on the papers of a lead of whom everything personal is recorded."""
    lead = UserFactory(phone="13987654321", email="lead.private@sjd.example", birth_year=BIRTH)
    studio = StudioFactory(lead=lead, complete=True)
    studio.members.update(birth_year=BIRTH)
    attach(checked(ContentFile(photo(0), name="全景.png")), studio.venue, "photo", by=lead)
    application = ApplicationFactory(studio=studio, accepted=True)
    return accepted(expert, application=application, shows="all")


def test_every_address_stands_in_the_table():
    assert named_addresses() - ELSEWHERE == set(ADDRESSES)


def address_of(name, world) -> str:
    where = ADDRESSES[name].where(world)
    return reverse(name, args=where) if isinstance(where, list) else reverse(name, kwargs=where)


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_an_address_opens_for_those_it_is_for_and_tells_nobody_too_much(who, world):
    wrong, told = {}, {}
    browser = signed_in(getattr(world, who))
    for name, address in ADDRESSES.items():
        response = browser.get(address_of(name, world))
        if not as_expected(response.status_code, address, opens=who in address.opens):
            wrong[name] = response.status_code
        if found := told_too_much(text_of(response), address, who):
            told[name] = found
    assert (wrong, told) == ({}, {})


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_a_post_to_what_is_closed_changes_nothing(who, world):
    browser, before, wrong = signed_in(getattr(world, who)), fingerprint(), {}
    for name, address in ADDRESSES.items():
        if who not in address.opens:
            response = browser.post(address_of(name, world))
            if response.status_code not in REFUSED | {405}:
                wrong[name] = response.status_code
    assert wrong == {}
    assert fingerprint() == before


def test_signed_out_visitors_are_sent_to_sign_in(world):
    wrong, told = {}, {}
    for name, address in ADDRESSES.items():
        response = Client().get(address_of(name, world))
        sent = response.status_code == 302 and response["Location"].startswith(SIGN_IN)
        if sent == address.public:
            wrong[name] = (response.status_code, response.get("Location"))
        if found := told_too_much(text_of(response), address):
            told[name] = found
    assert (wrong, told) == ({}, {})


def as_expected(status: int, address, *, opens: bool) -> bool:
    """A page answers, an address for acts alone says that it takes none of this, and what is closed is closed."""
    if not opens:
        return status in REFUSED or (address.posts and status == 405)
    return status == 405 if address.posts else status not in REFUSED | {405} and status < 500


def signed_in(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def told_too_much(text: str, address, who: str = "") -> set[str]:
    """What somebody reads there and may not: of the lead who has no business with it, of who objects anybody but the
    investigator.
    """
    found = set() if who in address.personal else personal_in(text)
    return found if who == INVESTIGATOR else found | {secret for secret in OBJECTOR if secret in text}


def text_of(response) -> str:
    """All that an answer says, whatever kind of file it is."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"%PDF-1"):
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(body))
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "".join(archive.read(entry).decode("utf-8", "ignore") for entry in archive.namelist())
    if response.get("Content-Type", "").startswith("image/"):
        return ""
    return body.decode("utf-8", "ignore")


def personal_in(text: str) -> set[str]:
    """Which of the lead's telephone, mail address and birth a text holds."""
    found = {what for what in ("13987654321", "lead.private@sjd.example") if what in text}
    if re.search(rf"(?<![0-9A-Za-z-]){BIRTH}(?![0-9A-Za-z-])", text):
        found.add("birth")
    return found


def fingerprint() -> dict[str, list]:
    """Everything the product keeps, apart from what reading itself leaves behind: when somebody signed in, and which
    part they have open.
    """
    ours = ("records", "accounts", "studios", "ledgers", "reviews")
    kept = [model for model in apps.get_models() if model._meta.app_label in ours and model is not Presence]
    return {
        model._meta.label: list(
            model.objects.order_by("pk").values_list(
                *(field.attname for field in model._meta.concrete_fields if field.name != "last_login")
            )
        )
        for model in kept
    }


def test_the_fingerprint_sees_a_change_of_a_person_and_not_a_sign_in(world):
    before = fingerprint()
    signed_in(world.lead)
    assert fingerprint() == before
    type(world.lead).objects.filter(pk=world.lead.pk).update(phone="13000000000")
    assert fingerprint() != before


@pytest.mark.parametrize("who", ["auditor", "leader", "staff", "sysadmin"])
def test_an_earlier_version_is_there_to_be_read_and_nobody_writes_it_back(who, world):
    """The stock page of simple-history takes a POST, past what is read-only on the page of the row."""
    round_ = world.application.round
    first = round_.history.earliest()
    round_.title = "后来改的名称"
    round_.save()
    before = fingerprint()
    url = reverse("admin:reviews_round_simple_history", args=[round_.pk, first.pk])
    sent = {name: str(getattr(first, name)) for name in ("title", "closes_on", "endorse_by", "decide_by")}
    sent["naming_on"] = str(first.naming_on)
    assert signed_in(getattr(world, who)).post(url, sent).status_code in {403, 405}
    assert fingerprint() == before
