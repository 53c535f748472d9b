"""What waits for people on the way of applications."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import RoleCode
from records import agenda
from reviews.models import EDITABLE, Application, ApplicationLog, Part, State
from reviews.permissions import open_signatures
from reviews.timeline import by_when
from studios.models import Studio

MOST = 50


@agenda.tasks
def own_applications(user, on):
    """Drafts to go on with while they can be handed in, and what came back to be corrected; the department union's
    are those it runs in the lead's place.
    """
    returns = ApplicationLog.objects.filter(application=OuterRef("pk"), verb="return_for_correction")
    rows = (
        Application.objects.filter(state__in=EDITABLE, studio__in=Studio.objects.worked_on_by(user))
        .select_related("studio__lead", "studio__unit", "round")
        .annotate(asked=Subquery(returns.order_by("-at").values("note")[:1]))
    )
    for application in rows[:MOST]:
        lead = application.studio.lead
        facts = {"studio": application.studio.name, "round": application.round.title}
        if application.state == State.RETURNED:
            title = _("Correct the application of %(studio)s") % facts
            yield agenda.Task(
                title, application.get_absolute_url(), application.asked, application.closes_on()
            )
        elif on <= application.closes_on():
            title = _("Go on with the application of %(studio)s") % facts
            detail = facts["round"]
            if user.acts_for(application.studio.unit, RoleCode.DEPARTMENT_UNION) and lead != user:
                detail = _("For the lead %(lead)s · %(round)s") % {**facts, "lead": lead.name}
            yield agenda.Task(title, application.get_absolute_url(), detail, application.closes_on())


@agenda.tasks
def to_sign(user, on):
    """Applications that wait for this person's recommendation or sign-off."""
    if not user.has_role(RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER):
        return
    rows = (
        Application.objects.visible_to(user)
        .filter(state=State.SUBMITTED)
        .select_related("studio__unit", "studio__lead", "round")
        .prefetch_related("studio__editors", "studio__members", "endorsements")
    )
    for application in rows.order_by("round__endorse_by", "pk")[:MOST]:
        for part in open_signatures(user, application):
            yield agenda.Task(
                _("%(studio)s: %(part)s") % {"studio": application.studio.name, "part": Part(part).label},
                reverse("reviews:sign", args=[application.pk]),
                _("%(unit)s · lead %(lead)s")
                % {"unit": application.studio.unit.name, "lead": application.studio.lead.name},
                by_when(application, State.SUBMITTED),
            )
