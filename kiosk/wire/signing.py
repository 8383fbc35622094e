"""What both ends agree on about signed requests (HTTP Message Signatures, RFC 9421)."""

from typing import Final

SIGNED_PARTS: Final = ("@method", "@authority", "@path", "@query")
"""Covered in every request, besides the content digest."""

SIGNATURE_TAG: Final = "yedeng-kiosk"

SIGNATURE_WINDOW: Final = 300.0
"""Seconds by which ``created`` may differ from the hub's clock; within them a nonce counts once."""

CLOCK_PROBLEM: Final = "urn:yedeng:problem:clock"
"""``type`` of the problem that answers a signature outside the window: the kiosk's clock is wrong."""

REVOKED_PROBLEM: Final = "urn:yedeng:problem:revoked"
"""``type`` of the problem that answers a kiosk which an administrator has revoked."""

QUARANTINE_PROBLEM: Final = "urn:yedeng:problem:quarantine"
"""``type`` of the problem that answers what a kiosk in quarantine may not ask."""

PROTOCOL_PROBLEM: Final = "urn:yedeng:problem:protocol"
"""``type`` of the problem that answers an enrolment in a version which the hub does not speak."""
