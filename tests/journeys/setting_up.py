"""The first days of a new portal: lists are imported, roles given, accounts activated, the round is opened."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pypdf
from django.core.management import call_command
from django.utils import timezone

from accounts.models import RoleCode, User
from tests.factories import give_role
from tests.journeys.walking import PASSWORD
from tests.services import wait_for

SAMPLES = Path(__file__).parent.parent / "samples"
UNIT = "资产管理与实验室处"
LEAD = "01014"  # 李𬭎
DEPARTMENT, PARTY, ADMINISTRATION = "02722", "02932", "00289"
STAFF, LEADER = "01077", "03436"
ROLES = {
    DEPARTMENT: ("部门工会", UNIT, ""),
    PARTY: ("党政负责人", UNIT, "党组织"),
    ADMINISTRATION: ("党政负责人", UNIT, "行政"),
    STAFF: ("校工会干事", "", ""),
    LEADER: ("校工会领导", "", ""),
}


def text_of(pdf: bytes) -> str:
    """The text layer, without white space."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))


def found_the_house(company, monkeypatch):
    """What an administrator does on the server, and nothing more."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", username="sysadmin", name="褚系", interactive=False, verbosity=0)
    give_role(User.objects.get(), RoleCode.SYSADMIN)
    walker = company.somebody()
    walker.open("/")
    walker.look("front")
    walker.open("/accounts/login/")
    walker.look("login")
    walker.sign_in("sysadmin")
    walker.look("home-sysadmin")
    return walker


def import_lists(sysadmin) -> None:
    """Units, then people: looked at row by row, then confirmed."""
    for kind, new, bad in (("unit", 28, 4), ("user", 400, 8)):
        file = {"unit": "units.xlsx", "user": "people.xlsx"}[kind]
        sysadmin.open(f"/admin/accounts/{kind}/")
        sysadmin.look(f"empty-list-{kind}")
        sysadmin.follow("从 Excel 导入")
        sysadmin.look(f"import-{kind}")
        sysadmin.upload("名单文件", file, (SAMPLES / file).read_bytes())
        sysadmin.press("读取并预览")
        sysadmin.sees_heading("有问题的行")
        sysadmin.look(f"preview-{kind}")
        sysadmin.press(f"导入：新增 {new}，变更 0")
        sysadmin.sees("名单已导入")
        sysadmin.sees(f"新增 {new}，变更 0，无变化 0，未导入 {bad}")
        sysadmin.look(f"imported-{kind}")


def give_roles(sysadmin) -> None:
    for number, (role, unit, side) in ROLES.items():
        sysadmin.open(f"/admin/accounts/user/?q={number}")
        sysadmin.click(sysadmin.page.locator("#result_list tbody th a"))
        sysadmin.page.locator("#id_roles-0-code").select_option(label=role)
        if unit:
            sysadmin.page.locator("#id_roles-0-unit").select_option(label=unit)
        if side:
            sysadmin.page.locator("#id_roles-0-side").select_option(label=side)
        if number == PARTY:
            sysadmin.look("person")
        sysadmin.click(sysadmin.page.locator("[name=_save]"))
        sysadmin.sees("已保存人员")
    sysadmin.look("people")


def choose_one(walker, number: str, action: str) -> None:
    """Tick one person who waits for the account, and choose an action; the button is not pressed."""
    walker.open(f"/admin/accounts/user/?account=waiting&q={number}")
    walker.page.locator("#result_list tbody input.action-select").check()
    walker.page.locator("select[name=action]").select_option(label=action)


def activate_by_letter(company, sysadmin, letters, number: str = LEAD):
    """The person opens the link out of the letter and chooses a password."""
    choose_one(sysadmin, number, "邮件发送启用链接")
    sysadmin.press("执行")
    sysadmin.sees("已向 1 人发送启用链接")
    wait_for(
        lambda: any("如果您没有听说过此事" in letter for letter in letters()),
        what=lambda: "no letter was sent",
    )
    (letter,) = letters()
    walker = company.somebody()
    walker.open(re.search(r"https?://\S+", letter)[0])
    walker.look("password")
    choose_password(walker)
    return walker


def activate_by_code(company, sysadmin, number: str):
    """The person types in the code from the printed strip and chooses a password."""
    choose_one(sysadmin, number, "打印启用码（PDF）")
    strip = text_of(sysadmin.download("执行", role="button"))
    assert number in strip
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", strip)[0]
    walker = company.somebody()
    walker.open("/accounts/login/")
    walker.follow("用一次性启用码")
    if number == DEPARTMENT:
        walker.look("activate")
    walker.fill("工号或账号", number)
    walker.fill("一次性启用码", code.lower().replace("-", " "))
    walker.press("下一步：设置密码")
    choose_password(walker)
    return walker


def choose_password(walker) -> None:
    walker.fill("密码", PASSWORD)
    walker.fill("再输一遍密码", PASSWORD)
    walker.press("启用并登录")
    walker.sees("账号已启用")


def open_round(staff) -> None:
    """This year's round, open from today on."""
    today = timezone.localdate()
    staff.open("/admin/")
    staff.look("office")
    staff.open("/admin/reviews/round/")
    staff.open("/admin/reviews/round/add/")
    days = {
        "opens_on": 0,
        "closes_on": 14,
        "endorse_by": 21,
        "review_by": 26,
        "decide_by": 30,
        "naming_on": 40,
    }
    staff.page.locator("#id_year").fill(str(today.year))
    staff.page.locator("#id_title").fill(f"{today.year}年度劳模创新工作室评选")
    for field, later in days.items():
        staff.page.locator(f"#id_{field}").fill((today + timedelta(days=later)).isoformat())
    staff.look("round-add")
    staff.click(staff.page.locator("[name=_save]"))
    staff.sees("已新建评选年度")
    staff.look("rounds")
