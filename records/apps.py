from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Records")

    def ready(self):
        # Kinds of outbox rows and jobs are registered in each package's tasks.py, and known to every process.
        autodiscover_modules("tasks")
