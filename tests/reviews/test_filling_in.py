"""Who fills in the papers of an application, and until when."""

import pytest

from reviews.models import EDITABLE, ENDED, State
from reviews.timeline import due_on
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", State)
def test_lead_and_co_editor_fill_in_a_draft_and_what_came_back(state, cast):
    application = ApplicationFactory(studio=cast.studio, reach=state)
    fill_in = {
        name
        for name, user in cast.everybody().items()
        if user.has_perm("reviews.fill_in_application", application)
    }
    assert fill_in == ({"lead", "co_editor"} if state in EDITABLE else set())


@pytest.mark.parametrize("state", State)
def test_an_application_has_a_next_day_until_it_has_ended(state):
    assert (due_on(ApplicationFactory(reach=state)) is None) is (state in ENDED)
