import pytest

from accounts.models import RoleCode
from tests.factories import UserFactory, give_role


@pytest.fixture
def as_(client):
    """``as_("union_staff")``: the client, signed in as somebody of that role."""

    def sign_in(code):
        person = UserFactory(name=f"某{RoleCode(code).label}", unit=None)  # units come from the lists
        give_role(person, code)
        client.force_login(person)
        client.person = person
        return client

    return sign_in
