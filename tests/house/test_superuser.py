"""Who installed the portal may look at everything in the office, and do there only what is given to somebody."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from accounts.models import User
from accounts.office import OfficeAdmin

OFFICE = sorted(
    (model._meta.label, one) for model, one in admin.site._registry.items() if isinstance(one, OfficeAdmin)
)


@pytest.mark.parametrize(("label", "office"), OFFICE, ids=[label for label, _office in OFFICE])
def test_a_superuser_changes_and_deletes_nothing_that_is_given_to_nobody(label, office):
    request = RequestFactory().get("/")
    request.user = User(username="root", is_superuser=True)
    assert office.has_view_permission(request)
    if not office.editors:
        assert not office.has_add_permission(request)
        assert not office.has_change_permission(request)
    if not office.deleters:
        assert not office.has_delete_permission(request)
