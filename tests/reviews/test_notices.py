"""Who is told of what: exact sets, once, by inbox and mail, without anybody's personal data."""

from datetime import date

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Notice, RoleCode
from records import agenda, outbox
from records.templatetags.present import day_of_record
from reviews.actions import name_studios
from reviews.models import Part
from reviews.releasing import release_decisions
from tests.factories import ApplicationFactory, endorse_all, give_role, let_the_notice_pass, reviewed_by

TODAY = timezone.localdate


@pytest.fixture
def application(cast):
    return ApplicationFactory(studio=cast.studio)


def told_by(act) -> set[str]:
    """The user names of those whom ``act`` told something new."""
    before = set(Notice.objects.values_list("pk", flat=True))
    act()
    return set(Notice.objects.exclude(pk__in=before).values_list("recipient__username", flat=True))


AT_THE_UNIT = {"department", "department_member", "party", "administration"}
STAFF = {"staff", "staff_member"}


def test_on_the_main_road_everybody_concerned_is_told(cast, application):
    def signed_by(part, who):
        return told_by(lambda: application.endorse(part, by=who, opinion="同意。"))

    assert told_by(lambda: application.submit(by=cast.lead, on=TODAY())) == AT_THE_UNIT
    assert signed_by(Part.PARTY, cast.party) == set()
    assert signed_by(Part.RECOMMENDATION, cast.department) == set()
    assert signed_by(Part.ADMINISTRATION, cast.administration) == {"lead", "co_editor"} | STAFF
    own = {"lead", "co_editor", "department", "department_member"}
    deciders = {"leader", "leader_lead"}
    assert told_by(lambda: application.accept(by=cast.staff)) == own
    reviewed_by(application, 8, 8, 8)
    assert told_by(lambda: application.complete_review(by=cast.staff)) == deciders
    # Staff who belong to the studio learn of the decision when the studio does.
    proposed = told_by(lambda: application.decide("approve", by=cast.leader, text="同意命名。"))
    assert proposed == {"staff"}
    released = told_by(lambda: release_decisions(application.round, by=cast.staff, on=TODAY()))
    assert released == own | deciders | {"staff_member"}
    application.refresh_from_db()
    let_the_notice_pass(application.notice)

    def name():
        name_studios([application], by=cast.leader, named_on=TODAY(), issued_on=TODAY(), on=TODAY())

    assert told_by(name) == {"lead", "co_editor", "member", "staff_member"} | AT_THE_UNIT


@pytest.mark.parametrize("decision", ["hold", "reject"])
def test_what_is_not_named_is_told_to_the_studio_with_its_words(cast, decision):
    application = ApplicationFactory(studio=cast.studio, reviewed=True)
    application.decide(decision, by=cast.leader, text="成果还需要外部认可，请补充后再报。")
    told = said_to(lambda: release_decisions(application.round, by=cast.staff, on=TODAY()))
    assert set(told) == {"lead", "co_editor", "department", "department_member", "staff_member"} | {
        "leader",
        "leader_lead",
    }
    body = Notice.objects.filter(recipient=cast.lead).latest("pk").body
    assert "成果还需要外部认可，请补充后再报。" in body


def test_the_notice_of_an_approval_says_from_when_to_when_the_public_may_object(cast):
    application = ApplicationFactory(studio=cast.studio, proposed=True)
    notice = release_decisions(application.round, by=cast.staff, on=TODAY())
    body = Notice.objects.filter(recipient=cast.lead).latest("pk").body
    assert f"{day_of_record(notice.starts_on)}至{day_of_record(notice.ends_on)}" in body


def test_after_a_reversal_or_an_objection_upheld_the_leader_is_asked_to_decide_anew(cast):
    reversed_, upheld = (
        ApplicationFactory(studio=studio, approved=True) for studio in (cast.studio, cast.own_studio)
    )
    objection = upheld.objections.create(
        notice=upheld.notice, number="YY-1", name="钱真", contact="13900001111", text="成果归属有误。"
    )
    objection.take_on(by=cast.staff)
    told = said_to(lambda: reversed_.reverse(by=cast.leader, reason="依据有误。"))
    assert told["leader_lead"][0] == f"{cast.studio.name}的决定已撤回，待您重新决定"
    assert told["lead"][0] == f"{cast.studio.name}：已公布的决定被撤回，将重新决定"
    said = said_to(lambda: objection.uphold(by=cast.staff, minutes="查阅了原件。", answer="经核查成立。"))
    assert said["leader"][0] == f"{cast.own_studio.name}的异议成立，待您重新决定"
    assert said["leader_lead"][0] == f"{cast.own_studio.name}：公示期间的异议成立，将重新决定"


def test_a_return_reaches_those_who_mend_it_and_its_resubmission_those_who_wait(cast, application):
    application.submit(by=cast.lead, on=TODAY())
    reasons = {"team": "请补充成员职称。"}
    assert told_by(lambda: application.return_for_correction(reasons, by=cast.department)) == {
        "lead",
        "co_editor",
        "department_member",
    }
    assert told_by(lambda: application.resubmit(by=cast.lead, on=TODAY())) == AT_THE_UNIT


