import pytest

from accounts.models import Role, RoleCode, User
from records import jobs


@pytest.fixture
def starter():
    return User.objects.create_user("starter", name="龚䶮")


@pytest.fixture
def stranger():
    return User.objects.create_user("stranger", name="王㛃")


@pytest.fixture
def staff():
    user = User.objects.create_user("staff", name="李干事")
    Role.objects.create(user=user, code=RoleCode.UNION_STAFF)
    return user


@pytest.fixture
def sysadmin():
    user = User.objects.create_user("sysadmin", name="方宁")
    Role.objects.create(user=user, code=RoleCode.SYSADMIN)
    return user


@pytest.fixture
def work(monkeypatch):
    """Let jobs of kind ``tests.work`` do what the given function does."""

    def be(function):
        monkeypatch.setitem(jobs.FUNCTIONS, "tests.work", function)
        monkeypatch.setitem(jobs.MAY_FETCH, "tests.work", lambda job, user: True)
        return function

    return be
