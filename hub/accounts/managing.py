"""What a security officer does with accounts. Accounts are deactivated, never removed: the record names them.

An account that may manage accounts or read the record (``TWO_OFFICERS``) works only after a second security
officer has confirmed it, so that nobody makes themself an accomplice.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from hub.accounts import lock_out, second_factor
from hub.accounts.models import Account, Organisation, Role
from hub.accounts.sessions import end_sessions
from hub.audit.trail import record

TWO_OFFICERS: Final = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})
ONE_TIME_PASSWORD_LIVES: Final = timedelta(days=7)
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class NotAllowed(Exception):
    """Somebody wanted to do this to themself, or alone."""


def one_time_password() -> str:
    """A password for the first login, with 78 random bits; readable over the telephone."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _letter in range(4)) for _group in range(4))


@transaction.atomic
def create(request: HttpRequest, account: Account, username: str) -> str:
    """Give a new account its user; the password for the first login, told this once."""
    password = one_time_password()
    account.user = User.objects.create_user(username, password=password, is_staff=True)
    account.must_change_password, account.password_set_at = True, timezone.now()
    _propose_if_needed(request, account)
    account.save()
    record(
        request, "account.added", account, name=str(account), role=account.role, place=account.organisation_id
    )
    return password


@transaction.atomic
def move(request: HttpRequest, account: Account, role: str, organisation: Organisation) -> None:
    """Give an account another role or place; all its sessions end. Raises ``NotAllowed`` for one's own."""
    _not_oneself(request, account)
    if (account.role, account.organisation_id) == (role, organisation.pk):
        return
    grown = account.role != role
    account.role, account.organisation = role, organisation
    if grown:
        _propose_if_needed(request, account)
    account.save()
    end_sessions(account.user)
    record(request, "account.moved", account, name=str(account), role=role, place=organisation.pk)


@transaction.atomic
def confirm(request: HttpRequest, account: Account) -> None:
    """Let a proposed account work. Raises ``NotAllowed`` for who proposed it and for one's own."""
    _not_oneself(request, account)
    if account.proposed_by is None or account.proposed_by == request.user:
        raise NotAllowed
    account.proposed_by = None
    account.save()
    _set_active(account, active=True)
    record(request, "account.confirmed", account, name=str(account), role=account.role)


@transaction.atomic
def set_active(request: HttpRequest, account: Account, *, active: bool) -> None:
    """Let an account work, or no longer. Raises ``NotAllowed`` for one's own and for a proposed one."""
    _not_oneself(request, account)
    if account.proposed_by is not None:
        raise NotAllowed
    _set_active(account, active=active)
    record(request, "account.activated" if active else "account.deactivated", account, name=str(account))


@transaction.atomic
def renew_password(request: HttpRequest, account: Account) -> str:
    """A new password for one login, told this once; all sessions end. Raises ``NotAllowed`` for one's own."""
    _not_oneself(request, account)
    password = one_time_password()
    account.user.set_password(password)
    account.user.save()
    account.must_change_password, account.password_set_at = True, timezone.now()
    account.save()
    end_sessions(account.user)
    record(request, "password.renewed", account, name=str(account))
    return password


@transaction.atomic
def reset_second_factor(request: HttpRequest | str, account: Account) -> None:
    """Let somebody whose device is lost set up a new one. Raises ``NotAllowed`` for one's own."""
    _not_oneself(request, account)
    second_factor.reset(account.user)
    end_sessions(account.user)
    record(request, "second_factor.reset", account, name=str(account))


@transaction.atomic
def log_out(request: HttpRequest, account: Account) -> None:
    """End all sessions of an account."""
    record(request, "login.all_ended", account, name=str(account), sessions=end_sessions(account.user))


@transaction.atomic
def unlock(request: HttpRequest | str, account: Account) -> int:
    """Forget an account's failed logins; how many there were."""
    failed = lock_out.lift(account.user)
    record(request, "login.unlocked", account, name=str(account), failed=failed)
    return failed


def one_time_password_expired(account: Account) -> bool:
    """Whether a password set by somebody else was not used in time."""
    return account.must_change_password and account.password_set_at < timezone.now() - ONE_TIME_PASSWORD_LIVES


def _propose_if_needed(request: HttpRequest, account: Account) -> None:
    if account.role in TWO_OFFICERS:
        assert isinstance(request.user, User)
        account.proposed_by = request.user
        _set_active(account, active=False)


def _set_active(account: Account, *, active: bool) -> None:
    account.user.is_active = active
    account.user.save(update_fields=["is_active"])
    if not active:
        end_sessions(account.user)


def _not_oneself(request: HttpRequest | str, account: Account) -> None:
    if not isinstance(request, str) and request.user == account.user:
        raise NotAllowed
