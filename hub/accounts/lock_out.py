"""Lock-out after failed logins (django-axes; kept in the database, so that a new start forgives nothing)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts.refusals import page

NAMES_AT_AN_ADDRESS = 10
"""An address may fail this many times as often as one name at it: against guessing many names."""


class Attempts(AxesDatabaseHandler):
    """Counts failures of a name at an address, and of an address with any name."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The larger count, that of the address divided by ``NAMES_AT_AN_ADDRESS``."""
        of_name: int = super().get_failures(request, credentials)
        failed = AccessAttempt.objects.filter(
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
            attempt_time__gte=timezone.now() - settings.POLICY.lock_out,
        ).aggregate(sum=Sum("failures_since_start"))["sum"]
        return max(of_name, (failed or 0) // NAMES_AT_AN_ADDRESS)


def locked_answer(
    request: HttpRequest, _response: HttpResponse | None = None, _credentials: Any = None
) -> HttpResponse:
    """What somebody sees who is locked out; the same for names that exist and for names that do not."""
    words = _("Too many logins failed. Wait a while, or ask a security officer to lift the lock.")
    return page(request, HTTPStatus.TOO_MANY_REQUESTS, _("Locked"), words)


def is_locked(user: User) -> bool:
    """Whether the user is locked out at some address."""
    attempts = AccessAttempt.objects.filter(
        username=user.get_username(), attempt_time__gte=timezone.now() - settings.POLICY.lock_out
    )
    by_address = attempts.values("ip_address").annotate(sum=Sum("failures_since_start"))
    return bool(by_address.filter(sum__gte=settings.POLICY.failures).exists())


def lift(user: User) -> int:
    """Forget the failed logins of a user, at every address; how many were counted."""
    return int(reset(username=user.get_username()))
