"""The road on paper: the form to print, the stamped scan, its check."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from PIL import Image

from records import attachments
from records.attachments import Attachment, attach, checked
from records.moves import DomainError
from reviews.actions import check_paper_form, turn_down_paper_form
from reviews.models import Endorsement, PaperForm, Part, State
from reviews.papers import application_form_pdf
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db
SIGNED = {
    "recommendation_name": "李主席",
    "recommendation_opinion": "同意推荐",
    "party_name": "赵书记",
    "party_opinion": "同意",
    "administration_name": "钱院长",
    "administration_opinion": "同意申报",
}


def png(name="扫描件.png") -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(made, "PNG")
    return SimpleUploadedFile(name, made.getvalue(), "image/png")


@pytest.fixture
def submitted(cast):
    return ApplicationFactory(studio=cast.studio, submitted=True)


def upload(client, application, scan=None, follow=True, **words):
    address = reverse("reviews:stamped", args=[application.pk])
    return client.post(address, {**words, "scan": scan or png()}, follow=follow)


def text_of(pdf: bytes) -> str:
    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_department_union_uploads_and_the_check_makes_the_signatures_count(cast, submitted, sign_in):
    upload(sign_in(cast.department), submitted, **SIGNED)
    form = PaperForm.objects.get()
    assert (form.state, form.snapshot.version, form.uploaded_by) == ("uploaded", 1, cast.department)
    scan = Attachment.objects.of(form, "scan").get()
    assert (scan.name, scan.kind) == ("扫描件.png", "png")
    assert not Endorsement.objects.exists()
    check_paper_form(form, by=cast.staff)
    rows = set(Endorsement.objects.values_list("part", "signatory", "opinion", "by", "paper"))
    assert rows == {
        ("recommendation", "李主席", "同意推荐", None, form.pk),
        ("party", "赵书记", "同意", None, form.pk),
        ("administration", "钱院长", "同意申报", None, form.pk),
    }
    submitted.refresh_from_db()
    assert submitted.state == State.RECOMMENDED


def test_the_page_leads_to_the_scan_exactly_those_who_may_open_it(cast, submitted, sign_in):
    upload(sign_in(cast.department), submitted, **SIGNED)
    address = Attachment.objects.get().get_absolute_url()
    led, opened = set(), set()
    for name, user in cast.everybody().items():
        page = sign_in(user).get(submitted.get_absolute_url())
        if page.status_code == 200 and address in page.content.decode():
            led.add(name)
        if page.status_code == 200 and sign_in(user).get(address).status_code == 200:
            opened.add(name)
    assert led == opened
    assert {"lead", "department", "party", "staff"} <= led
    assert not {"member", "leader", "auditor"} & led


def test_a_scan_is_looked_at_once_and_before_the_application_is_locked(cast, submitted, sign_in, monkeypatch):
    """Looking takes seconds, and on SQLite whoever writes waits for the lock."""
    look, inside = attachments.ask_inspection, []

    def noted(data):
        inside.append(len(connection.savepoint_ids))
        return look(data)

    monkeypatch.setattr(attachments, "ask_inspection", noted)
    client, outside = sign_in(cast.department), len(connection.savepoint_ids)
    upload(client, submitted, **SIGNED)
    assert inside == [outside]
    assert Attachment.objects.of(PaperForm.objects.get(), "scan").exists()


def test_a_form_with_one_signature_leaves_the_others_to_be_given_online(cast, submitted, sign_in):
    upload(sign_in(cast.department), submitted, party_name="赵书记", party_opinion="同意")
    check_paper_form(PaperForm.objects.get(), by=cast.staff)
    submitted.refresh_from_db()
    assert submitted.state == State.SUBMITTED
    submitted.endorse(Part.RECOMMENDATION, by=cast.department, opinion="同意")
    submitted.endorse(Part.ADMINISTRATION, by=cast.administration, opinion="同意")
    assert submitted.state == State.RECOMMENDED


def test_only_the_department_union_uploads_and_not_for_the_own_studio(cast, submitted, sign_in):
    uploaded = set()
    for name, user in cast.everybody().items():
        response = upload(sign_in(user), submitted, **SIGNED)
        assert response.status_code in (200, 403, 404)
        if PaperForm.objects.exists():
            uploaded.add(name)
            turn_down_paper_form(PaperForm.objects.get(), by=cast.staff, reason="重新扫描")
            PaperForm.objects.all().update(state="turned_down")
            submitted.paper_forms.first().log.all().delete()
            Attachment.objects.all().delete()
            PaperForm.objects.all().delete()
    assert uploaded == {"department"}


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ({}, "recommendation_name"),
        ({"party_name": "赵书记"}, "party_opinion"),
        ({"party_opinion": "同意"}, "party_name"),
        (SIGNED | {"party_name": "李主席"}, "party_name"),
    ],
    ids=["nothing", "no opinion", "no name", "one name twice"],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_kept(words, wrong, cast, submitted, sign_in):
    response = upload(sign_in(cast.department), submitted, **words)
    assert list(response.context["form"].errors) == [wrong]
    assert not PaperForm.objects.exists()
    assert not Attachment.objects.exists()


def test_each_line_above_the_form_names_the_part_in_which_something_is_wrong(cast, submitted, sign_in):
    words = {f"{part}_opinion": "同意" for part in Part.values}
    page = upload(sign_in(cast.department), submitted, **words).content.decode()
    summary = page.partition("error-summary")[2].partition("</ul>")[0]
    lines = [line.partition("</a>")[0].rpartition(">")[2] for line in summary.split("<li>")[1:]]
    assert lines == [f"{Part(part).label}：请填写签署人姓名。" for part in Part.values]


@pytest.mark.parametrize(
    "scan",
    [
        SimpleUploadedFile("scan.pdf", b"", "application/pdf"),
        SimpleUploadedFile("scan.pdf", b"not a pdf at all", "application/pdf"),
        SimpleUploadedFile("scan.png", b"PK\x03\x04broken", "image/png"),
    ],
    ids=["empty", "text", "archive"],
)
def test_a_scan_that_is_none_is_refused_with_a_sentence(scan, cast, submitted, sign_in):
    response = upload(sign_in(cast.department), submitted, scan=scan, **SIGNED)
    assert list(response.context["form"].errors) == ["scan"]
    assert not PaperForm.objects.exists()


def test_one_form_waits_at_a_time(cast, submitted, sign_in):
    client = sign_in(cast.department)
    upload(client, submitted, **SIGNED)
    assert "已有一份盖章申报表待核对" in upload(client, submitted, **SIGNED).content.decode()
    assert PaperForm.objects.count() == 1


def test_a_form_turned_down_says_why_and_another_may_come(cast, submitted, sign_in):
    client = sign_in(cast.department)
    upload(client, submitted, **SIGNED)
    with pytest.raises(DomainError):
        turn_down_paper_form(PaperForm.objects.get(), by=cast.staff, reason=" ")
    turn_down_paper_form(PaperForm.objects.get(), by=cast.staff, reason="第二页缺公章")
    assert "第二页缺公章" in client.get(submitted.get_absolute_url()).content.decode()
    upload(client, submitted, **SIGNED)
    assert sorted(PaperForm.objects.values_list("state", flat=True)) == ["turned_down", "uploaded"]


def test_a_name_that_has_signed_online_does_not_sign_again_on_paper(cast, submitted, sign_in):
    submitted.endorse(Part.PARTY, by=cast.party, opinion="同意")
    words = {"administration_name": cast.party.name, "administration_opinion": "同意"}
    response = upload(sign_in(cast.department), submitted, **words)
    assert list(response.context["form"].errors) == ["administration_name"]
    assert "party_name" not in response.context["form"].fields


def test_the_form_before_handing_in_is_marked_as_a_draft_and_after_it_bears_the_number(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    address = reverse("reviews:form", args=[application.pk, "pdf"])
    client = sign_in(cast.lead)
    before = text_of(client.get(address).content)
    assert "草稿" in before
    application.submit(by=cast.lead, on=application.round.opens_on)
    after = text_of(client.get(address).content)
    assert application.number in after
    assert "草稿" not in after


def test_the_form_holds_the_frozen_papers_and_the_opinions(cast, submitted, sign_in):
    submitted.endorse(Part.PARTY, by=cast.party, opinion="材料属实同意")
    cast.studio.projects.update(name="后来改的名字")
    pdf = text_of(sign_in(cast.lead).get(reverse("reviews:form", args=[submitted.pk, "pdf"])).content)
    assert "装备可靠性提升" in pdf.replace("\n", "")
    assert "材料属实同意" in pdf.replace("\n", "")
    assert "后来改的名字" not in pdf.replace("\n", "")


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_the_form_downloads_under_its_chinese_name(kind, cast, submitted, sign_in):
    from urllib.parse import unquote

    response = sign_in(cast.department).get(reverse("reviews:form", args=[submitted.pk, kind]))
    assert response.status_code == 200
    assert f"{cast.studio.name}申报表.{kind}" in unquote(response["Content-Disposition"])


def test_birth_stands_in_no_form_of_who_may_not_see_it(cast, submitted, sign_in, monkeypatch):
    seen = {}

    def note(data, **kwargs):
        seen["data"] = data
        return application_form_pdf(data, **kwargs) if False else b"%PDF-"

    monkeypatch.setitem(__import__("reviews.views.papers", fromlist=["MAKERS"]).MAKERS, "pdf", note)
    address = reverse("reviews:form", args=[submitted.pk, "pdf"])
    for user, entitled in (
        (cast.department, True),
        (cast.party, False),
        (cast.member, False),
        (cast.auditor, False),
    ):
        sign_in(user).get(address)
        births = [seen["data"]["lead"]["birth"], *(row["birth_year"] for row in seen["data"]["members"])]
        assert any(births) is entitled


def test_a_frozen_file_stays_readable_when_its_row_is_gone(cast, sign_in):

    honour = cast.studio.honours.get()
    kept = attach(checked(png("证书.png")), honour, "scan", by=cast.lead)
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    kept.remove(by=kept.uploaded_by)
    honour.delete()
    address = reverse("reviews:frozen_file", args=[application.pk, 1, kept.pk])
    page = sign_in(cast.party).get(application.get_absolute_url()).content.decode()
    assert address in page
    assert sign_in(cast.party).get(address).status_code == 200
    assert sign_in(cast.stranger).get(address).status_code == 404
    other = attach(checked(png("别的.png")), cast.studio.projects.get(), "file", by=cast.lead)
    strange = reverse("reviews:frozen_file", args=[application.pk, 1, other.pk])
    assert sign_in(cast.party).get(strange).status_code == 404


@pytest.mark.parametrize(
    ("name", "kept"), [("㋿" * 30, "令和" * 30), ("㋿" * 31, None), ("赵 " * 30, "赵" * 30)]
)
def test_a_name_is_measured_as_it_is_kept(name, kept, cast, submitted, sign_in):
    """㋿ is compared as 令和: 50 of them pass a field of 60 signs and do not fit into the column."""
    response = upload(sign_in(cast.department), submitted, party_name=name, party_opinion="同意")
    assert [form.party_name for form in PaperForm.objects.all()] == ([kept] if kept else [])
    if kept is None:
        assert list(response.context["form"].errors) == ["party_name"]
        assert len(response.context["form"].errors["party_name"]) == 1
