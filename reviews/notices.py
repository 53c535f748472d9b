"""Who is told of what, in which words. Texts are Chinese, the language of the union's mail."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from accounts.delivery import deliver, notify
from accounts.models import Notice, RoleCode, User
from records.templatetags.present import day_of_record
from reviews.models import HANDS_IN, IN_THE_OFFICE, Application, ApplicationLog
from reviews.officers import People
from reviews.permissions import takes_no_part
from reviews.readiness import Ends, applies_again, last_ends

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
    "uphold_objection": "异议（{note}）经核查成立，{studio}不再公示，由校工会重新决定。核查答复见申报页面。",
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
    "resubmit after the review": STAFF,
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
    "resubmit after the review": "{studio}修改后已重新提交，请退回专家核对",
    "complete_review": "{studio}已完成专家评审，待您决定",
    "reverse": "{studio}的决定已撤回，待您重新决定",
    "uphold_objection": "{studio}的异议成立，待您重新决定",
}
OFFICE_BODIES = {
    "complete_endorsement": "{unit}的部门工会推荐意见、党组织意见、行政意见均已签署，请审核材料是否齐全。",
}


def audience(application, verb: str, from_state: str, people: People, turn: str) -> list[User]:
    """The people whom a move concerns; the one who made it is told as well only when it is the naming.

    :param turn: whose turn it is now, a key of ``TURN`` where it is somebody's of the office.
    """
    unit, staff, deciders = application.studio.unit, people.of(STAFF), people.of(LEADERS)
    own = people.working_on(application.studio)
    department = people.of_unit(unit, RoleCode.DEPARTMENT_UNION)
    leaders = people.of_unit(unit, RoleCode.UNIT_LEADER)
    at = {"submitted": [*department, *leaders], "recommended": staff, "accepted": staff}
    at["held"] = staff if turn == "resubmit after the review" else deciders
    at |= {"reviewed": deciders, "proposed": deciders}
    everybody = [*own, *department, *staff, *deciders]
    named = verb == "name_studio"
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
        "announce_approval": everybody,
        "announce_hold": everybody,
        "announce_rejection": everybody,
        "reverse": everybody,
        "uphold_objection": everybody,
        "name_studio": [*own, *department, *leaders, *(people.in_the_team(application) if named else ())],
    }[verb]


def tell_of_move(application, log) -> None:
    """Tell everybody concerned of a move, once; part of the transaction of the move."""
    tell_of_moves([(application, log)])


def tell_of_moves(moves: Sequence[tuple[Application, ApplicationLog]]) -> None:
    """Tell everybody concerned of several moves, each with its row of the log; part of their transaction.

    Offices, co-editors and notices are read and written for all of them together.
    """
    people, written = People([application for application, _log in moves]), []
    denied = {application.studio.lead_id for application, log in moves if log.verb in DENIES}
    ends = last_ends(denied) if denied else {}
    with translation.override("zh-hans"):
        for application, log in moves:
            written += _written(application, log, people, ends)
    deliver(written)
    for application, log in moves:
        if log.verb in HANDS_IN and log.actor_id != application.studio.lead_id:
            tell_lead_of_handing_in(application, event_of(application, log), by=log.actor)


def event_of(application, log) -> str:
    return f"application:{application.pk}:{log.pk}"


def _written(application, log, people: People, ends: dict[int, Ends]) -> list[Notice]:
    """What is said of one move: to those whose turn it is at the office, with the way to the desk, and to others."""
    verb, turn = log.verb, _turn(application, log.verb)
    told = {one.pk: one for one in audience(application, verb, log.from_state, people, turn)}
    if verb != "name_studio" and log.actor_id:
        told.pop(log.actor_id, None)
    office = _at_the_office(application, turn, people)
    if verb in IN_THE_OFFICE:  # who stands aside learns of it when everybody does
        told = {pk: person for pk, person in told.items() if pk in office}
    if not told:
        return []
    facts, event = _facts(application, log, ends), event_of(application, log)
    outside = {
        "subject": SUBJECTS[verb].format(**facts),
        "body": BODIES[verb].format(**facts),
        "url": application.get_absolute_url(),
    }
    inside = {
        "subject": OFFICE_SUBJECTS.get(turn, SUBJECTS[verb]).format(**facts),
        "body": OFFICE_BODIES.get(verb, BODIES[verb]).format(**facts),
        "url": reverse("admin:reviews_application_change", args=[application.pk]),
    }
    return [
        Notice(recipient=person, event=event, **(inside if pk in office else outside))
        for pk, person in told.items()
    ]


def _facts(application, log, ends: dict[int, Ends]) -> dict[str, str]:
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
        "again": (
            applies_again(application, on=timezone.localdate(), ends=ends) if log.verb in DENIES else ""
        ),
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
    """The key of ``TURN``: papers that come back go where they were, to the desk or to the leader; those that experts
    have reviewed in another version to the desk as well, from where they go to the experts.
    """
    if verb != "resubmit" or application.state != "held":
        return verb
    marked, last = application.versions()
    return "resubmit to the leader" if marked in (None, last) else "resubmit after the review"


def _at_the_office(application, turn: str, people: People) -> set[int]:
    """Whose turn it is at the office now: of those who may act on it, since nobody else is asked to."""
    if turn not in TURN or application.state == "submitted":
        return set()
    return {person.pk for person in people.of(TURN[turn]) if takes_no_part.test(person, application)}


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
