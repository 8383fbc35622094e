"""Sending a large sealed file in pieces, going on where the last attempt broke off (tus 1.0.0)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from kiosk.hub_answers import Answer, HubRefused, HubUnreachable
from kiosk.wire import TUS_PIECE, TUS_VERSION

PIECE: Final = 256_000
"""Bytes sent at once: what a broken line costs at most."""

_TUS: Final = {"Tus-Resumable": TUS_VERSION}
_BEGIN_AGAIN: Final = 3  # times, when the other end lost what it had

Exchange = Callable[[str, str, bytes, Mapping[str, str]], Answer]


def upload(exchange: Exchange, sha256: str, sealed: bytes) -> None:
    """Send ``sealed`` until the other end has all of it. Raises ``HubError``."""
    for _ in range(_BEGIN_AGAIN):
        try:
            _send(exchange, _location(exchange, sha256, len(sealed)), sealed)
        except HubRefused as error:
            if error.problem.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}:
                raise
        else:
            return
    raise HubUnreachable("the hub lost the upload again and again")


def _location(exchange: Exchange, sha256: str, length: int) -> str:
    name = base64.b64encode(sha256.encode()).decode()
    headers = {**_TUS, "Upload-Length": str(length), "Upload-Metadata": f"sha256 {name}"}
    answer = _checked(exchange("POST", "/api/v1/uploads", b"", headers), HTTPStatus.CREATED)
    path = urlsplit(answer.headers.get("Location", "")).path
    if not path.startswith("/api/v1/uploads/"):
        raise HubUnreachable("the answer names no upload")
    return path


def _send(exchange: Exchange, path: str, sealed: bytes) -> None:
    at = _offset(_checked(exchange("HEAD", path, b"", _TUS), HTTPStatus.OK), len(sealed))
    while at < len(sealed):
        piece = sealed[at : at + PIECE]
        headers = {**_TUS, "Content-Type": TUS_PIECE, "Upload-Offset": str(at)}
        answer = _checked(exchange("PATCH", path, piece, headers), HTTPStatus.NO_CONTENT)
        if _offset(answer, len(sealed)) != at + len(piece):
            raise HubUnreachable("the answer names another place in the file")
        at += len(piece)


def _checked(answer: Answer, status: HTTPStatus) -> Answer:
    if answer.status != status or answer.headers.get("Tus-Resumable") != TUS_VERSION:
        raise HubUnreachable(f"not the hub's answer (status {answer.status})")
    return answer


def _offset(answer: Answer, length: int) -> int:
    value = answer.headers.get("Upload-Offset", "")
    if not value.isascii() or not value.isdigit() or int(value) > length:
        raise HubUnreachable("the answer says no place in the file")
    return int(value)
