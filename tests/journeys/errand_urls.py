"""The site, and one page that starts a job and tells thirty people, as a busy page of the site does."""

from django.db import transaction
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.delivery import notify
from config.urls import *  # noqa: F403
from config.urls import urlpatterns as site
from records.jobs import start_job
from tests.records import errands  # noqa: F401


@require_POST
def run_errand(request):
    with transaction.atomic():
        job = start_job("tests.letters", {"count": 3}, by=request.user, title="写信")
        for number in range(30):
            notify([request.user], f"errand:{number}", subject="通知")
    for number in range(10):  # commits of their own
        notify([request.user], f"single:{number}", subject="通知")
    return redirect(job)


urlpatterns = [*site, path("errand/", run_errand)]
