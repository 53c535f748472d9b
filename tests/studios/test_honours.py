"""At which level an honour counts, read from its name (Art. 3, condition 1)."""

import pytest

from studios.honours import level_of, parse_honour
from studios.models import Studio
from studios.starting import start
from tests.factories import UserFactory

LEVELS = {
    "national": "全国劳动模范 全国五一劳动奖章 全国先进工作者 中华全国总工会先进女职工 全国县级医院优秀院长",
    "provincial": """
        上海市劳动模范 上海市先进工作者 上海市五一劳动奖章 北京市劳动模范 上海市三八红旗手 上海市优秀社区工作者
        上海市教育系统先进工作者 浙江省劳动模范 广西壮族自治区劳动模范 内蒙古自治区先进工作者 江苏省五一劳动奖章
        浙江省城市建设先进工作者 浙江省市场监管系统先进工作者 香港特别行政区荣誉勋章 教育部先进工作者 上海工匠
    """,
    "municipal": """
        杭州市劳动模范 江苏省苏州市劳动模范 浙江省杭州市劳动模范 广西壮族自治区南宁市劳动模范 市级劳动模范
        新疆维吾尔自治区喀什地区劳动模范 湖南省湘西土家族苗族自治州劳动模范
    """,
    "university": "校劳动模范 校级先进工作者 上海交通大学先进工作者 申江大学闵行校区先进工作者",
    "unit": "学院先进工作者 院级先进",
    None: """
        上海市闵行区劳动模范 上海闵行区先进工作者 闵行区劳动模范 上海市浦东新区先进工作者 上海市崇明县劳动模范
        杭州市西湖区劳动模范 浙江省杭州市西湖区劳动模范 浙江省嘉善县劳动模范 苏州市工业园区劳动模范
        上海市公安局先进工作者 上海市闵行区江川路街道先进工作者 呼伦贝尔市鄂温克旗劳动模范 先进个人
    """,
}
TITLES = [(title, level) for level, titles in LEVELS.items() for title in titles.split()]


@pytest.mark.parametrize(("title", "level"), TITLES, ids=[title for title, _level in TITLES])
def test_an_honour_counts_at_the_level_of_who_grants_it(title, level):
    assert level_of(title) == level


@pytest.mark.parametrize("text", ["2018.4 上海市闵行区劳动模范", "荣获上海市闵行区劳动模范称号（2018）"])
def test_a_district_is_read_from_the_words_of_a_personnel_file_too(text):
    assert parse_honour(text).level is None


def test_an_honour_of_a_district_is_left_to_its_holder(db):
    lead = UserFactory(honour_text="2018.4 上海市闵行区劳动模范；2021.4 上海市劳动模范")
    studio, _new = start(lead, by=lead)
    assert list(studio.honours.values_list("title", "level")) == [("上海市劳动模范", "provincial")]
    assert Studio.objects.get() == studio
