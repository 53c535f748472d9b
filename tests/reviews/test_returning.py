"""Returned with a reason beside each part, corrected, handed in again, back where it was, what changed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from records.moves import DomainError
from reviews.models import Application, Correction, Part, State
from studios import parts
from studios.models import PartVersion
from tests.factories import ApplicationFactory, RoundFactory, endorse_all

pytestmark = pytest.mark.django_db


def url(name, application, *more):
    return reverse(f"reviews:{name}", args=[application.pk, *more])


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RECOMMENDED, State.ACCEPTED, State.HELD])
def test_it_goes_back_to_the_lead_and_comes_back_to_where_it_was(state, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, reach=state)
    sender = cast.department if state == State.SUBMITTED else cast.staff
    signed = set(application.endorsements.values_list("pk", flat=True))
    sign_in(sender).post(
        url("return", application),
        {"reason_projects": "请补充立项文件", "correct_by": tomorrow().isoformat()},
    )
    application.refresh_from_db()
    assert (application.state, application.correct_by) == (State.RETURNED, tomorrow())
    rows = Correction.objects.values_list("part", "reason", "snapshot__version", "log__actor")
    assert set(rows) == {("projects", "请补充立项文件", 1, sender.pk)}
    cast.studio.projects.update(number="2026-KJ-019")
    sign_in(cast.lead).post(url("submit", application), {"declaration": "on", "note": "已补充"})
    application.refresh_from_db()
    assert (application.state, application.returned_from, application.correct_by) == (state, "", None)
    assert set(application.endorsements.values_list("pk", flat=True)) == signed
    assert [snapshot.version for snapshot in application.snapshots.all()] == [1, 2]
    assert application.log.last().note == "已补充"


def test_the_day_to_correct_by_is_the_closing_of_the_round_or_a_week_from_today(cast, sign_in):
    today = timezone.localdate()
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    form = sign_in(cast.department).get(url("return", application)).context["form"]
    assert form["correct_by"].value() == application.round.closes_on
    late = ApplicationFactory(studio=cast.own_studio, submitted=True)
    late.round.closes_on = today
    late.round.save()
    form = sign_in(cast.department).get(url("return", late)).context["form"]
    assert form["correct_by"].value() == today + timedelta(days=7)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"reason_team": "  "},
        {"reason_team": "请补充", "correct_by": "2020-01-01"},
        {"reason_team": "请补充"},
    ],
    ids=["nothing", "blank", "a day that is past", "no day"],
)
def test_a_return_needs_a_reason_beside_a_part_and_a_day_to_come(sent, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    if sent in ({}, {"reason_team": "  "}):
        sent = {**sent, "correct_by": tomorrow().isoformat()}
    assert "error-summary" in sign_in(cast.department).post(url("return", application), sent).content.decode()
    application.refresh_from_db()
    assert application.state == State.SUBMITTED
    with pytest.raises(DomainError):
        application.return_for_correction({"team": " "}, by=cast.department)


def test_the_lead_reads_each_reason_beside_its_part_until_the_part_is_saved(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    client = sign_in(cast.lead)
    page = client.get(application.get_absolute_url())
    assert "请补充立项文件。" in page.content.decode()
    assert page.context["main"].label == "检查并重新提交"
    assert [act.label for act in page.context["acts"]][:1] == ["继续填写：创新项目"]
    assert "检查并重新提交" not in {act.label for act in page.context["acts"]}
    assert parts.notes(cast.studio, "projects") == ["请补充立项文件。"]
    assert parts.notes(cast.studio, "team") == []
    PartVersion.objects.create(studio=cast.studio, part="projects", version=2, saved_by=cast.lead)
    assert client.get(application.get_absolute_url()).context["main"].label == "重新提交"
    application.resubmit(by=cast.lead, on=timezone.localdate())
    assert parts.notes(cast.studio, "projects") == []


def test_a_returned_application_that_lacks_something_is_filled_in_first(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    cast.studio.rule_documents.all().delete()
    page = sign_in(cast.lead).get(application.get_absolute_url())
    assert page.context["main"].label == "继续填写：管理制度"
    assert page.context["acts"][0].label == "检查并重新提交"


@pytest.mark.parametrize(
    ("who", "word"), [("department", "不予推荐"), ("party", "不同意申报"), ("administration", "不同意申报")]
)
def test_where_one_signs_are_links_to_return_and_to_refuse(cast, sign_in, who, word):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    text = sign_in(getattr(cast, who)).get(reverse("reviews:sign", args=[application.pk])).content.decode()
    for name, label in (("return", "退回修改"), ("refuse", word)):
        assert f'<a href="{reverse(f"reviews:{name}", args=[application.pk])}">{label}</a>' in text


def test_who_signs_after_a_correction_sees_part_field_before_and_after(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    cast.studio.projects.update(number="2026-KJ-019")
    cast.studio.direction = "高端装备的远程诊断"
    cast.studio.save()
    application.resubmit(by=cast.lead, on=timezone.localdate())
    for user, address in [
        (cast.party, url("sign", application)),
        (cast.department, application.get_absolute_url()),
        (cast.staff, url("papers", application, 2)),
    ]:
        response = sign_in(user).get(address)
        assert "第 2 版改动 2 处" in response.content.decode()
        lines = {
            (str(line["part"]), line["where"], line["before"], line["after"])
            for line in response.context["changes"]
        }
        year = timezone.localdate().year
        assert lines == {
            ("领衔人与荣誉", "创新方向与工作内容", "高精度装备的故障诊断", "高端装备的远程诊断"),
            ("创新项目", "“装备可靠性提升”：项目编号", f"{year}-KJ-018", "2026-KJ-019"),
        }


def test_a_change_of_birth_year_is_not_told_to_who_may_not_see_birth(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    member = cast.studio.members.filter(user=None).first()
    member.birth_year = 1961
    member.save()
    application.resubmit(by=cast.lead, on=timezone.localdate())
    address = url("papers", application, 2)
    assert "1961" in sign_in(cast.department).get(address).content.decode()
    assert "1961" not in sign_in(cast.party).get(address).content.decode()


def test_an_opinion_keeps_the_version_it_was_given_on(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    application.endorse(Part.PARTY, by=cast.party, opinion="同意")
    application.return_for_correction({"plan": "写具体些"}, by=cast.department, correct_by=tomorrow())
    application.resubmit(by=cast.lead, on=timezone.localdate())
    endorse_the_rest = {Part.RECOMMENDATION: cast.department, Part.ADMINISTRATION: cast.administration}
    for part, user in endorse_the_rest.items():
        application.endorse(part, by=user, opinion="同意")
    given = dict(application.endorsements.values_list("part", "snapshot__version"))
    assert given == {"party": 1, "recommendation": 2, "administration": 2}
    assert Application.objects.get(pk=application.pk).state == State.RECOMMENDED


def test_a_correction_that_is_late_still_gets_in_and_is_shown_as_late(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    Application.objects.filter(pk=application.pk).update(correct_by=timezone.localdate() - timedelta(days=2))
    client = sign_in(cast.lead)
    assert "已逾期 2 天" in client.get(application.get_absolute_url()).content.decode()
    assert "标明逾期" in client.get(url("submit", application)).content.decode()
    client.post(url("submit", application), {"declaration": "on", "note": "经核对无误"})
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


def test_what_came_back_and_was_not_changed_is_named_and_needs_a_word(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    reasons = {"projects": "请补充立项文件", "plan": "写具体些"}
    application.return_for_correction(reasons, by=cast.department, correct_by=tomorrow())
    cast.studio.projects.update(number="2026-KJ-019")
    client = sign_in(cast.lead)
    page = client.get(url("submit", application))
    assert {(one.part, one.reason, one.changed) for one in page.context["mending"]} == {
        ("projects", "请补充立项文件", True),
        ("plan", "写具体些", False),
    }
    assert "写具体些" in page.content.decode()
    refused = client.post(url("submit", application), {"declaration": "on"})
    assert refused.context["form"].errors == {"note": ["三年规划：退回后没有改动，请在此说明原因。"]}
    client.post(url("submit", application), {"declaration": "on", "note": "规划经讨论不作改动"})
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


def test_what_was_changed_needs_no_word(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    cast.studio.projects.update(number="2026-KJ-019")
    sign_in(cast.lead).post(url("submit", application), {"declaration": "on"})
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


def test_the_parts_have_the_same_state_on_every_page_and_lead_back_to_the_application(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    client = sign_in(cast.lead)

    def states(address):
        tasks = client.get(address).context["tasks"]
        return {(task.part.key, str(task.progress), task.reason) for task in tasks}

    listed, part = (
        reverse("studios:parts", args=[cast.studio.pk]),
        reverse("studios:part", args=[cast.studio.pk, "projects"]),
    )
    for changed in (False, True):
        if changed:
            PartVersion.objects.create(studio=cast.studio, part="projects", version=2, saved_by=cast.lead)
        found = states(application.get_absolute_url())
        assert found == states(listed)
        came_back = {key for key, state, _reason in found if state == "to_correct"}
        assert came_back == (set() if changed else {"projects"})
    assert f'class="back" href="{application.get_absolute_url()}"' in client.get(part).content.decode()
    application.resubmit(by=cast.lead, on=timezone.localdate())
    assert f'class="back" href="{listed}"' in client.get(part).content.decode()


def test_a_stale_return_page_changes_nothing_and_says_how_things_stand(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    endorse_all(application)
    sent = {"reason_team": "请补充", "correct_by": tomorrow().isoformat()}
    response = sign_in(cast.department).post(url("return", application), sent, follow=True)
    assert "待校工会审核" in response.content.decode()
    application.refresh_from_db()
    assert application.state == State.RECOMMENDED
    assert not Correction.objects.exists()


def test_a_closed_round_does_not_keep_a_returned_application_out(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    RoundFactory._meta.model.objects.update(closes_on=timezone.localdate() - timedelta(days=1))
    application.refresh_from_db()
    application.resubmit(by=cast.lead, on=timezone.localdate())
    assert application.state == State.SUBMITTED
