"""Build ``templates/docx/application_form.docx``, the Word twin of the application form's PDF.

    .venv/bin/python -m tools.build_docx_template

The tables and their columns come from :mod:`reviews.papers`, so the two forms cannot drift apart. The tags in
the cells are docxtpl's.
"""

import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from docx import Document  # noqa: E402
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT  # noqa: E402
from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: E402
from docx.oxml import OxmlElement  # noqa: E402
from docx.oxml.ns import qn  # noqa: E402
from docx.shared import Mm, Pt, RGBColor  # noqa: E402

from reviews.papers import DOCX_TEMPLATE, PLAN, TABLES  # noqa: E402

WIDTH = 170
RED = RGBColor(0x8C, 0x16, 0x1F)
AFTER_AUTO_SPACE = ("w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr")
CENTRE = WD_ALIGN_PARAGRAPH.CENTER
ALIGN = {"mid": CENTRE, "end": WD_ALIGN_PARAGRAPH.RIGHT, "": WD_ALIGN_PARAGRAPH.LEFT}


def typeface(run, *, size=None, bold=None, colour=None, east="宋体"):
    run.font.name = "Times New Roman"
    properties = run._element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), east)
    run.font.size = Pt(size) if size else None
    run.font.bold = bold
    if colour is not None:
        run.font.color.rgb = colour
    properties.append(element("w:lang", val="en-US", eastAsia="zh-CN"))
    return run


def element(tag, **attributes):
    made = OxmlElement(tag)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def write(paragraph, text, **face):
    """Add a run without space around the paragraph, nor between Chinese and Latin, as in the PDF."""
    typeface(paragraph.add_run(text), **face)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    properties = paragraph._p.get_or_add_pPr()
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):
        if properties.find(qn(tag)) is None:
            properties.insert_element_before(element(tag, val="0"), *AFTER_AUTO_SPACE)
    return paragraph


def put(cell, text, *, align=None, bold=None, size=10.5):
    paragraph = write(cell.paragraphs[0], text, bold=bold, size=size, east="黑体" if bold else "宋体")
    paragraph.alignment = align
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    return cell


def heading(document, text, *, new_page=False):
    paragraph = write(document.add_paragraph(), text, size=13, bold=True, colour=RED, east="黑体")
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(14), Pt(5)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.page_break_before = new_page


def flag(row, tag):
    """Set a switch of the row: ``cantSplit`` keeps it on one page, ``tblHeader`` repeats it on each."""
    row._tr.get_or_add_trPr().append(element(f"w:{tag}"))


def grid(document, rows, widths):
    """A ruled table with fixed column widths in mm, none of whose rows breaks across pages."""
    table = document.add_table(rows=rows, cols=len(widths))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for index, width in enumerate(widths):
        table.columns[index].width = Mm(width)
        for cell in table.columns[index].cells:
            cell.width = Mm(width)
    padding = element("w:tblCellMar")
    for side, width in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85)):
        padding.append(element(f"w:{side}", w=str(width), type="dxa"))
    table._tbl.tblPr.append(padding)
    for row in table.rows:
        flag(row, "cantSplit")
        row.height, row.height_rule = Mm(8), WD_ROW_HEIGHT_RULE.AT_LEAST
    return table


def pairs(document, rows, widths):
    """Rows of label and value; a row that is shorter than the grid gives its last value the rest."""
    table = grid(document, len(rows), widths)
    for row, cells in zip(table.rows, rows, strict=True):
        for index, text in enumerate(cells):
            label = index % 2 == 0
            cell = row.cells[index]
            if index == len(cells) - 1 and len(cells) < len(widths):
                cell = cell.merge(row.cells[-1])
            put(cell, text, bold=label, align=CENTRE if label else None)
    return table


def rows_table(document, labels, widths, loop, cells, aligns):
    """A table with a heading row, one row per item of ``loop``, and 无 when there is none."""
    table = grid(document, 7, widths)
    flag(table.rows[0], "tblHeader")
    for cell, label in zip(table.rows[0].cells, labels, strict=True):
        put(cell, label, bold=True, align=CENTRE, size=9)
    tags = {
        1: f"{{%tr if not {loop} %}}",
        3: "{%tr endif %}",
        4: f"{{%tr for row in {loop} %}}",
        6: "{%tr endfor %}",
    }
    for index, tag in tags.items():
        put(table.rows[index].cells[0], tag)
    put(table.rows[2].cells[0].merge(table.rows[2].cells[-1]), "无", align=CENTRE, size=9)
    for cell, text, align in zip(table.rows[5].cells, cells, aligns, strict=True):
        put(cell, text, align=ALIGN[align], size=9)


def cover(document):
    write(document.add_paragraph(), "编号：{{ number }}", size=11).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, size, before in (("{{ university }}", 22, 110), ("劳模创新工作室申报表", 30, 6)):
        paragraph = write(document.add_paragraph(), text, size=size, bold=True, colour=RED)
        paragraph.alignment, paragraph.paragraph_format.space_before = CENTRE, Pt(before)
    paragraph = write(document.add_paragraph(), "{{ round_title }}", size=14)
    paragraph.alignment, paragraph.paragraph_format.space_before = CENTRE, Pt(14)
    paragraph.paragraph_format.space_after = Pt(110)
    lines = [("工作室名称", "{{ studio.name }}"), ("领 衔 人", "{{ lead.name }}")]
    lines += [("所在单位", "{{ studio.unit }}"), ("创新类型", "{{ kinds }}")]
    table = grid(document, len(lines), [36, 98])
    table.style = "Normal Table"
    for row, (label, value) in zip(table.rows, lines, strict=True):
        row.height = Mm(13)
        put(row.cells[0], label, size=14)
        put(row.cells[1], value, size=14, bold=True, align=CENTRE)
        underline(row.cells[1])
        for cell in row.cells:
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
    paragraph = write(document.add_paragraph(), "{{ union }}制", size=15)
    paragraph.alignment, paragraph.paragraph_format.space_before = CENTRE, Pt(90)


