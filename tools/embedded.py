"""The surroundings in which demo and tests run, whatever the shell or a .env says."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What would lead to another database, another broker, real mail or production.
NOT_OURS = (
    "PRODUCTION",
    "DEBUG",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "EMAIL_URL",
    "MEDIA_ROOT",
    "VAR_DIR",
)


def embedded() -> dict[str, str]:
    """The environment of this process, turned to SQLite and the file-backed queue under ``var/``."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return kept | {
        "ENV_FILE": os.devnull,
        "DATABASE_URL": f"sqlite:///{ROOT / 'var' / 'studios.sqlite3'}",
        "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }
