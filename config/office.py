"""The union's office: the stock admin under our name, with an index of what waits."""

from django.contrib.admin import AdminSite
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records import agenda


class OfficeSite(AdminSite):
    """Where union staff work. Signing in and passwords are the portal's; the index shows the queues of the role."""

    site_header = _("Model-worker innovation studios")
    site_title = _("Union office")
    index_title = _("What is to be done")

    def index(self, request, extra_context=None):
        on = timezone.localdate()
        waiting = {
            "queues": list(agenda.queues.of(request.user, on)),
            "figures": list(agenda.figures.of(request.user, on)),
        }
        return super().index(request, {**waiting, **(extra_context or {})})

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def logout(self, request, extra_context=None):
        return redirect("account_logout")
