"""A blind review: whose papers they are is told by nothing that an expert reads of them."""

import io
import json
from copy import deepcopy
from datetime import date

import pikepdf
import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from accounts.names import bare
from records.attachments import attach, checked
from reviews import masking
from reviews.models import Assignment
from reviews.placeholders import PLACEHOLDER, Alone, Mask, key
from reviews.telltale import Person, Telltale, keys
from studios.models import Editor, Member
from tests.factories import StudioFactory, UnitFactory, UserFactory
from tests.reviews.forms import DATA
from tests.reviews.review import assigned, expert_of, under_review

KNOWN = Telltale(
    studios=("启明劳模创新工作室",),
    leads=(Person("龚䶮", ("T00017",), ("139-1234-5678", "gy@sjd.example")), Person("龚䶮")),
    members=(
        Person("高原"),
        Person("李𬭎"),
        Person("阿依古丽·买买提"),
        Person("Anna Li"),
        Person("王婷（校外）"),
    ),
    others=(Person("欧阳珺瑄"),),
    signatories=(Person("李会芳"),),
    units=("材料科学与工程学院", "04000", "材料学院部门工会"),
    short_units=("材料", "机动学院"),
    owners=("申江大学、张三和李四", "上海电气集团（40%）", "申江大学材料学院周全", "龚䶮"),
    numbers=("SH-0231", "2018"),
    contacts=("021-54740000",),
)


@pytest.fixture(scope="module")
def mask():
    return Mask(keys(KNOWN))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("龚䶮带队，高原负责试验。", "〔领衔人〕带队，〔成员1〕负责试验。"),
        ("龚 䶮、龚　䶮、龚\n䶮、龚\u200b䶮", "〔领衔人〕、〔领衔人〕、〔领衔人〕、〔领衔人〕"),
        # As the character stands in files of an old font.
        ("龚\ue863", "〔领衔人〕"),
        # What the lead is called by.
        ("龚老师和龚教授、龚工作室", "〔领衔人〕和〔领衔人〕、〔领衔人〕"),
        # A name is a name wherever it stands: blindness comes before the word.
        ("高原地区缺氧", "〔成员1〕地区缺氧"),
        ("提高\n原料利用率", "提〔成员1〕料利用率"),
        # Of two names at one place the longer counts.
        ("启明劳模创新工作室，启明工作室", "〔本工作室〕，〔本工作室〕"),
        ("启明灯泡", "启明灯泡"),
        ("阿依古丽.买买提，阿依古丽•买买提", "〔成员3〕，〔成员3〕"),
        ("ＡＮＮＡ ＬＩ, anna li; Annals", "〔成员4〕, 〔成员4〕; Annals"),
        ("王婷", "〔成员5〕"),
        # As authors of papers are written.
        ("Gong Yan, Yan Gong, GongYan; Gao Yuan", "〔领衔人〕, 〔领衔人〕, 〔领衔人〕; 〔成员1〕"),
        ("gaoyuanite", "gaoyuanite"),
        # The short name of a unit may be a common word; where the unit is meant it goes.
        ("新材料的热处理", "新材料的热处理"),
        ("材料学院与材料系，单位：材料", "〔本单位〕与〔本单位〕，单位：〔本单位〕"),
        ("申江大学材料科学与工程学院", "申江大学〔本单位〕"),
        ("机动学院机动车", "〔本单位〕机动车"),
        ("编码04000，共104000元", "编码〔本单位〕，共104000元"),
        ("证书sh-0231，2018年颁发", "证书〔编号〕，2018年颁发"),
        ("工号t00017，XT000170", "工号〔领衔人〕，XT000170"),
        # Telephone and mail, also of somebody whom nobody knows.
        ("电话139 1234 5678", "电话〔联系方式〕"),
        ("13800000000或 021-54740000", "〔联系方式〕或 〔联系方式〕"),
        ("邮箱 a.b-c@mail.sjd.example。", "邮箱 〔联系方式〕。"),
        ("合同额113800000000元", "合同额113800000000元"),
        # Owners of results who are named nowhere else; the university tells nothing.
        ("申江大学、张三、李四", "申江大学、〔权利人1〕、〔权利人2〕"),
        ("与上海电气集团合作，周全参加", "与〔权利人3〕合作，〔权利人4〕参加"),
        ("欧阳珺瑄、李会芳", "〔有关人员1〕、〔签署人〕"),
        ("校工〔2026〕5号〔领衔人〕", "校工〔2026〕5号〔领衔人〕"),
        ("", ""),
    ],
)
def test_a_name_gives_way_to_what_it_stands_for(text, shown, mask):
    assert mask(text) == shown
    assert mask(shown) == shown


