"""The union's office: the stock admin under our name, with an index of what waits."""

from functools import wraps

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog

from records import agenda


class OfficePhrases(JavaScriptCatalog):
    """The words of the stock admin's scripts, with how many rows are ticked as a list says it elsewhere."""

    def get_catalog(self):
        return super().get_catalog() | {
            "%(sel)s of %(cnt)s selected": _now("%(cnt)s on this page, %(sel)s selected")
        }


class OfficeSite(AdminSite):
    """Where union staff work. Sign-in and passwords are the portal's; the index shows the role's queues."""

    site_header = _("Model-worker innovation studios")
    site_title = _("Union office")
    index_title = _("What is to be done")
    empty_value_display = "—"
    enable_nav_sidebar = False  # lists need the width; the index is one step away

    def admin_view(self, view, cacheable=False):
        """As the stock admin, but whoever is signed in and has no business here is told so, not asked to sign in."""
        stock = super().admin_view(view, cacheable)

        @wraps(stock)
        def guarded(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return stock(request, *args, **kwargs)

        return guarded

    def index(self, request, extra_context=None):
        on = timezone.localdate()
        waiting = {
            "queues": list(agenda.queues.of(request.user, on)),
            "figures": list(agenda.figures.of(request.user, on)),
        }
        return super().index(request, {**waiting, **(extra_context or {})})

    def i18n_javascript(self, request, extra_context=None):
        return OfficePhrases.as_view(packages=["django.contrib.admin"])(request)

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def logout(self, request, extra_context=None):
        return redirect("account_logout")
