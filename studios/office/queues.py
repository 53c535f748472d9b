"""What waits for the office in this package, for its index and the home page."""

from __future__ import annotations

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import RoleCode
from records import agenda
from records.jobs import Job
from records.templatetags.present import cn_date
from studios.models import Certificate
from studios.office.certificates import lacking_papers, with_papers


@agenda.queues
def certificates_without_files(user, on):
    """Certificates have their number since the naming; their files are made by who hands them out."""
    if not user.has_role(RoleCode.UNION_STAFF):
        return
    waiting = lacking_papers(with_papers(Certificate.objects.all())).aggregate(count=Count("pk"), since=Min("issued_on"))
    detail = _("Waiting since %(day)s") % {"day": cn_date(waiting["since"])} if waiting["count"] else ""
    url = reverse("admin:studios_certificate_changelist") + "?papers=lacking"
    yield agenda.Queue(_("Certificates to be issued"), waiting["count"], url, detail)


@agenda.queues
def jobs_under_way(user, on):
    if not user.has_role(RoleCode.UNION_STAFF):
        return
    url = reverse("admin:records_job_changelist") + "?state__in=waiting,running"
    yield agenda.Queue(_("Work under way"), Job.objects.visible_to(user).unfinished().count(), url)
