"""The main road: from an empty database and two Excel files to a certificate that anybody can check.

Only the first account is made by code, as on a new server. All else is done by the people themselves, each in a
browser of their own, with a real worker beside the site.
"""

import io
import re
import zipfile

import pypdfium2
import pytest
import segno
from django.utils import timezone

from accounts.models import User
from reviews.models import Application, PublicNotice, State
from studios.models import Certificate
from tests.factories import PolicyFactory, let_the_notice_pass, reviewed_by
from tests.journeys import filling_in
from tests.journeys import setting_up as first
from tests.journeys.setting_up import text_of

STUDIO = "李𬭎劳模创新工作室"
NOTHING_YET = {
    "劳模领衔": "已满足",
    "创新团队": "未满足",
    "创新项目": "未满足",
    "创新成果": "未满足",
    "场地经费": "未满足",
}
READY = {
    "劳模领衔": "已满足",
    "创新团队": "由专家评议",
    "创新项目": "已满足",
    "创新成果": "已满足",
    "场地经费": "已满足",
}


@pytest.mark.django_db(transaction=True)
def test_main_road(company, worker, letters, monkeypatch):
    PolicyFactory()  # the migration enters it; other tests have emptied the tables
    sysadmin = first.found_the_house(company, monkeypatch)
    first.import_lists(sysadmin)
    assert User.objects.get(username=first.LEAD).name == "李𬭎"
    first.give_roles(sysadmin)
    lead = first.activate_by_letter(company, sysadmin, letters)
    officers = {number: first.activate_by_code(company, sysadmin, number) for number in first.ROLES}
    staff, leader = officers[first.STAFF], officers[first.LEADER]
    first.open_round(staff)
    fill_in(lead)
    hand_in(lead)
    for number in (first.PARTY, first.DEPARTMENT, first.ADMINISTRATION):
        sign(officers[number], looks=number == first.PARTY)
    accept(staff)
    reviewed_by(Application.objects.get(), 8, 9, 8)  # the experts have a journey of their own
    decide(staff, leader)
    release(staff)
    let_the_notice_pass(PublicNotice.objects.get())
    name(leader)
    issue(staff)
    check(company, lead)


def fill_in(lead):
    """The seven parts; the five conditions beside them change as they are filled in."""
    year = timezone.localdate().year
    filling_in.start_studio(lead)
    assert lead.conditions() == NOTHING_YET
    lead.look("papers-empty")
    filling_in.fill_in_lead(lead)
    filling_in.fill_in_team(lead)
    filling_in.fill_in_projects(lead, year)
    filling_in.fill_in_results(lead, year)
    filling_in.fill_in_place(lead, year)
    filling_in.fill_in_rules(lead)
    filling_in.fill_in_plan(lead)
    assert lead.conditions() == READY
    lead.look("papers-complete")


def hand_in(lead):
    lead.follow("开始申报")
    lead.look("application-start")
    lead.press("开始申报")
    lead.look("application-draft")
    lead.follow("提交申报")
    lead.look("submit")
    lead.press("提交申报")
    lead.sees("请先确认材料属实")
    lead.tick("我已核对申报材料，内容属实，附件与材料相符。")
    lead.press("提交申报")
    lead.sees_heading("申报已提交")
    lead.look("submitted")
    assert Application.objects.get().state == State.SUBMITTED
    lead.follow("查看申报")
    lead.look("application-submitted")


def sign(officer, *, looks):
    """From the person's own list of tasks."""
    officer.open("/")
    if looks:
        officer.look("home-signatory")
    officer.follow(STUDIO, within="#tasks", exact=False)
    officer.sees_heading("阅读材料并签署")
    if looks:
        officer.look("sign")
    officer.fill("意见", "材料属实，团队过硬，同意申报。")
    officer.press("签署意见")
    officer.sees("已签署")
    if looks:
        officer.look("application-signed")


def accept(staff):
    """Staff find the papers complete."""
    staff.open("/")
    staff.look("home-staff")
    staff.open("/admin/reviews/application/")
    staff.look("applications")
    staff.follow(STUDIO)
    staff.look("desk")
    staff.follow("材料齐全，受理")
    staff.look("accept")
    staff.press("材料齐全，受理")
    staff.sees(f"{STUDIO}的申报已受理")


