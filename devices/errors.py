"""What can come out of a device: one family of errors, named by what the caller can do.

Errors carry XFS4IoT's completion code and a key such as ``card-pulled``; they hold no sentences for
residents (``screens/`` chooses the words by key) and never anything a device has read.
"""

from __future__ import annotations

from enum import StrEnum

from devices.status import DeviceState


class CompletionCode(StrEnum):
    """How a command ended (XFS4IoT message header ``completionCode``), but for success."""

    COMMAND_ERROR_CODE = "commandErrorCode"
    CANCELED = "canceled"
    DEVICE_NOT_READY = "deviceNotReady"
    HARDWARE_ERROR = "hardwareError"
    INTERNAL_ERROR = "internalError"
    INVALID_DATA = "invalidData"
    UNSUPPORTED_COMMAND = "unsupportedCommand"
    UNSUPPORTED_DATA = "unsupportedData"
    USER_ERROR = "userError"
    TIME_OUT = "timeOut"
    SEQUENCE_ERROR = "sequenceError"
    INVALID_COMMAND = "invalidCommand"
    INVALID_REQUEST_ID = "invalidRequestID"
    FRAUD_ATTEMPT = "fraudAttempt"
    AUTHORISATION_REQUIRED = "authorisationRequired"
    NO_COMMAND_NONCE = "noCommandNonce"
    INVALID_TOKEN = "invalidToken"  # noqa: S105 - a code, no secret
    INVALID_TOKEN_NONCE = "invalidTokenNonce"  # noqa: S105 - a code, no secret
    INVALID_TOKEN_HMAC = "invalidTokenHMAC"  # noqa: S105 - a code, no secret
    INVALID_TOKEN_FORMAT = "invalidTokenFormat"  # noqa: S105 - a code, no secret
    INVALID_TOKEN_KEY_NO_VALUE = "invalidTokenKeyNoValue"  # noqa: S105 - a code, no secret
    NOT_ENOUGH_SPACE = "notEnoughSpace"


class DeviceError(Exception):
    """A device could not do what was asked.

    Args:
        completion_code: XFS4IoT's code, as enum member or value.
        detail: a key in lower case with hyphens, e.g. ``card-pulled``; no sentence, no personal data.
        state: the device state this error reveals; ``None`` when the device itself is still well.
    """

    def __init__(
        self, completion_code: CompletionCode | str, detail: str, *, state: DeviceState | None = None
    ) -> None:
        self.completion_code = CompletionCode(completion_code)
        self.detail = detail
        self.state = state
        super().__init__(f"{self.completion_code}: {detail}")


class DeviceBusy(DeviceError):
    """Wait and ask again: the device is at work for somebody else."""

    def __init__(self, detail: str = "busy", *, state: DeviceState | None = None) -> None:
        super().__init__(CompletionCode.DEVICE_NOT_READY, detail, state=state)


class ResidentAction(DeviceError):
    """The person at the machine can mend it: lay the card again, take the paper, use another card."""


class KeeperAction(DeviceError):
    """Only the keeper can mend it: plug in, power on, refill, replace."""


class DeviceTimeout(DeviceError):
    """The time allowed is over and nothing happened, e.g. nobody laid a card."""

    def __init__(self, detail: str = "timed-out", *, state: DeviceState | None = None) -> None:
        super().__init__(CompletionCode.TIME_OUT, detail, state=state)


class DeviceCancelled(DeviceError):
    """The caller gave up, and the device has stopped trying."""

    def __init__(self, detail: str = "cancelled") -> None:
        super().__init__(CompletionCode.CANCELED, detail)


class JobState(StrEnum):
    """What is known of a document when its printing stops."""

    NOT_STARTED = "notStarted"  # nothing of it was sent
    INCOMPLETE = "incomplete"  # a part of it may be on paper, the rest is not
    UNKNOWN = "unknown"  # everything was sent, and then the printer fell silent


class PrintStopped(KeeperAction):
    """A document could not be printed to its end: ``job`` says how far it came. Nothing repeats it."""

    def __init__(
        self,
        completion_code: CompletionCode | str,
        detail: str,
        *,
        job: JobState,
        state: DeviceState | None = None,
    ) -> None:
        super().__init__(completion_code, detail, state=state)
        self.job = job
