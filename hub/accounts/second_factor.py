"""The second factor: an authenticator's six digits (TOTP, RFC 6238, by django-otp), or a recovery code."""

from __future__ import annotations

import base64
import hashlib
import math
import secrets
from typing import Any, Final

import segno
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django_otp import login as remember_device
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice

from hub.accounts.models import RecoveryCodes
from hub.accounts.roles import account_of

MFA_ELSEWHERE: Final = "second_factor_elsewhere"
"""In a session whose second factor the single sign-on has asked for."""

_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that looks like another
_CODES: Final = 10
_GROUPS: Final = 3


def needs_second_factor(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether the user's role has to show one here."""
    account = account_of(user) if isinstance(user, User) else None
    needed: frozenset[str] = settings.POLICY.second_factor
    return account is None or account.role in needed


def has_second_factor(user: User) -> bool:
    """Whether the user has an authenticator."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def is_verified(request: HttpRequest) -> bool:
    """Whether this session has shown its second factor."""
    device = getattr(request.user, "otp_device", None)
    return device is not None or bool(request.session.get(MFA_ELSEWHERE))


@transaction.atomic
def authenticator_to_confirm(user: User) -> TOTPDevice:
    """The authenticator that waits for its first code; made when there is none.

    One at a time: of two pages opened at once (a double click, two tabs) both show the same secret.
    """
    User.objects.select_for_update().get(pk=user.pk)
    waiting = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return waiting or TOTPDevice.objects.create(user=user, confirmed=False, name="authenticator")


def secret_text(device: TOTPDevice) -> str:
    """The secret as authenticators take it when typed in: base32 in groups of four."""
    text = base64.b32encode(device.bin_key).decode("ascii").rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def secret_picture(device: TOTPDevice) -> SafeString:
    """The secret as a QR code to photograph, an SVG element."""
    drawn = segno.make(device.config_url, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff")
    return mark_safe(drawn)  # noqa: S308 - drawn by segno from the device's own address


@transaction.atomic
def confirm_authenticator(request: HttpRequest, code: str) -> bool:
    """Take the waiting authenticator as the second factor if ``code`` is its; the one before goes."""
    user = request.user
    assert isinstance(user, User)
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not device.verify_token(code):
        return False
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save()
    _remember(request, device)
    return True


@transaction.atomic
def verify(request: HttpRequest, code: str) -> Device | None:
    """The device of the user whose code it is; each code counts once, wrong ones cost waiting."""
    user = request.user
    assert isinstance(user, User)
    kind: type[Device] = TOTPDevice if code.isascii() and code.isdigit() else RecoveryCodes
    device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None or not device.verify_token(code):
        return None
    _remember(request, device)
    return device


def seconds_to_wait(user: User) -> int:
    """How long no code is looked at after wrong ones; 0 when one is."""
    waits = [0.0]
    for kind in (TOTPDevice, RecoveryCodes):
        for device in kind.objects.filter(user=user):
            _allowed, reasons = device.verify_is_allowed()
            if reasons:
                waits.append((reasons["locked_until"] - timezone.now()).total_seconds())
    return math.ceil(max(waits))


def new_recovery_codes(user: User) -> list[str]:
    """Ten new codes, told this once; the ones before are worth nothing any more."""
    codes = ["-".join(_group() for _part in range(_GROUPS)) for _one in range(_CODES)]
    RecoveryCodes.objects.update_or_create(
        user=user,
        defaults={
            "name": "recovery codes",
            "confirmed": True,
            "digests": [code_digest(code) for code in codes],
            "throttling_failure_count": 0,
            "throttling_failure_timestamp": None,
        },
    )
    return codes


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    device = RecoveryCodes.objects.filter(user=user).first()
    return len(device.digests) if device else 0


@transaction.atomic
def reset(user: User) -> None:
    """Forget authenticator and recovery codes: the next login sets up new ones."""
    TOTPDevice.objects.filter(user=user).delete()
    RecoveryCodes.objects.filter(user=user).delete()


def code_digest(code: str) -> str:
    """SHA-256 of a recovery code, however it was typed."""
    plain = "".join(one for one in code.upper() if one.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def second_factor_warning(request: HttpRequest) -> list[Any] | None:
    """The sign at the top of every page while not everybody needs a second factor (unfold's environment)."""
    from hub.accounts.policy import ROLES

    if settings.POLICY.second_factor >= set(ROLES):
        return None
    return [_("Second factor is off"), "danger"]


def _remember(request: HttpRequest, device: Device) -> None:
    request.session.cycle_key()
    remember_device(request, device)


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _letter in range(4))
