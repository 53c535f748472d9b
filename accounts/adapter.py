"""What allauth is told about our house: nobody signs up, and who guesses is locked out."""

from __future__ import annotations

import datetime as dt
import math
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.delivery import write_to
from records.rates import Rate, give_back

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
        """Refuse further tries after too many failures. A try counts from its beginning; allauth takes it back when
        it succeeds.

        :raises ValidationError: with the time at which the next try is possible.
        """
        self._tries: list[str] = []
        for rate, name in self._limits(request, **credentials):
            slot = rate.take(name)
            if slot is None:
                self._rollback_login_failed_rl_usage()
                raise self._locked(rate.free_at(name))
            self._tries.append(slot)

    def _rollback_login_failed_rl_usage(self) -> None:
        give_back(self._tries)

    def _limits(self, request, **credentials) -> list[tuple[Rate, str]]:
        """Our own counting under allauth's limits: its own lets tries through that come at the same moment."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        return [
            (
                Rate(rate.amount, rate.duration),
                ratelimit.get_cache_key(request, **GUESSING, rate=rate, key=key),
            )
            for rate in ratelimit.get_rates(**GUESSING)
        ]

    def _locked(self, until: float) -> ValidationError:
        minutes = max(1, math.ceil((until - time.time()) / 60))
        at = dt.datetime.fromtimestamp(until, tz=timezone.get_current_timezone())
        return ValidationError(
            _(
                "Too many failed tries. This account is locked at this address for %(minutes)d minutes;"
                " try again after %(time)s."
            )
            % {"minutes": minutes, "time": f"{at:%H:%M}"},
            code="too_many_login_attempts",
        )

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """By the outbox like all mail: a mail server that is down neither fails the page nor tells that the address
        is known here. In the site's own language, whoever asked for it: the letter is another person's.
        """
        with translation.override(settings.LANGUAGE_CODE):
            letter = self.render_mail(template_prefix, email, context)
        write_to(email, subject=letter.subject, body=letter.body)
