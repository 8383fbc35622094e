"""Django's settings. No secret is in here: keys are in the data folder (``hub.data``)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.utils.translation import gettext_lazy as _

from hub.data import HubData

DATA = HubData.from_environment()
SECRET_KEY = DATA.secret_key
DEBUG = False
ALLOWED_HOSTS = os.environ.get("YEDENG_HUB_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

REGION = os.environ.get("YEDENG_HUB_REGION", "3701")
"""Four-digit area code (GB/T 2260) with which case numbers begin."""

CASES_YELLOW_DAYS = int(os.environ.get("YEDENG_HUB_YELLOW_DAYS", "2"))
CASES_YELLOW_PERCENT = int(os.environ.get("YEDENG_HUB_YELLOW_PERCENT", "20"))
"""A case gets a yellow card when that many working days, or that share, of its promise are left."""

KIOSK_KEY_DAYS = int(os.environ.get("YEDENG_HUB_KIOSK_KEY_DAYS", "180"))
"""Life of a kiosk's key; when two thirds of it have passed, the kiosk makes a new one by itself."""

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "hub.accounts",
    "hub.audit",
    "hub.kiosks",
    "hub.intake",
    "hub.cases",
    "hub.catalogue",
    "hub.evaluations",
    "hub.analytics",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
_ELSEWHERE = os.environ.get("DATABASE_URL")
DATABASES: dict[str, dict[str, Any]] = {
    "default": dict(dj_database_url.parse(_ELSEWHERE, conn_max_age=600)) if _ELSEWHERE else _SQLITE
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["hub.accounts.roles.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
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
    "loggers": {"django.request": {"level": "ERROR"}},  # a refused request is an answer, not an event
}

UNFOLD = {
    "SITE_TITLE": _("Yedeng hub"),
    "SITE_HEADER": _("Yedeng hub"),
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
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
