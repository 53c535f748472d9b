"""What lay before somebody when a form was opened: a short digest of each value, carried by the page.

When the page comes back, a field whose value still has the digest it was opened with was not touched by its sender.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal

LONGEST_TOKEN = 8000  # ours have a digest for each of a few dozen fields


def as_text(value) -> str:
    """A value so that what means the same reads the same."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "\n".join(sorted(map(str, value)))
    return str(value).replace("\r\n", "\n").strip()


def stored(form, name: str) -> str:
    """The value with which a field of a form was opened."""
    return as_text(form.get_initial_for_field(form.fields[name], name))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def read_token(token: str) -> dict[str, str]:
    """Field → digest, as a page sent it back; nothing where it makes no sense."""
    if len(token) > LONGEST_TOKEN:
        return {}
    try:
        found = json.loads(token)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
