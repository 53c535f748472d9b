"""Certificates and plaques: what stands on them, that it fits, and that they keep."""

import datetime
import re
from io import BytesIO
from types import SimpleNamespace

import pikepdf
import pypdf
import pypdfium2
import pytest
import segno

from records.documents import MissingGlyph
from studios import certificates

MM = 72 / 25.4
MAKERS = {"certificate": certificates.certificate_pdf, "plaque": certificates.plaque_pdf}
SIZES = {"certificate": (297, 210), "plaque": (600, 400)}
NAMES = [
    ("龚䶮劳模创新工作室", "龚䶮"),
    ("㛃𬭎𠅤㐂劳模创新工作室", "㛃𬭎𠅤㐂"),
    ("王喆珺劳模创新工作室", "王喆珺"),
    ("阿依古丽·买买提劳模创新工作室", "阿依古丽·买买提"),
    ("阿卜杜热西提·买买提明与古丽努尔·阿不都克里木劳模创新工作室", "阿卜杜热西提·买买提明"),
    ("机械与动力工程学院欧阳𬭎瑞高端装备智能制造技术创新与人才培养联合攻关工作室", "欧阳𬭎瑞"),
    ("Müller 教授（国家级）劳模创新工作室", "Müller"),
    ("王" * 60, "王"),
]


def certificate(studio_name="龚䶮劳模创新工作室", lead_name="龚䶮", **changes):
    values = {
        "number": "2026-003",
        "code": "k7Qm2ZpXw9",
        "starts_on": datetime.date(2026, 5, 1),
        "ends_on": datetime.date(2029, 4, 30),
        "issued_on": datetime.date(2026, 5, 1),
    }
    return SimpleNamespace(studio_name=studio_name, lead_name=lead_name, **{**values, **changes})


def text_of(pdf: bytes) -> str:
    """The text layer as a reader copies it, without white space."""
    (page,) = pypdf.PdfReader(BytesIO(pdf)).pages
    return re.sub(r"\s", "", page.extract_text())


@pytest.fixture(autouse=True)
def institution(settings):
    settings.UNIVERSITY, settings.UNION, settings.SITE_URL = (
        "申江大学",
        "申江大学工会",
        "https://studios.example.edu.cn",
    )
    settings.CERTIFICATE_SIGNING_KEY = ""


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(("studio_name", "lead_name"), NAMES)
def test_every_name_stands_whole_in_the_text_layer(kind, studio_name, lead_name):
    text = text_of(MAKERS[kind](certificate(studio_name, lead_name)))
    assert re.sub(r"\s", "", studio_name) in text
    assert "2026-003" in text
    assert "申江大学工会" in text


def test_a_certificate_says_who_what_until_when():
    text = text_of(certificates.certificate_pdf(certificate()))
    for part in (
        "命名证书",
        "申江大学劳模创新工作室",
        "领衔人龚䶮",
        "自二〇二六年五月一日起",
        "至二〇二九年四月三十日止",
    ):
        assert part in text


def test_a_plaque_names_university_union_and_month_only():
    text = text_of(certificates.plaque_pdf(certificate()))
    assert text == "申江大学龚䶮劳模创新工作室编号2026-003扫码核验申江大学工会二〇二六年五月"


@pytest.mark.parametrize("kind", MAKERS)
def test_no_expert_review_is_claimed(kind):
    assert "专家" not in text_of(MAKERS[kind](certificate()))


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(("studio_name", "lead_name"), NAMES)
def test_the_page_is_one_of_its_size_and_every_character_lies_inside_the_frame(kind, studio_name, lead_name):
    document = pypdfium2.PdfDocument(MAKERS[kind](certificate(studio_name, lead_name)))
    width, height = SIZES[kind]
    assert len(document) == 1
    page = document[0]
    assert page.get_size() == pytest.approx((width * MM, height * MM), abs=1)
    layer = page.get_textpage()
    margin = (18 if kind == "certificate" else 32) * MM
    boxes = [layer.get_charbox(index) for index in range(layer.count_chars())]
    outside = [
        b
        for b in boxes
        if b[0] < margin or b[2] > width * MM - margin or b[1] < margin or b[3] > height * MM - margin
    ]
    document.close()
    assert outside == []


@pytest.mark.parametrize("kind", MAKERS)
def test_a_document_is_small(kind):
    assert len(MAKERS[kind](certificate(*NAMES[5]))) <= 100_000


