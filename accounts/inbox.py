"""A person's notices: the list, opening one, marking all as read."""

from datetime import UTC, datetime, timedelta

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Notice
from records.pages import number

A_PAGE = 25
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@require_safe
@never_cache
def inbox(request):
    """The newest notices first, ``?unread`` alone or all; ``?before=<time>&id=<id>`` goes on from there."""
    mine = Notice.objects.visible_to(request.user)
    only_unread = "unread" in request.GET
    notices = mine.filter(read_at=None) if only_unread else mine
    before = moment(request.GET.get("before"))
    if before:
        same = Q(created_at=before, pk__lt=number(request.GET.get("id")))
        notices = notices.filter(Q(created_at__lt=before) | same)
    shown = list(notices.order_by("-created_at", "-pk")[: A_PAGE + 1])
    context = {
        "notices": shown[:A_PAGE],
        "only_unread": only_unread,
        "unread": Notice.objects.unread_count(request.user),
        "is_first_page": not before,
        "newer": ("?unread" if only_unread else "?") if before else "",
        "older": f"?{'unread&' if only_unread else ''}{mark(shown[A_PAGE - 1])}"
        if len(shown) > A_PAGE
        else "",
    }
    return render(request, "accounts/inbox.html", context)


def mark(last: Notice) -> str:
    """Where a page ended, for the address of the next one."""
    return f"before={(last.created_at - EPOCH) // MICROSECOND}&id={last.pk}"


def moment(text: str | None) -> datetime | None:
    """The time of such a mark; None for anything else, and for a time that no calendar has."""
    try:
        return EPOCH + number(text) * MICROSECOND if number(text) else None
    except OverflowError:
        return None


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
