"""The log: one line an event with request id and user id, and nothing that should not lie in a file.

JSON in production, readable lines elsewhere. Query strings, user agents and the values that the
database names in its errors stay out, since names and numbers of people stand in them.
"""

from __future__ import annotations

import re

import structlog

MASKED = frozenset({"password", "token", "code", "secret", "email", "phone", "sessionid", "csrftoken"})
# What opens an account stands in the address of the letter's link until it is used.
_KEY = re.compile(r"(/activate/|/password/reset/key/)[^/\s]{12,}")
_DETAIL = re.compile(r"^(?:DETAIL|CONTEXT):.*$", re.MULTILINE)


def without_personal_data(_logger, _method: str, event: dict) -> dict:
    """Cut query strings, mask secrets by name and in addresses, drop user agents and PostgreSQL's row values."""
    event.pop("user_agent", None)
    if isinstance(event.get("request"), str):
        event["request"] = event["request"].split("?", 1)[0]
    for place in ("request", "event"):
        if isinstance(event.get(place), str):
            event[place] = _KEY.sub(r"\1…", event[place])
    for key in MASKED.intersection(event):
        if not isinstance(event[key], int):  # django-structlog's ``code`` is the status
            event[key] = "…"
    if "exception" in event:
        event["exception"] = _DETAIL.sub("DETAIL: …", event["exception"])
    return event


def _processors() -> list:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        without_personal_data,
    ]


def configure(level: str, *, json: bool) -> dict:
    """Set structlog up and return the ``LOGGING`` that carries both it and the standard library.

    :param level: the lowest level that is written, such as ``INFO``.
    :param json: one JSON object a line, for machines; otherwise lines for people.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                "foreign_pre_chain": _processors(),
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # django-structlog writes one line a request; the others would say it again.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "ERROR"},
        },
    }