@pytest.mark.parametrize("kind", MAKERS)
def test_a_document_is_marked_and_built_as_pdf_a_2u(kind):
    """The marks and what the standard asks for besides, as far as it can be told without veraPDF."""
    with pikepdf.open(BytesIO(MAKERS[kind](certificate()))) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "U")
        assert metadata["dc:title"].startswith("龚䶮劳模创新工作室")
        assert str(pdf.Root.Lang) == "zh-Hans"
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert int(intent.DestOutputProfile.N) == 3
        assert "/ID" in pdf.trailer
        assert not pdf.is_encrypted
        fonts = [
            item
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
        ]
        composite = [font for font in fonts if font.Subtype == "/Type0"]
        descendants = [font.DescendantFonts[0] for font in composite]
        assert len(composite) == 2
        assert all("/ToUnicode" in font for font in composite)
        assert all("/FontFile2" in font.FontDescriptor for font in descendants)
        assert all("/CIDToGIDMap" in font for font in descendants)
        forbidden = {"/JavaScript", "/JS", "/EmbeddedFiles", "/AA", "/OpenAction"}
        assert [
            key
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary)
            for key in item
            if key in forbidden
        ] == []


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    ("studio_name", "lead_name"), [("王\U0002b81e劳模创新工作室", "王\U0002b81e"), ("王😀工作室", "王")]
)
def test_a_character_that_the_font_lacks_is_refused_before_anything_is_made(
    kind, studio_name, lead_name, monkeypatch
):
    monkeypatch.setattr(certificates.documents, "render_pdf", lambda *_, **__: pytest.fail("was rendered"))
    for preview in (False, True):
        with pytest.raises(MissingGlyph, match=r"U\+2B81E|U\+1F600"):
            MAKERS[kind](certificate(studio_name, lead_name), preview=preview)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_preview_is_marked_and_not_signed_and_bears_the_number_once_there_is_one(kind, monkeypatch):
    monkeypatch.setattr(certificates.documents, "sign", lambda pdf: b"signed")
    numbered = MAKERS[kind](certificate(), preview=True)
    assert "预览" in text_of(numbered)
    assert "2026-003" in text_of(numbered)
    assert "待编" not in text_of(numbered)
    preview = MAKERS[kind](certificate(number="", code=""), preview=True)
    assert "预览" in text_of(preview)
    assert "待编" in text_of(preview)
    assert "2026-003" not in text_of(preview)
    assert MAKERS[kind](certificate()) == b"signed"


@pytest.mark.parametrize("kind", MAKERS)
def test_the_printed_qr_code_is_the_one_of_the_check_page(kind):
    """The modules are read back from the picture and compared with a fresh code of the same address."""
    url = "https://studios.example.edu.cn/check/k7Qm2ZpXw9/"
    document = pypdfium2.PdfDocument(MAKERS[kind](certificate()))
    scale = 4 if kind == "certificate" else 2
    picture = document[0].render(scale=scale).to_pil().convert("L")
    document.close()
    left, bottom, side = {"certificate": (34, 24, 25), "plaque": (82, 46, 52)}[kind]
    expected = [[bool(module) for module in row] for row in segno.make(url, error="m", micro=False).matrix]
    step = side / (len(expected) + 6) * MM * scale
    x0 = left * MM * scale + 3 * step
    y0 = picture.height - (bottom + side) * MM * scale + 3 * step
    read = [
        [
            picture.getpixel((round(x0 + (x + 0.5) * step), round(y0 + (y + 0.5) * step))) < 128
            for x in range(len(expected))
        ]
        for y in range(len(expected))
    ]
    assert read == expected


def test_markup_in_a_name_is_text():
    name = "<b>王</b>{{7}}&amp;劳模创新工作室"
    assert name in text_of(certificates.certificate_pdf(certificate(name, "<img src=file:///etc/passwd>")))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (datetime.date(2026, 5, 1), "二〇二六年五月一日"),
        (datetime.date(2030, 10, 10), "二〇三〇年十月十日"),
        (datetime.date(2029, 11, 20), "二〇二九年十一月二十日"),
        (datetime.date(2005, 12, 31), "二〇〇五年十二月三十一日"),
    ],
)
def test_dates_in_words(day, words):
    assert certificates.date_in_words(day) == words


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("龚䶮劳模创新工作室", ["龚䶮", "劳模创新工作室"]),
        ("劳模创新工作室", ["劳模创新工作室"]),
        (NAMES[4][0], ["阿卜杜热西提·买买提明", "与古丽努尔·阿不都克里木", "劳模创新工作室"]),
    ],
)
def test_a_plaque_breaks_a_name_where_a_reader_would(name, lines):
    assert [line["text"] for line in certificates.plaque_lines(name)] == lines
