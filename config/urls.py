"""The whole site as a table of contents; every package spells its own paths from the root."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from config.health import healthz

admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("accounts/", include("accounts.sign_in")),
    path("admin/", admin.site.urls),
    path("", include("records.urls")),  # files/ jobs/
    path("", include("accounts.urls")),  # inbox/ accounts/…
    path("", include("studios.urls")),  # studios/ check/
    path("", include("ledgers.urls")),  # studios/…/ledgers/
    path("", include("reviews.urls")),  # applications/
    path("", include("portal.urls")),  # the home page, public pages
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
