"""Who changed which field of a studio's papers, when."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.urls import reverse

from records.attachments import attach, checked
from studios import changes
from studios.models import Studio
from tests.factories import StudioFactory, UserFactory
from tests.records import papers

pytestmark = pytest.mark.django_db


def told(studio, *, personal=True) -> list[tuple]:
    return [(change.deed, change.row, change.fields) for change in changes.of(studio, personal=personal)]


@pytest.fixture
def studio():
    StudioFactory(complete=True)
    for model in changes._KEPT:
        model.history.all().delete()
        for row in model.objects.all():
            row.save()  # the first record, with nothing before it
    return Studio.objects.get()


def test_a_field_is_told_with_what_stood_there_before(studio):
    member = studio.members.get(name="宋青")
    member.title, member.degree = "教授", "doctor"
    member.save()
    assert told(studio) == [
        ("~", "宋青", (("专业技术职务", "副教授", "教授"), ("学历", "硕士研究生", "博士研究生")))
    ]


def test_what_came_and_went_and_what_was_saved_as_it_was(studio):
    studio.projects.get().save()
    studio.honours.get().delete()
    studio.budget_lines.create(year=2026, purpose="技术培训", source="unit", amount=8000)
    assert told(studio) == [("+", "2026 技术培训", ()), ("-", "2018 上海市劳动模范", ())]


def test_results_stand_in_the_list_too(studio):
    result = studio.achievements.first()
    result.recognised_by = "上海市教育委员会"
    result.save()
    assert [fields for _deed, _row, fields in told(studio)] == [
        (("认定单位", "国家知识产权局", "上海市教育委员会"),)
    ]


def test_births_are_told_to_those_who_may_see_them(studio):
    member = studio.members.get(name="宋青")
    member.birth_year = 1980
    member.save()
    assert told(studio, personal=False) == []
    assert told(studio) == [("~", "宋青", (("出生年份", "1982", "1980"),))]


def test_files_are_told_with_who_brought_and_who_removed_them(studio):
    photo = attach(
        checked(ContentFile(papers.picture("PNG"), name="场地.png")), studio.venue, "photo", by=studio.lead
    )
    rules = studio.rule_documents.first()
    scan = attach(
        checked(ContentFile(papers.picture("JPEG"), name="制度.jpg")), rules, "rules", by=studio.lead
    )
    colleague = UserFactory(name="李铉")
    photo.remove(by=colleague)
    rules.delete()  # the row goes, its file is told of all the same
    files = {
        (change.deed, change.who, change.row)
        for change in changes.of(studio, personal=False)
        if change.row in {photo.name, scan.name}
    }
    lead = str(studio.lead)
    assert files == {("+", lead, "场地.png"), ("-", str(colleague), "场地.png"), ("+", lead, "制度.jpg")}


def test_another_studios_changes_stay_its_own(studio):
    StudioFactory(complete=True)
    assert told(studio) == []


def test_the_office_reads_it_with_the_same_number_of_queries(cast, sign_in, django_assert_max_num_queries):
    address = reverse("admin:studios_studio_history", args=[cast.studio.pk])
    for member in cast.studio.members.all():
        member.duty = "现场攻关"
        member.save()
    staff = sign_in(cast.staff)
    ContentType.objects.clear_cache()
    with django_assert_max_num_queries(18):  # one for each kind of row, one for files: see docs/adr/0014
        page = staff.get(address).content.decode()
    assert "现场攻关" in page
