"""Returned with reasons beside the parts, mended there, handed in again; who signs sees what changed."""

import pytest

from reviews.models import Application, Part, State
from tests.browser import PHONE, WIDE
from tests.factories import ApplicationFactory, signatories

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "编号与立项通知不符，请核对。"


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_returned(company, size):
    application = ApplicationFactory(submitted=True, studio__lead__name="阿依古丽·买买提")
    officers = signatories(application.studio.unit)
    application.endorse(Part.ADMINISTRATION, by=officers[Part.ADMINISTRATION], opinion="同意。")
    people = {part: company.somebody(sizes=[size], user=user) for part, user in officers.items()}
    lead = company.somebody(sizes=[size], user=application.studio.lead)
    give_back(people[Part.RECOMMENDATION], application)
    mend(lead)
    hand_in_again(lead)
    sign_what_changed(people[Part.PARTY])
    sign_what_changed(people[Part.RECOMMENDATION], look=False)
    application = Application.objects.get()
    assert application.state == State.RECOMMENDED
    versions = {one.part: one.snapshot.version for one in application.endorsements.select_related("snapshot")}
    assert versions == {Part.ADMINISTRATION: 1, Part.PARTY: 2, Part.RECOMMENDATION: 2}
    lead.open(application.get_absolute_url())
    lead.sees("依据第 1 版")
    lead.look("recommended")


def give_back(department, application):
    """The department union writes a reason beside one part; without any reason it cannot."""
    department.open(application.get_absolute_url())
    department.look("application")
    department.follow("退回修改")
    department.press("退回领衔人")
    department.is_told("请至少")
    department.look("return-refused")
    department.fill("创新项目", REASON)
    department.look("return")
    department.press("退回领衔人")
    department.sees("领衔人会在相应部分看到退回原因")


def mend(lead):
    """From the home page to the very part, where the reason stands beside the form."""
    lead.open("/")
    lead.sees("按退回意见修改申报材料")
    lead.look("home")
    lead.follow("按退回意见修改申报材料", within="#tasks", exact=False)
    lead.sees(REASON)
    lead.look("to-correct")
    lead.follow("3. 创新项目", exact=False)
    lead.sees(REASON)
    lead.look("reason-beside-the-part")
    lead.follow("修改装备可靠性提升")
    lead.fill("项目编号", "2026-KJ-081")
    lead.press("保存修改")
    lead.sees("修改已保存")


def hand_in_again(lead):
    lead.open(Application.objects.get().get_absolute_url())
    lead.sees("退回后已修改")
    lead.look("corrected")
    lead.follow("重新提交")
    lead.sees("2026-KJ-081")
    lead.fill("修改说明", "项目编号已按立项通知改正。")
    lead.tick("我已核对申报材料，内容属实，附件与材料相符。")
    lead.look("hand-in-again")
    lead.press("重新提交")
    lead.sees_heading("申报已提交")
    lead.sees("第 2 版")
    lead.look("submitted")


def sign_what_changed(officer, *, look=True):
    """The page on which the officer signs begins with what changed since the version before."""
    officer.open("/")
    officer.follow("阿依古丽·买买提劳模创新工作室", within="#tasks", exact=False)
    officer.sees("第 2 版改动 1 处")
    before, after = officer.page.locator(".changes del"), officer.page.locator(".changes ins")
    assert after.all_text_contents() == ["2026-KJ-081"]
    assert before.all_text_contents()[0].endswith("-KJ-018")
    if look:
        officer.look("sign-what-changed")
    officer.fill("意见", "已按意见改正，同意。")
    officer.press("签署意见")
    officer.sees("已签署")
