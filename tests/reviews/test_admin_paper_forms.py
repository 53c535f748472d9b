"""Stamped forms in the office: the scan beside the papers, found to agree or turned down with a reason."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from records.attachments import Attachment, checked
from reviews.actions import upload_paper_form
from reviews.models import PaperForm, Part, State
from tests.factories import ApplicationFactory
from tests.records.papers import pdf

LIST = reverse("admin:reviews_paperform_changelist")
SIGNED = {
    Part.RECOMMENDATION: ("李主席", "同意推荐"),
    Part.PARTY: ("赵书记", "同意"),
    Part.ADMINISTRATION: ("钱院长", "同意申报"),
}


def opens(client, url) -> bool:
    """Whether the page or file is shown. The file is closed; ``close()`` would end the test's transaction too."""
    response = client.get(url)
    for close in response._resource_closers:
        close()
    return response.status_code == 200


def picture() -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(made, "PNG")
    return SimpleUploadedFile("盖章扫描件.png", made.getvalue(), "image/png")


def upload(cast, application=None, scan=None) -> PaperForm:
    scan = checked(scan or picture())
    application = application or ApplicationFactory(studio=cast.studio, submitted=True)
    return upload_paper_form(application, by=cast.department, scan=scan, signed=SIGNED)


def page_of(form):
    return reverse("admin:reviews_paperform_change", args=[form.pk])


def test_the_page_shows_scan_opinions_and_the_papers_handed_in(cast, sign_in):
    form = upload(cast)
    scan = Attachment.objects.of(form, "scan").get()
    page = sign_in(cast.staff).get(page_of(form)).content.decode()
    shown = reverse("admin:reviews_paperform_scan", args=[form.pk, scan.pk])
    for said in (f'src="{shown}"', "赵书记", "同意申报", "高精度装备的故障诊断", "核对一致"):
        assert said in page


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_beside_the_papers_or_not_there_is_a_link_to_the_scan_in_a_window_of_its_own(cast, sign_in, kind):
    """Browsers of telephones draw no PDF within a page."""
    scan = SimpleUploadedFile("盖章申报表.pdf", pdf(2), "application/pdf") if kind == "pdf" else picture()
    form, client = upload(cast, scan=scan), sign_in(cast.staff)
    shown = reverse(
        "admin:reviews_paperform_scan", args=[form.pk, Attachment.objects.of(form, "scan").get().pk]
    )
    page = client.get(page_of(form)).content.decode()
    assert f'href="{shown}" target="_blank" rel="noopener">在新窗口中打开扫描件</a>' in page
    assert (f'<iframe class="scan" src="{shown}#' in page) is (kind == "pdf")
    assert (f'<img src="{shown}"' in page) is (kind == "png")
    response = client.get(shown)
    assert response["Content-Disposition"].startswith("inline")
    assert response["Content-Type"] == {"pdf": "application/pdf", "png": "image/png"}[kind]
    assert "sandbox" not in response["Content-Security-Policy"]
    for close in response._resource_closers:
        close()


def test_found_to_agree_the_opinions_count(cast, sign_in):
    form = upload(cast)
    assert sign_in(cast.staff).post(page_of(form), {"check": "1"}).url == page_of(form)
    form.refresh_from_db()
    form.application.refresh_from_db()
    assert (form.state, form.application.state) == ("checked", State.RECOMMENDED)
    assert form.log.get().actor == cast.staff


def test_pressed_twice_it_counts_once(cast, sign_in):
    form, client = upload(cast), sign_in(cast.staff)
    for _press in range(2):
        assert client.post(page_of(form), {"check": "1"}).status_code == 302
    assert form.log.count() == 1
    assert form.application.endorsements.count() == 3


def test_turned_down_the_reason_is_kept_and_shown(cast, sign_in):
    form, client = upload(cast), sign_in(cast.staff)
    page = client.post(
        page_of(form), {"turn_down": "1", "reason": "缺少行政公章。"}, follow=True
    ).content.decode()
    form.refresh_from_db()
    assert (form.state, form.application.endorsements.count()) == ("turned_down", 0)
    assert "缺少行政公章。" in page
    assert "核对一致</button>" not in page


def test_turning_down_needs_a_reason(cast, sign_in):
    form = upload(cast)
    response = sign_in(cast.staff).post(page_of(form), {"turn_down": "1", "reason": " "})
    assert set(response.context["form"].errors) == {"reason"}
    form.refresh_from_db()
    assert form.state == "uploaded"


def test_who_sees_and_who_answers(cast, sign_in):
    form = upload(cast)
    scan = Attachment.objects.of(form, "scan").get()
    shown = reverse("admin:reviews_paperform_scan", args=[form.pk, scan.pk])
    everybody = cast.everybody().items()
    office = {"staff", "staff_member"}
    for url in (LIST, page_of(form)):
        assert {name for name, user in everybody if opens(sign_in(user), url)} == office | {"auditor"}
    assert {
        name for name, user in everybody if opens(sign_in(user), shown)
    } == office  # it bears personal data
    for name, user in everybody:
        if name != "staff":
            assert sign_in(user).post(page_of(form), {"check": "1"}).status_code in (302, 403), name
            form.refresh_from_db()
            assert form.state == "uploaded", name


def test_a_scan_shows_in_our_own_page_only(cast, sign_in):
    form = upload(cast)
    scan = Attachment.objects.of(form, "scan").get()
    client = sign_in(cast.staff)
    response = client.get(reverse("admin:reviews_paperform_scan", args=[form.pk, scan.pk]))
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]
    other = Attachment.objects.create(
        target=cast.studio, slot="photo", name="a.png", kind="png", size=1, sha256="", file="x"
    )
    assert client.get(reverse("admin:reviews_paperform_scan", args=[form.pk, other.pk])).status_code == 404


@pytest.mark.parametrize("asked", ["龚䶮", "gongyan", "gyl"])
def test_a_form_is_found(cast, sign_in, asked):
    form = upload(cast)
    upload(cast, ApplicationFactory(submitted=True))
    assert [one.pk for one in sign_in(cast.staff).get(LIST, {"q": asked}).context["cl"].result_list] == [
        form.pk
    ]


def test_the_list_asks_the_same_number_of_queries_with_1_and_with_5_rows(cast, sign_in):
    client = sign_in(cast.staff)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).status_code == 200
        return len([query for query in asked if query["sql"].startswith("SELECT")])

    upload(cast)
    one = queries()
    for _number in range(4):
        upload(cast, ApplicationFactory(submitted=True))
    assert queries() == one <= 10
