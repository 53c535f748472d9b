"""What no page of ours sends is answered with a page, never with an error of ours."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from records.attachments import attach, checked
from records.pages import number
from reviews.models import PaperForm
from studios.forms import PlaceForm
from studios.models import Draft, Editor, Honour, Venue
from tests.factories import ApplicationFactory, StudioFactory
from tests.records.papers import pdf

LONG = "9" * 5000


@pytest.mark.parametrize(
    ("text", "read"),
    [("17", 17), ("", 0), (None, 0), ("-1", 0), ("１７", 0), ("²", 0), ("9" * 18, int("9" * 18)), (LONG, 0)],
)
def test_a_number_is_read_or_nought(text, read):
    assert number(text) == read


def test_numbers_of_any_length_find_nobody(cast, sign_in):
    lead, officer_ = sign_in(cast.lead), sign_in(cast.department)
    pk = cast.studio.pk
    assert lead.post(reverse("studios:editor_add", args=[pk]), {"user": LONG}).status_code == 404
    assert lead.get(reverse("studios:row_add", args=[pk, "members"]), {"person": LONG}).status_code == 404
    assert officer_.get(reverse("studios:start"), {"lead": LONG}).status_code == 200
    for address in ("studios:studios", "reviews:applications", "accounts:inbox"):
        assert lead.get(reverse(address), {"before": LONG, "after": LONG}).status_code == 200, address
    staff = sign_in(cast.staff)
    for model in ("reviews_application", "reviews_paperform", "reviews_decisiondocument"):
        assert staff.get(f"/admin/{model.replace('_', '/')}/{LONG}/change/").status_code == 404, model


@pytest.mark.parametrize("figures", [19, 30, 5000])
def test_a_certificate_of_any_number_is_looked_for(cast, sign_in, figures):
    url = f"/studios/{cast.studio.pk}/certificates/{'9' * figures}/plaque.pdf"
    assert sign_in(cast.lead).get(url).status_code == 404


@pytest.mark.parametrize("area", ["1e999999999", "1e99999999平米", "1E+1000000", "-1e999999999"])
@pytest.mark.parametrize("name", ["autosave", "part"])
def test_an_area_beyond_all_numbers_is_told_at_its_field(cast, sign_in, name, area):
    url = reverse(f"studios:{name}", args=[cast.studio.pk, "place"])
    assert sign_in(cast.lead).post(url, {"address": "新楼", "area": area}).status_code == 200
    assert Draft.objects.get().data["area"] == [area]
    assert PlaceForm({"area": area}, instance=Venue(studio=cast.studio)).errors == {
        "area": ["使用面积请填数字，如 86。"]
    }


@pytest.mark.parametrize(("stored", "shown"), [("120.0", "120"), ("86.5", "86.5"), (None, None)])
def test_an_area_comes_back_as_it_was_written(cast, stored, shown):
    venue = Venue(studio=cast.studio, area=stored and Decimal(stored))
    assert PlaceForm(instance=venue)["area"].value() == shown


# -- U+0000, which PostgreSQL cannot hold


@pytest.mark.parametrize("name", ["row_add", "editors"])
def test_nul_in_an_address_is_a_bad_request(cast, sign_in, name):
    args = [cast.studio.pk, "members"] if name == "row_add" else [cast.studio.pk]
    answer = sign_in(cast.lead).get(reverse(f"studios:{name}", args=args) + "?q=%00")
    assert answer.status_code == 400
    assert "无法处理这次请求" in answer.content.decode()


@pytest.mark.parametrize("how", ["path", "cookie"])
def test_nul_in_path_or_cookie_is_a_bad_request(client, db, how):
    if how == "cookie":
        client.cookies["sessionid"] = "0123456789\0"
    assert client.get("/studios/%00/" if how == "path" else "/").status_code == 400


@pytest.mark.parametrize("name", ["autosave", "part"])
def test_nul_falls_out_of_what_is_kept_of_a_part(cast, sign_in, name):
    url = reverse(f"studios:{name}", args=[cast.studio.pk, "place"])
    assert sign_in(cast.lead).post(url, {"address": "新\0楼", "area": "x\0", "x\0": "\0"}).status_code == 200
    assert Draft.objects.get().data == {"address": ["新楼"], "area": ["x"], "x": [""]}


@pytest.mark.parametrize("name", ["autosave_row", "row_add"])
def test_nul_falls_out_of_what_is_kept_of_a_row(cast, sign_in, name):
    args = [cast.studio.pk, "honours", *([0] if name == "autosave_row" else [])]
    before = Honour.objects.count()
    answer = sign_in(cast.lead).post(reverse(f"studios:{name}", args=args), {"title": "模\0范"})
    assert answer.status_code == 200
    assert Draft.objects.get().data == {"title": ["模范"]}
    assert Honour.objects.count() == before


# -- tokens, rows and files of elsewhere


@pytest.mark.parametrize("token", ["[" * 3900, "[" * 100_000, "9" * 5000, "[]", "{", "null"])
def test_a_token_that_is_none_shows_both_texts(cast, sign_in, token):
    url = reverse("studios:part", args=[cast.studio.pk, "place"])
    answer = sign_in(cast.lead).post(url, {"address": "新楼", "area": "50", "opened": token})
    assert answer.status_code == 409


def test_a_row_that_is_not_there_keeps_no_draft(cast, sign_in):
    other = StudioFactory(complete=True).honours.get()
    for row in (other.pk, 999_999):
        url = reverse("studios:autosave_row", args=[cast.studio.pk, "honours", row])
        assert sign_in(cast.lead).post(url, {"title": "别处"}).status_code == 404
    assert not Draft.objects.exists()


def test_a_scan_of_the_signed_form_is_no_file_of_the_studio(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    form = PaperForm.objects.create(
        application=application, snapshot=application.snapshots.get(), uploaded_by=cast.department
    )
    scan = attach(checked(SimpleUploadedFile("申报表.pdf", pdf())), form, "scan", by=cast.department)
    for user in (cast.lead, cast.co_editor):
        url = reverse("studios:file_remove", args=[cast.studio.pk, scan.pk])
        assert sign_in(user).get(url).status_code == sign_in(user).post(url).status_code == 404
    scan.refresh_from_db()
    assert scan.removed_at is None


def test_a_photo_of_the_place_is_removed_from_its_own_studio_only(cast, sign_in):
    other = StudioFactory(lead=cast.stranger, complete=True)
    Editor.objects.create(studio=other, user=cast.lead, added_by=cast.stranger)
    scan = attach(checked(SimpleUploadedFile("门口.pdf", pdf())), other.venue, "photo", by=cast.stranger)
    client = sign_in(cast.lead)
    assert client.post(reverse("studios:file_remove", args=[cast.studio.pk, scan.pk])).status_code == 404
    assert client.post(reverse("studios:file_remove", args=[other.pk, scan.pk])).status_code == 302
