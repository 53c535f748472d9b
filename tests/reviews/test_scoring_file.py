"""The file beside the sheet: what an expert reads of it, and the way to the next one of the list."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from portal.demo.pictures import photo
from records.attachments import attach, checked
from reviews.models import Application, Assignment
from studios.models import Member
from tests.factories import ApplicationFactory, StudioFactory
from tests.reviews.review import assigned
from tests.reviews.scoring import (
    FILE,
    accepted,
    address,
    browser_of,
    fill_in,
    fresh,
    marks_of,
    photo_of,
    read,
    status,
    with_a_photo,
)

pytestmark = pytest.mark.django_db


# -- the file and the sheet --------------------------------------------------------------------------


def test_file_and_sheet_stand_on_one_page_with_guidance_anchors_and_article():
    assignment = accepted(application=with_a_photo())
    text = read(assignment)
    assert FILE in text
    for criterion in assignment.rubric.criteria.all():
        for words in (criterion.title, criterion.guidance, criterion.low_anchor, criterion.high_anchor):
            assert words in text
    assert "第三条第二项</a>" in text
    assert "3分及以下、9分及以上请写明理由" in text
    assert address(assignment, "assignment_file", photo_of(assignment)) in text
    assert (
        reverse("reviews:frozen_file", args=[assignment.application_id, 1, photo_of(assignment)]) not in text
    )


def test_each_criterion_leads_to_where_its_evidence_stands_and_that_is_on_the_page():
    studio = StudioFactory(complete=True)
    Member.objects.create(
        studio=studio,
        name="古丽娜尔",
        role=Member.Duty.APPRENTICE,
        duty="学习精密检测",
        joined_on=studio.founded_on,
    )
    application = ApplicationFactory(studio=studio, accepted=True)
    text = read(accepted(application=application))
    sheet = text.partition('id="sheet"')[2]
    led = {
        key: re.findall(r'href="#([\w-]+)">看材料：([^<]+)<', fieldset)
        for key, fieldset in re.findall(r'id="criterion-(\w+)"(.*?)</fieldset>', sheet, flags=re.S)
    }
    assert led["skill"] == [("section-apprentices", "师带徒情况"), ("rules", "管理制度")]
    assert led["innovation"] == [("section-studio", "工作室"), ("results", "创新成果")]
    assert led["plan"] == [("plan", "三年规划")]
    assert [key for key, found in led.items() if not found] == []
    assert {
        anchor for found in led.values() for anchor, _title in found if f'id="{anchor}"' not in text
    } == set()
    apprentices = text.partition('id="section-apprentices"')[2].partition("</table>")[0]
    assert "古丽娜尔" in apprentices
    assert "学习精密检测" in apprentices
    assert apprentices.count("<tr>") == 2  # the head and the one apprentice: nobody else of the team


def test_a_mark_that_counts_for_more_than_it_says_is_shown_converted():
    assignment = accepted()
    text = read(fill_in(assignment, "7.5"))
    sheet = dict(re.findall(r'id="criterion-(\w+)"(.*?)</fieldset>', text, flags=re.S))
    assert "打0至10分，可打半分，按15分折算" in sheet["results"]
    shown = {key: re.findall(r"<output[^>]*>([^<]*)</output>", fieldset) for key, fieldset in sheet.items()}
    assert {key: words for key, words in shown.items() if words} == {
        "results": ["折合11.25分"],
        "innovation": ["折合11.25分"],
    }


def test_the_papers_show_nothing_personal():
    application = with_a_photo()
    born = application.studio.members.first().birth_year
    assert f">{born}<" not in read(accepted(application=application))


def test_an_attachment_is_shown_in_place_and_only_if_it_was_handed_in():
    assignment = accepted(application=with_a_photo())
    answer = browser_of(assignment.expert).get(address(assignment, "assignment_file", photo_of(assignment)))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    studio = assignment.application.studio
    later = attach(checked(ContentFile(photo(1), name="后来.png")), studio.venue, "photo", by=studio.lead)
    assert status(assignment, "assignment_file", later.pk) == 404


def test_the_expert_reads_the_version_that_was_accepted_for_review():
    assignment = accepted()
    studio = assignment.application.studio
    studio.direction = "后来改写的方向"
    studio.save()
    text = read(assignment)
    assert FILE in text
    assert "后来改写的方向" not in text


def test_papers_that_were_handed_in_anew_are_what_the_expert_reads_from_then_on(cast):
    assignment = fill_in(accepted())
    application = Application.objects.get(pk=assignment.application_id)
    studio = application.studio
    assert "已重新提交" not in read(assignment)
    application.return_for_correction({"lead": "请改写方向。"}, by=cast.staff)
    studio.direction = "改写过的方向"
    studio.save()
    application.resubmit(by=studio.lead, on=timezone.localdate(), note="已改写")
    text = read(assignment)
    assert "改写过的方向" in text
    assert "开始评审后，申报材料已重新提交" in text
    assert "第2版" in text
    assert marks_of(assignment)["lead"] == ("8", "")


def test_the_next_and_the_previous_application_are_those_of_the_list_that_are_still_open():
    first, somebody_elses = accepted("周评"), accepted("吴评")
    own, round_ = first.expert, first.application.round
    second, third, done, gone = (invited_to(own, round_) for _each in range(4))
    other_round = accepted(own)
    for days, one in enumerate((third, done, gone, other_round, first, second)):
        Assignment.objects.filter(pk=one.pk).update(due_on=timezone.localdate() + timedelta(days))
    third.accept(by=own)
    done.accept(by=own)
    fill_in(fresh(done)).hand_in(by=own)
    gone.decline(by=own, reason="出差")
    listed = [third, other_round, first, second]
    page = browser_of(own).get(reverse("reviews:reviews")).content.decode().split("已提交和已结束")[0]
    assert sorted(listed, key=lambda one: page.index(address(one))) == listed
    everybody = {*listed, done, gone, somebody_elses}
    beside = {
        one: {found for found in everybody if f'href="{address(found)}"' in read(one)}
        for one in (third, other_round, first, done)
    }
    assert beside == {
        third: {other_round},
        other_round: {third, first},
        first: {other_round, second},
        done: {third, other_round},
    }


def invited_to(expert, round_) -> Assignment:
    return fresh(assigned(ApplicationFactory(round=round_, accepted=True), expert))
