"""The office's desk: one application as it was handed in, what it changed, and who sees what of it."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from reviews.models import Application
from tests.factories import ApplicationFactory
from tests.queries import selects


def page_of(application):
    return reverse("admin:reviews_application_change", args=[application.pk])


def test_the_desk_shows_what_was_handed_in_not_what_is_edited_since(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    cast.studio.direction = "后来改写的方向"
    cast.studio.save()
    page = sign_in(cast.staff).get(page_of(application)).content.decode()
    assert "高精度装备的故障诊断" in page
    assert "后来改写的方向" not in page


def test_the_desk_shows_corrections_and_what_they_changed(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    application.return_for_correction(
        {"plan": "请写明目标。"}, by=cast.staff, correct_by=timezone.localdate() + timedelta(days=9)
    )
    studio = application.studio
    studio.plan_goals = "三年内形成两项标准"
    studio.save()
    fresh = Application.objects.get(pk=application.pk)
    fresh.resubmit(by=cast.lead, on=timezone.localdate(), note="已改")
    page = sign_in(cast.staff).get(page_of(application)).content.decode()
    assert "请写明目标。" in page
    assert "三年内形成一套诊断方法" in page
    assert "三年内形成两项标准" in page


def test_the_desk_is_at_most_12_queries_with_everything_on_it(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    application.return_for_correction(
        {"plan": "请写明目标。"}, by=cast.staff, correct_by=timezone.localdate() + timedelta(days=9)
    )
    Application.objects.get(pk=application.pk).resubmit(by=cast.lead, on=timezone.localdate())
    assert selects(sign_in(cast.staff), page_of(application)) <= 12


def test_papers_that_were_tampered_with_are_said_to_be(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    snapshot = application.snapshot
    client = sign_in(cast.staff)
    assert "存档材料与提交时不一致" not in client.get(page_of(application)).content.decode()
    snapshot.data["studio"]["direction"] = "改过的方向"
    snapshot.save()
    assert "存档材料与提交时不一致" in client.get(page_of(application)).content.decode()


def test_telephone_mail_and_birth_are_for_those_who_need_them(cast, sign_in):
    cast.lead.phone, cast.lead.email, cast.lead.birth_year, cast.lead.birth_month = (
        "13812345678",
        "gong@example.edu.cn",
        1969,
        11,
    )
    cast.lead.save()
    application = ApplicationFactory(studio=cast.studio, recommended=True)
    private = {"13812345678", "gong@example.edu.cn", "1969.11", "1997"}

    def shown(user):
        page = sign_in(user).get(page_of(application)).content.decode()
        return {text for text in private if text in page}

    assert shown(cast.staff) == private
    assert shown(cast.leader) == shown(cast.auditor) == set()
