from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class OfficeSite(AdminSite):
    """Where union staff work: the stock admin under our name."""

    site_header = _("Model-worker innovation studios")
    site_title = _("Union office")
    index_title = _("What is to be done")
