from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OfficeAdminConfig(AdminConfig):
    """The stock admin, with our index of queues and counts."""

    default_site = "config.office.OfficeSite"
    verbose_name = _("What was done in the office")

    def ready(self):
        super().ready()
        autodiscover_modules("permissions")  # each package's rules
