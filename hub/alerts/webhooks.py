"""Webhooks, signed as Standard Webhooks 1.0 says: id, timestamp and HMAC-SHA256 over both and the body.

The name is looked up once and the connection goes to that address, so that it cannot change between check
and use; redirects are not followed; proxies of the environment are not asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from hub.alerts.addresses import AddressRefused, resolved
from hub.alerts.message import data
from hub.alerts.models import Notification

TIMEOUT: Final = 10.0
"""Seconds to connect, and of silence."""

GONE: Final = 410
"""The other end wants nothing more (Standard Webhooks)."""


class NotDelivered(Exception):
    """It did not arrive, as far as we know. ``for_good``: nor will it."""

    def __init__(self, problem: str, *, for_good: bool = False) -> None:
        super().__init__(problem)
        self.for_good = for_good


class _Pinned(HTTPAdapter):
    """Connects to one address, and believes its certificate for the name that was asked for."""

    def __init__(self, name: str) -> None:
        self._name = name
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As usual, with the name for TLS."""
        super().init_poolmanager(*args, **kwargs, server_hostname=self._name, assert_hostname=self._name)


def send(notification: Notification, now: datetime) -> None:
    """Send a notification to its contact's webhook. Raises ``NotDelivered``."""
    contact = notification.contact
    body = json.dumps(data(notification), ensure_ascii=False).encode()
    headers = signed_headers(str(notification.id), int(now.timestamp()), body, bytes(contact.secret or b""))
    try:
        status = _post(contact.url, body, headers)
    except AddressRefused as error:
        raise NotDelivered(str(error)) from None
    except (OSError, requests.RequestException) as error:
        # Its words may hold the address; the kind says enough.
        raise NotDelivered(type(error).__name__) from None
    if status == GONE:
        raise NotDelivered(f"HTTP {status}", for_good=True)
    if not 200 <= status < 300:
        raise NotDelivered(f"HTTP {status}")


def signed_headers(number: str, timestamp: int, body: bytes, secret: bytes) -> dict[str, str]:
    """The headers by which the other end knows who speaks, and that it was said now."""
    content = f"{number}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Yedeng-Hub",
        "webhook-id": number,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    address, name = resolved(url), str(parts.hostname)
    there = f"[{address}]" if address.version == 6 else str(address)
    port = f":{parts.port}" if parts.port else ""
    pinned = parts._replace(netloc=there + port).geturl()
    host = f"[{name}]" if ":" in name else name
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", _Pinned(name))
        answer = session.post(
            pinned,
            data=body,
            headers={**headers, "Host": host + port},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,  # what the other end answers beyond its status is not read
        )
        with answer:
            return answer.status_code
