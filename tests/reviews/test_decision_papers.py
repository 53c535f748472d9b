"""The numbered decision as PDF: its parts in order, its pages, and what it refuses."""

import datetime
import re
from io import BytesIO

import pikepdf
import pytest

from records.documents import MissingGlyph
from reviews import papers
from tests.reviews.forms import institution, pages_of  # noqa: F401


def decision(**changes):
    values = {
        "number": "校工〔2026〕5号",
        "title": "关于命名2026年申江大学劳模创新工作室的决定",
        "units": [
            ("机械与动力工程学院", ["龚䶮劳模创新工作室", "李𬭎劳模创新工作室"]),
            ("医学院", ["王喆劳模创新工作室"]),
        ],
        "issued_on": datetime.date(2026, 4, 27),
        "naming_on": datetime.date(2026, 5, 1),
    }
    return papers.decision_pdf(**{**values, **changes})


def test_a_decision_has_head_number_title_addressee_studios_by_unit_issuer_and_date():
    text = "".join(pages_of(decision()))
    order = [
        "申江大学工会文件",
        "校工〔2026〕5号",
        "关于命名2026年申江大学劳模创新工作室的决定",
        "各部门工会：",
        "自2026年5月1日起，命名下列3个工作室",
        "机械与动力工程学院龚䶮劳模创新工作室李𬭎劳模创新工作室医学院王喆劳模创新工作室",
        "申江大学工会2026年4月27日",
    ]
    assert "".join(re.findall("|".join(map(re.escape, order)), text.replace("—1—", ""))) == "".join(order)


@pytest.mark.parametrize("studios", range(1, 40, 3))
def test_issuer_and_date_never_stand_alone_on_a_page(studios):
    names = [f"第{index}劳模创新工作室" for index in range(studios)]
    last = pages_of(decision(units=[("医学院", names)]))[-1]
    foot = last.index("申江大学工会2026年4月27日")
    assert foot > 0
    assert "用好台账" in last or "工作室" in last[:foot]


def test_a_decision_is_kept_as_pdf_a():
    with pikepdf.open(BytesIO(decision())) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "U")


def test_a_decision_with_a_character_that_the_font_lacks_is_refused():
    with pytest.raises(MissingGlyph, match=r"U\+2B81E"):
        decision(units=[("医学院", ["王\U0002b81e劳模创新工作室"])])


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于命名劳模创新工作室的决定", ["关于命名劳模创新工作室的决定"]),
        ("关于命名2026年申江大学劳模创新工作室的决定", ["关于命名2026年申江大学", "劳模创新工作室的决定"]),
    ],
)
def test_a_long_title_breaks_before_a_whole_expression(title, lines):
    assert papers._title_lines(title) == lines
