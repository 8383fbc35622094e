"""What every login and every failed one leaves behind: a session's times, and an entry in the audit trail."""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.dispatch import receiver
from django.http import HttpRequest

from hub.accounts.models import Account
from hub.accounts.second_factor import MFA_ELSEWHERE
from hub.accounts.sessions import begin
from hub.audit.trail import record


@receiver(user_logged_in)
def logged_in(request: HttpRequest, user: User, **_more: Any) -> None:
    """The password, or the single sign-on, was right."""
    begin(request, user)
    # Set in every case: a flag that a login that failed has left must not count for this one.
    request.session[MFA_ELSEWHERE] = bool(getattr(user, "second_factor_elsewhere", False))
    record(request, "login.done", _account(user), by=str(getattr(user, "backend", "")).rpartition(".")[2])


@receiver(user_logged_out)
def logged_out(request: HttpRequest, user: User | None, **_more: Any) -> None:
    """Somebody ended their session, or it was ended for them."""
    if user is not None:
        record(request, "login.ended", _account(user))


@receiver(user_login_failed)
def login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any) -> None:
    """A login was refused. The name is kept only where it exists: what was typed may be a password."""
    if request is not None:
        record(request, "login.failed", _known(credentials.get("username")))


@receiver(user_locked_out)
def locked_out(request: HttpRequest, username: str | None, **_more: Any) -> None:
    """Too many logins failed."""
    record(request, "login.locked", _known(username))


def _known(username: str | None) -> Model | str:
    user = User.objects.filter(username=username).first() if username else None
    return _account(user) if user else "unknown name"


def _account(user: User) -> Model:
    return Account.objects.filter(user=user).first() or user
