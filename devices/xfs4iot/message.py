"""Messages between a client and a service: text to meaning and back, no I/O (CWA 17852, chapter Messages).

Every message is a JSON object of a header and, mostly, a payload. A client sends commands. For each of them
the service sends one acknowledge, any number of events, and one completion, all with the command's
``requestId``; what happens without a command comes as unsolicited.

Two forms of the header are read. Since version 2 of the messages, ``status`` and ``completionCode`` stand in
the header; the first release had them in the payload, and an explicit status ``ok``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from devices.errors import CompletionCode

Payload = Mapping[str, Any]
"""What a message says beside its header. It may be personal, so it never shows in ``repr``."""

SUCCESS = "success"
OK = "ok"


class MalformedMessage(ValueError):
    """A service's message breaks a rule. ``args`` name the rule, never the content."""


class Refusal(StrEnum):
    """Why a command is not even queued (header ``status`` of an acknowledge)."""

    INVALID_MESSAGE = "invalidMessage"
    INVALID_REQUEST_ID = "invalidRequestID"
    TOO_MANY_REQUESTS = "tooManyRequests"


@dataclass(frozen=True, slots=True)
class Command:
    """What a client asks of a service.

    Attributes:
        name: interface and command, e.g. ``CardReader.ChipIO``.
        request_id: unique on its connection while the command is open, at least 1.
        timeout_ms: after which the service completes it with ``timeOut``; 0: never.
        version: major and minor version of this message.
    """

    name: str
    request_id: int
    payload: Payload = field(default_factory=dict, repr=False)
    timeout_ms: int = 0
    version: str = "2.0"

    def encode(self) -> str:
        """The message as text."""
        header = {
            "name": self.name,
            "requestId": self.request_id,
            "type": "command",
            "version": self.version,
            "timeout": self.timeout_ms,
        }
        return json.dumps({"header": header, "payload": self.payload}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The service has taken the command, or says why it has not."""

    name: str
    request_id: int
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened on the way to the completion of a command."""

    name: str
    request_id: int
    payload: Payload = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Completion:
    """How a command ended; nothing more comes for it.

    Attributes:
        code: ``None`` for success.
    """

    name: str
    request_id: int
    code: CompletionCode | None = None
    payload: Payload = field(default_factory=dict, repr=False)

    @property
    def error_code(self) -> str:
        """The command's own error code, where the completion code is ``commandErrorCode``; else empty."""
        code = self.payload.get("errorCode")
        return code if isinstance(code, str) else ""


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """Something happened that nobody had asked for, e.g. ``Common.StatusChangedEvent``."""

    name: str
    payload: Payload = field(default_factory=dict, repr=False)


Message = Acknowledge | Event | Completion | Unsolicited


def decode(text: str) -> Message:
    """Read a message of a service. Raises MalformedMessage when it is none."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedMessage("json") from None
    if not isinstance(said, dict) or not isinstance(header := said.get("header"), dict):
        raise MalformedMessage("header")
    payload = said.get("payload")
    if payload is None:
        payload = {}
    if not isinstance(payload, dict):
        raise MalformedMessage("payload")
    name = header.get("name")
    if not isinstance(name, str):
        raise MalformedMessage("name")
    match header.get("type"):
        case "acknowledge" | "acknowledgement":
            return Acknowledge(name, _request_id(header), _refusal(header, payload))
        case "event":
            return Event(name, _request_id(header), payload)
        case "completion":
            return Completion(name, _request_id(header), _completion_code(header, payload), payload)
        case "unsolicited":
            return Unsolicited(name, payload)
    raise MalformedMessage("type")


def encode_bytes(data: bytes) -> str:
    """Bytes as they stand in a payload."""
    return base64.b64encode(data).decode("ascii")


def decode_bytes(value: object) -> bytes:
    """Bytes out of a payload; none where the property is null. Raises MalformedMessage."""
    if value is None:
        return b""
    if not isinstance(value, str):
        raise MalformedMessage("base64")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedMessage("base64") from None


def section(payload: Payload, *names: str) -> Payload:
    """An object within a payload by its path; empty where it is null, missing or something else."""
    found: object = payload
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _request_id(header: Payload) -> int:
    request_id = header.get("requestId")
    if not isinstance(request_id, int) or isinstance(request_id, bool):
        raise MalformedMessage("request-id")
    return request_id


def _refusal(header: Payload, payload: Payload) -> Refusal | None:
    status = header.get("status") or payload.get("status")
    if status is None or status == OK:
        return None
    try:
        return Refusal(status)
    except ValueError:
        raise MalformedMessage("status") from None


def _completion_code(header: Payload, payload: Payload) -> CompletionCode | None:
    code: Any = header.get("completionCode") or payload.get("completionCode")
    if code == SUCCESS:
        return None
    try:
        return CompletionCode(code)
    except ValueError:
        raise MalformedMessage("completion-code") from None
