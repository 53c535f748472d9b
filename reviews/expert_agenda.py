"""What waits for experts, on their home page."""

from __future__ import annotations

from collections import defaultdict

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import RoleCode
from records import agenda
from records.templatetags.present import cn_date
from reviews.models import Assignment, AssignmentState


@agenda.tasks
def to_review(user, on):
    """The reviews of each round that are not handed in, with the day of the first that is due."""
    for own in _by_round(user):
        first = min(one.due_on for one in own)
        invited = sum(one.state == AssignmentState.INVITED for one in own)
        facts = {"count": len(own), "day": cn_date(first, "short")}
        title = ngettext(
            "%(count)s application to review, by %(day)s",
            "%(count)s applications to review, by %(day)s",
            len(own),
        )
        if any(one.due_on != first for one in own):
            title = _("%(count)s applications to review, the first by %(day)s")
        url = own[0].get_absolute_url() if len(own) == 1 else reverse("reviews:reviews")
        detail = own[0].application.round.title
        if invited:
            detail = _("%(round)s · %(count)s not opened yet") % {"round": detail, "count": invited}
        yield agenda.Task(title % facts, url, detail, first)


@agenda.figures
def reviews_waiting(user, on):
    """How many there are in all, and whether any is late."""
    own = [one for of_round in _by_round(user) for one in of_round]
    if own:
        late = any(one.due_on < on for one in own)
        yield agenda.Figure(len(own), _("to be reviewed"), reverse("reviews:reviews"), late=late)


def _by_round(user) -> list[list[Assignment]]:
    """What this expert has not handed in, the newest round first."""
    if not user.has_role(RoleCode.EXPERT):
        return []
    together = defaultdict(list)
    rows = Assignment.objects.filter(expert=user).under_way().select_related("application__round")
    for one in rows.order_by("-application__round__year", "due_on", "pk"):
        together[one.application.round_id].append(one)
    return list(together.values())
