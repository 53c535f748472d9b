"""The papers of a selection: the application form as PDF and Word, and the numbered decision."""

import datetime
import json
import re
from io import BytesIO
from types import SimpleNamespace

import docx
import pikepdf
import pypdf
import pypdfium2
import pytest

from records.documents import MissingGlyph
from reviews import papers

DATA = {
    "studio": {
        "name": "龚䶮劳模创新工作室",
        "unit": "机械与动力工程学院",
        "kinds": ["科技创新", "管理创新"],
        "founded_on": "2021年3月12日",
        "direction": "薄壁构件精密加工",
        "equipment": "五轴加工中心\n三坐标测量机",
    },
    "lead": {
        "name": "龚䶮",
        "sex": "男",
        "birth": "1972.08",
        "politics": "中共党员",
        "post": "系主任",
        "title": "教授",
    },
    "honours": [
        {
            "title": "上海市劳模",
            "level": "省部级",
            "year": "2020",
            "certificate_no": "沪-0312",
            "body": "市人民政府",
        }
    ],
    "members": [
        {
            "name": "李𬭎",
            "title": "副教授",
            "rank": "高级职称",
            "degree": "博士",
            "birth_year": "1981",
            "role": "骨干",
            "duty": "误差补偿",
        },
        {
            "name": "阿依古丽·买买提",
            "title": "讲师",
            "degree": "硕士",
            "birth_year": "",
            "role": "成员",
            "duty": "检测",
        },
    ],
    "projects": [
        {
            "name": "自适应加工关键技术",
            "level": "国家级",
            "number": "52275467",
            "funder": "国家自然科学基金委员会",
            "duty": "主持",
            "starts_on": "2023年1月1日",
            "ends_on": "2026年12月31日",
            "amount": "580,000.00",
        }
    ],
    "achievements": [
        {
            "kind": "发明专利",
            "title": "变形补偿方法",
            "number": "ZL202310123456.7",
            "owner": "龚䶮",
            "share": "60%",
            "level": "省部级",
            "recognised_by": "国家知识产权局",
            "recognised_on": "2024年6月18日",
            "benefit_amount": "300,000.00",
            "benefit": "新增产值",
        }
    ],
    "venue": {"address": "机械楼 305", "area": "120"},
    "budget": [{"year": "2026", "purpose": "技术培训", "source": "学院", "amount": "30,000.00"}],
    "rules": [{"kind": "学习交流", "title": "学习交流制度", "version": "2", "dated_on": "2025年9月1日"}],
    "plan": {
        "goals": "总的打算",
        "first_year": "打基础",
        "second_year": "出成果",
        "third_year": "带队伍",
        "outcomes": "十项专利",
    },
    "conditions": [],
    "files": [
        {
            "part": "lead",
            "id": "1",
            "name": "证书扫描件.pdf",
            "sha256": "ab12" * 16,
            "size": 123,
            "of": "荣誉",
        }
    ],
}
EMPTY = {"studio": {"name": "王某劳模创新工作室", "unit": "医学院", "kinds": []}, "lead": {"name": "王某"}}
FORM = {"number": "2026-012", "round_title": "2026 年评选"}
SIGNED = [
    SimpleNamespace(
        part="recommendation",
        opinion="同意推荐。",
        signatory="陈芳",
        at=datetime.datetime(2026, 3, 28, 17, 0, tzinfo=datetime.UTC),
        paper_id=None,
    ),
    SimpleNamespace(
        part="party", opinion="同意申报。", signatory="周明", at=datetime.date(2026, 3, 30), paper_id=7
    ),
]
LONG = "围绕薄壁构件精密制造开展技术攻关，" * 40


def pages_of(pdf: bytes) -> list[str]:
    return [re.sub(r"\s", "", page.extract_text()) for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def words_of(word: bytes) -> str:
    document = docx.Document(BytesIO(word))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return re.sub(r"\s", "", "".join([paragraph.text for paragraph in document.paragraphs] + cells))


def as_pdf(data, **more):
    return "".join(pages_of(papers.application_form_pdf(data, **FORM, **more)))


def as_word(data, **more):
    return words_of(papers.application_form_docx(data, **FORM, **more))


both = pytest.mark.parametrize("render", [as_pdf, as_word])


@pytest.fixture(autouse=True)
def institution(settings):
    settings.UNIVERSITY, settings.UNION, settings.CERTIFICATE_SIGNING_KEY = "申江大学", "申江大学工会", ""


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


@pytest.mark.parametrize("rows", [1, 12, 40])
def test_opinion_signature_and_date_of_a_block_stay_on_one_page(rows):
    data = {
        **DATA,
        "members": DATA["members"] * rows,
        "projects": DATA["projects"] * rows,
        "plan": dict.fromkeys(DATA["plan"], LONG),
    }
    opinions = [
        SimpleNamespace(
            part=part,
            opinion=f"{part}{LONG}",
            signatory=f"{part}签",
            at=datetime.date(2026, 3, day),
            paper_id=None,
        )
        for day, part in enumerate(["recommendation", "party", "administration", "union"], start=11)
    ]
    pages = pages_of(papers.application_form_pdf(data, **FORM, endorsements=opinions))
    for day, opinion in enumerate(opinions, start=11):
        (page,) = [page for page in pages if re.sub(r"\s", "", opinion.opinion) in page]
        assert f"{opinion.part}签（盖章）2026年3月{day}日" in page


def test_the_signed_sheet_is_the_last_page():
    pages = pages_of(papers.application_form_pdf(DATA, **FORM))
    assert pages[-1].startswith("十二、承诺与各方意见")
    assert pages[-1].count("（签字）") == 5
    assert "（签字）" not in "".join(pages[:-1])


def test_blocks_do_not_split_in_word_either():
    word = docx.Document(BytesIO(papers.application_form_docx(DATA, **FORM)))
    rows = word.tables[-1].rows
    assert len(rows) == 5
    assert all(row._tr.xpath("./w:trPr/w:cantSplit") for row in rows)


def test_the_number_and_the_days_of_a_project_stand_on_a_line_each():
    project = {**DATA["projects"][0], "number": "2025YFB0001234", "ends_on": "2026年12月31日"}
    pdf = papers.application_form_pdf({**DATA, "projects": [project]}, **FORM)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages)
    whole = ("2025YFB0001234", "2023年1月1日", "至2026年12月31日", "580,000.00", "ZL202310123456.7")
    assert [words for words in whole if words not in text] == []


def test_a_word_with_no_break_in_it_stays_in_its_cell():
    data = {**DATA, "projects": [{**DATA["projects"][0], "name": "A" * 300, "number": "B" * 80}]}
    document = pypdfium2.PdfDocument(papers.application_form_pdf(data, **FORM))
    layers = [page.get_textpage() for page in document]
    rights = [layer.get_charbox(index)[2] for layer in layers for index in range(layer.count_chars())]
    document.close()
    assert max(rights) < 191 * 72 / 25.4


def test_form_and_word_come_from_json_and_leave_it_as_it_is():
    frozen = json.dumps(DATA, ensure_ascii=False)
    as_pdf(json.loads(frozen))
    as_word(json.loads(frozen))
    assert json.dumps(DATA, ensure_ascii=False) == frozen


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
