"""Signing in. What people may do is said by rules alone (each package's ``permissions.py``)."""

from allauth.account.auth_backends import AuthenticationBackend


class SignIn(AuthenticationBackend):
    """Knows people and passwords. Permissions stored in the database are not used; looking for them would cost two
    queries on every page.
    """

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        return False

    def has_module_perms(self, user_obj, app_label) -> bool:
        return False

    def get_all_permissions(self, user_obj, obj=None) -> set:
        return set()
