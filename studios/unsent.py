"""A form sent after the session has expired is kept until its sender has signed in again.

With scripts the text stays in the page; this is for those without. A view opts in with :func:`keeps_unsent`. What was
sent waits in the anonymous session, which signing in keeps, and only the same address takes it out again, after it
has asked whether that person may edit.
"""

from __future__ import annotations

from collections.abc import Callable

from studios.drafts import typed

KEY = "unsent"


def keeps_unsent(view: Callable) -> Callable:
    """Mark a view whose POST is kept when nobody is signed in."""
    view.keeps_unsent = True
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
            and getattr(view, "keeps_unsent", False)
        ):
            values = typed(request.POST)
            if values:
                request.session[KEY] = {"path": request.path, "data": values}


def take(request) -> dict[str, list[str]] | None:
    """What was sent to this very address before signing in, once."""
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEY]
    return kept["data"]
