"""A form sent after the session has expired is kept until its sender has signed in again.

With scripts the text stays in the page; this is for those without. A view opts in with :func:`keeps_unsent`. What was
sent waits in the anonymous session, which signing in keeps, and only the same page takes it out again, after it
has asked whether that person may edit. Strangers can store little by it: only what a page that exists would take, and
so many times an hour from one network address.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.core.internal.ratelimit import get_ip

from records.rates import Rate
from studios import parts, rowkinds
from studios.drafts import typed
from studios.models import Studio

KEY = "unsent"
KEPT = Rate(10, 60 * 60)


def keeps_unsent(view: Callable, there: Callable[..., bool] | None = None) -> Callable:
    """Mark a view whose POST is kept when nobody is signed in.

    :param there: says of the arguments of an address whether it names anything; parts and rows of a studio when left
        out.
    """
    view.keeps_unsent = there or there_is
    return view


class KeepUnsentForms:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if (
            request.method == "POST"
            and not request.user.is_authenticated
            and hasattr(view, "keeps_unsent")
            and view.keeps_unsent(**kwargs)
            and (values := typed(request.POST))
            and KEPT.take(f"unsent:{get_ip(request)}")
        ):
            request.session[KEY] = {"path": request.path, "data": values}


def there_is(pk: int, *, key: str = "", kind: str = "", row: int | None = None) -> bool:
    """Whether the address names a part, or a kind of rows and a row if any, of a studio."""
    studio = Studio.objects.filter(pk=pk).first()
    try:
        found = parts.get(key) if key else rowkinds.get(kind)
    except KeyError:
        return False
    if studio is None:
        return False
    return row is None or found.rows(studio).filter(pk=row).exists()


def take(request) -> dict[str, list[str]] | None:
    """What was sent to this very address before signing in, once."""
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEY]
    return kept["data"]
