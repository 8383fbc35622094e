"""Django's settings. No secret is in here: keys are in the data folder (``hub.data``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from hub import environment
from hub.accounts.policy import Policy
from hub.accounts.single_sign_on import SingleSignOn
from hub.alerts.environment import Telling
from hub.data import HubData
from hub.navigation import SIDEBAR

HERE = environment.read()
POLICY = Policy.from_environment()
DATA = HubData.from_environment()
SECRET_KEY = DATA.secret_key
DEBUG = False
ALLOWED_HOSTS = [name.strip() for name in HERE.hosts.split(",")]
REGION = HERE.region
CASES_YELLOW_DAYS, CASES_YELLOW_PERCENT = HERE.yellow_days, HERE.yellow_percent
CASES_SUPPLEMENT_DAYS = HERE.supplement_days
HELD_DAYS = HERE.held_days
COMPLAINT_CALL_DAYS, COMPLAINT_DAYS = HERE.complaint_call_days, HERE.complaint_days
KIOSK_KEY_DAYS = HERE.kiosk_key_days
CHECK_INS_A_SECOND = HERE.check_ins_a_second

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "hub.accounts.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "hub.accounts",
    "hub.audit",
    "hub.kiosks",
    "hub.intake",
    "hub.cases",
    "hub.catalogue",
    "hub.evaluations",
    "hub.analytics",
    "hub.alerts",
    "hub.dashboard",
    "hub.channels",
]

MIDDLEWARE = [
    "hub.monitoring.requests.RequestFigures",
    "hub.accounts.headers.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hub.accounts.headers.PageHeaders",
    "hub.channels.access.CrossOrigin",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hub.accounts.gate.ConsoleGate",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "hub.urls"
WSGI_APPLICATION = "hub.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

_SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA.database,
    "CONN_MAX_AGE": 600,
    "OPTIONS": {
        "timeout": 20,
        # A writer that would have to upgrade its lock in the middle fails at once instead of waiting.
        "transaction_mode": "IMMEDIATE",
        # FULL: a kiosk erases its copy as soon as it holds our receipt.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
    },
}
DATABASES: dict[str, dict[str, Any]] = {"default": environment.database() or _SQLITE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "hub.accounts.roles.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # what was stored before; renewed at the next login
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
CSRF_FAILURE_VIEW = "hub.accounts.refusals.foreign_form"
LOGIN_REDIRECT_URL = "admin:index"
SINGLE_SIGN_ON = SingleSignOn.read(DATA.folder)
if SINGLE_SIGN_ON is not None:
    AUTHENTICATION_BACKENDS.append("hub.accounts.oidc.SingleSignOnBackend")
    globals().update(SINGLE_SIGN_ON.django_settings())
OTP_TOTP_ISSUER = "Yedeng 夜灯"

# Failed logins, by name and address; see hub.accounts.lock_out.
AXES_HANDLER = "hub.accounts.lock_out.Attempts"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = POLICY.failures
AXES_COOLOFF_TIME = POLICY.lock_out
AXES_LOCKOUT_CALLABLE = "hub.accounts.lock_out.locked_answer"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # the audit trail has it
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_ENGINE = "hub.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(POLICY.longest.total_seconds())
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
if POLICY.tls:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    # A browser takes cookies of these names from this very host and over TLS only (RFC 6265bis, 4.1.3.2).
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
_TELLING = Telling.from_environment()
EMAIL_HOST, EMAIL_PORT = _TELLING.mail_host, _TELLING.mail_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _TELLING.mail_user, _TELLING.mail_password
EMAIL_USE_SSL, EMAIL_USE_TLS, EMAIL_TIMEOUT = _TELLING.mail_tls, _TELLING.mail_starttls, 10
DEFAULT_FROM_EMAIL = _TELLING.mail_from
ALERTS_WEBHOOK_NETWORKS = _TELLING.networks
ALERTS_HUB_URL = _TELLING.hub_url
"""Where the console is, as it stands in e-mails."""

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # the embedded hub serves from the packages themselves; no collecting step
DATA_UPLOAD_MAX_MEMORY_SIZE = 32_000_000  # bytes of one request; a photographed page is under one megabyte

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},  # a refused request is an answer, not an event
        "axes": {"level": "ERROR"},  # a failed login is in the audit trail
    },
}

UNFOLD = {
    "SIDEBAR": SIDEBAR,
    "STYLES": [lambda _request: static("accounts/fonts.css")],
    "SITE_TITLE": _("Yedeng hub"),
    "SITE_HEADER": _("Yedeng hub"),
    "SITE_ICON": lambda _request: static("accounts/lamp.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("accounts/lamp.svg")}
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_HISTORY": False,  # it is in the audit trail, for those who may read that
    "SITE_URL": None,
    "DASHBOARD_CALLBACK": "hub.dashboard.page.context",
    "ENVIRONMENT": "hub.accounts.second_factor.second_factor_warning",
    "ACCOUNT": {
        "navigation": [{"title": _("My account"), "link": reverse_lazy("admin:my_account")}],
    },
    "COLORS": {
        # The lamp's amber as the accent, as on the kiosks.
        "primary": {
            "50": "255 251 235",
            "100": "254 243 199",
            "200": "253 230 138",
            "300": "252 211 77",
            "400": "251 191 36",
            "500": "217 145 20",
            "600": "180 110 10",
            "700": "146 84 8",
            "800": "120 66 12",
            "900": "99 55 15",
            "950": "60 32 8",
        }
    },
}
