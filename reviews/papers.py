"""Papers of a selection: the application form as PDF and Word, and the numbered decision.

The form is made from a frozen snapshot (see :mod:`reviews.freezing` for its shape) and nothing else: what is
printed and stamped is what was submitted.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable
from io import BytesIO
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from records import documents
from records.moves import DomainError
from records.templatetags.present import day_of_record
from reviews.freezing import PERSONAL
from reviews.models import Declaration
from reviews.reading import with_apprentices

DOCX_TEMPLATE = settings.BASE_DIR / "templates" / "docx" / "application_form.docx"
PARTS = {
    "lead": "领衔人与荣誉",
    "team": "团队成员",
    "projects": "创新项目",
    "results": "创新成果",
    "place": "场地经费",
}
PARTS |= {"rules": "管理制度", "plan": "三年规划"}

# Title of each table, the snapshot's list it shows, and its columns: label, fields, width in mm (0: what
# is left), alignment.
TABLES = [
    (
        "三、领衔人所获荣誉",
        "honours",
        [
            ("荣誉称号", ("title",), 0, ""),
            ("级别", ("level",), 20, "mid"),
            ("年度", ("year",), 16, "mid"),
            ("证书编号", ("certificate_no",), 34, "mid"),
            ("颁发单位", ("body",), 40, ""),
        ],
    ),
    (
        "四、团队成员",
        "members",
        [
            ("姓名", ("name",), 31, "mid"),
            ("职称", ("title",), 27, "mid"),
            ("学历", ("degree",), 24, "mid"),
            ("出生年", ("birth_year",), 17, "mid"),
            ("角色", ("role",), 24, "mid"),
            ("分工", ("duty",), 0, ""),
        ],
    ),
    (
        "五、师带徒情况",
        "apprentices",
        [
            ("徒弟姓名", ("name",), 31, "mid"),
            ("职称", ("title",), 27, "mid"),
            ("学历", ("degree",), 24, "mid"),
            ("学习内容与分工", ("duty",), 0, ""),
        ],
    ),
    (
        "六、创新项目",
        "projects",
        [
            ("项目名称", ("name",), 0, ""),
            ("级别", ("level",), 16, "mid"),
            ("编号", ("number",), 31, "mid"),
            ("立项单位", ("funder",), 22, ""),
            ("承担角色", ("duty",), 16, "mid"),
            ("起止时间", ("starts_on", "ends_on"), 31, "mid"),
            ("经费（元）", ("amount",), 22, "end"),
        ],
    ),
    (
        "七、创新成果",
        "achievements",
        [
            ("成果名称", ("title",), 0, ""),
            ("类别", ("kind",), 19, "mid"),
            ("编号", ("number",), 33, "mid"),
            ("权利人、份额", ("owner", "share"), 23, "mid"),
            ("级别", ("level",), 13, "mid"),
            ("认定单位、时间", ("recognised_by", "recognised_on"), 27, "mid"),
            ("效益", ("benefit_amount", "benefit"), 29, ""),
        ],
    ),
    (
        "八、经费预算",
        "budget",
        [
            ("年度", ("year",), 20, "mid"),
            ("用途", ("purpose",), 0, ""),
            ("来源", ("source",), 50, ""),
            ("金额（元）", ("amount",), 32, "end"),
        ],
    ),
    (
        "九、管理制度",
        "rules",
        [
            ("类别", ("kind",), 34, "mid"),
            ("制度名称", ("title",), 0, ""),
            ("版本", ("version",), 22, "mid"),
            ("日期", ("dated_on",), 34, "mid"),
        ],
    ),
]
PLAN = [
    ("总体目标", "goals"),
    ("第一年", "first_year"),
    ("第二年", "second_year"),
    ("第三年", "third_year"),
    ("预期成果", "outcomes"),
]
# The part of an endorsement, the lines of its label, and who signs. The last is the university union's own.
OPINIONS = [
    ("recommendation", ["部门工会", "推荐意见"], "部门工会主席"),
    ("party", ["所在单位", "党组织意见"], "党组织负责人"),
    ("administration", ["所在单位", "行政意见"], "行政负责人"),
    ("union", ["校工会", "意见"], "校工会负责人"),
]
ON_THE_SCAN = "日期见盖章申报表"  # what is known here is the day of the check, not that of the signature


class Decided(NamedTuple):
    """What the university union decided on an application, as one more opinion."""

    opinion: str
    signatory: str
    at: datetime.datetime
    paper_id: None = None


# How it was said: by a signature, or by a press of a button.
BY_HAND, ONLINE, DECLARED = "（签字）", "（网上签署）", "（网上承诺）"


# Some 150 pages, which take seconds to typeset; papers that somebody wrote have a tenth of it.
MOST_ROOM = 120_000
LINE_BREAK = 30


class TooLong(DomainError):
    """The papers hold more than a form can."""


def application_form_pdf(data: dict, **given) -> bytes:
    """The application form as an A4 PDF; the parameters are those of :func:`form_texts`.

    A character that the font lacks is printed as 〓, the sign printers use for it.
    """
    return documents.render_pdf("application_form", _walk(form_texts(data, **given), _in_the_font))


def application_form_docx(data: dict, **given) -> bytes:
    """The application form as a Word file with the same content, to be filled in further or printed."""
    from docxtpl import DocxTemplate

    template = DocxTemplate(DOCX_TEMPLATE)
    template.render(_walk(form_texts(data, **given), _as_typed), autoescape=True)
    written = BytesIO()
    template.save(written)
    return written.getvalue()


def decision_pdf(
    *,
    number: str,
    title: str,
    units: list[tuple[str, list[str]]],
    issued_on: datetime.date,
    naming_on: datetime.date,
    preview: bool = False,
) -> bytes:
    """The decision that names studios, with the red head of an official document (GB/T 9704), as PDF/A-2u.

    :param number: the document number, such as 校工〔2026〕5号.
    :param units: each unit with the names of its studios, in the order in which they are listed.
    :param preview: a watermark, no number and no signature, for looking at before it is issued.
    :raises records.documents.MissingGlyph: when a name holds a character that the font lacks.
    """
    for unit, studios in units:
        for name in (unit, *studios):
            documents.require_glyphs(name, whose=name)
    context = {
        "union": settings.UNION,
        "university": settings.UNIVERSITY,
        "head_size": round(min(20.0, 136 / (len(settings.UNION) + 2)), 2),
        "number": "文号待编" if preview else number,
        "preview": preview,
        "title": title,
        "title_lines": _title_lines(title),
        "units": units,
        "count": sum(len(studios) for _unit, studios in units),
        "issued_on": issued_on,
        "naming_on": naming_on,
    }
    pdf = documents.render_pdf("decision", context, archival=True)
    return pdf if preview else documents.sign(pdf)


def _title_lines(title: str) -> list[str]:
    """A long title on two lines, broken before a whole expression and not before its last words."""
    if len(title) <= 20:
        return [title]
    starts = [
        at for at in range(4, len(title) - 6) if title.startswith(("劳模", settings.UNIVERSITY, "命名"), at)
    ]
    cut = min(starts or [len(title) // 2], key=lambda at: abs(at - len(title) / 2))
    return [title[:cut], title[cut:]]


def form_texts(
    data: dict,
    *,
    number: str,
    round_title: str,
    declared: Declaration | None = None,
    endorsements: Iterable = (),
    decided: Decided | None = None,
    watermark: str = "",
    personal: bool = True,
) -> dict:
    """Everything the two templates show, with an empty text where the snapshot says nothing.

    :param data: a snapshot's data.
    :param declared: the declaration that was given online; None leaves room for a signature.
    :param endorsements: objects with ``part``, ``opinion``, ``signatory``, ``at`` and ``paper_id``; they come
        filled in.
    :param decided: what the university union decided; None leaves room for its opinion.
    :param watermark: a word across every page of the PDF.
    :param personal: whether there is room for birth dates; a reader who is not given them sees no empty columns.
    :raises TooLong: when it would be a book.
    """
    signed = {str(endorsement.part): endorsement for endorsement in endorsements}
    if decided:
        signed["union"] = decided
    data = with_apprentices(data)
    form = {
        "university": settings.UNIVERSITY,
        "union": settings.UNION,
        "number": number,
        "round_title": round_title,
        "watermark": watermark,
        "studio": _texts(data.get("studio"), "name", "unit", "founded_on", "direction", "equipment"),
        "kinds": "、".join(data.get("studio", {}).get("kinds", [])),
        "lead": _texts(data.get("lead"), "name", "sex", "birth", "politics", "post", "title", "phone"),
        "venue": _texts(data.get("venue"), "address", "area"),
        "personal": personal,
        "tables": [
            _table(title, data.get(key, []), columns if personal else _open_to_all(key, columns))
            for title, key, columns in TABLES
        ],
        "plan": [[label, _text(data.get("plan", {}).get(key))] for label, key in PLAN],
        "files": [
            {"part": PARTS.get(f["part"], f["part"]), "name": f["name"], "digest": f["sha256"][:16]}
            for f in data.get("files", [])
        ],
        "declaration": _declaration(declared),
        "opinions": [_opinion(signed.get(part), label, signer) for part, label, signer in OPINIONS],
    }
    if (room := _room(form)) > MOST_ROOM:
        raise TooLong(
            _(
                "The papers are too long for a form: %(times)s times what fits. Shorten the texts and the rows."
            )
            % {"times": f"{room / MOST_ROOM:.1f}"}
        )
    return _walk(form, _printable)


def _room(value) -> int:
    """How much paper all the texts of ``value`` take, in letters; a line break takes most of a line."""
    if isinstance(value, str):
        return len(value) + LINE_BREAK * value.count("\n")
    if isinstance(value, dict):
        value = list(value.values())
    return sum(map(_room, value)) if isinstance(value, list | tuple) else 0


def _table(title: str, rows: list[dict], columns: list[tuple]) -> dict:
    return {
        "title": title,
        "columns": [{"label": label, "width": width} for label, _fields, width, _align in columns],
        "rows": [
            [{"text": _joined(row, fields), "align": align} for _l, fields, _w, align in columns]
            for row in rows
        ],
    }


def _open_to_all(key: str, columns: list[tuple]) -> list[tuple]:
    """The columns without those that hold only what is personal."""
    hidden = set(PERSONAL.get(key, ()))
    return [column for column in columns if not hidden.issuperset(column[1])]


def _joined(row: dict, fields: tuple[str, ...]) -> str:
    texts = [_text(row.get(field)) for field in fields]
    if fields == ("starts_on", "ends_on") and any(texts):
        return f"{texts[0]}\n至{texts[1]}"
    if fields == ("benefit_amount", "benefit"):
        return "；".join(filter(None, [f"{texts[0]}元" if texts[0] else "", texts[1]]))
    return "\n".join(text for text in texts if text)


def _declaration(declared: Declaration | None) -> dict:
    """The lead's word: online, by name and moment; or room for the signature, with who handed in instead."""
    blank = {"signer": f"领衔人{BY_HAND}", "signatory": "", "date": "", "note": ""}
    if declared is None:
        return blank
    when = f"{day_of_record(declared.at)} {timezone.localtime(declared.at):%H:%M}"
    if not declared.by_lead:
        return {**blank, "note": f"{declared.name}于{when}代领衔人在网上提交。"}
    return {"signer": f"领衔人{DECLARED}", "signatory": declared.name, "date": when, "note": ""}


