"""What the review of a round asks of staff: experts to be found, experts to be replaced, experts to be reminded."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import RoleCode
from records import agenda
from records.templatetags.present import cn_date
from reviews.models import HOLDING, UNDER_WAY, Application, Assignment, State

GAVE_BACK = ("declined", "recused")


def panel(user, on):
    """Applications under review that lack experts, those among them whose expert declined or recused, and late sheets;
    in two queries.
    """
    from reviews.office.queues import weighed

    if not user.has_role(RoleCode.UNION_STAFF):
        return
    reviewing = Assignment.objects.filter(application=OuterRef("pk"), expert=user, state__in=UNDER_WAY)
    waiting = weighed(lacking(), user, Exists(reviewing))
    yield of_applications(_("Applications that lack experts"), waiting, "lacking", on)
    gave_back = [one for one in waiting if one.gave_back]
    yield of_applications(_("Experts who declined or recused, to be replaced"), gave_back, "back", on)
    yield late_experts(user, on)


def lacking():
    """Applications under review with fewer experts than their policy asks for; with ``gave_back``."""
    held = Count("assignments", filter=Q(assignments__state__in=HOLDING))
    gave_back = Assignment.objects.filter(application=OuterRef("pk"), state__in=GAVE_BACK)
    rows = Application.objects.filter(state=State.ACCEPTED).annotate(held=held, gave_back=Exists(gave_back))
    return rows.filter(held__lt=F("round__policy__experts_each"))


def of_applications(title: str, waiting: list[Application], show: str, on: dt.date) -> agenda.Queue:
    """A queue that leads to the panel of the newest round in which something waits."""
    own = [one for one in waiting if not one.aside]
    days = [one.round.review_by or one.round.decide_by for one in own]
    rounds = sorted({one.round for one in waiting}, key=lambda one: one.year)
    url = reverse("admin:reviews_round_changelist")
    if rounds:
        url = f"{reverse('admin:reviews_round_panel', args=[rounds[-1].pk])}?show={show}"
    return agenda.Queue(
        title,
        len(own),
        url,
        _("Experts review until %(day)s") % {"day": cn_date(min(days))} if days else "",
        sum(day < on for day in days),
        len(waiting) - len(own),
    )


def late_experts(user, on: dt.date) -> agenda.Queue:
    """Sheets that are due and not handed in; those of the own case are told to others."""
    from reviews.office.assignments import told_to

    url = f"{reverse('admin:reviews_assignment_changelist')}?standing=late"
    count = told_to(user, Assignment.objects.late(on)).count()
    return agenda.Queue(_("Sheets of late experts"), count, url, "", count)
