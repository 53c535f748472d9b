"""Objections: taken while the notice runs, under a real name, once; robots and floods are kept out without a puzzle."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Notice
from records.attachments import Attachment
from records.moves import DomainError
from records.rates import Rate
from reviews.actions import name_studios
from reviews.models import Application, Objection, State
from reviews.objecting import file_objection
from reviews.objection_files import FILES, SEAL
from reviews.objection_forms import is_telephone
from tests.factories import let_the_notice_pass
from tests.reviews.noticing import (
    CONTACT,
    NAME,
    SECRETS,
    filled_in,
    form_of,
    objected,
    on_notice,
    send,
    words,
)
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def application(cast) -> Application:
    return on_notice(studio=cast.studio)


def said(response) -> str:
    return response.content.decode()


def taken() -> list[Objection]:
    return list(Objection.objects.order_by("pk"))


# -- taken --------------------------------------------------------------------------------------------------------


def test_it_is_taken_under_a_receipt_number_and_leads_to_its_page(application):
    response = send(application)
    [objection] = taken()
    assert (response.status_code, response["Location"]) == (302, f"/objections/{objection.code}/?received=1")
    assert objection.number == f"{TODAY().year}-Y0001"
    assert (objection.name, objection.contact, objection.organisation) == (NAME, CONTACT, "")
    assert (objection.notice, objection.application, objection.state) == (
        application.notice,
        application,
        "received",
    )
    assert objection.number in said(Client().get(response["Location"]))


def test_the_receipt_says_nothing_of_who_sent_it_or_what_was_written(application):
    objection = objected(application, text="标记异议正文")
    response = Client().get(objection.get_absolute_url())
    for secret in (*SECRETS, "标记异议正文"):
        assert secret not in said(response)
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in said(response)


def test_the_receipt_shows_state_and_answer(application, cast):
    objection = objected(application)
    assert "已收到" in said(Client().get(objection.get_absolute_url()))
    objection.take_on(by=cast.staff)
    objection.dismiss(by=cast.staff, minutes="查阅了立项文件。", answer="立项时间属实。")
    shown = said(Client().get(objection.get_absolute_url()))
    assert "不成立" in shown
    assert "立项时间属实。" in shown
    assert "查阅了立项文件" not in shown
    assert cast.staff.name not in shown


def test_nobody_finds_an_objection_without_its_code(application):
    objection = objected(application)
    for guess in (objection.number, str(objection.pk), objection.code.lower(), "A" * 16):
        assert Client().get(f"/objections/{guess}/").status_code == 404, guess


@pytest.mark.parametrize(
    "text",
    [
        *("13812345678", "138 1234 5678", "+86 138-1234-5678", "＋８６１３８１２３４５６７８"),
        *("021-62933333", "(021) 6293 3333", "62933333", "0571-8795 1234转8012", "010-62751234 ext. 5"),
        *("+86 21 6293 3333", "zhang.san@sjd.edu.cn"),
    ],
)
def test_a_way_to_reach_somebody_is_taken_however_it_is_written(application, text):
    send(application, contact=text)
    assert len(taken()) == 1


@pytest.mark.parametrize(
    "text", ["123", "没有", "1381234567", "12345678901", "zhang@", "电话见附件", "138123456789012"]
)
def test_what_reaches_nobody_is_not(application, text):
    response = send(application, contact=text)
    assert taken() == []
    assert "请核对" in said(response)
    assert not is_telephone(text)


@pytest.mark.parametrize("name", ["", "张", "12", "——", "\u200b\u200b", "…"])
def test_a_real_name_has_two_letters_at_least(application, name):
    assert send(application, name=name).status_code == 200
    assert taken() == []


def test_nothing_is_lost_when_something_is_missing(application):
    response = send(application, name="", text="写了很久的理由。", files=[png("证据.png")], organisation="")
    shown = said(response)
    assert taken() == []
    assert "写了很久的理由。" in shown
    assert CONTACT in shown
    assert re.search(
        r'<option value="1" selected|name="application" value="1"', shown
    )  # the first in the notice
    assert "请填写真实姓名" in shown
    [kept] = [one["value"] for one in response.context["form"].references]
    assert kept in shown
    assert Attachment.objects.filter(slot=FILES).count() == 0
    # Sent again without choosing the file again.
    assert send(application, text="写了很久的理由。", kept=[kept]).status_code == 302
    [objection] = taken()
    assert [(one.name, one.slot) for one in Attachment.objects.of(objection)] == [("证据.png", FILES)]


def test_what_is_unticked_is_not_sent(application):
    first = send(application, name="", files=[png("甲.png")])
    assert len(first.context["form"].references) == 1
    send(application)
    [objection] = taken()
    assert not Attachment.objects.of(objection).exists()


def test_a_file_of_another_form_or_a_forged_one_is_left_out(application):
    first = send(application, name="", key="another", files=[png("甲.png")])
    [theirs] = [one["value"] for one in first.context["form"].references]
    send(application, kept=[theirs, "forged:abc", theirs[:-2]])
    [objection] = taken()
    assert not Attachment.objects.of(objection).exists()


def test_copies_that_waited_for_the_form_are_deleted_with_its_taking(
    application, django_capture_on_commit_callbacks
):
    first = send(application, name="", files=[png("甲.png")])
    [kept] = first.context["form"].kept
    assert default_storage.exists(kept.path)
    with django_capture_on_commit_callbacks(execute=True):
        send(application, kept=[kept.reference("k")])
    assert not default_storage.exists(kept.path)
    [file] = Attachment.objects.of(taken()[0])
    assert default_storage.exists(file.file.name)


def test_a_unit_objects_under_its_seal(application):
    without = send(application, organisation="某某公司工会")
    assert "请上传盖章的书面材料" in said(without)
    nameless = send(application, seal=[png("盖章.png")])
    assert "公章所属单位" in said(nameless)
    assert taken() == []
    assert send(application, organisation="某某公司工会", seal=[png("盖章.png")]).status_code == 302
    [objection] = taken()
    assert objection.organisation == "某某公司工会"
    assert [(one.name, one.slot) for one in Attachment.objects.of(objection)] == [("盖章.png", SEAL)]


def hostile() -> dict[str, SimpleUploadedFile]:
    script = b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
    script += b"trailer<</Root 1 0 R>>"
    return {
        "a programme": SimpleUploadedFile("证据.pdf", b"MZ\x90\x00" + b"\x00" * 300),
        "a page": SimpleUploadedFile("证据.png", b"<html><script>alert(1)</script></html>"),
        "a script in a PDF": SimpleUploadedFile("证据.pdf", script),
        "nothing": SimpleUploadedFile("证据.pdf", b""),
    }


@pytest.mark.parametrize("kind", sorted(hostile()))
def test_a_hostile_file_is_refused_and_the_words_stay(application, kind):
    response = send(application, text="理由在此。", files=[hostile()[kind]])
    assert response.status_code == 200
    assert "理由在此。" in said(response)
    assert response.context["form"].errors["files"]
    assert taken() == []
    assert not Attachment.objects.filter(slot=FILES).exists()


def test_too_many_files_are_refused_before_any_is_looked_at(application, monkeypatch):
    looked = []
    monkeypatch.setattr("reviews.objection_forms.checked", looked.append)
    response = send(application, files=[png(f"{n}.png") for n in range(6)])
    assert "最多5个文件" in said(response)
    assert (looked, taken()) == ([], [])


# -- robots and floods --------------------------------------------------------------------------------------------


def test_who_fills_in_what_nobody_sees_is_not_taken_and_loses_nothing(application, monkeypatch):
    monkeypatch.setattr("reviews.objection_forms.checked", lambda file: pytest.fail("nothing is looked at"))
    response = send(application, more="http://spam.example", text="理由在此。", files=[png()])
    shown = said(response)
    assert taken() == []
    assert "没有提交" in shown
    assert "理由在此。" in shown
    assert "spam.example" not in shown


@pytest.mark.parametrize("age", [0, 3])
def test_what_is_sent_within_seconds_is_asked_for_once_more(application, age):
    response = send(application, age=age)
    assert "提交得太快" in said(response)
    assert taken() == []
    with time_machine.travel(timezone.now() + timedelta(seconds=8)):
        again = {**filled_in(application), "ticket": str(response.context["ticket"])}
        assert Client().post(form_of(application.notice), again).status_code == 302


@pytest.mark.parametrize("ticket", ["", "forged", "eyJhIjoxfQ:abc:def"])
def test_without_a_ticket_of_this_form_nothing_is_taken(application, ticket):
    response = send(application, ticket=ticket)
    assert "请核对后再提交一次" in said(response)
    assert taken() == []


def test_a_ticket_counts_for_its_notice_and_for_half_a_day(application):
    other = on_notice()
    theirs = filled_in(other)["ticket"]
    send(application, ticket=theirs)
    send(application, age=12 * 60 * 60 + 5)
    assert taken() == []
    send(application, age=12 * 60 * 60 - 60)
    assert len(taken()) == 1


def test_one_address_sends_so_often_and_no_more(application, monkeypatch):
    monkeypatch.setattr("reviews.objection_guard.TRIES", Rate(2, 600))
    answers = [send(application, name="").status_code for _n in range(3)]
    assert answers == [200, 200, 429]
    refused = send(application, text="还在这里。")
    assert "还在这里。" in said(refused)
    elsewhere = Client().post(form_of(application.notice), filled_in(application), REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 302


def test_so_many_are_taken_of_an_address_in_an_hour_and_no_more(application, monkeypatch):
    monkeypatch.setattr("reviews.objection_guard.TAKEN", Rate(2, 3600))
    answers = [send(application, key=f"k{n}", text=f"第{n}件").status_code for n in range(3)]
    assert answers == [302, 302, 200]
    assert len(taken()) == 2
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert send(application, key="later").status_code == 302


def test_who_floods_a_notice_keeps_no_other_address_out(application, monkeypatch):
    monkeypatch.setattr("reviews.objection_guard.TAKEN_OF_A_NOTICE", Rate(2, 3600))
    monkeypatch.setattr("reviews.objection_guard.TAKEN_IN_A_FLOOD", Rate(1, 3600))
    flood = [send(application, key=f"k{n}", text=f"第{n}件").status_code for n in range(4)]
    assert flood == [302, 302, 302, 200]
    honest = filled_in(application, key="honest", name="韩诚实")
    assert Client().post(form_of(application.notice), honest, REMOTE_ADDR="10.0.0.9").status_code == 302
    assert taken()[-1].name == "韩诚实"


def test_what_was_not_taken_uses_up_nothing(application, monkeypatch, cast):
    monkeypatch.setattr("reviews.objection_guard.TAKEN", Rate(1, 3600))
    monkeypatch.setattr("reviews.views.objecting.file_objection", refuses)
    assert "撤出" in said(send(application))
    monkeypatch.undo()
    monkeypatch.setattr("reviews.objection_guard.TAKEN", Rate(1, 3600))
    assert send(application).status_code == 302


def refuses(*args, **kwargs):
    raise DomainError("撤出")


# -- once, and in time --------------------------------------------------------------------------------------------


def test_sent_twice_it_is_one(application):
    assert send(application)["Location"] == send(application)["Location"]
    assert len(taken()) == 1
    assert Notice.objects.filter(event=f"objection:{taken()[0].pk}").count() == 1


def test_other_words_in_the_same_form_are_another_objection(application):
    send(application)
    send(application, text="还有一件事。")
    send(application, name="另有其人")
    assert [one.number[-5:] for one in taken()] == ["Y0001", "Y0002", "Y0003"]


def test_when_the_days_are_over_nothing_is_taken(application):
    data = filled_in(application)
    let_the_notice_pass(application.notice)
    response = Client().post(form_of(application.notice), data, follow=True)
    assert "不再受理异议" in said(response)
    assert taken() == []
    with pytest.raises(DomainError, match="公示期已满"):
        objected(application)


def test_a_studio_that_left_the_notice_is_not_offered(application, cast):
    other = on_notice()
    both = other.notice
    Application.objects.filter(pk=application.pk).update(notice=both)
    both.entries = [*application.notice.entries, *both.entries]
    both.save()
    application.refresh_from_db()
    application.reverse(by=cast.leader, reason="再议")
    form = Client().get(form_of(both)).context["form"]
    assert [value for value, _label in form.fields["application"].choices] == ["2"]
    with pytest.raises(DomainError, match="已不在公示名单"):
        file_objection(both, application, words(), on=TODAY())


def test_a_studio_of_another_notice_cannot_be_objected_to_here(application):
    other = on_notice()
    data = {**filled_in(application), "application": 2}
    assert Client().post(form_of(application.notice), data).status_code == 200
    with pytest.raises(DomainError, match="已不在公示名单"):
        file_objection(application.notice, other, words(), on=TODAY())
    assert taken() == []


def test_naming_waits_for_the_answer_and_for_the_end_of_the_notice(application, cast):
    def name():
        row = Application.objects.get(pk=application.pk)
        return name_studios([row], by=cast.leader, named_on=TODAY(), issued_on=TODAY(), on=TODAY())

    objection = objected(application)
    let_the_notice_pass(application.notice)
    with pytest.raises(DomainError) as refused:
        name()
    assert "异议" in refused.value.problems[0]
    objection.take_on(by=cast.staff)
    with pytest.raises(DomainError):
        name()
    objection.dismiss(by=cast.staff, minutes="属实。", answer="属实。")
    name()
    application.refresh_from_db()
    assert application.state == State.NAMED
