"""What allauth is told about our house: nobody signs up, and who guesses is locked out."""

from __future__ import annotations

import datetime as dt
import math
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

GUESSING = {"app": "allauth.account", "action": "login_failed"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy(
            "Wrong account or password. After five failures the account is locked for a quarter of an hour."
        ),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject as written, without a site's name in brackets before it."""
        return subject

    def _get_login_attempts_cache_key(self, request, **credentials) -> str:
        """Failures count per account and address: a stranger elsewhere cannot lock a colleague out."""
        login = str(credentials.get("username") or credentials.get("email") or "").strip().lower()
        return f"{login}|{ratelimit.get_ip(request)}"

    def pre_authenticate(self, request, **credentials) -> None:
        """Refuse further tries after too many failures.

        :raises ValidationError: with the time at which the next try is possible.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            until = self.locked_until(request, **credentials)
            minutes = max(1, math.ceil((until - time.time()) / 60))
            at = dt.datetime.fromtimestamp(until, tz=timezone.get_current_timezone())
            raise ValidationError(
                _(
                    "Too many failed tries. This account is locked at this address for %(minutes)d minutes;"
                    " try again after %(time)s."
                )
                % {"minutes": minutes, "time": f"{at:%H:%M}"},
                code="too_many_login_attempts",
            ) from error

    def locked_until(self, request, **credentials) -> float:
        """When the oldest counted failure of the fullest limit is forgotten, in seconds since 1970."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        ends = [time.time()]
        for rate in ratelimit.get_rates(**GUESSING):
            history = cache.get(ratelimit.get_cache_key(request, **GUESSING, rate=rate, key=key), [])
            if len(history) >= rate.amount:
                ends.append(history[-1] + rate.duration)
        return max(ends)
