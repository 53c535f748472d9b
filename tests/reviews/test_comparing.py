"""What a resubmission changed: each row is compared with itself, whatever came, went or moved around it."""

from datetime import date

import pytest
from django.utils import timezone

from ledgers.models import Achievement
from reviews.comparing import changes
from reviews.freezing import freeze
from reviews.reading import parts_changed, spell
from studios.models import Honour, Member, Project, RuleDocument
from tests.factories import ApplicationFactory

TEAM = [
    {"id": number, "name": name, "title": "工程师", "birth_year": "1990", "role": "成员"}
    for number, name in enumerate(["宋青", "唐敏", "许航", "韩梅"], start=11)
]


def team(*members) -> dict:
    return {"members": list(members)}


def told(before, after, *, personal=True) -> set[tuple[str, str, str]]:
    """Where, before, after: the lines a reader sees, each once."""
    lines = spell(changes(before, after), personal=personal)
    found = {(line["where"], line["before"], line["after"]) for line in lines}
    assert len(found) == len(lines)
    return found


def without_numbers(data) -> dict:
    """The same as it was frozen before rows had numbers."""
    return {
        section: [{name: text for name, text in row.items() if name != "id"} for row in rows]
        for section, rows in data.items()
    }


as_numbered = pytest.mark.parametrize(
    "frozen", [lambda data: data, without_numbers], ids=["numbered", "without numbers"]
)
ADDED, REMOVED = "新增成员", "删除成员"


@as_numbered
def test_a_row_taken_from_the_middle_is_one_removed(frozen):
    one, two, three, four = TEAM
    before, after = frozen(team(one, two, three, four)), frozen(team(one, three, four))
    assert told(before, after) == {(REMOVED, "唐敏（工程师、1990、成员）", "")}


@as_numbered
def test_a_row_put_into_the_middle_is_one_added(frozen):
    one, two, three, four = TEAM
    before, after = frozen(team(one, three, four)), frozen(team(one, two, three, four))
    assert told(before, after) == {(ADDED, "", "唐敏（工程师、1990、成员）")}


@as_numbered
def test_an_edited_row_is_one_changed_text_beside_its_name(frozen):
    one, two, three, _four = TEAM
    edited = {**two, "title": "高级工程师"}
    assert told(frozen(team(one, two, three)), frozen(team(one, edited, three))) == {
        ("“唐敏”：专业技术职务", "工程师", "高级工程师")
    }


@as_numbered
def test_removed_added_edited_and_moved_at_once_are_told_apart(frozen):
    one, two, three, four = TEAM
    edited = {**four, "role": "骨干"}
    before, after = frozen(team(one, two, three)), frozen(team(three, four, one))
    assert told(before, after) == {
        (REMOVED, "唐敏（工程师、1990、成员）", ""),
        (ADDED, "", "韩梅（工程师、1990、成员）"),
    }
    assert told(frozen(team(one, two, four)), frozen(team(edited, one, two))) == {
        ("“韩梅”：在工作室的角色", "成员", "骨干")
    }


@as_numbered
def test_rows_in_another_order_are_no_change(frozen):
    assert changes(frozen(team(*TEAM)), frozen(team(*reversed(TEAM)))) == []


def test_a_row_that_gets_another_name_is_the_same_row():
    one, two, three, _four = TEAM
    assert told(team(one, two, three), team(one, {**two, "name": "唐闵"}, three)) == {
        ("“唐敏”：姓名", "唐敏", "唐闵")
    }


def test_another_person_of_the_same_name_is_one_removed_and_one_added():
    one, two, *_rest = TEAM
    namesake = {**two, "id": 99, "title": "讲师"}
    assert told(team(one, two), team(one, namesake)) == {
        (REMOVED, "唐敏（工程师、1990、成员）", ""),
        (ADDED, "", "唐敏（讲师、1990、成员）"),
    }


def test_a_row_entered_again_word_for_word_is_no_change():
    one, two, three, _four = TEAM
    assert changes(team(one, two, three), team(one, three, {**two, "id": 99})) == []


def test_of_two_rows_that_say_the_same_one_may_go():
    one, two, *_rest = TEAM
    twice = [two, {**two, "id": 99}]
    gone = {(REMOVED, "唐敏（工程师、1990、成员）", "")}
    for frozen in (dict, without_numbers):
        assert told(frozen(team(one, *twice)), frozen(team(one, twice[1]))) == gone


def test_a_version_without_numbers_is_compared_with_one_that_has_them_by_the_words_of_its_rows():
    one, two, three, four = TEAM
    after = team(one, {**three, "duty": "误差补偿"}, four)
    assert told(without_numbers(team(one, two, three, four)), after) == {
        (REMOVED, "唐敏（工程师、1990、成员）", ""),
        ("“许航”：分工", "", "误差补偿"),
    }


