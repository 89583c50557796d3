"""The one settings module; what differs between installations comes from the environment.

`.env.example` names and explains every variable. Secrets have no default except in a trial.
"""

import hashlib
import logging
import zoneinfo
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from clinic import gunicorn_conf, logs, postgres

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# Django's own error pages show what was typed, so even a trial keeps DEBUG off. TRIAL is what makes
# a checkout run as it is: plain HTTP, static files from their sources, the demo clinic allowed.
DEBUG = env.bool("DEBUG", default=False)
TRIAL = env.bool("TRIAL", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-trying-out-" * 3 if TRIAL else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "Set SECRET_KEY to a long random string, or TRIAL=true to try the clinic out."
    )

SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "accounts",
    "audit",
    "facilities",
    "patients",
    "scheduling",
    "records",
    "clinic",
    "api",
    "clinic.admin_config.ClinicAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "corsheaders",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "phonenumber_field",
    "rest_framework",
]

MIDDLEWARE = [
    "clinic.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinic.middleware.DatabaseUnavailableMiddleware",
    "clinic.middleware.PreferencesMiddleware",
    "accounts.middleware.SignInFirstMiddleware",
    "accounts.middleware.SecondStepMiddleware",
    "clinic.middleware.StaffPagesMiddleware",
    "clinic.pages.ErrorPagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.middleware.PrivatePagesMiddleware",
    "clinic.access_log.AccessLogMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
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
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
            ],
            "builtins": ["facilities.templatetags.clocks"],
        },
    },
]

# Database: DATABASE_URL, else the server that `make pg-start` keeps for this checkout.
# The pool wants CONN_MAX_AGE 0; with the health check a restart of PostgreSQL costs no request.
# A worker needs a connection for each of its threads: with fewer, clients who merely ask at once
# get 503 for want of one. PostgreSQL needs `max_connections` of at least workers x max_size, and
# some for commands. What is too slow is ended by the timeouts of statements and locks; `timeout`
# is for connections that cannot be made.
POOL_SIZE = env.int(
    "DATABASE_POOL_MAX", default=gunicorn_conf.threads + gunicorn_conf.BACKGROUND_THREADS
)
DATABASES = {
    "default": env.db_url(
        "DATABASE_URL", default=postgres.database_url() or "postgres://clinic@127.0.0.1:5432/clinic"
    )
    | {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {
                "min_size": env.int("DATABASE_POOL_MIN", default=2),
                "max_size": POOL_SIZE,
                "max_waiting": env.int("DATABASE_POOL_WAITING", default=POOL_SIZE),
                "timeout": env.float("DATABASE_POOL_TIMEOUT", default=2.0),
            },
            "options": f"-c statement_timeout={env.str('DATABASE_STATEMENT_TIMEOUT', default='5s')}"
            " -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who may sign in, and how
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailOrUsernameBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "scheduling:desk"
ACCOUNT_ADAPTER = "accounts.adapter.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PREVENT_ENUMERATION = True
# The letters of the API carry the same codes as those of the web pages.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # nosec B105 # noqa: S105
ACCOUNT_FORMS = {"user_token": "accounts.forms.LetterForm"}  # nosec B105
ACCOUNT_SESSION_REMEMBER = False  # the computers at a desk are shared
# Counted by `accounts.limits`, in the database and for all processes.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "reauthenticate": None}
# The second step of signing in: `accounts.second_step`.
MFA_REQUIRED_FOR_STAFF = env.bool("MFA_REQUIRED_FOR_STAFF", default=not TRIAL)
MFA_ADAPTER = "accounts.second_step.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.second_step.forms.AuthenticateForm",
    "reauthenticate": "accounts.second_step.forms.ReauthenticateForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # clocks of phones are some seconds off
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=12 * 60 * 60)
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=15 * 60)

# Browser-facing security
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not TRIAL
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not TRIAL)
SECURE_REDIRECT_EXEMPT = [r"^health"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if TRIAL else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not TRIAL
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "clinic.pages.csrf_failure"
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# REST API: `api/` says how it speaks, `clinic/api.py` where it is.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.AccessToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "api.pages.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_THROTTLE_CLASSES": ["api.limits.FairUse", "api.limits.Writes"],
    "DEFAULT_THROTTLE_RATES": {"fair_use": env.str("API_FAIR_USE", default="1200/min")},
    "EXCEPTION_HANDLER": "clinic.problems.handle",
    "NUM_PROXIES": 1 if BEHIND_TLS_PROXY else 0,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_WRITES_PER_MINUTE = env.int("API_WRITES_PER_MINUTE", default=120)
# Tokens: `accounts.tokens`. Each installation signs with a key that is good for nothing else.
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": hashlib.sha256(f"API tokens {SECRET_KEY}".encode()).hexdigest(),
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", default=10)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", default=14)),
    "USER_ID_CLAIM": "sub",
    # The word may be written either way (RFC 9110, 11.1).
    "AUTH_HEADER_TYPES": ("Bearer", "bearer"),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clinic API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Facilities, doctors, patients, visits and charts for mobile applications.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["api.schema.without_slash"],
    "POSTPROCESSING_HOOKS": [
        "api.schema.strict_requests",
        "api.headers.described_headers",
        "clinic.api.described_tags",
    ],
    "SERVERS": [{"url": "/", "description": "Where this description comes from."}],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/.*$"
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Location",
    "Retry-After",
    "X-Request-ID",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Idempotent-Replayed",
    "Deprecation",
    "Sunset",
]
CORS_ALLOW_HEADERS = [
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
]

# Language and time. Every page shows the facility's own zone; UTC is what the database keeps.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("pt-br", "Português")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = not TRIAL
LOCALE_PATHS = [BASE_DIR / "clinic/locale"]
FORMAT_MODULE_PATH = ["clinic.formats"]
TIME_ZONE = "UTC"
# The pinned tzdata package says when clocks change, not whatever the machine has: facilities.zones.
zoneinfo.reset_tzpath(to=())
USE_I18N = USE_TZ = True
PHONENUMBER_DEFAULT_REGION = env.str("PHONE_REGION", default="US")
PHONENUMBER_DB_FORMAT = "E164"

# Marks this clinic's events in calendars. Changing it makes them other events.
CALENDAR_UID_DOMAIN = env.str("CALENDAR_UID_DOMAIN", default="clinic")

# Files
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / ".local/static"))()
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "clinic.finders.NodeModulesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TRIAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TRIAL
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / ".local/media"))()
# At every door: in memory and up to a cap, so that nobody fills the disk with what is refused.
FILE_UPLOAD_HANDLERS = ["records.uploading.CappedUpload"]
DOCUMENT_MOST_BYTES = env.int("DOCUMENT_MOST_MB", default=10) * 1024**2

# Whoever keeps the system running needs nobody's chart for that.
ADMINISTRATORS_READ_RECORDS = env.bool("ADMINISTRATORS_READ_RECORDS", default=False)

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Mail
# Printed only in a trial: the links in it let their reader in.
EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default="consolemail://" if TRIAL else "smtp://localhost:25"
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="clinic@localhost")

# Logs: one JSON object a line, to standard output or to rotating files in LOG_DIR.
LOGGING = logs.configure(
    level=env.str("LOG_LEVEL", default="INFO"), directory=env.str("LOG_DIR", default="")
)
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
