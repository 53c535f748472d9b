"""Who is told of an objection: that there is one, to which studio; who objects and what they say stays out of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils import translation

from accounts.delivery import notify
from accounts.models import RoleCode, User
from reviews.models import ENDED, Application

OUTCOMES = {
    "dismiss": ("{studio}的异议经核查不成立", "异议{number}经核查不成立，已经答复。"),
    "uphold": (
        "{studio}的异议经核查成立",
        "异议{number}经核查成立，已记入该申报的办理过程，作出决定时可以看到。",
    ),
    "uphold what has ended": (
        "{studio}的异议经核查成立",
        "异议{number}经核查成立。该申报已经结束，不再另行决定。",
    ),
    "set_aside": ("{studio}的异议不予受理", "异议{number}不予受理，已说明原因。"),
}


def tell_of_arrival(objection, *, by=None) -> None:
    """Staff who may take it on are told, part of the transaction in which it is taken; not who entered it, ``by``."""
    studio = objection.application.studio.name
    staff = those_who_may(objection, RoleCode.UNION_STAFF)
    with translation.override("zh-hans"):
        notify(
            [one for one in staff if by is None or one.pk != by.pk],
            f"objection:{objection.pk}",
            subject=f"{studio}在公示期间收到异议，请核查",
            body=(
                f"异议编号{objection.number}。请由一位或几位干事承接核查；异议人的身份、联系方式和附件只有承接核查的人可以看到。\n"
                "异议答复之前，该工作室不能命名。"
            ),
            url=place(objection),
        )


def tell_of_move(objection, log) -> None:
    """Whoever else investigates it is told of somebody who joins, and of the answer; staff who may act, of the answer.

    That a decision is to be taken anew, the move of the application tells them, and nobody is told twice.
    """
    outcome = log.verb
    if outcome == "uphold":  # which holds the row of the application
        application = Application.objects.only("state").get(pk=objection.application_id)
        if application.can_move("uphold_objection"):
            return
        outcome = "uphold what has ended" if application.state in ENDED else outcome
    studio, number = objection.application.studio.name, objection.number
    left = those_who_investigate(objection, objection.investigators.all())
    investigators = [one for one in left if one.pk != log.actor_id]
    if log.verb == "take_on":
        subject, body = f"{log.actor.name}一同核查{studio}的异议", f"异议编号{number}。"
        people = investigators
    else:
        facts = {"studio": studio, "number": number}
        subject, body = (words.format(**facts) for words in OUTCOMES[outcome])
        others = those_who_may(objection, RoleCode.UNION_STAFF)
        people = [*investigators, *(one for one in others if one.pk != log.actor_id)]
    with translation.override("zh-hans"):
        notify(
            list({one.pk: one for one in people}.values()),
            f"objection:{objection.pk}:{log.pk}",
            subject=subject,
            body=body,
            url=place(objection),
        )


def those_who_may(objection, *codes: str) -> list[User]:
    """Holders of a role who may investigate it: nobody whose own case it is."""
    people = User.objects.with_role(*codes)
    return [one for one in people if one.has_perm("reviews.investigate", objection)]


def those_who_investigate(objection, people: Iterable[User]) -> list[User]:
    """Those among some people who have taken it on and may still: who left the office or joined the studio may not."""
    return [one for one in people if one.is_active and one.has_perm("reviews.answer_objection", objection)]


def place(objection) -> str:
    return reverse("admin:reviews_objection_change", args=[objection.pk])
