"""What a browser shows instead of a page that is not there or not for the one who asks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's ``handler403``."""
    words = _("Your role does not include this page. That you asked for it is on record.")
    return page(request, HTTPStatus.FORBIDDEN, _("Not for your role"), words)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's ``handler404``."""
    words = _("There is no such page, or it belongs to another organisation.")
    return page(request, HTTPStatus.NOT_FOUND, _("Not found"), words)


def foreign_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's ``CSRF_FAILURE_VIEW``."""
    words = _("This form is too old, or was not ours. Nothing was changed. Open the page anew and try again.")
    return page(request, HTTPStatus.FORBIDDEN, _("Nothing was changed"), words)


def page(request: HttpRequest, status: HTTPStatus, title: str, words: str) -> HttpResponse:
    """A page with nothing but words and the way back."""
    console: Any = site  # Django's stand-in for our ConsoleSite
    context = {**console.plain_context(request), "title": title, "words": words}
    return TemplateResponse(request, "accounts/refused.html", context, status=status).render()
