"""What waits for the office, in the order of the work, for its index and the home page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RoleCode
from records import agenda
from records.jobs import Job
from records.templatetags.present import cn_date
from reviews.models import Application, PaperForm, State
from studios.models import Certificate
from studios.office.certificates import lacking_papers, with_papers

# State, title of the queue, whose it is, and the day of the round by which it is to be done.
WAITING = [
    (State.RECOMMENDED, gettext_lazy("Papers to be checked"), RoleCode.UNION_STAFF, "decide_by"),
    (State.ACCEPTED, gettext_lazy("Applications to be decided"), RoleCode.UNION_LEADER, "decide_by"),
    (State.HELD, gettext_lazy("Decisions on hold"), RoleCode.UNION_LEADER, "decide_by"),
    (State.APPROVED, gettext_lazy("Studios to be named"), RoleCode.UNION_LEADER, "naming_on"),
]


@agenda.queues
def applications(user, on):
    """The applications that wait for this person's office, by state, in one query."""
    own = [row for row in WAITING if user.has_role(row[2])]
    if not own:
        return
    waiting = (
        Application.objects.filter(state__in=[state for state, *_rest in own]).order_by().values("state")
    )
    counted = waiting.annotate(
        count=Count("pk"),
        decide_by=Min("round__decide_by"),
        naming_on=Min("round__naming_on"),
        late_decide_by=Count("pk", filter=Q(round__decide_by__lt=on)),
        late_naming_on=Count("pk", filter=Q(round__naming_on__lt=on)),
    )
    found = {row["state"]: row for row in counted}
    for state, title, _role, day in own:
        row = found.get(state)
        url = f"{reverse('admin:reviews_application_changelist')}?{urlencode({'state__exact': state.value})}"
        if row is None:
            yield agenda.Queue(str(title), 0, url)
        else:
            detail = _("The first by %(day)s") % {"day": cn_date(row[day])}
            yield agenda.Queue(str(title), row["count"], url, detail, row[f"late_{day}"])


@agenda.queues
def paper_forms(user, on):
    if not user.has_role(RoleCode.UNION_STAFF):
        return
    waiting = PaperForm.objects.filter(state=PaperForm.State.UPLOADED).aggregate(
        count=Count("pk"),
        endorse_by=Min("application__round__endorse_by"),
        late=Count("pk", filter=Q(application__round__endorse_by__lt=on)),
    )
    detail = _("The first by %(day)s") % {"day": cn_date(waiting["endorse_by"])} if waiting["count"] else ""
    url = f"{reverse('admin:reviews_paperform_changelist')}?state__exact=uploaded"
    yield agenda.Queue(_("Stamped forms to be checked"), waiting["count"], url, detail, waiting["late"])


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
