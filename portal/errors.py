"""Error pages: one look, a reference that is in the log, nothing asked of user, session or database."""

from __future__ import annotations

import sys
import uuid
from urllib.parse import unquote

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

logger = structlog.get_logger(__name__)

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
DATABASE_AWAY = (OperationalError, InterfaceError)


def reference() -> str:
    """The short number that leads from the page to the log: the first eight signs of the request's own id."""
    known = structlog.contextvars.get_contextvars().get("request_id")
    if known is None:
        known = str(uuid.uuid4())
        structlog.contextvars.bind_contextvars(request_id=known)
    return known[:8]


def error_page(request: HttpRequest, status: int, **context) -> HttpResponse:
    """The page for ``status``; its reference stands in the text, in ``X-Reference`` and in the log."""
    number = reference()
    log = logger.error if status >= 500 else logger.info
    log("error_page", status=status, reference=number, path=request.path)
    try:
        body = render_to_string(f"{status}.html", {**context, "reference": number})
    except Exception:
        logger.exception("error_page_failed", reference=number)
        body = (
            f"<!doctype html><title>{status}</title><p>{_('Something went wrong on our side.')} {number}</p>"
        )
    response = HttpResponse(body, status=status)
    response["X-Reference"] = number
    if status == 503:
        response["Retry-After"] = "60"
    return response


class RefuseNul:
    """400 for U+0000 in an address or a cookie: nobody types it, and PostgreSQL has no text that holds it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = [request.path, unquote(request.META.get("QUERY_STRING", "")), *request.COOKIES.values()]
        return error_page(request, 400) if "\0" in "".join(sent) else self.get_response(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 413 if isinstance(exception, TOO_MUCH) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403; a sentence given with ``PermissionDenied`` is shown, as it was written for the reader."""
    return error_page(request, 403, why=str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.warning("csrf_failure", reason=reason)
    return error_page(request, 403, stale=True)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when it was the database that did not answer."""
    return error_page(request, 503 if isinstance(sys.exc_info()[1], DATABASE_AWAY) else 500)
