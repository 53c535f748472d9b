"""What the review of a round asks of staff: experts to be found, experts to be replaced, experts to be reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from records import agenda
from records.templatetags.present import cn_date
from reviews.models import HOLDING, UNDER_WAY, Application, Assignment, State

GAVE_BACK = ("declined", "recused")


def with_experts(applications, user, on: dt.date):
    """Applications with what their queues ask: how many experts each has and should have (``held``, ``each``), whether
    one ``gave_back``, how many are ``late``, and whether the person is ``kept_away`` from it as one of its experts.
    """
    rows = Assignment.objects.filter(application=OuterRef("pk")).order_by()

    def count(**which):
        return Coalesce(rows.filter(**which).values("application").annotate(all=Count("pk")).values("all"), 0)

    return applications.annotate(
        each=F("round__policy__experts_each"),
        held=count(state__in=HOLDING),
        late=count(state__in=UNDER_WAY, due_on__lt=on),
        gave_back=Exists(rows.filter(state__in=GAVE_BACK)),
        kept_away=Exists(rows.keeping_away(user)),
    )


def panel(waiting: list[Application], on: dt.date) -> Iterator[agenda.Queue]:
    """Applications under review that lack experts, those among them whose expert declined or recused, and late sheets.

    :param waiting: ``with_experts``, each with ``aside``.
    """
    here = [one for one in waiting if one.state == State.ACCEPTED]
    lacking = [one for one in here if one.held < one.each]
    yield of_applications(_("Applications that lack experts"), lacking, "lacking", on)
    gave_back = [one for one in lacking if one.gave_back]
    yield of_applications(_("Experts who declined or recused, to be replaced"), gave_back, "back", on)
    late = sum(one.late for one in here if not stands_aside(one))
    url = f"{reverse('admin:reviews_assignment_changelist')}?standing=late"
    yield agenda.Queue(_("Sheets of late experts"), late, url, "", late)


def stands_aside(application: Application) -> bool:
    return application.aside or application.kept_away


def of_applications(title: str, waiting: list[Application], show: str, on: dt.date) -> agenda.Queue:
    """A queue that leads to the panel of the newest round in which something waits."""
    own = [one for one in waiting if not stands_aside(one)]
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
