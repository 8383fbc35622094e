"""What it means when a SAM reader refuses, by its status word (PROTOCOLS.md section 1, SW3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.errors import CompletionCode, KeeperAction, ResidentAction
from devices.sam.frame import Status
from devices.status import DeviceState

if TYPE_CHECKING:
    from devices.errors import DeviceError
    from devices.sam.frame import Reply

_RESIDENT = {
    Status.CARD_DOUBTS_READER: (CompletionCode.INVALID_DATA, "card-not-authentic"),
    Status.READER_DOUBTS_CARD: (CompletionCode.INVALID_DATA, "card-not-authentic"),
    Status.BAD_INFORMATION: (CompletionCode.INVALID_DATA, "card-not-authentic"),
    Status.WRONG_CARD: (CompletionCode.UNSUPPORTED_DATA, "wrong-card"),
    Status.READ_FAILED: (CompletionCode.USER_ERROR, "card-read-failed"),
    Status.NOT_FOUND: (CompletionCode.USER_ERROR, "card-pulled"),
    Status.NOT_SELECTED: (CompletionCode.USER_ERROR, "card-not-selected"),
    Status.NO_SUCH_CONTENT: (CompletionCode.UNSUPPORTED_DATA, "card-has-no-such-content"),
}
_KEEPER = {
    Status.NO_RANDOM_NUMBER: "no-random-number",
    Status.SELF_TEST_FAILED: "self-test-failed",
    Status.NOT_AUTHORISED: "sam-not-authorised",
}


def refusal(reply: Reply) -> DeviceError:
    """The error for a reply that is not good."""
    if reply.status in _RESIDENT:
        code, detail = _RESIDENT[Status(reply.status)]
        return ResidentAction(code, detail)
    if reply.status in _KEEPER:
        detail = _KEEPER[Status(reply.status)]
        return KeeperAction(CompletionCode.HARDWARE_ERROR, detail, state=DeviceState.HARDWARE_ERROR)
    return KeeperAction(CompletionCode.INVALID_DATA, f"answer-{reply.status:02x}")
