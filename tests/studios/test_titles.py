"""Professional titles and the band each belongs to: the national series, from top to bottom."""

import pytest

from studios.titles import rank_of

SERIES = {
    "senior": """
        教授 副教授 研究员 副研究员 主任医师 副主任医师 主任中医师 主任药师 副主任护师 副主任技师 主任法医师
        高级工程师 正高级工程师 教授级高级工程师 高工 高级农艺师 农业技术推广研究员 高级记者 高级编辑
        主任记者 主任编辑 编审 副编审 研究馆员 副研究馆员 高级工艺美术师 高级讲师 高级实习指导教师 国家级教练
        高级教练 译审 一级翻译 播音指导 主任播音员 高级会计师 正高级会计师 高级经济师 高级统计师 高级审计师
        高级实验师 正高级教师 高级教师 中学高级教师 特级教师 一级演员 国家二级演员 一级美术师 二级律师
        高级政工师 高级技师 正高 副高级 教授、主任医师 讲师（副教授） 二级教授
    """,
    "middle": """
        讲师 助理研究员 助理教授 主治医师 主治医生 主管药师 主管护师 主管中药师 主管技师 主管检验师
        主检法医师 执业药师 工程师 农艺师 兽医师 畜牧师 记者 编辑 馆员 工艺美术师 一级实习指导教师 一级教练
        翻译 二级翻译 一级播音员 会计师 经济师 统计师 审计师 实验师 一级教师 中学一级教师 小学高级教师
        一级校对 三级演员 三级律师 政工师 技师 中级 讲师、护师
    """,
    "junior": """
        助教 研究实习员 实习研究员 住院医师 医师 医士 药师 中药师 药士 护师 护士 检验技师 放射技师 康复师
        技士 法医师 助理工程师 技术员 助理农艺师 助理兽医师 助理记者 助理编辑 助理馆员 管理员 助理讲师
        二级实习指导教师 二级教练 三级翻译 二级播音员 助理会计师 会计员 助理经济师 助理统计师 助理实验师
        实验员 二级教师 三级教师 二级校对 四级演员 助理政工师 初级 员级 高级工 中级工 见习编辑
    """,
    "other": "主任 院长助理 护士长 处长 博士后 无 科员",
}
TITLES = [(title, rank) for rank, titles in SERIES.items() for title in titles.split()]


@pytest.mark.parametrize(("title", "rank"), TITLES, ids=[title for title, _rank in TITLES])
def test_a_title_belongs_to_its_band(title, rank):
    assert rank_of(title) == rank


@pytest.mark.parametrize("nothing", ["", None, " "])
def test_no_title_has_no_band(nothing):
    assert rank_of(nothing) == ""
