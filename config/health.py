"""Whether this process can work: asked by the TLS front, the container engine and whoever is on call."""

import logging
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 1


def look_at_database() -> None:
    """Ask the database for one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def look_at_broker() -> None:
    """Ping Redis, or see whether the folders of the file-backed queue take files.

    :raises Exception: whatever stands in the way, within two seconds when Redis is silent.
    """
    if settings.REDIS_URL:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        retry = Retry(NoBackoff(), 0)
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=retry,
        ) as client:
            client.ping()
        return
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    for name in ("data_folder_out", "processed_folder", "control_folder"):
        write_somewhere(options[name])


def look_at_storage() -> None:
    """Write a file where attachments go and take it away again."""
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    write_somewhere(media)


def write_somewhere(folder: str | os.PathLike) -> None:
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".health-") as probe:
        probe.write(b"x")
        probe.flush()


LOOKS = {"database": look_at_database, "broker": look_at_broker, "storage": look_at_storage}


@login_not_required
@never_cache
@require_safe
def healthz(request):
    """200 and ``{"status": "ok", …}`` when all three answer, 503 and which is down otherwise.

    Says ``ok`` or ``down`` and no more: the reason may name hosts and goes to the log.
    """
    found = {name: "ok" if answers(name, look) else "down" for name, look in LOOKS.items()}
    well = all(state == "ok" for state in found.values())
    return JsonResponse({"status": "ok" if well else "down", **found}, status=200 if well else 503)


def answers(name: str, look) -> bool:
    try:
        look()
    except Exception:
        logger.warning("health: %s is down", name, exc_info=True)
        return False
    return True
