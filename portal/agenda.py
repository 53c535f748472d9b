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
from studios.renewal import OVER, SOON, stand_of


@agenda.figures
def the_unit(user, on):
    """All of them, with how many are in each state; and how many of these apply or come to the end of their cycle.

    Behind each figure is the list of just these; what is rare is shown where it occurs.
    """
    if user.is_staff or not user.has_role(RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER):
        return
    applying = Application.objects.visible_to(user).open().count()
    stand = stand_of(Studio.objects.visible_to(user), on)
    states = tuple(
        agenda.Figure(stand[state], str(state.label), studios_in(state)) for state in State if stand[state]
    )
    total = sum(figure.value for figure in states)
    yield agenda.Figure(total, _("studios in all"), reverse("studios:studios"), parts=states)
    applications = f"{reverse('reviews:applications')}?{urlencode({'state': UNDER_WAY})}"
    yield agenda.Figure(applying, _("of these applying"), applications)
    if stand[SOON]:
        yield agenda.Figure(stand[SOON], _("of these with a cycle that ends soon"), studios_in(SOON))
    if stand[OVER]:
        label = _("of these with a cycle that is over, undecided")
        yield agenda.Figure(stand[OVER], label, studios_in(OVER), late=True)


def studios_in(state: str) -> str:
    return f"{reverse('studios:studios')}?{urlencode({'state': str(state)})}"
