"""What waits between the decision and the naming: decisions to be released, objections, and who can be named."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from records import agenda
from records.templatetags.present import cn_date
from reviews.models import OPEN_OBJECTIONS, Application, Objection, State
from reviews.office.notices import with_notice


def in_states(states: list[str], on: dt.date):
    """The applications in some states, and those with an open objection in whatever state; each with how far its
    public notice is: ``over``, ``objected``, ``open_objections`` and ``notice_ends``.
    """
    open_ = Objection.objects.open().filter(application=OuterRef("pk")).order_by().values("application")
    counted = Coalesce(Subquery(open_.annotate(all=Count("pk")).values("all")), 0)
    found = Application.objects.filter(Q(state__in=states) | Exists(open_))
    return with_notice(found, on).annotate(open_objections=counted, notice_ends=F("notice__ends_on"))


def places(state: str, waiting: list[Application], url: str) -> list[tuple[str, list[Application]]]:
    """Where what waits in a state is dealt with: decisions on the page on which their round is released, what can be
    named in the list of just these, all else in the list of its state, ``url``.
    """
    if state == State.APPROVED:
        return [(f"{url}&on_notice=ready", nameable(waiting))]
    if state != State.PROPOSED or not waiting:
        return [(url, waiting)]
    rounds: dict[int, list[Application]] = defaultdict(list)
    for one in waiting:
        rounds[one.round_id].append(one)
    return [(reverse("admin:reviews_round_release", args=[pk]), rows) for pk, rows in rounds.items()]


def nameable(waiting: list[Application]) -> list[Application]:
    """Those whose notice is over, without an objection that is not answered."""
    return [one for one in waiting if one.over and not one.objected]


def not_yet(waiting: list[Application]) -> str:
    """What else is approved and cannot be named yet, and until when; empty when there is nothing."""
    running = [one for one in waiting if not one.over]
    objected = sum(one.over and one.objected for one in waiting)
    said = []
    if running:
        words = ngettext(
            "%(count)s more on public notice, until %(day)s",
            "%(count)s more on public notice, the first until %(day)s",
            len(running),
        )
        said.append(words % {"count": len(running), "day": cn_date(min(one.notice_ends for one in running))})
    if objected:
        words = ngettext(
            "%(count)s more with an open objection", "%(count)s more with an open objection", objected
        )
        said.append(words % {"count": objected})
    return " · ".join(said)


def objections(waiting: list[Application], on: dt.date) -> agenda.Queue:
    """Objections that are not answered, those to the own case by themselves; late once the notice is over."""
    objected = [one for one in waiting if one.open_objections]
    own = [one for one in objected if not one.aside]
    days = [one.notice_ends for one in own]
    return agenda.Queue(
        _("Objections to be investigated"),
        sum(one.open_objections for one in own),
        f"{reverse('admin:reviews_objection_changelist')}?state__in={','.join(sorted(OPEN_OBJECTIONS))}",
        _("The notice ends on %(day)s") % {"day": cn_date(min(days))} if days else "",
        sum(one.open_objections for one in own if one.notice_ends < on),
        sum(one.open_objections for one in objected if one.aside),
    )
