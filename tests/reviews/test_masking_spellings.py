"""Whoever writes a name otherwise hides it from nobody; and what only looks like a name stays."""

import time

import pytest

from reviews.placeholders import Mask
from reviews.telltale import Person, Telltale, keys


def mask_of(lead: str, *members: str, **more) -> Mask:
    return Mask(keys(Telltale(("某工作室",), (Person(lead, **more),), tuple(map(Person, members)))))


@pytest.fixture(scope="module")
def mask():
    return mask_of("龚庚明", "钟辛标", "张力行", contacts=("13833334444",), numbers=("T77002",))


@pytest.mark.parametrize(
    "written",
    [
        "龔庚明",
        "龔　庚　明",
        "龚-庚-明",
        "龚－庚－明",
        "龚·庚·明",
        "龚.庚明",
        "龚*庚*明",
        "龚—庚明",
        "龔老師",
        "龚工",
        "龚老师",
        "龚教授",
        "龚院士",
        "龚高工",
        "龚总",
        "小龚",
        "老龔",
        "庚明老师",
        "庚-明教授",
        "庚明同志",
        "GONG Gengming",
        "Gengming Gong",
        "Gong, Gengming",
        "Gong Geng-Ming",
        "Gong G.M.",
        "G. M. Gong",
        "G.G.M.",
        "gonggengming2026",
        "T-77002",
        "138.3333.4444",
        "138-333-34444",
    ],
)
def test_the_lead_is_found_however_the_name_is_written(written, mask):
    shown = mask(f"由{written}带队")
    assert shown.rstrip("带队").rstrip(".0123456789") in ("由〔领衔人〕", "由〔联系方式〕")
    assert mask(shown) == shown


@pytest.mark.parametrize(
    "written", ["鍾辛標", "锺辛标", "钟老师", "小钟", "辛标师傅", "Zhong X. B.", "Z.X.B."]
)
def test_members_are_found_too(written, mask):
    assert mask(f"与{written}合作").removesuffix("合作").rstrip(".") == "与〔成员1〕"


@pytest.mark.parametrize(
    "number",
    [
        "021-62933377",
        "02162933377",
        "（021）62933377",
        "(021) 6293 3377",
        "+86 21 6293 3377",
        "0574 8760 1234",
        "010.6275.1234",
        "电话：62933377",
        "电话 6293-3377",
        "+86-139-1234-5678",
        "1391-234-5678",
    ],
)
def test_telephones_are_found_however_they_are_grouped(number, mask):
    shown = mask(f"联系：{number}。")
    assert shown in ("联系：〔联系方式〕。", "联系：电话：〔联系方式〕。", "联系：电话 〔联系方式〕。")


@pytest.mark.parametrize(
    ("lead", "text"),
    [
        (
            "高远山",
            "高级工程师、高工各一名，提高工效，提高老师待遇，最小高度，小高度差，高温合金，高技能人才",
        ),
        ("张力行", "减小张力，最小张角，小张力控制，扩大张开量"),
        ("施工程", "施工方案，施工现场，措施工艺"),
        ("龚庚明", "龚工作、龚工艺、龚总体"),
        ("于小时", "误差小于5 mm，24小时，关于老师的培训，位于团队之外"),
        ("任国强", "担任主任，曾任院长，历任书记"),
        ("孔令华", "小孔加工，微小孔径"),
        ("金建国", "金工实习，建国七十周年，最小金额，提高总金额"),
        ("程文化", "最小程度，小程序，文化建设"),
        ("马文山", "小马力电机"),
        ("程文山", "工程团队，课程组长"),
        ("方文山", "双方专家，甲方总工，对方团队"),
        ("文山川", "语文老师，人文专家"),
        ("海文山", "上海专家"),
        ("国文山", "全国劳模，中国工匠"),
        ("何文山", "任何专家，如何工作"),
        (
            "龚庚明",
            "Using a gym; GGM model, T=77002 s, 0.2162933377, 62933377元, 0216293337700001, 1380-1390",
        ),
    ],
)
def test_common_words_stay(lead, text):
    assert mask_of(lead)(text) == text


def test_words_of_a_unit_stay_and_its_names_go():
    mask = Mask(keys(Telltale(("某工作室",), (Person("龚庚明"),), short_units=("材料",))))
    text = "材料处理、材料系统、材料部件、材料所需、材料院士"
    assert mask(text) == text
    assert mask("材料处、材料系、材料部、材料學院") == "〔本单位〕、〔本单位〕、〔本单位〕、〔本单位〕"


def test_a_dash_and_a_list_part_two_names(mask):
    text = "提高——原料；甲/乙、龚、庚明"
    assert mask_of("高原", "龚庚明")(text) == text


def test_a_code_of_a_unit_is_no_part_of_a_figure():
    mask = Mask(keys(Telltale(("某工作室",), (Person("龚庚明"),), units=("04000",))))
    assert mask("0.4000 mm，04-000，编码04000") == "0.4000 mm，04-000，编码〔本单位〕"


def test_whom_the_name_fits_in_full_comes_before_whom_only_a_title_fits():
    assert mask_of("龚庚明", "龚工某")("龚工某与龚工") == "〔成员1〕与〔领衔人〕"


def test_a_long_text_with_many_names_takes_no_time():
    """Some hundred thousand signs, thirty people: far below what a page may take, and in proportion to the text."""
    people = [first + second for first in "赵钱孙李周吴" for second in "辛标庚明卓"]
    mask = mask_of("龚庚明", *people)
    text = "工作室围绕薄壁构件精密加工开展攻关，高温合金叶片的变形由0.12 mm降到0.05 mm，" * 2000
    mask(text[:1000])
    started = time.process_time()
    assert mask(text) == text
    assert time.process_time() - started < 5
