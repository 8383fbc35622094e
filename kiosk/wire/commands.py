"""What a hub may ask a kiosk to do: a fixed list. None of it brings code, or opens anything residents filed.

A command is signed with the hub's command key, is for one kiosk, has a reason and an end, and counts once.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, Base64Bytes, Field

from kiosk.wire.base import Bilingual, Message
from kiosk.wire.fleet import DeviceReport, QueueReport

_SIGNED_FOR: Final = b"yedeng command 1\n"
LARGEST_PICTURE: Final = 600_000
"""Bytes of the largest picture of a screen."""


class NotCommanded(ValueError):
    """No hub that is known here has signed this."""


class Restart(Message):
    """Close the kiosk's software in order and start it again."""

    type: Literal["restart"] = "restart"


class TestDevice(Message):
    """Let a device do what its family can do for a test; a printer prints a slip."""

    __test__ = False  # pytest takes it for a test otherwise

    type: Literal["test-device"] = "test-device"
    device: str = Field(min_length=1, max_length=64)


class FetchCatalogue(Message):
    """Ask for the newest catalogue and its files now."""

    type: Literal["fetch-catalogue"] = "fetch-catalogue"


class RollKey(Message):
    """Make a new key and tell the hub."""

    type: Literal["roll-key"] = "roll-key"


class Close(Message):
    """Serve nobody until told to open; the screen says so, with this notice."""

    type: Literal["close"] = "close"
    notice: Bilingual | None = None


class Open(Message):
    """Serve again."""

    type: Literal["open"] = "open"


class SendDiagnostics(Message):
    """Send what helps to find a fault: ``Diagnostics``, nothing else."""

    type: Literal["send-diagnostics"] = "send-diagnostics"


class TakePicture(Message):
    """Send a picture of the screen; it is taken while no visit is going on, so it shows nobody's page."""

    type: Literal["take-picture"] = "take-picture"


CommandAction = Annotated[
    Restart | TestDevice | FetchCatalogue | RollKey | Close | Open | SendDiagnostics | TakePicture,
    Field(discriminator="type"),
]
"""Everything there is."""


class Command(Message):
    """One thing to do: by whom and why it is asked for, and until when it may be begun."""

    id: UUID
    kiosk_id: str
    action: CommandAction
    reason: str = Field(min_length=1, max_length=400)
    issued_by: str = Field(max_length=160)
    issued_at: AwareDatetime
    expires_at: AwareDatetime


class SignedCommand(Message):
    """A command as it travels: its JSON, and the Ed25519 signature (RFC 8032) over these very bytes."""

    id: UUID
    content: Annotated[Base64Bytes, Field(max_length=8000)]
    signature: Base64Bytes

    @classmethod
    def signed(cls, key: Ed25519PrivateKey, command: Command) -> Self:
        """Sign a command."""
        content = command.model_dump_json().encode()
        return cls.model_validate(
            {
                "id": command.id,
                "content": base64.b64encode(content),
                "signature": base64.b64encode(key.sign(_SIGNED_FOR + content)),
            }
        )

    def read(self, keys: Iterable[str]) -> Command:
        """The command, if one of these command keys (public keys, base64) signed it.

        Raises ``NotCommanded``, and ``ValidationError`` for one that is signed but not understood here.
        """
        for text in keys:
            try:
                key = Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
                key.verify(self.signature, _SIGNED_FOR + self.content)
            except (ValueError, InvalidSignature):
                continue
            command = Command.model_validate_json(self.content, extra="ignore")
            if command.id != self.id:
                raise NotCommanded("the command has another number inside")
            return command
        raise NotCommanded("no known hub has signed this command")


class Diagnostics(Message):
    """What helps to find a fault: versions, numbers, states. Nothing of residents, no log lines."""

    software: str = Field(max_length=64)
    protocol: int
    python: str = Field(max_length=32)
    up_seconds: float = Field(ge=0)
    catalogue_version: int = Field(ge=0)
    settings_version: str = Field(max_length=64)
    disk_free: int = Field(ge=0)
    clock_offset: float | None = None
    queue: QueueReport
    devices: tuple[DeviceReport, ...] = ()


CommandOutcome = Literal["done", "refused", "failed", "expired"]
"""``refused``: not signed, not for this kiosk, not known there; ``expired``: its time had passed."""


class CommandReport(Message):
    """What became of a command, ``at`` by the kiosk's clock; ``detail`` in words, or a key."""

    outcome: CommandOutcome
    detail: str = Field(default="", max_length=400)
    at: AwareDatetime
    diagnostics: Diagnostics | None = None
    picture: Annotated[Base64Bytes, Field(max_length=LARGEST_PICTURE)] | None = None


class CommandReceipt(Message):
    """The hub noted a ``CommandReport``; the first one stays."""

    id: UUID
    outcome: CommandOutcome


def command_actions() -> dict[str, type[Any]]:
    """Every action by its type."""
    models = (
        Restart,
        TestDevice,
        FetchCatalogue,
        RollKey,
        Close,
        Open,
        SendDiagnostics,
        TakePicture,
    )
    return {str(model.model_fields["type"].default): model for model in models}
