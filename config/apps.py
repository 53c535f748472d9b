from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import autodiscover_modules


class OfficeAdminConfig(AdminConfig):
    """The stock admin, with our index of queues and counts."""

    default_site = "config.office.OfficeSite"

    def ready(self):
        super().ready()
        autodiscover_modules("permissions")  # each package's rules