def decide(staff, leader):
    """Staff find all sheets there; the leader approves, which nobody learns of yet."""
    staff.open("/admin/reviews/application/")
    staff.follow(STUDIO)
    staff.follow("完成专家评审")
    staff.press("完成专家评审")
    staff.sees(f"{STUDIO}的专家评审已完成")
    leader.open("/admin/")
    leader.look("office-leader")
    leader.open("/admin/reviews/application/")
    leader.follow(STUDIO)
    leader.follow("作出决定")
    leader.look("decide")
    leader.tick("同意")
    leader.fill("决定意见", "经校工会研究，同意命名。")
    leader.press("作出决定")
    assert Application.objects.get().state == State.PROPOSED


def release(staff):
    """All decisions of the round at once; the notice stands on the public site."""
    staff.open("/admin/")
    staff.follow("待公布的决定", exact=False)
    staff.press("公布1项决定")
    assert Application.objects.get().state == State.APPROVED


def name(leader):
    """Named from today on; looked at as printed first, without a number."""
    today = timezone.localdate()
    leader.open("/admin/reviews/application/")
    leader.follow(STUDIO)
    leader.follow("命名该工作室")
    leader.fill("命名日期", today.isoformat())
    leader.fill("印发日期", today.isoformat())
    leader.look("naming")
    assert STUDIO in text_of(leader.document("命名决定预览", exact=False))
    leader.press("命名 1 个工作室")
    leader.sees("已命名 1 个工作室")
    leader.look("decision")
    assert Application.objects.get().state == State.NAMED


def issue(staff):
    """The files are made by a worker as a job; the ZIP holds both."""
    staff.open("/admin/studios/certificate/")
    staff.look("certificates")
    staff.page.locator("#result_list tbody input.action-select").check()
    staff.page.locator("select[name=action]").select_option(label="制发所选证书和铭牌（打包下载）")
    staff.press("执行")
    staff.sees_heading("制发证书和铭牌")
    staff.look("issue-many")
    staff.press("制发 1 份证书和铭牌")
    link = staff.page.get_by_role("link", name=re.compile("^下载 "))
    link.wait_for(timeout=60_000)
    staff.look("job")
    packed = staff.download(link.text_content().strip())
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        number = Certificate.objects.get().number
        assert sorted(archive.namelist()) == [f"{number}_{STUDIO}_证书.pdf", f"{number}_{STUDIO}_铭牌.pdf"]


def check(company, lead):
    """The lead downloads the certificate; a stranger scans its code, another types its number."""
    certificate = Certificate.objects.get()
    lead.open("/")
    lead.look("home-lead-named")
    lead.follow(STUDIO, within="#conditions", exact=False)
    lead.look("studio-named")
    pdf = lead.document("证书（PDF）")
    text = text_of(pdf)
    assert STUDIO in text
    assert "领衔人李𬭎" in text
    assert certificate.number in text
    assert carries_code_of(certificate.get_check_url(), pdf)
    stranger = company.somebody()
    stranger.open(certificate.get_check_url())
    stranger.sees("证书真实，在有效期内。")
    stranger.sees(STUDIO)
    stranger.look("check")
    stranger.follow("查验另一份证书")
    stranger.fill("证书编号", certificate.number)
    stranger.press("查验")
    stranger.sees("有效")


def carries_code_of(address: str, pdf: bytes) -> bool:
    """Whether the modules of the printed QR code are those of this address."""
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=4).to_pil().convert("L")
    document.close()
    expected = [
        [bool(module) for module in row] for row in segno.make(address, error="m", micro=False).matrix
    ]
    unit = 72 / 25.4 * 4
    left, bottom, side = 34 * unit, 24 * unit, 25 * unit
    step = side / (len(expected) + 6)
    x0, y0 = left + 3 * step, picture.height - bottom - side + 3 * step
    places = range(len(expected))
    read = [
        [picture.getpixel((round(x0 + (x + 0.5) * step), round(y0 + (y + 0.5) * step))) < 128 for x in places]
        for y in places
    ]
    return read == expected
