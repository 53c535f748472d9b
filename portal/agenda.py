"""How the studios of a unit stand, for the home page of those who answer for it (Art. 15)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import RoleCode
from records import agenda
from reviews.forms import UNDER_WAY
from reviews.models import Application
from studios.models import State, Studio
from studios.renewal import OVER, RENEWAL, stand_of


@agenda.figures
def the_unit(user, on):
    """One figure a state, each with the list of just these behind it; what is rare is shown where it occurs."""
    if user.is_staff or not user.has_role(RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER):
        return
    applying = Application.objects.visible_to(user).open().count()
    stand = stand_of(Studio.objects.visible_to(user), on)
    yield agenda.Figure(stand[State.CANDIDATE], _("candidate studios"), studios_in(State.CANDIDATE))
    yield agenda.Figure(
        applying, _("applying"), f"{reverse('reviews:applications')}?{urlencode({'state': UNDER_WAY})}"
    )
    yield agenda.Figure(stand[State.NAMED], _("named studios"), studios_in(State.NAMED))
    if stand[State.RECTIFYING]:
        yield agenda.Figure(stand[State.RECTIFYING], _("under rectification"), studios_in(State.RECTIFYING))
    if stand[RENEWAL]:
        yield agenda.Figure(stand[RENEWAL], _("cycle ends soon"), studios_in(RENEWAL), late=bool(stand[OVER]))


def studios_in(state: str) -> str:
    return f"{reverse('studios:studios')}?{urlencode({'state': str(state)})}"
