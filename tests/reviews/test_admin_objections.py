"""Objections in the office: taken on, investigated, answered; who objects only the investigators read, anywhere."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, RoleCode, User
from records import agenda
from records.attachments import Attachment, checked
from records.outbox import Outbox
from reviews.models import Application, ApplicationLog, Objection, ObjectionLog, State
from reviews.objection_files import EVIDENCE
from reviews.objection_reminders import remind
from studios.models import Member
from tests.addresses import EVERYBODY
from tests.factories import UserFactory, give_role, let_the_notice_pass
from tests.queries import selects
from tests.reviews.noticing import CONTACT, SECRETS, objected, on_notice
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db
LIST = reverse("admin:reviews_objection_changelist")
FILE_NAME = "严实名的证据.png"
OFFICE = {"staff", "staff_member", "leader", "leader_lead", "auditor"}
TODAY = timezone.localdate


def page_of(objection) -> str:
    return reverse("admin:reviews_objection_change", args=[objection.pk])


def answer_of(objection, verb: str) -> str:
    return reverse("admin:reviews_objection_answer", args=[objection.pk, verb])


def take_on_of(objection) -> str:
    return reverse("admin:reviews_objection_take_on", args=[objection.pk])


def text_of(client, url: str) -> str:
    return client.get(url).content.decode()


@pytest.fixture
def application(cast) -> Application:
    return on_notice()


@pytest.fixture
def objection(application) -> Objection:
    files = (checked(png(FILE_NAME)),)
    return objected(application, files=files, seal=files, text="标记异议正文")


@pytest.fixture
def investigated(objection, cast) -> Objection:
    objection.take_on(by=cast.staff)
    return objection


# -- who reads what -----------------------------------------------------------------------------------------------


def test_who_sees_the_list_and_the_page(cast, sign_in, objection):
    everybody = cast.everybody().items()
    for url in (LIST, page_of(objection)):
        assert {name for name, user in everybody if sign_in(user).get(url).status_code == 200} == OFFICE, url


def test_who_objects_only_its_investigators_read(cast, sign_in, investigated):
    for name in OFFICE - {"staff"}:
        client = sign_in(getattr(cast, name))
        shown = text_of(client, page_of(investigated)) + text_of(client, LIST)
        assert not any(secret in shown for secret in (*SECRETS, FILE_NAME)), name
        assert "仅核查人可见" in shown, name
        assert "标记异议正文" in shown, name
    shown = text_of(sign_in(cast.staff), page_of(investigated))
    assert all(secret in shown for secret in (*SECRETS, FILE_NAME, "标记异议正文"))


def test_its_files_open_for_its_investigators_alone(cast, sign_in, investigated):
    urls = [file.get_absolute_url() for file in Attachment.objects.of(investigated)]
    assert len(urls) == 2
    for name, user in cast.everybody().items():
        client = sign_in(user)
        expected = {200} if name == "staff" else {404}
        assert {opened(client, url) for url in urls} == expected, name
    assert {opened(Client(), url) for url in urls} == {302}


def opened(client, url: str) -> int:
    response = client.get(url)
    if response.streaming:
        b"".join(response.streaming_content)  # read to its end, it is closed
    return response.status_code


def test_who_has_left_the_office_or_joined_the_studio_investigates_no_more(cast, sign_in, investigated):
    staff, contact = cast.staff, investigated.contact
    assert contact in text_of(sign_in(staff), page_of(investigated))
    staff.roles.all().delete()
    give_role(staff, RoleCode.AUDITOR)
    former = User.objects.get(pk=staff.pk)
    assert contact not in text_of(sign_in(former), page_of(investigated))
    assert not Objection.objects.files_visible_to(former).exists()
    assert sign_in(former).get(answer_of(investigated, "uphold")).status_code == 403
    give_role(staff, RoleCode.UNION_STAFF)
    assert Objection.objects.files_visible_to(User.objects.get(pk=staff.pk)).exists()
    Member.objects.create(studio=investigated.application.studio, user=staff, name=staff.name)
    member = User.objects.get(pk=staff.pk)
    assert contact not in text_of(sign_in(member), page_of(investigated))
    assert not Objection.objects.files_visible_to(member).exists()


def test_whose_name_is_entered_as_a_member_afterwards_opens_no_file_either(cast, sign_in, investigated):
    """By name alone, without the account: pages and files ask the same rule."""
    urls = [file.get_absolute_url() for file in Attachment.objects.of(investigated)]
    assert {opened(sign_in(cast.staff), url) for url in urls} == {200}
    Member.objects.create(studio=investigated.application.studio, name=cast.staff.name)
    client = sign_in(User.objects.get(pk=cast.staff.pk))
    assert {opened(client, url) for url in urls} == {404}
    assert CONTACT not in text_of(client, page_of(investigated))


@pytest.mark.parametrize("by", SECRETS)
def test_nobody_finds_an_objection_by_who_objects(cast, sign_in, investigated, by):
    client = sign_in(cast.staff)
    assert list(client.get(LIST, {"q": by}).context["cl"].result_list) == []
    for lookup in ("name", "name__startswith", "contact__contains", "organisation__exact"):
        answer = client.get(LIST, {lookup: by[:2]})
        assert answer.status_code in {302, 400}, lookup  # the list knows no such filter
    assert [one.pk for one in client.get(LIST, {"q": investigated.number}).context["cl"].result_list] == [
        investigated.pk
    ]
    studio = investigated.application.studio.name
    assert client.get(LIST, {"q": studio}).context["cl"].result_count == 1


def test_what_is_said_against_the_own_studio_others_read(cast, sign_in):
    """Nor may they take it on."""
    own = objected(on_notice(studio=cast.studio), text="标记异议正文")
    client = sign_in(cast.staff_member)
    shown = text_of(client, page_of(own))
    assert "标记异议正文" not in shown
    assert "本人回避" in shown
    assert client.post(take_on_of(own)).status_code == 403
    desk = reverse("admin:reviews_application_change", args=[own.application_id])
    assert own.number not in text_of(client, desk)
    assert own.number in text_of(sign_in(cast.staff), desk)


def test_who_objects_stands_in_no_public_answer_mail_notice_or_log(investigated, cast, sign_in):
    """What each person reads at every address, tests/test_every_address.py asks."""
    remind(investigated.notice.ends_on)
    investigated.dismiss(by=cast.staff, minutes="查阅了材料。", answer="不成立。")
    notice = investigated.notice
    urls = [reverse("reviews:notice", args=[notice.pk]), reverse("reviews:object", args=[notice.pk])]
    urls += [reverse("reviews:notices"), investigated.get_absolute_url()]
    for url in urls:
        assert not any(secret in text_of(Client(), url) for secret in (*SECRETS, FILE_NAME)), url
    models = (Notice, Outbox, LogEntry, ObjectionLog, ApplicationLog)
    kept = "".join(str(list(model.objects.values())) for model in models)
    assert investigated.number in kept
    assert not any(secret in kept for secret in (*SECRETS, FILE_NAME))


# -- what is done -------------------------------------------------------------------------------------------------


def test_taking_on_makes_an_investigator_once(cast, sign_in, objection):
    client = sign_in(cast.staff)
    assert "承接核查</button>" in text_of(client, page_of(objection))
    for _press in range(2):
        assert client.post(take_on_of(objection)).status_code == 302
    objection.refresh_from_db()
    assert (objection.state, list(objection.investigators.all())) == ("investigated", [cast.staff])
    assert objection.log.count() == 1
    assert client.get(take_on_of(objection)).status_code == 405


def test_only_who_investigates_answers(cast, sign_in, investigated):
    words = {"minutes": "查。", "answer": "答。", "reason": "无。"}
    for name in EVERYBODY - {"staff"}:
        client = sign_in(getattr(cast, name))
        for verb in ("dismiss", "uphold", "set_aside"):
            assert client.get(answer_of(investigated, verb)).status_code in {403, 404}, (name, verb)
            assert client.post(answer_of(investigated, verb), words).status_code in {403, 404}, (name, verb)
    investigated.refresh_from_db()
    assert investigated.state == "investigated"


def test_dismissed_the_decision_stands(cast, sign_in, investigated):
    client = sign_in(cast.staff)
    client.post(answer_of(investigated, "dismiss"), {"minutes": "查阅了立项文件。", "answer": "立项属实。"})
    investigated.refresh_from_db()
    assert (investigated.state, investigated.answered_by) == ("dismissed", cast.staff)
    assert investigated.application.state == State.APPROVED
    shown = text_of(sign_in(cast.auditor), page_of(investigated))
    assert "查阅了立项文件。" in shown
    assert "立项属实。" in shown


def test_upheld_the_decision_goes_back_and_the_studio_leaves_the_notice(cast, sign_in, investigated):
    client = sign_in(cast.staff)
    client.post(answer_of(investigated, "uphold"), {"minutes": "查实。", "answer": "属实。"})
    application = Application.objects.get(pk=investigated.application_id)
    assert (application.state, application.decision, application.released_at) == (State.REVIEWED, "", None)
    assert application.pk not in application.notice.standing()


def test_not_taken_up_needs_its_reason(cast, sign_in, investigated):
    client = sign_in(cast.staff)
    assert "请填写原因" in text_of_post(client, answer_of(investigated, "set_aside"), {"reason": " "})
    client.post(answer_of(investigated, "set_aside"), {"reason": "与公示无关。"})
    investigated.refresh_from_db()
    assert (investigated.state, investigated.answer) == ("set_aside", "与公示无关。")


def text_of_post(client, url: str, data: dict) -> str:
    return client.post(url, data).content.decode()


@pytest.mark.parametrize("lacking", ["minutes", "answer"])
def test_without_minutes_or_answer_nothing_ends_and_no_word_is_lost(cast, sign_in, investigated, lacking):
    words = {"minutes": "标记记录", "answer": "标记答复"} | {lacking: ""}
    shown = text_of_post(sign_in(cast.staff), answer_of(investigated, "dismiss"), words)
    assert all(word in shown for word in words.values() if word)
    investigated.refresh_from_db()
    assert investigated.state == "investigated"


def test_answered_twice_it_is_answered_once(cast, sign_in, investigated):
    client = sign_in(cast.staff)
    client.post(answer_of(investigated, "dismiss"), {"minutes": "一。", "answer": "一。"})
    again = client.post(answer_of(investigated, "uphold"), {"minutes": "二。", "answer": "二。"}, follow=True)
    assert "不成立" in again.content.decode()
    investigated.refresh_from_db()
    assert (investigated.state, investigated.answer) == ("dismissed", "一。")
    assert client.get(answer_of(investigated, "nothing"), follow=True).status_code == 200


def test_files_of_the_investigation_are_kept_and_checked(cast, sign_in, investigated):
    client, url = sign_in(cast.staff), reverse("admin:reviews_objection_evidence", args=[investigated.pk])
    bad = SimpleUploadedFile("记录.pdf", b"MZ\x90\x00" + b"\x00" * 300)
    assert client.post(url, {"evidence": bad}).status_code == 200
    assert "请选择文件" in text_of_post(client, url, {})
    client.post(url, {"evidence": [png("谈话记录.png"), png("谈话记录二.png")]})
    kept = Attachment.objects.of(investigated, EVIDENCE)
    assert [one.name for one in kept] == ["谈话记录.png"]  # the same picture twice is kept once
    assert "谈话记录.png" in text_of(client, page_of(investigated))
    assert "谈话记录.png" not in text_of(sign_in(cast.leader), page_of(investigated))
    assert sign_in(cast.leader).post(url, {"evidence": png()}).status_code == 403


# -- queue, naming, list ------------------------------------------------------------------------------------------


def queue_of(user):
    return next((one for one in agenda.queues.of(user, TODAY()) if one.title == "待核查的异议"), None)


def test_the_queue_counts_what_is_open_and_leads_to_it(cast, sign_in, investigated):
    own = objected(on_notice(studio=cast.studio))
    objected(investigated.application, text="又一件")
    for name, expected in (("staff", (3, 0)), ("leader", (3, 0)), ("staff_member", (2, 1))):
        queue = queue_of(getattr(cast, name))
        assert (queue.count, queue.aside) == expected, name
        assert sign_in(getattr(cast, name)).get(queue.url).context["cl"].result_count == 3
    assert all(queue_of(getattr(cast, name)) is None for name in ("auditor", "lead", "expert"))
    let_the_notice_pass(own.notice)
    assert queue_of(cast.staff).late == 1
    investigated.dismiss(by=cast.staff, minutes="查。", answer="答。")
    assert queue_of(cast.staff).count == 2


def test_the_naming_page_says_it_waits_for_an_objection_and_leads_there(cast, sign_in, objection):
    let_the_notice_pass(objection.notice)
    url = f"{reverse('admin:reviews_application_naming')}?pk={objection.application_id}"
    shown = text_of(sign_in(cast.leader), url)
    assert page_of(objection) in shown
    assert "异议" in shown


def test_the_list_and_a_page_ask_the_same_however_many_there_are(cast, sign_in, objection):
    client = sign_in(cast.leader)
    counts = selects(client, LIST), selects(client, page_of(objection))
    for number in range(12):
        row = objected(objection.application, text=f"第{number}件")
        row.take_on(by=UserFactory(roles=[(RoleCode.UNION_STAFF,)]))
    assert (selects(client, LIST), selects(client, page_of(row))) == counts
    assert counts[0] <= 10
    assert counts[1] <= 12


def test_nobody_adds_changes_or_deletes_an_objection_by_hand(cast, sign_in, objection):
    client = sign_in(cast.staff)
    assert client.get(reverse("admin:reviews_objection_add")).status_code == 403
    delete = reverse("admin:reviews_objection_delete", args=[objection.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    client.post(page_of(objection), {"state": "dismissed", "name": "另一人"})
    objection.refresh_from_db()
    assert (objection.state, objection.name) == ("received", SECRETS[0])
