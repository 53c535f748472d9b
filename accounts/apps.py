from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        # Notes the hour of every sign-in, also of one before the first request.
        from accounts import middleware  # noqa: F401
