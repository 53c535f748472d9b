"""Signed on paper: the form is downloaded, stamped, scanned, uploaded, compared and found to agree."""

import io

import docx
import pytest
from playwright.sync_api import expect

from reviews.models import Application, Part, State
from tests.browser import PHONE, WIDE
from tests.factories import ApplicationFactory, UserFactory, signatories
from tests.journeys.setting_up import text_of
from tests.records import papers

pytestmark = pytest.mark.django_db(transaction=True)
SIGNED = {
    "部门工会推荐意见": ("魏涛波", "同意推荐。"),
    "党组织意见": ("郑秀强", "情况属实，同意申报。"),
    "行政意见": ("仇志嘉", "同意，保障场地与经费。"),
}
SCANS = {
    "盖章申报表.pdf": lambda: papers.pdf(2),
    "盖章页.jpg": lambda: papers.picture("JPEG", (620, 877)),
}


@pytest.mark.parametrize(
    ("size", "scan"), [(WIDE, "盖章申报表.pdf"), (PHONE, "盖章页.jpg")], ids=["desk, PDF", "phone, picture"]
)
def test_on_paper(company, size, scan):
    application = ApplicationFactory(submitted=True, studio__lead__name="王㛃")
    officer = signatories(application.studio.unit)[Part.RECOMMENDATION]
    department = company.somebody(sizes=[size], user=officer)
    staff = company.somebody(sizes=[size], user=UserFactory(roles=[("union_staff",)]))
    lead = company.somebody(sizes=[size], user=application.studio.lead)
    download(department, application)
    content = SCANS[scan]()
    upload(department, scan, content)
    compare(staff, content)
    application = Application.objects.get()
    assert application.state == State.RECOMMENDED
    given = {one.part: (one.signatory, one.opinion) for one in application.endorsements.all()}
    assert given == dict(zip(Part.values, SIGNED.values(), strict=True))
    lead.open(application.get_absolute_url())
    lead.sees("同意，保障场地与经费。")
    lead.sees("见盖章申报表")
    lead.look("recommended")


def download(department, application):
    """The form as PDF and as Word, with the name as it is written."""
    department.open(application.get_absolute_url())
    assert "王㛃" in text_of(department.document("申报表（PDF）"))
    word = docx.Document(io.BytesIO(department.download("申报表（Word）")))
    cells = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    assert "王㛃" in cells


def upload(department, scan, content):
    """A scan that is none, and a missing name, are said beside their fields."""
    department.follow("上传盖章申报表")
    department.look("upload")
    department.upload("盖章申报表扫描件", "扫描.pdf", b"GIF89a")
    department.press("上传申报表")
    department.is_told("")
    department.look("upload-refused")
    for group, (name, opinion) in SIGNED.items():
        fields = department.page.locator("fieldset", has_text=group)
        fields.get_by_label("签署人").fill(name)
        fields.get_by_label("表上所写意见").fill(opinion)
    department.upload("盖章申报表扫描件", scan, content)
    department.press("上传申报表")
    department.sees("已上传")
    department.look("uploaded")


def compare(staff, content):
    """From the queue to the scan beside the papers, which the browser shows there and in a window of its own."""
    staff.open("/admin/")
    staff.follow("待核对的盖章申报表", exact=False)
    staff.look("queue")
    staff.click(staff.page.locator("#result_list tbody th a"))
    expect(staff.page.locator(".scan")).to_be_visible()
    assert shown_beside_the_papers(staff.page)
    assert staff.document("在新窗口中打开扫描件") == content
    for name, opinion in SIGNED.values():
        staff.sees(name)
        staff.sees(opinion)
    staff.look("compare")
    staff.press("核对一致")
    staff.sees("盖章申报表核对一致")


def shown_beside_the_papers(page) -> bool:
    """Whether the picture is drawn, or the frame was let in: a refused one stands at an address of the browser's."""
    if frame := page.query_selector("iframe.scan"):
        page.wait_for_load_state("networkidle")
        return "/scan/" in frame.content_frame().url
    return (
        page.locator("div.scan img").evaluate("picture => picture.decode().then(() => picture.naturalWidth)")
        == 620
    )