def test_text_without_names_stays_as_it_is_typed(mask):
    text = "１．薄壁构件（厚度≤0.5 mm）精密加工；\r\n  2. 在 2 家企业应用，增效 1,200 万元。"
    assert mask(text) == text


# -- whatever is typed -----------------------------------------------------------------------------

SIGNS = "高原宋青龚䶮欧阳·AnBo"
names = st.text(SIGNS, min_size=2, max_size=4).filter(
    lambda name: (one := key(name, "")) is not None and one.alone is Alone.NO
)
fillers = st.text(SIGNS + "的 \n\u3000，。(（.1", max_size=3)
WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "AnBo"}


@st.composite
def spelled(draw, people):
    """A name as somebody types it: with blanks between, full width, capital or small letters, or with nothing seen."""
    name = draw(st.sampled_from(people))
    name = draw(st.sampled_from([name, name.upper(), name.lower(), name.translate(WIDE)]))
    return draw(st.sampled_from(["", "", " ", "\u3000", "\n", "\u200b"])).join(name)


@st.composite
def papers_of_people(draw):
    people = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    words = st.lists(st.one_of(fillers, spelled(people)), max_size=6).map("".join)
    data = deepcopy(DATA)
    for section, fields in masking.TYPED.items():
        rows = data.get(section, [])
        for row in rows if isinstance(rows, list) else [rows]:
            for field in fields:
                if field in row:
                    row[field] = draw(words)
    lead, unit, *team = [*people, people[-1], people[0]]
    known = Telltale(
        ("某工作室",), (Person(lead),), tuple(map(Person, team)), units=(unit,), short_units=(unit,)
    )
    return people, data, known


def left(text: str, people) -> set[str]:
    """The names that stand in a text still, as names are compared; placeholders are not looked at."""
    pieces = [bare(piece).casefold() for piece in PLACEHOLDER.sub("|", text).split("|")]
    return {name for name in people if any(bare(name).casefold() in piece for piece in pieces)}


def strings(value) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    return [one for inner in value for one in strings(inner)] if isinstance(value, list) else [str(value)]


@given(papers_of_people())
def test_no_name_survives_and_nothing_else_changes(case):
    people, data, known = case
    before = deepcopy(data)
    mask = Mask(keys(known))
    shown = masking.mask_data(data, mask)
    assert data == before
    assert {name for text in strings(shown) for name in left(text, people)} == set()
    assert masking.mask_data(shown, mask) == shown
    assert shape(shown) == shape(data)
    assert untouched(shown) == untouched(data)


def shape(value):
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list | tuple) else None


def untouched(data: dict) -> dict:
    """What is neither typed nor hidden: figures, days, fixed words, and the numbers of rows."""
    kept = {}
    for section, rows in data.items():
        if section == "conditions":
            continue
        masked = {*masking.TYPED.get(section, ()), *masking.HIDDEN.get(section, {})}
        masked |= {"name", "sha256"} if section == "files" else set()
        for at, row in enumerate(rows if isinstance(rows, list) else [rows]):
            kept |= {(section, at, name): value for name, value in row.items() if name not in masked}
    return kept


@given(st.text(), st.lists(st.text(min_size=2, max_size=5), min_size=1, max_size=4))
@example("㈱高原", ["株", "高原"])
@example("e\u0301", ["é"])
def test_any_text_is_masked_once_and_for_all(text, some):
    mask = Mask(key(name, "〔成员1〕") for name in some)
    assert mask(mask(text)) == mask(text)


