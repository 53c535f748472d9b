from django.contrib.admin.apps import AdminConfig


class OfficeAdminConfig(AdminConfig):
    """The stock admin, with our index of queues and counts."""

    default_site = "config.office.OfficeSite"
