from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgersConfig(AppConfig):
    name = "ledgers"
    verbose_name = _("Ledgers")

    def ready(self):
        from ledgers import parts, signals
        from ledgers.models import Achievement
        from studios import changes

        changes.register(Achievement)
        parts.register()
        signals.connect()
