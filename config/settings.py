"""Every setting, read from the environment; `.env.example` lists them with their defaults."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE
from kombu import Queue

from config.addresses import database, numbered, redis_url
from config.api_tags import TAGS
from config.embedded import paths

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """The value of a variable, or the content of the file that `<name>_FILE` points to."""
    if file := os.environ.get(f"{name}_FILE"):
        return Path(file).read_text().strip()
    return os.environ.get(name, default).strip()


def env_flag(name: str, default: bool = False) -> bool:
    return env(name, str(default)).lower() in {"1", "true", "yes", "on"}


def env_number(name: str, default: float) -> float:
    return float(env(name, str(default)))


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


DATA_DIR = paths.data_dir()
EMBEDDED = not env("DATABASE_URL")
DEBUG = env_flag("KYRO_DEBUG")
SECRET_KEY = env("KYRO_SECRET_KEY") or paths.secrets(DATA_DIR)["secret_key"]
# Encrypt what people entrust to us: the first seals, the others still open; empty: SECRET_KEY does.
CREDENTIAL_KEYS = env_list("KYRO_CREDENTIAL_KEYS")
PORT = paths.port(DATA_DIR)
BASE_URL = env("KYRO_BASE_URL", f"http://localhost:{PORT}")
HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env_list("KYRO_ALLOWED_HOSTS") or [
    urlsplit(BASE_URL).hostname or "localhost",
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# -- Applications ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "billing",
    "documents",
    "chatbots",
    "conversations",
    "analytics",
    "config.apps.StaffAdminConfig",
    "billing.stripe.apps.MirrorConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "accounts.requests.request_id_middleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.static_middleware.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.requests.ApiKeyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.rate_limit.RateMiddleware",
    "accounts.requests.ScopeMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
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
            ],
        },
    },
]

# -- Database, broker, cache ----------------------------------------------------------------

_database = (
    paths.database_url(DATA_DIR)
    if EMBEDDED
    else database(env("DATABASE_URL"), env("KYRO_DATABASE_PASSWORD"))
)
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,  # the pool keeps connections, Django must not
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer in transaction mode keeps no server-side cursor between statements.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "pool": {
                "min_size": 1,
                "max_size": int(env_number("KYRO_DATABASE_POOL", 12)),
                "timeout": 10,
                # Give up quickly and try anew at the next request: the pool's own pauses double,
                # so an outage of a minute would last two more.
                "reconnect_timeout": 5,
            },
        },
    }
}
# Past any pooler, as somebody who may make roles and databases: bootstrap_database and migrate.
_migration_url = "" if EMBEDDED else env("KYRO_MIGRATION_DATABASE_URL")
MIGRATION_DATABASE = (
    database(_migration_url, env("KYRO_MIGRATION_DATABASE_PASSWORD")) if _migration_url else None
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Requests of one process that are worked on at once; the others wait in line.
REQUESTS_AT_ONCE = int(env_number("KYRO_REQUESTS_AT_ONCE", 8))

VALKEY_SOCKET = paths.valkey_socket(DATA_DIR)
REDIS_URL = (
    redis_url(env("REDIS_URL"), env("KYRO_REDIS_PASSWORD"))
    if env("REDIS_URL")
    else f"unix://{VALKEY_SOCKET}"
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": numbered(REDIS_URL, 1),
        "KEY_PREFIX": "kyro",
    }
}
STREAMS_URL = numbered(REDIS_URL, 2)
RATES_URL = numbered(REDIS_URL, 1)
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# -- Durable work (seconds) -----------------------------------------------------------------

LEASE_SECONDS = env_number("KYRO_LEASE_SECONDS", 30)
HEARTBEAT_SECONDS = env_number("KYRO_HEARTBEAT_SECONDS", 5)
SWEEP_SECONDS = env_number("KYRO_SWEEP_SECONDS", 10)
MAX_ATTEMPTS = int(env_number("KYRO_MAX_ATTEMPTS", 3))
ANSWER_LEASE_SECONDS = env_number("KYRO_ANSWER_LEASE_SECONDS", 15)
DRAIN_SECONDS = env_number("KYRO_DRAIN_SECONDS", 20)

CELERY_BROKER_URL = (
    f"redis+socket://{VALKEY_SOCKET}?virtual_host=0"
    if REDIS_URL.startswith("unix://")
    else numbered(REDIS_URL, 0)
)
# Workers serve both in turn, so upkeep does not wait behind a hundred uploads.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("ingestion")]
CELERY_TASK_ROUTES = {"documents.ingest": {"queue": "ingestion"}}
CELERY_TASK_IGNORE_RESULT = True  # job state lives in PostgreSQL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 1500  # below the visibility timeout, so nothing runs twice
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800, "socket_timeout": 10}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
WORKER_PROCESSES = int(env_number("KYRO_WORKER_PROCESSES", 4))
CELERY_WORKER_CONCURRENCY = WORKER_PROCESSES
# One process stays free for upkeep, and one more for others, however many slow documents there are.
# Several machines together: KYRO_INGESTIONS_AT_ONCE.
INGESTIONS_AT_ONCE = int(env("KYRO_INGESTIONS_AT_ONCE") or max(1, WORKER_PROCESSES - 1))
INGESTIONS_PER_OWNER = int(env("KYRO_INGESTIONS_PER_OWNER") or max(1, WORKER_PROCESSES - 2))
# Sites that are read at the same time: reading them is mostly waiting, uploads come first.
CRAWLS_AT_ONCE = int(env("KYRO_CRAWLS_AT_ONCE") or max(1, WORKER_PROCESSES // 3))
CRAWL_SLICE_SECONDS = env_number("KYRO_CRAWL_SLICE_SECONDS", 5)
CRAWL_DELAY = env_number("KYRO_CRAWL_DELAY", 0.5)
OCR_PAGES = int(env_number("KYRO_OCR_PAGES", 200))  # of a document; 0 reads no pictures
SEARCH_LOG_DAYS = int(env_number("KYRO_SEARCH_LOG_DAYS", 90))  # 0 logs no search
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "accounts.sweep", "schedule": SWEEP_SECONDS},
    "reap-answers": {"task": "conversations.reap", "schedule": SWEEP_SECONDS},
    "sweep-attachments": {"task": "conversations.sweep_attachments", "schedule": 30},
    "erase-files": {"task": "documents.erase_files", "schedule": 30},
    "mail-alerts": {"task": "billing.mail_alerts", "schedule": 30},
    "begin-web-runs": {"task": "documents.begin_web_runs", "schedule": 60},
    "extend-graph": {"task": "documents.extend_graph", "schedule": 60},
    "clear-sessions": {"task": "accounts.clear_sessions", "schedule": 3600},
    "erase-closed": {"task": "accounts.erase_closed", "schedule": 3600},
    "make-partitions": {"task": "accounts.make_partitions", "schedule": 6 * 3600},
    "forget-uploads": {"task": "documents.forget_uploads", "schedule": 6 * 3600},
    "forget-searches": {"task": "documents.forget_searches", "schedule": 6 * 3600},
    "forget-idempotency-keys": {"task": "accounts.forget_idempotency_keys", "schedule": 3600},
    "renew-periods": {"task": "billing.renew", "schedule": 300},
    "reconcile-stripe": {"task": "billing.reconcile", "schedule": 3600},
}

# -- People ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# The address is unique whatever its case: a constraint on lower(email), which Django cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SIGNUP = env("KYRO_SIGNUP", "open")
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "change_email": "accounts.forms.ChangeEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
# Of passwords the key is address and account, of second factors the account alone.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "login_failed_anywhere": "100/h/key"}
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "KyroChat"
# The one place where browsers offer security keys without https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_URL.startswith("http://localhost")
REQUIRE_STAFF_MFA = env_flag("KYRO_REQUIRE_STAFF_MFA")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "landing"
# How many proxies in front of us add to X-Forwarded-For; 0 trusts the socket alone.
PROXY_COUNT = int(env_number("KYRO_PROXY_COUNT", 0))
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT

# -- Mail -----------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env("KYRO_MAIL_FROM", "KyroChat <kyrochat@localhost>")
EMAIL_HOST = env("KYRO_SMTP_HOST")
EMAIL_PORT = int(env_number("KYRO_SMTP_PORT", 587))
EMAIL_HOST_USER = env("KYRO_SMTP_USER")
EMAIL_HOST_PASSWORD = env("KYRO_SMTP_PASSWORD")
_smtp_tls = env_flag("KYRO_SMTP_TLS", True)
EMAIL_USE_SSL = _smtp_tls and EMAIL_PORT == 465  # encrypted from the first byte
EMAIL_USE_TLS = _smtp_tls and not EMAIL_USE_SSL
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "accounts.mail.KeptEmailBackend"
)

# -- Files ----------------------------------------------------------------------------------

MEDIA_ROOT = DATA_DIR / "files"
S3_BUCKET = env("KYRO_S3_BUCKET")  # empty: files lie in MEDIA_ROOT
S3 = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": env("KYRO_S3_ENDPOINT") or None,
    "region_name": env("KYRO_S3_REGION") or None,
    # Without keys boto3 finds those of the machine's or the container's role.
    "access_key": env("KYRO_S3_ACCESS_KEY") or None,
    "secret_key": env("KYRO_S3_SECRET_KEY") or None,
    "addressing_style": "path" if env_flag("KYRO_S3_PATH_STYLE") else "auto",
}
# The folder collectstatic fills; empty: static files are served from where they lie.
STATIC_ROOT = env("KYRO_STATIC_ROOT") or None
STORAGES = {
    "default": (
        {"BACKEND": "documents.bucket.Bucket", "OPTIONS": S3}
        if S3_BUCKET
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {
        "BACKEND": (
            "config.static_files.HashedFiles"
            if STATIC_ROOT
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
MAX_FILE_SIZE = int(env_number("KYRO_MAX_FILE_MB", 100)) * 1024 * 1024
MAX_BODY_SIZE = 5 * 1024 * 1024  # of requests that bring no file, or that come from strangers
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "documents.intake.StopAtLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 1000
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not STATIC_ROOT
WHITENOISE_AUTOREFRESH = DEBUG

# -- Models that read and answer ------------------------------------------------------------

CHAT_MODEL = env("KYRO_CHAT_MODEL")
FALLBACK_MODEL = env("KYRO_FALLBACK_MODEL")
EMBEDDING_MODEL = env("KYRO_EMBEDDING_MODEL", "multilingual-e5-small")
RERANK_MODEL = env("KYRO_RERANK_MODEL")
OPENAI_API_KEY = env("OPENAI_API_KEY")
OPENAI_BASE_URL = env("OPENAI_BASE_URL")
OPENAI_CHAT_MODELS = tuple(env_list("KYRO_OPENAI_CHAT_MODELS"))
# Of models whose names tell nothing, and of every one at an address of one's own.
CONTEXT_WINDOW = int(env_number("KYRO_CONTEXT_WINDOW", 8192))
GEMINI_API_KEY = env("GEMINI_API_KEY")
GEMINI_BASE_URL = env("GEMINI_BASE_URL")
GEMINI_CHAT_MODELS = tuple(env_list("KYRO_GEMINI_CHAT_MODELS"))
# Hosts, host:port or networks beyond the public internet that fetching may reach.
FETCH_ALLOW = tuple(env_list("KYRO_FETCH_ALLOW"))
EMBEDDER_SOCKET = Path(env("KYRO_EMBEDDER_SOCKET") or paths.embedder_socket(DATA_DIR))

# -- Payments (docs/stripe.md) --------------------------------------------------------------

STRIPE_SECRET_KEY = env("KYRO_STRIPE_SECRET_KEY")  # empty: staff assign plans
STRIPE_LIVE_MODE = "_live_" in STRIPE_SECRET_KEY
STRIPE_WEBHOOK_SECRET = env("KYRO_STRIPE_WEBHOOK_SECRET")
STRIPE_API_HOST = env("KYRO_STRIPE_API_HOST", "https://api.stripe.com").rstrip("/")
STRIPE_AUTOMATIC_TAX = env_flag("KYRO_STRIPE_AUTOMATIC_TAX")
# How long a plan is kept whose payment failed.
STRIPE_GRACE = dt.timedelta(days=env_number("KYRO_STRIPE_GRACE_DAYS", 7))
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
DJSTRIPE_WEBHOOK_VALIDATION = "verify_signature"
DJSTRIPE_SUBSCRIBER_CUSTOMER_KEY = ""  # whose a customer is, our own rows say
MIGRATION_MODULES = {"djstripe": "billing.stripe.migrations"}

# -- API ------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.rest.access.KeyAuthentication",
        "accounts.rest.access.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.rest.access.KeyScopePermission",
        "accounts.rest.access.KeyLimitPermission",
        "billing.api.permission.PlanPermission",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.rest.bodies.LimitedJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.rest.bodies.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is a method like others: not allowed
    "DEFAULT_PAGINATION_CLASS": "accounts.rest.pages.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "accounts.rest.schema.ContractSchema",
    "EXCEPTION_HANDLER": "accounts.rest.problems.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Requests a minute: of one person, whatever their keys and browsers; of a stranger's address.
RATE_LIMITS = {
    "reads": int(env_number("KYRO_RATE_READS", 12_000)),
    "writes": int(env_number("KYRO_RATE_WRITES", 3_000)),
    "answers": int(env_number("KYRO_RATE_ANSWERS", 3_000)),
    "outside": int(env_number("KYRO_RATE_OUTSIDE", 20)),
    "secrets": int(env_number("KYRO_RATE_SECRETS", 20)),
    "anonymous": int(env_number("KYRO_RATE_ANONYMOUS", 600)),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "KyroChat API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "Documents in, cited answers out.",
    "SERVE_INCLUDE_SCHEMA": False,
    "TAGS": TAGS,
    # Names for choices that several fields call alike.
    "ENUM_NAME_OVERRIDES": {
        "MessageRole": "conversations.models.message.Message.Role",
        "ProjectRole": "accounts.projects.Role",
        "GivenRole": "accounts.sharing.serializers.GIVEN",
        "ShareKind": "conversations.models.share_link.ShareLink.Kind",
        "AnswerStatus": "conversations.models.message.Message.Status",
        "DocumentStatus": "documents.models.document.Document.Status",
        "ToolStatus": "conversations.api.serializers.TOOL_STATUSES",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "tryItOutEnabled": True},
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# -- Security -------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS and env_flag("KYRO_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Both bind what is not ours, browsers hardly forget them: whoever runs the whole domain decides.
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env_flag("KYRO_HSTS_SUBDOMAINS")
SECURE_HSTS_PRELOAD = HTTPS and env_flag("KYRO_HSTS_PRELOAD")
SILENCED_SYSTEM_CHECKS += ["security.W005", "security.W021"]
SECURE_REDIRECT_EXEMPT = ["^health/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# -- Language, time, logs -------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOG_LEVEL = env("KYRO_LOG_LEVEL", "INFO").upper()
LOG_FORMAT = env("KYRO_LOG_FORMAT", "console" if EMBEDDED else "json")
LOGGING_CONFIG = "config.logs.configure"
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
