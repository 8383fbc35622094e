"""The gate before the console: who has not shown everything is led to what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from hub.accounts.roles import account_of
from hub.accounts.second_factor import has_second_factor, is_verified, needs_second_factor
from hub.accounts.sessions import overstayed
from hub.audit.trail import record

CONSOLE: Final = "/console/"
_OPEN: Final = frozenset({"login", "logout", "jsi18n"})
"""Names of the console's pages for everybody."""


class ConsoleGate:
    """Lets nobody through who is not logged in, verified, and the owner of their password.

    It stands before every address below ``CONSOLE``, whoever adds one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer; a refusal is recorded."""
        response = self._answer(request)
        if response.status_code == 403 and request.path.startswith(CONSOLE):
            record(request, "access.denied", request.path)
        return response

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Where somebody is sent who may not see the page yet; ``None`` who may. Raises ``Http404``."""
        found = request.resolver_match
        if not request.path.startswith(CONSOLE) or found is None:
            return None
        if "\x00" in request.path or "%00" in request.META["QUERY_STRING"]:
            raise Http404  # PostgreSQL holds no U+0000: nothing can be found by it, nor even sought
        name = found.url_name if found.app_name == "admin" else None
        if name in _OPEN:
            return None
        if not request.user.is_authenticated:
            return _to(request, "login")
        if account_of(request.user) is None or overstayed(request):
            logout(request)
            messages.info(request, _("You were logged out: the session was unused for too long, or ended."))
            return _to(request, "login")
        missing = missing_step(request)
        return None if missing in {None, name} else _to(request, str(missing))


def missing_step(request: HttpRequest) -> str | None:
    """The page on which the user has to do something before anything else, by name; ``None`` when nothing."""
    user = request.user
    assert isinstance(user, User)
    enrolled = has_second_factor(user) if not is_verified(request) else True
    if needs_second_factor(user) and not is_verified(request) and enrolled:
        return "second_factor"
    if password_due(user):
        return "password_change"
    if needs_second_factor(user) and not enrolled:
        return "second_factor_set_up"
    return None


def password_due(user: User) -> bool:
    """Whether the user has to choose a new password: somebody else set it, or it is too old."""
    account = account_of(user)
    if account is None or not user.has_usable_password():
        return False
    days = settings.POLICY.password_days
    too_old = days and account.password_set_at < timezone.now() - timedelta(days=days)
    return account.must_change_password or bool(too_old)


def _to(request: HttpRequest, name: str) -> HttpResponse:
    address = reverse(f"admin:{name}")
    if request.method == "GET" and not request.headers.get("HX-Request"):
        address += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(address)
