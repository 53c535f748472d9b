"""All settings, read from the environment.

Without any variable set this is the embedded default: SQLite and a file-backed queue under ``var/``. With
``PRODUCTION=true`` no secret has a default and a missing one stops the start with a hint.
"""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import logs
from config.broker import FILE_BROKER_URL, file_broker, redis_broker

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (ENV_FILE := Path(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))).is_file():
    env.read_env(ENV_FILE)

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False) and not PRODUCTION
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))


def needed(name: str, *, embedded: str, example: str) -> str:
    """The value of ``name``; ``embedded`` serves outside production only.

    :raises ImproperlyConfigured: in production when the variable is missing or empty; says what to set.
    """
    value = env.str(name, default="") or ("" if PRODUCTION else embedded)
    if not value and PRODUCTION:
        raise ImproperlyConfigured(
            f"Production needs {name} in its environment and gives it no default. "
            f"Set it, for instance {name}={example} (docs/operations.md)."
        )
    return value


SECRET_KEY = needed(
    "SECRET_KEY",
    embedded="embedded-only-not-for-production-0123456789abcdefghijklmnopqrstuvwxyz",
    example="$(openssl rand -base64 48)",
)
ALLOWED_HOSTS = [
    host.strip()
    for host in needed(
        "ALLOWED_HOSTS", embedded="127.0.0.1,localhost,[::1],testserver", example="studios.example.edu.cn"
    ).split(",")
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if PRODUCTION]
SITE_URL = needed(
    "SITE_URL",
    embedded=f"http://127.0.0.1:{env.str('PORT', default='8000')}",
    example="https://studios.example.edu.cn",
).rstrip("/")

# The institution, as it stands on certificates, plaques, decisions and pages.
UNIVERSITY = env.str("UNIVERSITY", default="申江大学")
UNION = env.str("UNION", default="申江大学工会")
DECISION_PREFIX = env.str("DECISION_PREFIX", default="校工")
# Where objections to a public notice are handed in on paper: place, telephone and hours, as one line.
UNION_CONTACT = env.str(
    "UNION_CONTACT", default="" if PRODUCTION else "申江大学行政楼203室，电话021-54740100，工作日8:30至17:00"
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_structlog",
    "import_export",
    "rules",
    "simple_history",
    "config.apps.OfficeAdminConfig",
    "records",
    "accounts",
    "studios",
    "ledgers",
    "reviews",
    "portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.errors.RefuseNul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "studios.unsent.KeepUnsentForms",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.context.frame",
            ],
        },
    }
]

# Database. SQLite waits for the write lock at BEGIN, so two writers queue instead of failing half-way.
DATABASES = {
    "default": env.db_url_config(
        needed(
            "DATABASE_URL",
            embedded=f"sqlite:///{VAR_DIR / 'studios.sqlite3'}",
            example="postgres://studios:secret@db:5432/studios",
        )
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The cache holds lockouts and rate limits; it lives in the database so that every process shares it and a
# dead Redis cannot touch a page (docs/adr/0002).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # Django's 300 would drop lockouts that still hold
    }
}

# Queue: Redis in production, files under var/ by default. The time limits keep a dead or silent broker from
# holding a page: what is to be done lives in the outbox, so giving up early loses nothing.
REDIS_URL = needed("REDIS_URL", embedded="", example="redis://:secret@redis:6379/0")
CELERY_TASK_TIME_LIMIT = 30 * 60
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = redis_broker(visibility_timeout=CELERY_TASK_TIME_LIMIT + 5 * 60)
else:
    CELERY_BROKER_URL = FILE_BROKER_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = file_broker(VAR_DIR / "queue")
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # its mailboxes pile up as files in the file-backed queue
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", default=False)
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TIMEZONE = "Asia/Shanghai"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "accounts.backends.SignIn",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:home"
ACCOUNT_FORMS = {"login": "accounts.sign_in_form.SignInForm"}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PRESERVE_USERNAME_CASING = True
# A whole campus may sign in from one address at the same moment: what is counted is failures, by accounts.adapter.
# allauth's own limit for all tries lets them wait for each other, and turns away who has waited for a second.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/15m/key,100/15m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_MOST_SECONDS = 12 * 60 * 60

# Languages and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
    ("en", _("English")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_PERMISSIONS = 0o640
ATTACHMENT_MOST_BYTES = 20 * 2**20
SHEET_MOST_BYTES = 10 * 2**20

# Mail
vars().update(
    env.email_url_config(
        needed(
            "EMAIL_URL",
            embedded=f"filemail:///{VAR_DIR / 'mail'}",
            example="smtp+tls://union:secret@mail.example.edu.cn:587",
        )
    )
)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"{UNION} <union@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Documents
CERTIFICATE_SIGNING_KEY = env.str("CERTIFICATE_SIGNING_KEY", default="")  # a PKCS#12 file; empty: unsigned
CERTIFICATE_SIGNING_PASSWORD = env.str("CERTIFICATE_SIGNING_PASSWORD", default="")

# Excel
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
SIMPLE_HISTORY_REVERT_DISABLED = True

# Safety
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

LOGGING = logs.configure(env.str("LOG_LEVEL", default="INFO"), json=PRODUCTION)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
