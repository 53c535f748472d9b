"""A lead fills in the seven parts of a studio's papers, as people do: typing, pasting from Excel, uploading."""

from datetime import date

from playwright.sync_api import expect

from tests.journeys.walking import PATIENCE, Walker
from tests.records import papers

# The rows as Excel puts them on the clipboard; the third person's staff number does not exist.
MEMBERS = """序号\t姓 名\t工号\t职称\t学历\t出生年月\t在工作室角色\t分工
1\t孟霞若\t02757\t\t\t1980.12\t骨干\t仪器共享平台
2\t方　宁\t０２８８３\t工程师\t博士研究生\t1992年4月\t成员\t数据采集
3\t魏兰伟\t99999\t工程师\t\t\t秘书\t
4\t钱工\t\t高级技师\t大专\t１９７５\t成员\t外聘，设备维修
"""
RULES = """制度名称\t类别\t版本\t日期
技术攻关管理办法\t技术攻关\t第一版\t2020.3
成果转化管理办法\t成果转化\t\t2020年3月1日
师带徒管理办法\t传帮带\t\t2020/3/1
"""
PLAN = {
    "三年总体目标": "建成校级大型仪器共享服务标准，故障响应缩短一半。",
    "第一年计划": "完成二十台仪器的状态监测。",
    "第二年计划": "完成故障诊断模型并试用。",
    "第三年计划": "在三家企业推广。",
    "预期成果": "发明专利2项，团体标准1项，培养高级技师2名。",
}


def start_studio(lead: Walker) -> None:
    lead.open("/")
    lead.look("home-lead-new")
    lead.follow("建立工作室并申报")
    lead.look("start")
    lead.press("建立并填写材料")
    lead.sees_heading("申报材料")


def fill_in_lead(lead: Walker) -> None:
    """The honour is there already, out of the personnel list; it gets its number and its scan.

    What is typed into the part stays although the page is left for that row without saving.
    """
    lead.follow("继续填写：领衔人与荣誉")
    lead.fill("成立日期", "2019-03-01")
    lead.tick("科技创新")
    lead.fill("创新方向与工作内容", "大型仪器设备的状态监测与共享服务。")
    lead.follow("修改2005 全国五一劳动奖章")
    assert lead.field("荣誉名称").input_value() == "全国五一劳动奖章"
    lead.fill("证书编号", "2005-0731")
    lead.fill("颁发单位", "中华全国总工会")
    lead.upload("证书扫描件", "荣誉证书.pdf", papers.pdf())
    lead.look("honour")
    lead.press("保存修改")
    lead.sees("修改已保存")
    lead.sees("荣誉证书.pdf")
    assert lead.field("创新方向与工作内容").input_value() == "大型仪器设备的状态监测与共享服务。"
    lead.look("part-lead")
    lead.press("保存并继续")


def fill_in_team(lead: Walker) -> None:
    lead.sees_heading("团队成员")
    lead.look("part-team-empty")
    lead.follow("从 Excel 粘贴")
    lead.look("paste")
    lead.fill("粘贴的内容", MEMBERS)
    lead.press("核对")
    lead.sees("没有这个工号")
    lead.look("pasted")
    lead.press("添加这 3 行")
    lead.sees("已添加 3 行")
    left = lead.field("粘贴的内容").input_value()
    assert "魏兰伟" in left
    assert "孟霞若" not in left
    lead.fill("粘贴的内容", left.replace("99999", "01238"))
    lead.press("核对")
    lead.press("添加这 1 行")
    lead.sees("已添加 1 行")
    for name in ("孟霞若", "方宁", "魏兰伟", "钱工"):
        lead.sees(name)
    lead.look("part-team")
    lead.follow("继续填写：创新项目")


def fill_in_projects(lead: Walker, year: int) -> None:
    lead.sees_heading("创新项目")
    lead.follow("添加一行")
    lead.fill("项目名称", "大型仪器状态监测关键技术")
    lead.choose("级别", "省部级")
    lead.fill("项目编号", f"{year}-KJ-018")
    lead.fill("立项单位", "上海市科学技术委员会")
    lead.fill("开始日期", date(year, 1, 1).isoformat())
    lead.fill("结束日期", date(year + 1, 12, 31).isoformat())
    lead.fill("经费（元）", "50万元")
    lead.upload("立项文件", "立项通知.pdf", papers.pdf(2))
    lead.look("project")
    lead.press("添加")
    lead.sees("500,000.00")
    lead.look("part-projects")
    lead.follow("继续填写：创新成果")


def fill_in_results(lead: Walker, year: int) -> None:
    lead.sees_heading("创新成果")
    for number, title in enumerate(("一种主轴状态监测方法", "大型仪器共享预约系统"), start=1):
        lead.follow("添加一行")
        lead.choose("成果类别", "发明专利")
        lead.fill("成果名称", title)
        lead.fill("编号", f"ZL20232000000{number}.X")
        lead.fill("权利人", "申江大学")
        lead.fill("认定单位", "国家知识产权局")
        lead.fill("认定日期", date(year - 1, 5 * number, 10).isoformat())
        if number == 1:
            lead.look("result")
        lead.press("添加")
        lead.sees(title)
    lead.look("part-results")
    lead.follow("继续填写：场地经费")


def fill_in_place(lead: Walker, year: int) -> None:
    lead.sees_heading("场地经费")
    lead.follow("添加一行")
    lead.fill("年度", str(year))
    lead.fill("用途", "实验耗材")
    lead.choose("来源", "所在单位")
    lead.fill("金额（元）", "2万元")
    lead.press("添加")
    lead.sees("20,000.00")
    lead.fill("地址", "闵行校区分析测试楼 B302")
    lead.fill("使用面积（平方米）", "86 平方米")
    lead.upload("场地照片", "工作室门口.png", papers.picture("PNG"))
    lead.press("保存并继续")
    lead.sees_heading("管理制度")
    lead.page.go_back()
    lead.page.reload()
    photo = lead.page.get_by_alt_text("工作室门口.png")
    photo.scroll_into_view_if_needed()
    expect(photo).to_have_js_property("naturalWidth", 40, timeout=PATIENCE)
    lead.look("part-place")
    lead.press("保存并继续")


def fill_in_rules(lead: Walker) -> None:
    lead.sees_heading("管理制度")
    lead.follow("添加一行")
    lead.choose("制度类别", "学习交流")
    lead.fill("制度名称", "学习交流管理办法")
    lead.fill("日期", "2020-03-01")
    lead.upload("制度文本", "学习交流管理办法.pdf", papers.pdf())
    lead.press("添加")
    lead.sees("学习交流管理办法.pdf")
    lead.follow("从 Excel 粘贴")
    lead.fill("粘贴的内容", RULES)
    lead.press("核对")
    lead.press("添加这 3 行")
    lead.sees("师带徒管理办法")
    lead.look("part-rules")
    lead.follow("继续填写：三年规划")


def fill_in_plan(lead: Walker) -> None:
    lead.sees_heading("三年规划")
    for label, text in PLAN.items():
        lead.fill(label, text)
    lead.look("part-plan")
    lead.press("保存")
    lead.sees_heading("申报材料")