# -- of a round ------------------------------------------------------------------------------------


@pytest.fixture
def named_everywhere(db):
    """A blind assignment whose papers name everybody in every text; and the names."""
    unit = UnitFactory(
        name="材料科学与工程学院",
        short_name="材院系统",
        code="SJ04000",
        union_chair="褚主席",
        parent=UnitFactory(name="工学部总院"),
    )
    lead = UserFactory(
        unit=unit, name="龚䶮", staff_no="T00917", post="材料科学与工程学院副院长", phone="13812345678"
    )
    studio = StudioFactory(lead=lead, unit=unit, complete=True)
    member, editor = UserFactory(unit=unit, name="高原"), UserFactory(unit=unit, name="欧阳珺瑄")
    Member.objects.create(studio=studio, user=member, name="高原", duty="高原与龚䶮一起")
    Editor.objects.create(studio=studio, user=editor, added_by=lead)
    everybody = [
        "龚䶮",
        "高原",
        "欧阳珺瑄",
        "宋青",
        unit.name,
        unit.short_name,
        unit.code,
        "褚主席",
        "工学部总院",
        "T00917",
    ]
    words = "、".join([*everybody, "13812345678", "SH-0231"])
    for field in ("direction", "equipment", "plan_goals", "plan_outcomes"):
        setattr(studio, field, words)
    studio.save()
    for rows, field in (("projects", "funder"), ("achievements", "owner"), ("budget_lines", "purpose")):
        getattr(studio, rows).update(**{field: words[:90]})
    studio.rule_documents.update(title="龚䶮工作室管理办法")
    for target, slot, name in (
        (studio.venue, "photo", "龚䶮工作室全景.png"),
        (studio.honours.first(), "scan", "龚䶮劳模证书.png"),
    ):
        attach(checked(ContentFile(photo(slot), name=name)), target, slot, by=lead)
    expert = expert_of("周评")
    application = under_review(expert, studio=studio)
    application.round.blind = True
    application.round.save()
    signed = application.endorsements.get(part="party")
    signed.opinion = "龚䶮同志领衔的工作室符合条件。"
    signed.save()
    assignment = assigned(application, expert)
    return reread(assignment), [*everybody, "13812345678", "SH-0231", signed.signatory, "机械楼"]


def reread(assignment) -> Assignment:
    rows = Assignment.objects.select_related(
        "application__round", "application__studio__unit", "application__studio__lead", "snapshot"
    )
    return rows.get(pk=assignment.pk)


