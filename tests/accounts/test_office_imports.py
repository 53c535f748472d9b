"""Units and people come into the office by lists, from the upload to the confirmation."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Unit, User
from records.models import PendingImport
from tests.factories import UnitFactory

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent.parent / "samples"


def upload(client, kind, content, name="list.xlsx", follow=True):
    return client.post(
        reverse(f"admin:accounts_{kind}_import"), {"file": SimpleUploadedFile(name, content)}, follow=follow
    )


def confirm(client, preview):
    """Presses the button of a preview that was shown."""
    return client.post(
        preview.redirect_chain[-1][0] if preview.redirect_chain else preview.request["PATH_INFO"],
        {"plan": preview.context["plan"].fingerprint},
        follow=True,
    )


def sample(name):
    return (SAMPLES / name).read_bytes()


@pytest.mark.parametrize("role", ["sysadmin", "union_staff"])
def test_an_import_writes_nothing_before_it_is_confirmed(as_, role):
    client = as_(role)
    before = Unit.objects.count()
    preview = upload(client, "unit", sample("units.xlsx"))
    page = preview.content.decode()
    for words in ("不存在的研究院", "单位编码", "05000", "船舶与海洋工程学院"):
        assert words in page
    assert Unit.objects.count() == before
    done = confirm(client, preview)
    assert done.context["outcome"] == {"new": 28, "changed": 0, "same": 0, "bad": 4}
    assert Unit.objects.count() == before + 28
    again = upload(client, "unit", sample("units.xlsx"))
    assert again.context["counts"] == {"new": 0, "changed": 0, "same": 28, "bad": 4}


def test_people_are_imported_and_their_bad_rows_downloaded(as_):
    client = as_("sysadmin")
    confirm(client, upload(client, "unit", sample("units.xlsx")))
    preview = upload(client, "user", sample("people.xlsx"), name="人员 2026.xlsx")
    here = preview.redirect_chain[-1][0]
    assert preview.context["counts"] == {"new": 400, "changed": 0, "same": 0, "bad": 8}
    bad = client.get(here + "bad-rows.xlsx")
    assert (
        load_workbook(io.BytesIO(bad.content)).active.max_row == 10
    )  # with the row that one of them contradicts
    assert "%E4%BA%BA%E5%91%98%202026" in bad["Content-Disposition"]
    confirm(client, preview)
    assert User.objects.filter(password__startswith="!").count() == 400


def test_a_second_click_and_a_second_page_import_once(as_):
    client = as_("sysadmin")
    preview = upload(client, "unit", sample("units.xlsx"))
    confirm(client, preview)
    histories = Unit.history.count()
    confirm(client, preview)
    assert Unit.history.count() == histories


def test_a_preview_that_is_no_longer_true_is_shown_again(as_):
    client = as_("sysadmin")
    preview = upload(client, "unit", sample("units.xlsx"))
    UnitFactory(code="30000", name="图书馆", kind="direct")
    before = Unit.objects.count()
    again = confirm(client, preview)
    assert again.status_code == 200
    assert again.context["counts"]["changed"] == 1
    assert Unit.objects.count() == before
    confirm(client, again)
    assert Unit.objects.count() == before + 27


def test_a_stale_preview_is_not_confirmed_because_another_tab_saw_a_fresh_one(as_):
    client = as_("sysadmin")
    stale = upload(client, "unit", sample("units.xlsx"))
    UnitFactory(code="30000", name="图书馆", kind="direct")
    before = Unit.objects.count()
    client.get(stale.redirect_chain[-1][0])
    assert confirm(client, stale).context["counts"]["changed"] == 1
    client.post(stale.redirect_chain[-1][0])  # nor without saying what was seen
    assert Unit.objects.count() == before


def test_the_preview_calls_the_columns_of_a_list_by_their_names(as_):
    client = as_("sysadmin")
    preview = upload(client, "unit", sample("units.xlsx"))
    page = preview.content.decode()
    assert '<th scope="col">单位编码</th><th scope="col">单位名称</th>' in page
    assert ">姓名<" not in page
    confirm(client, preview)
    page = upload(client, "user", sample("people.xlsx")).content.decode()
    assert '<th scope="col">工号</th><th scope="col">姓名</th>' in page


def test_an_upload_is_seen_by_its_owner_only(as_, client):
    here = upload(as_("sysadmin"), "unit", sample("units.xlsx")).redirect_chain[-1][0]
    other = as_("union_staff")
    assert other.get(here).status_code == 404
    assert other.post(here).status_code == 404
    assert other.get(here + "bad-rows.xlsx").status_code == 404


@pytest.mark.parametrize("role", ["union_leader", "finance", "auditor", "expert"])
@pytest.mark.parametrize("kind", ["unit", "user"])
def test_others_import_nothing(as_, role, kind):
    response = upload(as_(role), kind, sample("units.xlsx"), follow=False)
    assert response.status_code in {302, 403}
    assert not PendingImport.objects.exists()


def test_a_file_that_is_no_list_is_explained_on_the_form(as_):
    response = upload(as_("sysadmin"), "user", b"%PDF-1.7 nothing", name="people.xlsx")
    assert response.context["form"].errors["file"]
    assert not PendingImport.objects.exists()


def test_the_empty_list_has_the_headings_the_reader_knows(as_):
    client = as_("sysadmin")
    for kind in ("unit", "user"):
        headings = client.get(reverse(f"admin:accounts_{kind}_import_headings")).content
        assert upload(client, kind, headings).context["counts"] == {
            "new": 0,
            "changed": 0,
            "same": 0,
            "bad": 0,
        }