def _opinion(endorsement, label: list[str], signer: str) -> dict:
    """What stands in one block; a name that was given online is said to be, for nobody wrote it there."""
    if endorsement is None:
        return {"label": label, "signer": f"{signer}{BY_HAND}", "opinion": "", "signatory": "", "date": ""}
    return {
        "label": label,
        "signer": f"{signer}{BY_HAND if endorsement.paper_id else ONLINE}",
        "opinion": endorsement.opinion,
        "signatory": endorsement.signatory,
        "date": ON_THE_SCAN if endorsement.paper_id else day_of_record(endorsement.at),
    }


def _texts(source: dict | None, *keys: str) -> dict[str, str]:
    return {key: _text((source or {}).get(key)) for key in keys}


def _text(value) -> str:
    return "" if value is None else str(value)


def _walk(value, change):
    """``value`` with ``change`` applied to every text in it."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _walk(item, change) for key, item in value.items()}
    return [_walk(item, change) for item in value] if isinstance(value, list | tuple) else value


def _printable(text: str) -> str:
    """``text`` without control characters, which neither Word nor PDF metadata may hold, and without those that turn
    the direction of writing; line breaks stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = (c for c in text if c not in documents.TURNING)
    return "".join(c for c in kept if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cn"))


def _as_typed(text: str) -> Markup:
    """``text`` for Word: after filling in, docxtpl makes ``{{`` of every ``{_{``, so no underscore stands as one."""
    return Markup("&#95;").join(text.split("_"))


def _in_the_font(text: str) -> str:
    missing = documents.missing_glyphs(text)
    return text.translate(dict.fromkeys(map(ord, missing), "〓")) if missing else text