def photo(slot: str) -> bytes:
    """A picture that says in its metadata who took it."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x013B] = "龚䶮"  # the artist
    Image.new("RGB", (40, 30), (200, 30, len(slot))).save(out, "PNG", exif=exif)
    return out.getvalue()


def test_the_papers_of_a_blind_round_name_nobody(named_everywhere):
    assignment, everybody = named_everywhere
    told = json.dumps(assignment.snapshot.data, ensure_ascii=False)
    assert [
        name for name in [*everybody[:4], "材料科学与工程学院", "SH-0231", "机械楼"] if name not in told
    ] == []
    shown = masking.papers(assignment)
    assert {name for text in strings(shown.data) for name in left(text, everybody)} == set()
    assert (shown.pk, shown.sha256, shown.version) == (None, "", assignment.snapshot.version)
    assert assignment.snapshot.is_intact()


def test_what_is_masked_is_still_to_be_read(named_everywhere):
    data = masking.papers(named_everywhere[0]).data
    assert data["studio"]["name"] == "〔本工作室〕"
    assert data["studio"]["unit"] == "〔本单位〕"
    assert (data["lead"]["name"], data["lead"]["post"], data["lead"]["title"]) == (
        "〔领衔人〕",
        "〔职务〕",
        "教授",
    )
    assert [one["name"] for one in data["members"]] == [f"〔成员{number}〕" for number in (1, 2, 3, 4)]
    assert [one["title"] for one in data["honours"]] == ["上海市劳动模范"]
    assert data["venue"] == {"address": "〔地址〕", "area": "86"}
    assert data["studio"]["direction"].startswith(
        "〔领衔人〕、〔成员4〕、〔有关人员1〕、〔成员1〕、〔本单位〕"
    )


def test_papers_of_an_open_round_are_as_they_were_handed_in(named_everywhere):
    assignment, _everybody = named_everywhere
    assignment.application.round.blind = False
    assert masking.papers(assignment) is assignment.snapshot
    assert masking.text(assignment, "龚䶮") == "龚䶮"
    entry = assignment.snapshot.data["files"][0]
    assert masking.withheld(assignment, entry) == ""
    assert masking.open_file(assignment, entry)[1] == entry["name"]


def test_files_are_called_by_kind_and_number_and_those_that_name_people_are_withheld(named_everywhere):
    assignment, _everybody = named_everywhere
    files = masking.papers(assignment).data["files"]
    assert [(one["part"], one["name"], one["sha256"]) for one in files] == [
        ("lead", "附件1.png", ""),
        ("place", "照片1.png", ""),
    ]
    assert files[1]["of"] == "〔地址〕"
    assert [masking.withheld(assignment, one) for one in files] == ["匿名评审，此附件不显示。", ""]
    with pytest.raises(masking.Withheld):
        masking.open_file(assignment, files[0])


def test_a_picture_is_sent_without_what_its_camera_wrote(named_everywhere):
    assignment, _everybody = named_everywhere
    stored, name = masking.open_file(assignment, masking.papers(assignment).data["files"][1])
    with stored.open("rb") as kept:
        data = kept.read()
    assert name == "照片1.png"
    assert "龚䶮".encode() not in data
    assert dict(Image.open(io.BytesIO(data)).getexif()) == {}


def test_masking_asks_little_and_once(named_everywhere):
    assignment, _everybody = named_everywhere
    with CaptureQueriesContext(connection) as asked:
        masking.papers(assignment)
        masking.papers(assignment)
        masking.text(assignment, "龚䶮")
    assert len(asked) == 4


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_the_form_of_a_blind_round_names_nobody_on_its_pages_or_behind_them(named_everywhere):
    assignment, everybody = named_everywhere
    made = masking.masked_form(assignment)
    text = text_of(made)
    assert left(text, everybody) == set()
    assert "匿名评审" in text
    assert "（网上承诺）：〔领衔人〕" in text
    assert "〔领衔人〕同志领衔的工作室符合条件。" in text.replace("\r\n", "")
    assert assignment.application.number in text
    with pikepdf.open(io.BytesIO(made)) as pdf:
        behind = [str(value) for value in pdf.docinfo.values()]
        with pdf.open_outline() as outline:
            behind += [item.title for item in outline.root]
        with pdf.open_metadata() as metadata:
            behind += [str(value) for value in metadata.values()]
        assert list(pdf.attachments) == []
    assert left("|".join(behind), everybody) == set()


def test_the_form_of_an_open_round_names_the_studio_and_bears_nothing_personal(named_everywhere):
    assignment, _everybody = named_everywhere
    assignment.application.round.blind = False
    assignment.snapshot.data["lead"]["birth"] = "1937.04"
    text = text_of(masking.masked_form(assignment))
    assert "龚䶮劳模创新工作室" in text.replace("\r\n", "")
    assert "匿名评审" not in text
    assert "1937" not in text
    assert "出生" not in text  # no column that stands empty as if it had been forgotten
    assert "性别" in text
    assert "学历" in text


def test_who_left_the_team_and_who_signed_are_looked_for_too(named_everywhere):
    assignment, _everybody = named_everywhere
    application = assignment.application
    application.concerned_names = [*application.concerned_names, "早先离队"]
    Member.objects.create(studio=application.studio, name="更早离队", left_on=date(2020, 1, 1))
    signatory = application.endorsements.get(part="recommendation").signatory
    assert (
        masking.text(assignment, f"早先离队、更早离队、{signatory}")
        == "〔有关人员2〕、〔有关人员3〕、〔签署人〕"
    )
