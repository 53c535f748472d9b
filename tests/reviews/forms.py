"""The application form under test: what was handed in, and its words as they come out of PDF and Word."""

import datetime
import re
from io import BytesIO
from types import SimpleNamespace

import docx
import pypdf
import pytest

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
