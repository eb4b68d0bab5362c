"""Settings of an installation. Everything that differs between installations comes from the environment.

QUALITYLOOP_HOME      where database, lake, cache and secret key live (default ./var)
QUALITYLOOP_DATABASE  postgres://user:password@host:port/name (default: SQLite in the home folder)
QUALITYLOOP_HOSTS     names under which the pages may be asked for, separated by commas
QUALITYLOOP_HTTPS     1 when a proxy speaks HTTPS in front: cookies are marked secure
QUALITYLOOP_CALENDAR  key of the working calendar by which durations count, where there are several
QUALITYLOOP_FOUR_EYES 0 where whoever wrote a standard may review it too (default 1)
QUALITYLOOP_OIDC_…    the organisation's own sign-in: docs/ACCOUNTS.md
QUALITYLOOP_DEBUG     1 for development
QUALITYLOOP_WORKERS   processes that do background work in each cluster (default 2)
QUALITYLOOP_ADDRESS   https://quality.example.com: under which others open the pages; for links in messages
QUALITYLOOP_EMAIL     smtp://user:password@host:587 (STARTTLS) or smtps://…:465; default: no mail is sent
QUALITYLOOP_EMAIL_FROM  who mails come from
QUALITYLOOP_OUTWARD   networks of one's own that webhooks may reach, such as 10.1.0.0/16, separated by commas
QUALITYLOOP_CHAT_HOSTS  more hosts with robots of DingTalk, Feishu, WeCom (installations of one's own)
QUALITYLOOP_LOG_LEVEL DEBUG, INFO, WARNING (default), ERROR
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from qualityloop.config.database import database
from qualityloop.config.home import home_folder, secret_key
from qualityloop.config.mail import mail
from qualityloop.config.sign_in import *  # noqa: F403 (settings are names in capitals)
from qualityloop.config.sign_in import company_sign_in

PACKAGE = Path(__file__).resolve().parent.parent


def _list(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def _flag(name: str, default: str = "") -> bool:
    return os.environ.get(name, default).lower() in ("1", "true", "yes", "on")


QUALITYLOOP_HOME = home_folder(os.environ)
QUALITYLOOP_STANDARD = os.environ.get("QUALITYLOOP_STANDARD", "after-sales")  # shown when none is chosen
QUALITYLOOP_CALENDAR = os.environ.get("QUALITYLOOP_CALENDAR", "")
QUALITYLOOP_WEEKLY_REPORT = _flag("QUALITYLOOP_WEEKLY_REPORT")  # a diagnosis report each Monday, too
QUALITYLOOP_FOUR_EYES = _flag("QUALITYLOOP_FOUR_EYES", "1")  # whoever wrote a standard does not review it
QUALITYLOOP_PATIENCE: float | None = (
    0.7  # seconds that a page waits for a computation before it shows its progress instead
)

QUALITYLOOP_API_PER_MINUTE = 600  # requests that a token or a person may send
QUALITYLOOP_API_PER_MINUTE_AND_ADDRESS = 1200  # requests from one address, whoever they are

DEBUG = _flag("QUALITYLOOP_DEBUG")
SECRET_KEY = os.environ.get("QUALITYLOOP_SECRET_KEY") or secret_key(QUALITYLOOP_HOME)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *_list("QUALITYLOOP_HOSTS")]
HTTPS = _flag("QUALITYLOOP_HTTPS")

INSTALLED_APPS = [
    "qualityloop.foundation",
    "qualityloop.foundation.api",
    "qualityloop.foundation.care",
    "qualityloop.foundation.chats",
    "qualityloop.foundation.files",
    "qualityloop.foundation.jobs",
    "qualityloop.foundation.lake",
    "qualityloop.foundation.listing",
    "qualityloop.foundation.notices",
    "qualityloop.foundation.records",
    "qualityloop.foundation.webhooks",
    "qualityloop.people",
    "qualityloop.customers",
    "qualityloop.standards",
    "qualityloop.operations",
    "qualityloop.feedback",
    "qualityloop.feedback.negatives",
    "qualityloop.diagnosis",
    "qualityloop.diagnosis.warnings",
    "qualityloop.diagnosis.themes",
    "qualityloop.improvement.evidence",
    "qualityloop.improvement.problems",
    "qualityloop.improvement.causes",
    "qualityloop.improvement.plans",
    "qualityloop.improvement.effects",
    "qualityloop.improvement.audits",
    "qualityloop.improvement.risks",
    "qualityloop.improvement.lessons",
    "qualityloop.collection",
    "qualityloop.collection.cleaning",
    "qualityloop.collection.tagging",
    "qualityloop.reports",
    "qualityloop.reports.kept",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "django_htmx",
    "django_q",
]

MIDDLEWARE = [
    "qualityloop.foundation.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "qualityloop.foundation.signin.sessions.SessionsMiddleware",
    "qualityloop.foundation.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "qualityloop.foundation.signin.duties.DutiesMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "qualityloop.config.urls"
WSGI_APPLICATION = "qualityloop.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qualityloop.foundation.shell.shell",
            ],
        },
    },
]

# No ATOMIC_REQUESTS: on SQLite a transaction holds the only write lock, so each is opened where it is needed.
DATABASES = {"default": database(os.environ.get("QUALITYLOOP_DATABASE", ""), QUALITYLOOP_HOME)}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000  # a table of 500 indicators, edited at once
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- work in the background (foundation.jobs) --------------------------------------------------------------

QUALITYLOOP_JOBS = "queue"  # "now": at commit, in the same process
QUALITYLOOP_JOBS_LEASE = float(os.environ.get("QUALITYLOOP_JOBS_LEASE", "60"))  # a worker silent so long is dead
WORKERS = int(os.environ.get("QUALITYLOOP_WORKERS", "2"))
warnings.filterwarnings("ignore", message="Retry and timeout are misconfigured")  # each job brings its own time-out
Q_CLUSTER = {
    "name": "qualityloop",
    "orm": "default",
    "workers": WORKERS,
    "queue_limit": WORKERS,  # what waits in the memory of one cluster cannot be done by another
    "bulk": 1,
    "poll": 0.5,
    "retry": QUALITYLOOP_JOBS_LEASE,
    "timeout": None,
    "ack_failures": False,
    "max_attempts": 5,  # of calls that fail outside of a job; jobs count for themselves
    "catch_up": False,
    "save_limit": -1,  # runs are kept in our own table
    "recycle": 200,
    "log_level": "WARNING",
    "label": "QualityLoop",
}

# ---- to the world outside ---------------------------------------------------------------------------------

QUALITYLOOP_ADDRESS = os.environ.get("QUALITYLOOP_ADDRESS", "")  # https://quality.example.com: for links in messages
QUALITYLOOP_OUTWARD = _list("QUALITYLOOP_OUTWARD")  # networks of one's own that may be asked (foundation.outward)
QUALITYLOOP_CHAT_HOSTS = _list("QUALITYLOOP_CHAT_HOSTS")  # more hosts with robots of DingTalk, Feishu, WeCom
DEFAULT_FROM_EMAIL = os.environ.get("QUALITYLOOP_EMAIL_FROM", "qualityloop@localhost")
locals().update(mail(os.environ.get("QUALITYLOOP_EMAIL", "")))

# ---- people and sessions ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "foundation.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "foundation:start"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # passkeys on localhost
globals().update(company_sign_in(os.environ))

SESSION_COOKIE_AGE = 12 * 3600  # a working day; a session ends with the browser before that
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in _list("QUALITYLOOP_HOSTS")] if HTTPS else []
CSRF_FAILURE_VIEW = "qualityloop.foundation.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # other names of the domain are not ours to decide about

# ---- language and time -----------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "ql_language"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# ---- files -----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
STATIC_ROOT = QUALITYLOOP_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# ---- what is written to the log --------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("QUALITYLOOP_LOG_LEVEL", "WARNING").upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "axes": {"level": "ERROR"},  # wrong passwords are in the audit log
        "django.request": {"level": "ERROR"},  # mistyped and forbidden addresses are no news
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # nor are scanners, each with a page of traceback
    },
}
