"""What a completion that is no success means for whoever asked: the house's errors by the standard's codes.

CWA 17852 gives every command the completion codes of the header, and with ``commandErrorCode`` an
``errorCode`` of its own in the payload. No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from devices.errors import (
    CompletionCode,
    DeviceBusy,
    DeviceError,
    DeviceTimeout,
    KeeperAction,
    ResidentAction,
)
from devices.status import DeviceState
from devices.xfs4iot.message import Completion, Refusal

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")

_STATES = {
    CompletionCode.DEVICE_NOT_READY: DeviceState.OFFLINE,
    CompletionCode.HARDWARE_ERROR: DeviceState.HARDWARE_ERROR,
    CompletionCode.FRAUD_ATTEMPT: DeviceState.HARDWARE_ERROR,
    CompletionCode.INTERNAL_ERROR: DeviceState.HARDWARE_ERROR,
}
"""What a completion code tells of the device itself; the others are about the command alone."""

_SECURED = {
    CompletionCode.AUTHORISATION_REQUIRED,
    CompletionCode.NO_COMMAND_NONCE,
    CompletionCode.INVALID_TOKEN,
    CompletionCode.INVALID_TOKEN_NONCE,
    CompletionCode.INVALID_TOKEN_HMAC,
    CompletionCode.INVALID_TOKEN_FORMAT,
    CompletionCode.INVALID_TOKEN_KEY_NO_VALUE,
}
"""The service asks for end-to-end security, which no command needs that this house sends."""

_REFUSED = {CompletionCode.INVALID_COMMAND, CompletionCode.UNSUPPORTED_COMMAND}

ByErrorCode = Mapping[str, Callable[[], DeviceError]]
"""A command's own error codes and what they mean."""


def key_of(name: str) -> str:
    """A name of the standard as a key of ours: ``paperOut`` → ``paper-out``. Other text stays outside."""
    if not _NAME.fullmatch(name):
        return "unknown-error-code"
    return _CAMEL.sub("-", name).lower()


def refused(refusal: Refusal) -> DeviceError:
    """The error of a command that the service has not taken."""
    if refusal is Refusal.TOO_MANY_REQUESTS:
        return DeviceBusy("too-many-requests")
    return KeeperAction(CompletionCode.INVALID_COMMAND, "command-refused", state=DeviceState.HARDWARE_ERROR)


def failure(completion: Completion, by_error_code: ByErrorCode, detail: str = "timed-out") -> DeviceError:
    """The error of a completion that is no success; ``detail`` says what was waited for."""
    code = completion.code
    if code is None:
        raise AssertionError("a success is no failure")
    if code is CompletionCode.COMMAND_ERROR_CODE:
        known = by_error_code.get(completion.error_code)
        return known() if known else KeeperAction(code, key_of(completion.error_code))
    if code is CompletionCode.TIME_OUT:
        return DeviceTimeout(detail)
    if code is CompletionCode.USER_ERROR:
        return ResidentAction(code, "user-error")
    if code in _REFUSED:
        return KeeperAction(code, "command-refused")
    if code in _SECURED:
        return KeeperAction(code, "authorisation-required")
    return KeeperAction(code, key_of(code.value), state=_STATES.get(code))
