"""How a simulated device misbehaves on request, by name."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """One way to misbehave; every simulator knows those that its kind of device can have."""

    NONE = "none"
    SILENT = "silent"  # takes everything, answers nothing
    SLOW = "slow"  # answers late, but within what a patient driver allows; a camera: one picture a second
    ONE_BYTE = "one-byte"  # answers in pieces of one byte
    GARBAGE = "garbage"  # answers bytes without any sense
    UNPLUGGED = "unplugged"  # is gone: port, connection or reader vanish
    CARD_PULLED_MID_READ = "card-pulled-mid-read"  # the card leaves in the middle of the next reading, once
    TWO_CARDS = "two-cards"  # another card lies under the one that was laid: now this, now that one is read
    STALLED = "stalled"  # takes no more bytes
    PAPER_LOW = "paper-low"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    PAPER_JAMMED = "paper-jammed"
    TONER_LOW = "toner-low"
    TONER_OUT = "toner-out"
    SWITCHED_OFF = "switched-off"  # the server is there, its printer does not answer
    PAUSED = "paused"  # somebody has stopped the queue
    FROZEN = "frozen"  # the camera repeats its last picture for ever
    BLACK = "black"  # the camera sees nothing
    GREEN = "green"  # the camera sends buffers that nobody has filled
    # of a service only (XFS4IoT)
    WRONG_REQUEST_ID = "wrong-request-id"  # answers, but to a question that nobody asked
    EARLY_COMPLETION = "completion-before-acknowledge"
    DROPPED = "dropped-mid-command"  # the connection breaks in the middle of what the device is for
    DEVICE_ERROR = "device-error"  # the service is well, and its device is not
    POWER_OFF = "power-off"  # the service is well, and its device has no power
