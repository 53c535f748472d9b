"""Who is told of what, in which words. Texts are Chinese, the language of the union's mail."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from accounts.delivery import notify
from accounts.models import RoleCode, User
from records.templatetags.present import day_of_record
from reviews.models import HANDS_IN, IN_THE_OFFICE
from reviews.permissions import takes_no_part
from reviews.readiness import applies_again

STAFF, LEADERS = RoleCode.UNION_STAFF, RoleCode.UNION_LEADER

SUBJECTS = {
    "submit": "{studio}已提交申报，请推荐、签署意见",
    "resubmit": "{studio}修改后已重新提交",
    "return_for_correction": "{studio}的申报材料需要修改",
    "complete_endorsement": "{studio}推荐、签署齐备，已送校工会审核",
    "refuse": "{studio}：{refused}",
    "withdraw": "{studio}已撤回申报",
    "accept": "{studio}的申报材料已审核通过",
    "complete_review": "{studio}已完成专家评审",
    "approve": "{studio}：已拟定决定，待公布",
    "hold": "{studio}：已拟定决定，待公布",
    "reject": "{studio}：已拟定决定，待公布",
    "announce_approval": "{studio}的申报已获同意，现予公示",
    "announce_hold": "{studio}的申报暂缓决定",
    "announce_rejection": "{studio}的申报未获同意",
    "reverse": "{studio}：已公布的决定被撤回，将重新决定",
    "uphold_objection": "{studio}：公示期间的异议成立，将重新决定",
    "name_studio": "{studio}已获命名",
}

BODIES = {
    "submit": "{actor}已提交{studio}（{unit}）在{round}中的申报。请在{endorse_by}前阅读材料并签署意见。",
    "resubmit": "{actor}已按退回意见修改并重新提交，改动之处已在材料中列出。",
    "return_for_correction": "退回意见：\n{note}\n\n请在{correct_by}前修改并重新提交。已填写的内容都已保留。",
    "complete_endorsement": "部门工会推荐意见、党组织意见、行政意见均已签署，材料已送校工会审核。",
    "refuse": "原因：{note}\n\n{again}",
    "withdraw": "原因：{note}",
    "accept": "校工会已审核材料并受理申报，接下来由专家评审。结果将通过站内通知和邮件告知。",
    "complete_review": "专家评审已完成，请在{decide_by}前作出决定。\n{note}",
    "approve": "拟同意。意见：{note}\n\n决定在统一公布之前不对外告知。",
    "hold": "拟暂缓。意见：{note}\n\n决定在统一公布之前不对外告知。",
    "reject": "拟不同意。意见：{note}\n\n决定在统一公布之前不对外告知。",
    "announce_approval": (
        "校工会意见：{note}\n\n公示期：{notice}。公示期满且无异议，或异议经核查不成立的，由校工会命名。"
    ),
    "announce_hold": "校工会意见：{note}",
    "announce_rejection": "校工会意见：{note}\n\n{again}",
    "reverse": "原因：{note}",
    "uphold_objection": "异议（{note}）经核查成立，{studio}不再公示，由校工会重新决定。",
    "name_studio": (
        "根据{note}，{studio}自{named_on}起获命名。证书编号：{certificate}。证书和铭牌由校工会制发，制发后另行通知。"
    ),
}

DENIES = frozenset({"refuse", "announce_rejection"})

# Whose turn it is at the office after a move. Their notice leads to the desk, and asks for the next step where
# others are told only how far it is.
TURN = {
    "resubmit": STAFF,
    "resubmit to the leader": LEADERS,
    "complete_endorsement": STAFF,
    "complete_review": LEADERS,
    "approve": STAFF,
    "hold": STAFF,
    "reject": STAFF,
    "reverse": LEADERS,
    "uphold_objection": LEADERS,
}
OFFICE_SUBJECTS = {
    "resubmit": "{studio}修改后已重新提交，请审核材料",
    "complete_endorsement": "{studio}推荐、签署齐备，请审核材料",
    "resubmit to the leader": "{studio}修改后已重新提交，待您决定",
    "complete_review": "{studio}已完成专家评审，待您决定",
    "reverse": "{studio}的决定已撤回，待您重新决定",
    "uphold_objection": "{studio}的异议成立，待您重新决定",
}
OFFICE_BODIES = {
    "complete_endorsement": "{unit}的部门工会推荐意见、党组织意见、行政意见均已签署，请审核材料是否齐全。",
}


def audience(application, verb: str, from_state: str) -> list[User]:
    """The people whom a move concerns; the one who made it is told as well only when it is the naming."""
    studio = application.studio
    unit = studio.unit
    own = [studio.lead, *(editor.user for editor in studio.editors.select_related("user"))]
    department = list(User.objects.with_role(RoleCode.DEPARTMENT_UNION, unit=unit))
    leaders = list(User.objects.with_role(RoleCode.UNIT_LEADER, unit=unit))
    staff = list(User.objects.with_role(RoleCode.UNION_STAFF))
    deciders = list(User.objects.with_role(RoleCode.UNION_LEADER))
    at = {"submitted": [*department, *leaders], "recommended": staff, "accepted": staff, "held": deciders}
    at |= {"reviewed": deciders, "proposed": deciders}
    return {
        "submit": [*department, *leaders],
        "resubmit": at.get(application.state, []),
        "return_for_correction": [*own, *department],
        "complete_endorsement": [*own, *staff],
        "refuse": [*own, *department],
        "withdraw": [*own, *department, *at.get(from_state, [])],
        "accept": [*own, *department],
        "complete_review": deciders,
        "reopen_review": [],
        "approve": staff,
        "hold": staff,
        "reject": staff,
        "announce_approval": [*own, *department, *staff, *deciders],
        "announce_hold": [*own, *department, *staff, *deciders],
        "announce_rejection": [*own, *department, *staff, *deciders],
        "reverse": [*own, *department, *staff, *deciders],
        "uphold_objection": [*own, *department, *staff, *deciders],
        "name_studio": [
            *own,
            *department,
            *leaders,
            *User.objects.filter(memberships__in=studio.members.present(timezone.localdate())),
        ],
    }[verb]


def tell_of_move(application, log) -> None:
    """Tell everybody concerned of a move, once; part of the transaction of the move."""
    people = {person.pk: person for person in audience(application, log.verb, log.from_state)}
    if log.verb != "name_studio" and log.actor_id:
        people.pop(log.actor_id, None)
    turn = _turn(application, log.verb)
    office = _at_the_office(application, turn)
    if log.verb in IN_THE_OFFICE:  # who stands aside learns of it when everybody does
        people = {pk: person for pk, person in people.items() if pk in office}
    if not people:
        return
    with translation.override("zh-hans"):
        facts = _facts(application, log)
        event, verb = f"application:{application.pk}:{log.pk}", log.verb
        notify(
            [person for pk, person in people.items() if pk not in office],
            event,
            subject=SUBJECTS[verb].format(**facts),
            body=BODIES[verb].format(**facts),
            url=application.get_absolute_url(),
        )
        notify(
            [person for pk, person in people.items() if pk in office],
            event,
            subject=OFFICE_SUBJECTS.get(turn, SUBJECTS[verb]).format(**facts),
            body=OFFICE_BODIES.get(verb, BODIES[verb]).format(**facts),
            url=reverse("admin:reviews_application_change", args=[application.pk]),
        )
        if verb in HANDS_IN and log.actor_id != application.studio.lead_id:
            tell_lead_of_handing_in(application, event, by=log.actor)


def _facts(application, log) -> dict[str, str]:
    """What the words of a notice are filled in with."""
    issued = application.studio.certificates.order_by("-pk").first() if log.verb == "name_studio" else None
    return {
        "named_on": day_of_record(issued and issued.starts_on),
        "certificate": issued.number if issued else "",
        "studio": application.studio.name,
        "unit": application.studio.unit.name,
        "round": application.round.title,
        "actor": log.actor.name if log.actor else settings.UNION,
        "note": log.note,
        "notice": notice_days(application),
        "refused": application.get_refused_as_display() or application.get_state_display(),
        "again": applies_again(application, on=timezone.localdate()) if log.verb in DENIES else "",
        "correct_by": day_of_record(application.closes_on()),
        "endorse_by": day_of_record(application.round.endorse_by),
        "decide_by": day_of_record(application.round.decide_by),
    }


def notice_days(application) -> str:
    """From when to when the public notice runs."""
    notice = application.notice
    return f"{day_of_record(notice.starts_on)}至{day_of_record(notice.ends_on)}" if notice else ""


def tell_lead_of_handing_in(application, event: str, *, by: User) -> None:
    """What was handed in on the lead's behalf stands under the lead's name."""
    notify(
        [application.studio.lead],
        event,
        subject=f"{by.name}已代为提交{application.studio.name}的申报",
        body="请看一遍提交的材料。有不实之处，请尽快告诉部门工会，由部门工会退回修改。",
        url=application.get_absolute_url(),
    )


def _turn(application, verb: str) -> str:
    """The key of ``TURN``: papers that come back go where they were, to the desk or to the leader."""
    return "resubmit to the leader" if verb == "resubmit" and application.state == "held" else verb


def _at_the_office(application, turn: str) -> set[int]:
    """Whose turn it is at the office now: of those who may act on it, since nobody else is asked to."""
    if turn not in TURN or application.state == "submitted":
        return set()
    holders = User.objects.with_role(TURN[turn])
    return {person.pk for person in holders if takes_no_part.test(person, application)}


def tell_of_late_entry(application) -> None:
    studio = application.studio
    people = [studio.lead, *(editor.user for editor in studio.editors.select_related("user"))]
    if studio.is_run_on_behalf:
        people += User.objects.with_role(RoleCode.DEPARTMENT_UNION, unit=studio.unit)
    notify(
        people,
        f"late-entry:{application.pk}:{application.late_until}",
        subject=f"{studio.name}可延期申报",
        body=f"校工会同意延期至{day_of_record(application.late_until)}。原因：{application.late_reason}",
        url=application.get_absolute_url(),
    )


def tell_of_uploaded_form(form) -> None:
    notify(
        list(User.objects.with_role(RoleCode.UNION_STAFF)),
        f"paper-form:{form.pk}",
        milestone="uploaded",
        subject=f"{form.application.studio.name}的盖章申报表待核对",
        body=f"{form.uploaded_by.name}已上传盖章扫描件，请与电子材料核对。",
        url=reverse("admin:reviews_paperform_change", args=[form.pk]),
    )


def tell_of_needless_form(form, why: str) -> None:
    """To who uploaded it, when all has been signed online meanwhile."""
    notify(
        [form.uploaded_by],
        f"paper-form:{form.pk}",
        milestone=form.state,
        subject=f"{form.application.studio.name}的盖章申报表不再需要核对",
        body=f"{why}\n不用重新上传，纸质申报表请自行留存。",
        url=form.application.get_absolute_url(),
    )


def tell_of_paper_form(form, reason: str = "") -> None:
    outcome = "未通过核对" if reason else "已核对"
    notify(
        [form.uploaded_by],
        f"paper-form:{form.pk}",
        milestone=form.state,
        subject=f"{form.application.studio.name}的盖章申报表{outcome}",
        body=f"原因：{reason}\n请重新上传。" if reason else "盖章申报表与电子材料一致，签署意见已生效。",
        url=form.application.get_absolute_url(),
    )
