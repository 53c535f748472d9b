"""How the application form lies on its pages: what stays together, and what stays in its cell."""

import datetime
import re
from io import BytesIO
from types import SimpleNamespace

import docx
import pypdf
import pypdfium2
import pytest

from reviews import papers
from tests.reviews.forms import DATA, FORM, LONG, institution, pages_of  # noqa: F401


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
