"""What experts and the office tell each other while a review goes on: who, of what, in which words.

An expert never reads who else reviews, nor how many do; the reason for which staff take a sheet from somebody may name
another expert and is kept from the mail.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation

from accounts.delivery import notify
from accounts.models import RoleCode, User
from records.templatetags.present import day_of_record
from reviews import masking
from reviews.models import UNDER_WAY, AssignmentState

SUBJECTS = {
    "reopen": "请重新核对对{title}的评分",
    "replace": "{title}不再需要您评审",
}
BODIES = {
    "reopen": "您提交的评分已退回，可以修改。原因：{note}\n\n请在{due}前核对并重新提交。",
    "replace": "校工会已另作安排，{title}不再需要您评审。感谢您的支持。",
}
WITHDRAWN_SUBJECT = "{title}已撤回申报，不需要再评审"
WITHDRAWN_BODY = "{title}已由申报方撤回，不需要再评审。已填写的评分不再使用。感谢您的支持。"
VOID = "已提交的评分不再计入结果。"
OFFICE_SUBJECTS = {
    "decline": "{expert}谢绝评审{studio}",
    "recuse": "{expert}申请回避{studio}，请安排其他专家",
    "hand_in": "{studio}的专家评审已全部提交",
}
OFFICE_BODIES = {
    "decline": "原因：{note}\n\n如专家人数不足，请另行安排。",
    "recuse": "利害关系：{note}\n\n{expert}今后不再评审该工作室，请安排其他专家替换。{void}",
    "hand_in": "{studio}（{number}）已没有未提交的专家评分，请核对结果。",
}


def tell_of_move(assignment, log) -> None:
    """Tell whom a move concerns, once; part of the transaction of the move."""
    if log.verb not in (*SUBJECTS, *OFFICE_SUBJECTS):
        return
    if log.verb == "hand_in" and assignment.application.assignments.under_way().exists():
        return
    event = f"assignment:{assignment.pk}:{log.pk}"
    with translation.override("zh-hans"):
        if log.verb in SUBJECTS:
            _tell_expert(assignment, log, event)
        else:
            _tell_staff(assignment, log, event)


def tell_of_withdrawal(application) -> None:
    """Tell the experts who have not handed in that nothing is to be done any more; part of the transaction.

    Not why, for the reason may name people; and each by themselves, of what they call the application.
    """
    at_work = application.assignments.filter(state__in=UNDER_WAY).select_related("expert").order_by("pk")
    with translation.override("zh-hans"):
        for one in at_work:
            one.application = application
            notify(
                [one.expert],
                f"assignment:{one.pk}:withdrawn",
                subject=WITHDRAWN_SUBJECT.format(title=one.title),
                body=WITHDRAWN_BODY.format(title=one.title),
                url=one.get_absolute_url(),
            )


def _tell_expert(assignment, log, event: str) -> None:
    note = masking.text(assignment, log.note)
    facts = {"title": assignment.title, "note": note, "due": day_of_record(assignment.due_on)}
    notify(
        [assignment.expert],
        event,
        subject=SUBJECTS[log.verb].format(**facts),
        body=BODIES[log.verb].format(**facts),
        url=assignment.get_absolute_url(),
    )


def _tell_staff(assignment, log, event: str) -> None:
    """Those of the staff who may act on it: nobody reads of the own case nor, while reviewing it, of other experts."""
    application = assignment.application
    facts = {
        "expert": assignment.expert.name,
        "studio": application.studio.name,
        "number": application.number,
        "note": log.note,
        "void": VOID if log.verb == "recuse" and log.from_state == AssignmentState.HANDED_IN else "",
    }
    at_work = application.assignments.under_way().values("expert")
    staff = User.objects.with_role(RoleCode.UNION_STAFF).exclude(pk__in=at_work)
    notify(
        [person for person in staff if person.has_perm("reviews.assign_experts", application)],
        event,
        subject=OFFICE_SUBJECTS[log.verb].format(**facts),
        body=OFFICE_BODIES[log.verb].format(**facts),
        url=reverse("admin:reviews_application_change", args=[application.pk]),
    )
