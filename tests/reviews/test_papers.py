"""The application form as PDF and Word: what it says, and that whatever is typed comes out as it was typed."""

import datetime
import json
import re
from io import BytesIO

import docx
import pytest

from reviews import papers
from tests.reviews.forms import (
    DATA,
    EMPTY,
    FORM,
    SIGNED,
    as_pdf,
    as_word,
    both,
    institution,  # noqa: F401
)


def shown(value):
    """Every text of a snapshot that the form has to show."""
    if isinstance(value, dict):
        kept = [item for key, item in value.items() if key not in ("size", "id", "of", "rank", "sha256")]
        return [text for item in kept for text in shown(item)]
    if isinstance(value, list):
        return [text for item in value for text in shown(item)]
    return [value]


@both
def test_the_form_shows_everything_that_was_submitted(render):
    text = render(DATA)
    data = {**DATA, "files": [{"name": "证书扫描件.pdf", "digest": "ab12" * 4}]}
    assert [entry for entry in shown(data) if re.sub(r"\s", "", entry) not in text] == []
    assert "2026-012" in text
    assert "2026年评选" in text


@both
@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ({"benefit_amount": "300,000.00"}, "300,000.00元；新增产值"),
        ({"benefit_amount": "300,000.00", "benefit": ""}, "300,000.00元"),
        ({"benefit_amount": ""}, "新增产值"),
    ],
    ids=["both", "amount", "words"],
)
def test_the_benefit_is_printed_as_amount_and_words(render, written, printed):
    result = DATA["achievements"][0] | written
    row = render({**DATA, "achievements": [result]}).partition("七、创新成果")[2]
    recognised, where = "国家知识产权局2024年6月18日", "八、经费预算"
    if render is as_pdf:
        assert f"{recognised}{printed}{where}" in row
    else:
        assert f"{recognised}{printed}年度" in row


@both
def test_a_bare_snapshot_makes_a_form_too(render):
    text = render(EMPTY)
    assert "王某劳模创新工作室" in text
    assert "None" not in text
    assert "{" not in text


@both
def test_the_phone_number_is_left_out_unless_given(render):
    assert "联系电话" not in render(DATA)
    text = render({**DATA, "lead": {**DATA["lead"], "phone": "021-12345678"}})
    assert "联系电话" in text
    assert "021-12345678" in text


@both
def test_given_opinions_come_filled_in_with_how_they_were_signed_and_the_others_stay_blank(render):
    text = render(DATA, endorsements=SIGNED)
    assert "同意推荐。部门工会主席（网上签署）：陈芳（盖章）2026年3月29日" in text  # 01:00 in Shanghai
    assert "同意申报。党组织负责人（签字）：周明（盖章）日期见盖章申报表" in text
    assert "行政负责人（签字）：（盖章）年月日" in text
    assert "校工会负责人（签字）：（盖章）年月日" in text


@both
def test_the_decision_of_the_union_stands_as_the_last_opinion(render):
    at = datetime.datetime(2026, 4, 10, 9, 0, tzinfo=datetime.UTC)
    text = render(DATA, decided=papers.Decided("同意命名。", "林建国", at))
    assert "同意命名。校工会负责人（网上签署）：林建国（盖章）2026年4月10日" in text


def test_apprentices_stand_in_a_table_of_their_own():
    apprentice = {**DATA["members"][0], "name": "古丽娜尔", "role": "徒弟", "duty": "学习精密检测"}
    data = {**DATA, "members": [*DATA["members"], apprentice]}
    text = as_pdf(data)
    table = text[text.index("五、师带徒情况") : text.index("六、创新项目")]
    assert "古丽娜尔" in table
    assert DATA["members"][0]["name"] not in table
    assert as_word(data).count("古丽娜尔") == as_pdf(data).count("古丽娜尔") == 2
    assert "五、师带徒情况" in as_pdf(DATA)


@both
@pytest.mark.parametrize(
    "hostile",
    ["{{7*7}}", "{%if%}", "{{settings.SECRET_KEY}}", "<b>&amp;</b>", "]]><w:t>", "{#x#}", "\\u0041", "$1{r}"],
)
def test_markup_and_template_tags_in_a_text_stay_text(render, hostile):
    data = {
        **DATA,
        "plan": {**DATA["plan"], "goals": f"甲{hostile}乙"},
        "honours": [{"title": f"丙{hostile}丁"}],
    }
    text = render(data)
    assert f"甲{hostile}乙" in text
    assert f"丙{hostile}丁" in text


@pytest.mark.parametrize(
    "typed",
    [
        "{{7*7}}",
        "{{ lead.name }}",
        "{_{7*7}_}",
        "{_%if 1%_}一{_%endif%_}",
        "{__{7*7}__}",
        "{%tr for x in files %}",
        "{%p if 1 %}",
        "{{r studio.name }}",
        "{#x#}",
        "${a}_&#95;&lt;<w:t>_",
        "_下划线_ a__b",
        "'甲' \"乙\"\\n",
    ],
)
def test_whatever_is_typed_comes_out_in_word_as_it_was_typed(typed):
    """In every text of the papers; nothing of it is run, and nothing is taken for a tag."""

    def filled(value):
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        return [filled(item) for item in value] if isinstance(value, list) else typed

    word = docx.Document(BytesIO(papers.application_form_docx(filled({**DATA, "venue": {}}), **FORM)))
    labels = {
        cell.text for cell in cells_of(docx.Document(BytesIO(papers.application_form_docx(EMPTY, **FORM))))
    }
    shown = {cell.text for cell in cells_of(word)} - labels
    twice, span, number = f"{typed}\n{typed}", f"{typed}\n至{typed}", f"{typed[:16]}"
    assert shown == {typed, f"{typed}、{typed}", twice, span, f"{typed}元；{typed}", number, "1"}


def cells_of(word):
    return [cell for table in word.tables for row in table.rows for cell in row.cells]


@both
def test_control_characters_are_dropped_and_line_breaks_kept(render):
    data = {**DATA, "plan": {**DATA["plan"], "goals": "甲\x00\x07\x0b\x0c\ud800乙\r\n丙"}}
    assert "甲乙丙" in render(data)


def test_a_line_break_is_one_in_word():
    word = docx.Document(BytesIO(papers.application_form_docx(DATA, **FORM)))
    cells = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    assert "五轴加工中心\n三坐标测量机" in cells


def test_a_character_that_the_font_lacks_is_printed_as_the_sign_for_it():
    assert "王〓说" in as_pdf({**DATA, "plan": {"goals": "王😀说"}})
    assert "王😀说" in as_word({**DATA, "plan": {"goals": "王😀说"}})


def test_form_and_word_come_from_json_and_leave_it_as_it_is():
    frozen = json.dumps(DATA, ensure_ascii=False)
    as_pdf(json.loads(frozen))
    as_word(json.loads(frozen))
    assert json.dumps(DATA, ensure_ascii=False) == frozen
