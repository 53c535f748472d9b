"""How long a session may last. Idle time is the age of the cookie; this is the limit since sign-in."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

SIGNED_IN_AT = "signed_in_at"
SIGNED_OUT = "signed_out_after_long"


@receiver(user_logged_in, dispatch_uid="accounts.middleware.note_sign_in")
def note_sign_in(sender, request, user, **kwargs) -> None:
    """Write the hour of the sign-in into the session."""
    if request is not None and hasattr(request, "session"):
        request.session[SIGNED_IN_AT] = int(time.time())


class SessionLimits:
    """Sign out whoever signed in more than ``SESSION_MOST_SECONDS`` ago, however busy they were since."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and self.is_over(request.session):
            logout(request)
            request.session[SIGNED_OUT] = True
        return self.get_response(request)

    @staticmethod
    def is_over(session) -> bool:
        """Whether the session is too old; one that does not say when it began is."""
        return time.time() - session.get(SIGNED_IN_AT, 0) > settings.SESSION_MOST_SECONDS
