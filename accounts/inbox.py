"""A person's notices: the list, opening one, marking all as read."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Notice
from records.pages import keyset_page

A_PAGE = 25


@require_safe
@never_cache
def inbox(request):
    """The newest notices first, all of them or with ``?unread`` those alone."""
    mine = Notice.objects.visible_to(request.user)
    only_unread = "unread" in request.GET
    rows = mine.filter(read_at=None) if only_unread else mine
    notices, newer, older = keyset_page(request, rows, size=A_PAGE, by="created_at")
    context = {
        "notices": notices,
        "only_unread": only_unread,
        "unread": Notice.objects.unread_count(request.user),
        "newer": newer,
        "older": older,
    }
    return render(request, "accounts/inbox.html", context)


@require_safe
@never_cache
def notice(request, pk):
    """Mark one notice as read and go where it leads; one that leads nowhere is shown."""
    mine = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        Notice.objects.filter(pk=mine.pk, read_at=None).update(read_at=timezone.now())
    if is_local(mine.url):
        return redirect(mine.url)
    return render(request, "accounts/notice.html", {"notice": mine})


@require_POST
def read_all(request):
    """Mark every notice that is there now as read."""
    unread = Notice.objects.visible_to(request.user).filter(read_at=None)
    count = unread.update(read_at=timezone.now())
    text = ngettext("%(count)s notice is marked as read.", "%(count)s notices are marked as read.", count)
    messages.success(request, text % {"count": count} if count else _("There was nothing unread."))
    return redirect("accounts:inbox")


def is_local(url: str) -> bool:
    """Whether ``url`` is a path of this site and nothing that leads away from it."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
