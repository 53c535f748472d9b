"""What waits for the office, in the order of the work, for its index and the home page."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Count, Exists, Min, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RoleCode
from accounts.names import bare
from records import agenda
from records.jobs import Job
from records.templatetags.present import cn_date
from reviews.models import Application, Endorsement, PaperForm, State
from reviews.models.panel import studios_of_their_own
from reviews.office import notice_queues, panel_queues, result_queues
from studios.models import Certificate, Member
from studios.office.certificates import lacking_papers, with_papers

# State, title of the queue, whose it is, and the day of the round by which it is to be done.
WAITING = [
    (State.RECOMMENDED, gettext_lazy("Papers to be checked"), RoleCode.UNION_STAFF, "decide_by"),
    (State.ACCEPTED, gettext_lazy("Applications under expert review"), RoleCode.UNION_STAFF, "decide_by"),
    (State.REVIEWED, gettext_lazy("Applications to be decided"), RoleCode.UNION_LEADER, "decide_by"),
    (State.PROPOSED, gettext_lazy("Decisions to be released"), RoleCode.UNION_STAFF, "decide_by"),
    (State.HELD, gettext_lazy("Decisions on hold"), RoleCode.UNION_LEADER, "decide_by"),
    (State.APPROVED, gettext_lazy("Studios to be named"), RoleCode.UNION_LEADER, "naming_on"),
]


@agenda.queues
def applications(user, on):
    """The applications that wait for this person's office, by state, the objections and what staff do about experts, in
    one query.
    """
    own = [row for row in WAITING if user.has_role(row[2])]
    if not own:
        return
    found = notice_queues.in_states([state for state, *_rest in own], on)
    waiting = weighed(panel_queues.with_experts(found, user, on), user)
    for state, title, _role, day in own:
        url = f"{reverse('admin:reviews_application_changelist')}?{urlencode({'state__exact': state.value})}"
        here = [one for one in waiting if one.state == state]
        for place, rows in notice_queues.places(state, here, url):
            made = queue(str(title), rows, day, place, on)
            if state == State.APPROVED and (later := notice_queues.not_yet(here)):
                made = replace(made, detail=" · ".join(filter(None, (made.detail, later))))
            yield made
    yield notice_queues.objections(waiting, on)
    if user.has_role(RoleCode.UNION_STAFF):
        yield from panel_queues.panel(waiting, on)


agenda.queues(result_queues.reviews)


@agenda.queues
def paper_forms(user, on):
    """The stamped forms to be checked, one at a time of each application."""
    if not user.has_role(RoleCode.UNION_STAFF):
        return
    uploaded = PaperForm.objects.filter(state=PaperForm.State.UPLOADED).values("application")
    open_to_them = PaperForm.objects.to_be_checked_by(user).filter(application=OuterRef("pk"))
    waiting = weighed(Application.objects.filter(pk__in=uploaded), user, ~Exists(open_to_them))
    url = f"{reverse('admin:reviews_paperform_changelist')}?state__exact=uploaded"
    yield queue(_("Stamped forms to be checked"), waiting, "endorse_by", url, on)


def to_act_on(applications, user) -> list[Application]:
    """Those of the applications that the person may act on."""
    return [one for one in weighed(applications, user) if not one.aside]


def weighed(applications, user, *reasons) -> list[Application]:
    """The applications, each with ``aside``: whether the person stands aside from it, because it is the own case,
    because they have signed it or handed it in, or for a further reason that is given.

    One query; whom the papers concern stands in lists, which are read here.
    """
    own = Exists(studios_of_their_own(user).filter(pk=OuterRef("studio")))
    by_name = Exists(Member.objects.bearing(user.name).filter(studio=OuterRef("studio")))
    signed = Exists(Endorsement.objects.by_person(user).filter(application=OuterRef("pk")))
    found = applications.annotate(aside=reduce(or_, reasons, own | signed), by_name=by_name)
    found = found.select_related("round", "studio__unit")
    rows = list(found.only("state", "concerned", "concerned_typed", "handed_in_by", "round", "studio__unit"))
    for row in rows:
        meant = row.by_name and user.is_meant_by({bare(user.name)}, row.studio.unit)
        row.aside = row.aside or meant or row.papers_concern(user) or user.pk in row.handed_in_by
    return rows


def queue(title: str, waiting: list[Application], day: str, url: str, on: dt.date) -> agenda.Queue:
    """A queue of applications, each to be acted on by the ``day`` of its round; what the person stands aside from is
    in the list behind it as well, and is counted by itself.
    """
    days = [getattr(one.round, day) for one in waiting if not one.aside]
    detail = _("The first by %(day)s") % {"day": cn_date(min(days))} if days else ""
    late = sum(day < on for day in days)
    return agenda.Queue(title, len(days), url, detail, late, len(waiting) - len(days))


@agenda.queues
def certificates_without_files(user, on):
    """Certificates have their number since the naming; their files are made by who hands them out."""
    if not user.has_role(RoleCode.UNION_STAFF):
        return
    waiting = lacking_papers(with_papers(Certificate.objects.all())).aggregate(
        count=Count("pk"), since=Min("issued_on")
    )
    detail = _("Waiting since %(day)s") % {"day": cn_date(waiting["since"])} if waiting["count"] else ""
    url = reverse("admin:studios_certificate_changelist") + "?papers=lacking"
    yield agenda.Queue(_("Certificates to be issued"), waiting["count"], url, detail)


@agenda.queues
def jobs_under_way(user, on):
    if not user.has_role(RoleCode.UNION_STAFF):
        return
    url = reverse("admin:records_job_changelist") + "?state__in=waiting,running"
    yield agenda.Queue(_("Work under way"), Job.objects.visible_to(user).unfinished().count(), url)