@pytest.mark.parametrize(
    ("scored", "asked", "words"),
    [
        (True, "staff", "修改后已重新提交，请退回专家核对"),
        (False, "leader", "修改后已重新提交，待您决定"),  # on hold since before there were experts
    ],
)
def test_what_was_on_hold_comes_back_to_whose_turn_it_is(scored, asked, words, cast):
    application = ApplicationFactory(studio=cast.studio, held=True)
    if not scored:
        application.assignments.update(state="replaced", handed_in_at=None)
    own = {"lead", "co_editor", "department", "department_member"}
    reasons = {"team": "请补充成员职称。"}
    assert told_by(lambda: application.return_for_correction(reasons, by=cast.staff)) == own
    told = said_to(lambda: application.resubmit(by=cast.lead, on=TODAY()))
    assert application.state == "held"
    desk = f"/admin/reviews/application/{application.pk}/change/"
    assert told[asked] == (f"{cast.studio.name}{words}", desk)
    assert set(told) == ({"staff", "staff_member"} if scored else {"leader", "leader_lead"})


def test_a_withdrawal_is_told_to_those_whose_queue_it_leaves(cast, application):
    application.submit(by=cast.lead, on=TODAY())
    endorse_all(application)
    own = {"co_editor", "department", "department_member"}
    assert told_by(lambda: application.withdraw(by=cast.lead, reason="明年再报。")) == own | STAFF


def test_each_notice_leads_to_where_something_is_to_be_done(cast, application):
    application.submit(by=cast.lead, on=TODAY())
    assert set(Notice.objects.values_list("url", flat=True)) == {application.get_absolute_url()}


def said_to(verb_act) -> dict[str, tuple[str, str]]:
    """User name → subject and address of the new notice; each person gets one."""
    before = set(Notice.objects.values_list("pk", flat=True))
    verb_act()
    new = Notice.objects.exclude(pk__in=before).values_list("recipient__username", "subject", "url")
    said = {name: (subject, url) for name, subject, url in new}
    assert len(said) == len(new)
    return said


def test_whose_turn_it_is_at_the_office_is_asked_and_led_to_the_desk(cast):
    """The lead reads how far it is and not what the office is to do; nobody is asked about the own case."""
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    name, page = cast.studio.name, application.get_absolute_url()
    desk = f"/admin/reviews/application/{application.pk}/change/"
    told = said_to(lambda: endorse_all(application))
    asked = (f"{name}推荐、签署齐备，请审核材料", desk)
    sent = (f"{name}推荐、签署齐备，已送校工会审核", page)
    assert told == {"lead": sent, "co_editor": sent, "staff": asked, "staff_member": sent}
    told = said_to(lambda: application.accept(by=cast.staff))
    passed = (f"{name}的申报材料已审核通过", page)
    assert told == dict.fromkeys(["lead", "co_editor", "department", "department_member"], passed)
    reviewed_by(application, 8, 8, 8)
    told = said_to(lambda: application.complete_review(by=cast.staff))
    assert told == dict.fromkeys(["leader", "leader_lead"], (f"{name}已完成专家评审，待您决定", desk))


def test_who_has_signed_is_told_how_far_it_is_and_not_asked_to_check_it(cast):
    give_role(cast.party, RoleCode.UNION_STAFF)
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    told = said_to(lambda: endorse_all(application))
    asked = f"{cast.studio.name}推荐、签署齐备，请审核材料"
    assert {name for name, (subject, _url) in told.items() if subject == asked} == {"staff"}


def test_no_mail_and_no_notice_holds_anybodys_telephone_address_or_birth(cast, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    people = cast.everybody().values()
    ApplicationFactory(studio=cast.studio, named=True)
    outbox.drain()
    texts = [f"{letter.subject}\n{letter.body}" for letter in mail.outbox]
    assert len(texts) > 20
    texts += [f"{notice.subject}\n{notice.body}" for notice in Notice.objects.all()]
    secrets = {secret for person in people for secret in (person.phone, person.email, str(person.birth_year))}
    assert {secret for secret in secrets for text in texts if secret in text} == set()


def test_a_return_names_each_part_beside_its_reason_and_the_day(cast, application, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    application.submit(by=cast.lead, on=TODAY())
    reasons = {"plan": "第二年写具体些。", "place": "面积有误。"}
    application.return_for_correction(reasons, by=cast.department, correct_by=date(2031, 3, 9))
    told = Notice.objects.filter(recipient=cast.lead).latest("pk")
    asked = (
        "退回意见：\n三年规划：第二年写具体些。\n场地经费：面积有误。\n\n请在2031年3月9日前修改并重新提交。"
    )
    assert told.body.startswith(asked)
    (detail,) = [task.detail for task in agenda.tasks_of(cast.lead, TODAY())]
    assert detail == "三年规划：第二年写具体些。\n场地经费：面积有误。"
    outbox.drain()
    letter = next(one for one in mail.outbox if one.to == [cast.lead.email] and "需要修改" in one.subject)
    assert asked in letter.body


def test_the_naming_is_told_with_its_day_its_document_and_the_number_of_the_certificate(cast):
    application = ApplicationFactory(studio=cast.studio, named=True)
    certificate, document = cast.studio.certificates.get(), application.document
    told = Notice.objects.get(recipient=cast.lead, subject=f"{cast.studio.name}已获命名")
    assert told.body == (
        f"根据{document.number}，{cast.studio.name}自{day_of_record(document.named_on)}起获命名。"
        f"证书编号：{certificate.number}。证书和铭牌由校工会制发，制发后另行通知。"
    )