def underline(cell):
    borders = element("w:tcBorders")
    borders.append(element("w:bottom", val="single", sz="6", color="1F1A17"))
    cell._tc.get_or_add_tcPr().append(borders)


def opinions(document):
    """The lead's word, then one block per opinion with signature, date and seal, each whole on one page."""
    table = grid(document, 4, [26, WIDTH - 26])
    table.rows[0].height, table.rows[2].height = Mm(32), Mm(46)
    put(table.rows[0].cells[0], "领衔人\n承诺", bold=True, align=CENTRE)
    block(
        table.rows[0].cells[1],
        "本表所填内容和所附材料真实、准确，如有不实，愿承担相应责任。",
        "{{ declaration.signer }}：{{ declaration.signatory }}",
        "{{ declaration.date or '年　　月　　日' }}",
        more=["{%p if declaration.note %}", "{{ declaration.note }}", "{%p endif %}"],
    )
    put(table.rows[1].cells[0], "{%tr for part in opinions %}")
    put(table.rows[2].cells[0], "{{ part.label[0] }}\n{{ part.label[1] }}", bold=True, align=CENTRE)
    date = "（盖章）　　　　{{ part.date or '年　　月　　日' }}"
    block(table.rows[2].cells[1], "{{ part.opinion }}", "{{ part.signer }}：{{ part.signatory }}", date)
    put(table.rows[3].cells[0], "{%tr endfor %}")


def block(cell, opinion, signature, date, *, more=()):
    write(cell.paragraphs[0], opinion, size=10.5).paragraph_format.first_line_indent = Pt(21)
    for text in more:
        write(cell.add_paragraph(), text, size=10.5).paragraph_format.first_line_indent = Pt(21)
    for index, text in enumerate((signature, date)):
        paragraph = write(cell.add_paragraph(), text, size=10.5)
        paragraph.paragraph_format.left_indent = Mm(52)
        paragraph.paragraph_format.space_before = Pt(6 if index else 26)
        paragraph.paragraph_format.keep_together = True


def page_number(section):
    """第 … 页　共 … 页 at the foot of every page but the cover."""
    section.different_first_page_header_footer = True
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = CENTRE
    for before, field, after in (("第 ", "PAGE", " 页　"), ("共 ", "NUMPAGES", " 页")):
        write(paragraph, before, size=9)
        simple = element("w:fldSimple", instr=field)
        simple.append(typeface(paragraph.add_run("1"), size=9)._r)
        paragraph._p.append(simple)
        write(paragraph, after, size=9)


def build(target: Path) -> None:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    page_number(section)
    cover(document)
    heading(document, "一、工作室基本情况", new_page=True)
    basics = [
        ("工作室名称", "{{ studio.name }}"),
        ("所在单位", "{{ studio.unit }}", "成立日期", "{{ studio.founded_on }}"),
    ]
    basics += [("创新类型", "{{ kinds }}")]
    basics += [
        ("活动场所", "{{ venue.address }}", "面积", "{% if venue.area %}{{ venue.area }} 平方米{% endif %}")
    ]
    basics += [("创新方向与工作内容", "{{ studio.direction }}"), ("主要设备", "{{ studio.equipment }}")]
    pairs(document, basics, [26, 74, 26, 44])
    heading(document, "二、领衔人")
    person = [("姓名", "{{ lead.name }}", "性别", "{{ lead.sex }}", "出生年月", "{{ lead.birth }}")]
    person += [("政治面貌", "{{ lead.politics }}", "职务", "{{ lead.post }}", "职称", "{{ lead.title }}")]
    person += [("{%tr if lead.phone %}",), ("联系电话", "{{ lead.phone }}"), ("{%tr endif %}",)]
    pairs(document, person, [22, 36, 22, 34, 22, 34])
    for index, (title, _key, columns) in enumerate(TABLES):
        heading(document, title)
        rest = WIDTH - sum(width for _l, _f, width, _a in columns)
        cells = [f"{{{{ row[{column}].text }}}}" for column in range(len(columns))]
        labels, aligns = [column[0] for column in columns], [column[3] for column in columns]
        rows_table(document, labels, [c[2] or rest for c in columns], f"tables[{index}].rows", cells, aligns)
    heading(document, "十、三年规划")
    table = pairs(
        document,
        [(label, f"{{{{ plan[{i}][1] }}}}") for i, (label, _key) in enumerate(PLAN)],
        [26, WIDTH - 26],
    )
    for row in table.rows:
        row.height = Mm(22)
    heading(document, "十一、佐证材料")
    labels, widths = ["序号", "所属部分", "文件名", "校验码（前十六位）"], [14, 32, 82, 42]
    cells = ["{{ loop.index }}", "{{ row.part }}", "{{ row.name }}", "{{ row.digest }}"]
    rows_table(document, labels, widths, "files", cells, ["mid", "mid", "", "mid"])
    heading(document, "十二、承诺与各方意见", new_page=True)
    opinions(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "劳模创新工作室申报表", "", ""
    target.parent.mkdir(parents=True, exist_ok=True)
    document.save(target)


if __name__ == "__main__":
    build(DOCX_TEMPLATE)
