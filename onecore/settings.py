"""Settings, all from the environment; the embedded defaults need nothing else installed.

What stands above the core is named here only as strings, in tables one can read.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import environ

from onecore.lib.env import Env, SettingError
from onecore.lib.secretbox import SecretBox, new_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(Env().text("ONECORE_VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

env = Env()
ENVIRONMENT = env.text("ONECORE_ENVIRONMENT", "development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("DEBUG", default=False)


def _own_secret(name: str, *, base64_key: bool = False) -> str:
    """Outside production a missing secret is made once and kept under var/; in production it must be given."""
    if PRODUCTION:
        return env.text(name)
    path = VAR_DIR / f"{name.lower()}.secret"
    if not env.values.get(name) and not env.values.get(f"{name}_FILE") and not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key(), encoding="utf-8")
    return env.text(name, path.read_text(encoding="utf-8") if path.exists() else None)


SECRET_KEY = _own_secret("SECRET_KEY")
ONECORE_FIELD_KEYS = [key.strip() for key in _own_secret("ONECORE_FIELD_KEYS").split(",") if key.strip()]
ONECORE_AUDIT_KEY = _own_secret("ONECORE_AUDIT_KEY")
try:
    SecretBox(ONECORE_FIELD_KEYS)
except ValueError as problem:
    raise SettingError(str(problem)) from None
if min(len(key.strip()) for key in ONECORE_AUDIT_KEY.split(",")) < 32:
    raise SettingError("ONECORE_AUDIT_KEY is too short to prove anything: give at least 32 random characters, e.g. from openssl rand -base64 32.")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")

# --- apps: each brings its own admin, api, checks and commands -----------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "import_export",
    "simple_history",
    "django_q",
    "onecore.tenants",
    "onecore.adminkit",
    "onecore.portal",
    "onecore.notify",
    "audit",
    "mappings",
    "connectors.connections",
    "connectors.webhooks",
    "connectors.sync",
    "connectors.reconcile",
    "connectors.onboarding",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "onecore.tenants.middleware.CurrentTenantMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "onecore.urls"
WSGI_APPLICATION = "onecore.wsgi.application"
ASGI_APPLICATION = "onecore.asgi.application"

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
                "onecore.portal.context.frame",
            ],
        },
    }
]

# --- database: SQLite embedded, PostgreSQL by DATABASE_URL; nothing else asks which ---------------------------------
ONECORE_SQLITE_SYNC = env.text("ONECORE_SQLITE_SYNC", "NORMAL").upper()
if ONECORE_SQLITE_SYNC not in {"NORMAL", "FULL"}:
    raise SettingError(f"ONECORE_SQLITE_SYNC is {ONECORE_SQLITE_SYNC!r}, but must be NORMAL or FULL.")
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'onecore.sqlite3'}")
try:
    with warnings.catch_warnings(action="ignore"):  # what it warns of is refused below, in one sentence
        DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
except Exception as problem:  # django-environ raises whatever urlparse does
    raise SettingError("DATABASE_URL cannot be read. Give postgres://user:password@host/name or sqlite:///path.") from problem
if DATABASES["default"].get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
    raise SettingError("DATABASE_URL names no database kind OneCore knows. Give postgres://user:password@host/name or sqlite:///path.")
DATABASES["default"]["CONN_MAX_AGE"] = 60
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # 32 MiB are mapped: what is mapped counts as memory of the worker, which is to stay small beside its neighbours.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": f"PRAGMA journal_mode=WAL;PRAGMA synchronous={ONECORE_SQLITE_SYNC};PRAGMA temp_store=MEMORY;"
        "PRAGMA mmap_size=33554432;PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- django-q2 is the doorbell: rows hold the truth, attempts are counted by us --------------------------------------
Q_CLUSTER = {
    "name": "onecore",
    "workers": env.integer("ONECORE_WORKERS", 2, least=1),
    "timeout": 600,
    "retry": 1300,
    "queue_limit": env.integer("ONECORE_WORKERS", 2, least=1),
    "bulk": 1,
    "poll": 0.2,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": -1,
    "catch_up": False,
    "recycle": 500,
    "max_rss": 400_000,
    "label": "Background work",
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}

# --- time knobs ------------------------------------------------------------------------------------------------------
ONECORE_HTTP_CONNECT_S = env.seconds("ONECORE_HTTP_CONNECT_S", 10)
ONECORE_HTTP_READ_S = env.seconds("ONECORE_HTTP_READ_S", 60)
ONECORE_HTTP_TOTAL_S = env.seconds("ONECORE_HTTP_TOTAL_S", 120)
ONECORE_RETRY_BASE_MS = env.integer("ONECORE_RETRY_BASE_MS", 2000, least=1)
ONECORE_RETRY_MAX_S = env.seconds("ONECORE_RETRY_MAX_S", 900)
ONECORE_RETRY_MAX_ATTEMPTS = env.integer("ONECORE_RETRY_MAX_ATTEMPTS", 200, least=1)  # at most 15 minutes apart: two days of patience
ONECORE_LEASE_S = env.seconds("ONECORE_LEASE_S", ONECORE_HTTP_TOTAL_S + 30)
ONECORE_POLL_S = env.seconds("ONECORE_POLL_S", 1)
# None: each connector's own window.
ONECORE_VERIFY_WINDOW_S = env.seconds("ONECORE_VERIFY_WINDOW_S", 0) if env.text("ONECORE_VERIFY_WINDOW_S", "") else None
ONECORE_CALLS_KEEP_DAYS = env.integer("ONECORE_CALLS_KEEP_DAYS", 30, least=1)
ONECORE_EGRESS_ALLOW = env.items("ONECORE_EGRESS_ALLOW")
if ONECORE_LEASE_S < ONECORE_HTTP_TOTAL_S:
    raise SettingError("ONECORE_LEASE_S is shorter than ONECORE_HTTP_TOTAL_S: a worker could lose its lease while it still waits for an answer.")

# --- people ----------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["onecore.tenants.login.RoleBackend", "allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "onecore.tenants.login.ClosedDoor"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "OneCore"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if env.values.get("EMAIL_HOST") else "django.core.mail.backends.console.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "onecore@localhost")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^hooks/", r"^healthz$"]
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
MEDIA_ROOT = VAR_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "WARNING")},
}

from onecore.menu import UNFOLD  # noqa: E402,F401  (the menu names screens as strings; it reads no setting)