def test_birth_is_told_to_those_who_may_see_it():
    one, two, *_rest = TEAM
    younger = {**one, "birth_year": "1991"}
    assert told(team(one), team(younger, two), personal=False) == {(ADDED, "", "唐敏（工程师、成员）")}
    assert told(team(one), team(younger, two)) == {
        ("“宋青”：出生年份", "1990", "1991"),
        (ADDED, "", "唐敏（工程师、1990、成员）"),
    }


def test_a_long_name_is_cut_where_it_only_says_which_row():
    row = {"id": 1, "name": "关于" * 40, "number": "1"}
    [line] = spell(changes({"projects": [row]}, {"projects": [{**row, "number": "2"}]}), personal=True)
    assert line["where"] == f"“{'关于' * 14}关…”：项目编号"


def test_files_come_and_go_by_part_name_and_content():
    def files(**sums):
        return {"files": [{"part": "lead", "name": f"{name}.pdf", "sha256": sums[name]} for name in sums]}

    assert told(files(a="1", b="1"), files(b="2", c="1")) == {
        ("附件", "a.pdf", ""),
        ("附件", "b.pdf", ""),
        ("附件", "", "b.pdf"),
        ("附件", "", "c.pdf"),
    }


def test_the_parts_that_changed():
    before = {"members": TEAM[:1], "plan": {"goals": "甲"}, "honours": [], "files": []}
    after = {
        "members": TEAM[:2],
        "plan": {"goals": "乙"},
        "honours": [],
        "files": [{"part": "rules", "name": "a.pdf", "sha256": "1"}],
    }
    assert parts_changed(changes(before, after)) == {"team", "plan", "rules"}


@pytest.mark.django_db
def test_what_people_do_to_rows_is_told_exactly_when_it_is_handed_in_again():
    application = ApplicationFactory(returned=True)
    studio, year = application.studio, timezone.localdate().year
    studio.members.get(name="唐敏").delete()
    Member.objects.create(studio=studio, name="丁一", title="讲师", role=Member.Duty.CORE)
    Honour.objects.create(studio=studio, title="全国五一劳动奖章", level="national", year=year)  # sorts first
    project = studio.projects.get()
    Project.objects.create(
        studio=studio,
        name="新课题",
        level="university",
        starts_on=date(year, 6, 1),
        ends_on=date(year, 12, 31),
    )
    project.number = "KJ-2"
    project.save()
    result = studio.achievements.get(title="一种主轴监测方法（2）")
    result.recognised_on = date(year, 1, 10)  # sorts before the other now
    result.save()
    studio.budget_lines.update(amount=30000)
    studio.rule_documents.get(kind="exchange").delete()
    RuleDocument.objects.create(studio=studio, kind="exchange", title="学习交流办法", version="2")
    application.resubmit(by=studio.lead, on=timezone.localdate())
    first, second = application.snapshots.order_by("version")
    assert told(first.data, second.data) == {
        ("删除成员", "唐敏（工程师、1990、成员）", ""),
        ("新增成员", "", "丁一（讲师、骨干）"),
        ("新增荣誉", "", f"全国五一劳动奖章（国家级、{year}）"),
        ("新增创新项目", "", f"新课题（校级、{year}年6月1日、{year}年12月31日）"),
        ("“装备可靠性提升”：项目编号", f"{year}-KJ-018", "KJ-2"),
        ("“一种主轴监测方法（2）”：认定日期", f"{year - 1}年2月10日", f"{year}年1月10日"),
        ("“实验耗材”：金额（元）", "20,000.00", "30,000.00"),
        ("删除管理制度", "学习交流办法（学习交流、2020年1月1日）", ""),
        ("新增管理制度", "", "学习交流办法（学习交流、2）"),
    }


@pytest.mark.django_db
def test_each_frozen_row_bears_the_number_of_its_row():
    application = ApplicationFactory(submitted=True)
    studio = application.studio
    data = freeze(studio, on=timezone.localdate(), policy=application.round.policy)
    rows = {
        "honours": studio.honours,
        "members": studio.members,
        "projects": studio.projects,
        "achievements": Achievement.objects.filter(studio=studio),
        "budget": studio.budget_lines,
        "rules": studio.rule_documents,
    }
    assert {section for section, held in data.items() if isinstance(held, list)} - {
        "files",
        "conditions",
    } == set(rows)
    for section, of in rows.items():
        assert {row["id"] for row in data[section]} == set(of.values_list("pk", flat=True)), section
