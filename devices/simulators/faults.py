"""How a simulated device misbehaves on request, by name."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """One way to misbehave; every simulator knows those that its kind of device can have."""

    NONE = "none"
    SILENT = "silent"  # takes everything, answers nothing
    SLOW = "slow"  # answers late, but within what a patient driver allows
    ONE_BYTE = "one-byte"  # answers in pieces of one byte
    GARBAGE = "garbage"  # answers bytes without any sense
    UNPLUGGED = "unplugged"  # is gone: port, connection or reader vanish
    CARD_PULLED_MID_READ = "card-pulled-mid-read"  # the card leaves in the middle of the next reading, once
    STALLED = "stalled"  # takes no more bytes
    PAPER_LOW = "paper-low"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    FROZEN = "frozen"  # the camera repeats its last picture for ever
